import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { tryTool } from '../support/tools.ts';
import type { Outcome } from '../support/world.ts';

const ROOT = resolve(import.meta.dirname, '../..');
export const PKI = join(ROOT, 'bin/pki.js');

/** Why the program cannot be started as people start it; undefined if it can. */
export const notBuilt = (): string | undefined =>
  existsSync(join(ROOT, 'dist')) ? undefined : 'dist/ is missing: npm run build';

export interface ProcessOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The Node to start it with; the one of the tests if absent. */
  readonly node?: string;
}

/** Starts bin/pki.js as a process. Of the environment it sees what finds programs and tokens. */
export function start(
  { cwd, env = {}, node = process.execPath }: ProcessOptions,
  ...argv: readonly string[]
): ChildProcessWithoutNullStreams {
  const { PATH, HOME, SOFTHSM2_CONF } = process.env;
  const inherited = { PATH, HOME, SOFTHSM2_CONF };
  return spawn(node, [PKI, ...argv], { cwd, env: { ...inherited, ...env } });
}

/** What a process prints until it ends, and its status; a signal that killed it is an error. */
export async function outcome(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  const ended = new Promise<number>((done, failed) => {
    child.once('error', failed);
    child.once('close', (status, signal) =>
      status === null ? failed(new Error(`killed by ${signal}`)) : done(status),
    );
  });
  const [stdout, stderr, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended,
  ]);
  return { status, stdout, stderr };
}

/** Runs bin/pki.js to its end, with nothing on standard input. */
export function runBuilt(options: ProcessOptions, ...argv: readonly string[]): Promise<Outcome> {
  const child = start(options, ...argv);
  child.stdin.end();
  return outcome(child);
}

/** Waits until `condition` holds; the limit of the test is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resume) => setTimeout(resume, 10));
}

/** Why no terminal can be made to run it at; undefined if one can. */
export const noTerminal = (): string | undefined =>
  /util-linux/.test(tryTool('script', '--version').output)
    ? undefined
    : 'there is no "script" of util-linux to make a terminal';
