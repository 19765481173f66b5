import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CliContext } from '../../src/cli/context.ts';
import { run } from '../../src/cli/main.ts';
import { PkiError } from '../../src/errors.ts';
import { describeOnSoftHsm } from '../signers/on-softhsm.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { PASSPHRASE, withModuleEnvironment, world } from '../support/world.ts';
import { itWithSpy, pkcs11Spy } from './pkcs11-spy.ts';
import { listed, pathsIn } from './refusal.ts';

/** Runs a command line that is interrupted as soon as it waits: for an answer, or for its input. */
async function interrupted(cwd: string, ...argv: readonly string[]) {
  const told: string[] = [];
  const controller = new AbortController();
  const wait = () =>
    new Promise<never>((_, reject) => {
      const stop = () => reject(new PkiError('INTERRUPTED', 'interrupted'));
      controller.signal.addEventListener('abort', stop, { once: true });
      setImmediate(() => controller.abort());
    });
  const context: CliContext = {
    env: withModuleEnvironment({}),
    cwd,
    clock: () => new Date(),
    account: () => ({ user: 'tester', host: 'ca.test' }),
    entropy: (length) => randomBytes(length),
    print: (result) => told.push(`${result}`),
    note: (text) => told.push(text),
    readStdin: wait,
    prompt: (question) => {
      told.push(question);
      return wait();
    },
    resources: new AsyncDisposableStack(),
    interrupted: controller.signal,
  };
  return { status: await run(argv, context), told };
}

const ENDED = 'pki: error: interrupted';

describe('a command that is interrupted', () => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKI_PASSPHRASE: PASSPHRASE } });
  const issue = ['issue', '--ca-dir', 'ca', '--cn', 'a.example', '--out', 'a.crt'];

  /** The state of everything; nothing of it may differ after an interruption. */
  const state = async () => [pathsIn(cwd), await listed(pki, 'ca')];

  beforeAll(async () => {
    await pki('init-ca', '--name', 'Root', '--dir', 'ca');
  });

  it.each([
    {
      name: 'init-ca at the question for a new passphrase',
      argv: ['init-ca', '--name', 'Root', '--dir', 'new-ca'],
      told: ['new passphrase for the CA key: ', ENDED],
    },
    {
      name: 'issue at the question for the passphrase',
      argv: [...issue, '--key-out', 'a.key'],
      told: ['passphrase of the CA key: ', ENDED],
    },
    { name: 'issue while it reads a request', argv: [...issue, '--csr', '-'], told: [ENDED] },
    {
      name: 'issue while it reads a passphrase',
      argv: [...issue, '--key-out', 'a.key', '--passphrase-file', '-'],
      told: [ENDED],
    },
    {
      name: 'issue --json',
      argv: [...issue, '--key-out', 'a.key', '--json'],
      told: [
        'passphrase of the CA key: ',
        '{"error":{"code":"INTERRUPTED","message":"interrupted","hints":[]}}',
      ],
    },
  ])('ends with 130 and leaves nothing behind: $name', async ({ argv, told }) => {
    const before = await state();
    expect(await interrupted(cwd, ...argv)).toEqual({ status: 130, told });
    expect(await state()).toEqual(before);
  });

  it('does nothing when it was interrupted before it began', async () => {
    const before = await state();
    const context: CliContext = {
      env: { PKI_PASSPHRASE: PASSPHRASE },
      cwd,
      clock: () => new Date(),
      account: () => ({ user: 'tester', host: 'ca.test' }),
      entropy: (length) => randomBytes(length),
      print: () => undefined,
      note: () => undefined,
      readStdin: async () => new Uint8Array(0),
      prompt: undefined,
      resources: new AsyncDisposableStack(),
      interrupted: AbortSignal.abort(),
    };
    expect(await run([...issue, '--key-out', 'a.key'], context)).toBe(130);
    await new Promise((resume) => setTimeout(resume, 200)); // what still runs must not make files
    expect(await state()).toEqual(before);
  });
});

describeOnSoftHsm('a command that is interrupted at the question for a PIN', (hsm) => {
  const cwd = temporaryDirectory();
  const spy = pkcs11Spy(hsm.module, cwd);
  const initCa = (...key: readonly string[]) => [
    ...['init-ca', '--name', 'Root', '--dir', 'ca', '--pkcs11-lib', spy?.module ?? hsm.module],
    ...['--pkcs11-token', 'CA Token', '--pkcs11-key-label', ...key],
  ];

  beforeAll(() => {
    hsm.token('CA Token');
    hsm.key('CA Token', 'EC:prime256v1', 'ca-key', '01');
  });

  it.each([['ca-key'], ['new-key', '--pkcs11-generate-key']])(
    'leaves nothing behind, neither in the token nor beside it: %s %s',
    async (...key) => {
      const before = [
        pathsIn(cwd).filter((path) => !path.endsWith('.log')),
        hsm.objects('CA Token'),
      ];
      expect(await interrupted(cwd, ...initCa(...key))).toEqual({
        status: 130,
        told: ['PIN of the token "CA Token": ', ENDED],
      });
      const after = [
        pathsIn(cwd).filter((path) => !path.endsWith('.log')),
        hsm.objects('CA Token'),
      ];
      expect(after).toEqual(before);
    },
  );

  itWithSpy(spy, 'closes its session and finalises the module', async ({ calls: callsOf }) => {
    for (const key of [['ca-key'], ['new-key', '--pkcs11-generate-key']]) {
      const calls = await callsOf(() => interrupted(cwd, ...initCa(...key)));
      expect(calls.has('C_Login')).toBe(false);
      expect(calls.get('C_CloseSession')).toBe(1);
      expect(calls.get('C_Finalize')).toBe(1);
    }
  });
});
