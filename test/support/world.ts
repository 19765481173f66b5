import { randomBytes } from 'node:crypto';
import type { CliContext } from '../../src/cli/context.ts';
import { run } from '../../src/cli/main.ts';

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WorldOptions {
  /** Where the command runs. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is typed at the prompts, one after the other; absent: there is no terminal. */
  readonly answers?: readonly string[];
  readonly stdin?: string | Uint8Array;
  /** Gets what is shown as progress at a terminal; absent: there is none. */
  readonly progress?: (text: string | undefined) => void;
  /** The time; the real one if absent. */
  readonly now?: Date;
  /** Aborted when the command is interrupted. */
  readonly interrupted?: AbortSignal;
}

/** The passphrase of the CA keys in tests. */
export const PASSPHRASE = 'correct horse battery staple';

/** Runs command lines in this process, in a world of their own. */
export function world(options: WorldOptions) {
  return async function pki(...argv: readonly string[]): Promise<Outcome> {
    let [stdout, stderr] = ['', ''];
    const context = testContext(options, {
      print: (result) => {
        // an octet is a character of Latin-1
        stdout += typeof result === 'string' ? result : Buffer.from(result).toString('latin1');
      },
      note: (text) => {
        stderr += `${text}\n`;
      },
    });
    const status = await run(argv, context);
    return { status, stdout, stderr };
  };
}

/** What a command sees of a world; what it prints goes nowhere, unless that is given. */
export function testContext(
  { cwd, env = {}, answers, stdin = '', now, progress, interrupted }: WorldOptions,
  {
    print = () => undefined,
    note = () => undefined,
  }: Partial<Pick<CliContext, 'print' | 'note'>> = {},
): CliContext {
  const typed = [...(answers ?? [])];
  return {
    env: withModuleEnvironment(env),
    cwd,
    clock: () => now ?? new Date(),
    account: () => ({ user: 'tester', host: 'ca.test' }),
    entropy: (length) => randomBytes(length),
    print,
    note,
    readStdin: async () => Buffer.from(stdin),
    prompt:
      answers &&
      (async (question) => {
        note(question);
        return typed.shift() ?? '';
      }),
    progress,
    resources: new AsyncDisposableStack(),
    interrupted: interrupted ?? new AbortController().signal,
  };
}

/** Tests use one CA at times in any order, unless they give this variable themselves. */
const ANY_TIME = { PKI_ALLOW_CLOCK_BACK: '1' };

/** `env`, and what PKCS#11 modules read from the environment of the tests, but nothing of ours. */
export function withModuleEnvironment(env: Readonly<Record<string, string>>): typeof env {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^PKI_(?!PROXY)|_PIN$/.test(name),
  );
  // with its getters, which some tests have to see when a variable is read
  return Object.defineProperties(
    { ...Object.fromEntries(inherited), ...ANY_TIME } as Record<string, string>,
    Object.getOwnPropertyDescriptors(env),
  );
}
