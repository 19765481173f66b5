import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CliContext } from '../../../src/cli/context.ts';
import { run } from '../../../src/cli/main.ts';
import type { Pkcs11Function } from '../../support/pkcs11-proxy/plan.ts';
import { describeBehindProxy } from '../../support/pkcs11-proxy/proxy.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { type Outcome, withModuleEnvironment, world } from '../../support/world.ts';
import { notBuilt, outcome, start, until } from '../built-program.ts';
import { pathsIn } from '../refusal.ts';

const ISSUE = [
  'issue',
  '--ca-dir',
  'ca',
  '--cn',
  'a.example',
  '--out',
  'a.crt',
  '--key-out',
  'a.key',
];

const hints = (stderr: string) => stderr.split('\n').slice(1, -1);

describeBehindProxy('a module that hangs', (hsm, proxy) => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
  const initCa = (label: string, ...more: readonly string[]) => [
    ...['init-ca', '--name', 'Root', '--pkcs11-lib', proxy.module, '--pkcs11-token', 'ca'],
    ...['--pkcs11-key-label', label, ...more],
  ];
  const generate = initCa('new', '--dir', 'new-ca', '--pkcs11-generate-key');
  const issued = async () => {
    const { stdout } = await pki('list', '--ca-dir', 'ca', '--json');
    const rows = JSON.parse(stdout) as readonly { status: string }[];
    return rows.filter(({ status }) => status === 'issued').length - 1; // without its own
  };
  let before: readonly string[];

  beforeAll(async () => {
    hsm.token('ca');
    hsm.key('ca', 'EC:prime256v1', 'key', '01');
    expect(await pki(...initCa('key', '--dir', 'ca'))).toMatchObject({ status: 0 });
    before = pathsIn(cwd);
  });
  afterEach(async () => {
    proxy.clear();
    for (const name of ['a.crt', 'a.key']) rmSync(join(cwd, name), { force: true });
  });

  const HINT = 'pki: hint: the HSM or the way to it hangs; --pkcs11-timeout says how long to wait';

  describe('is given up when its time is over', () => {
    const hung = (call: string, seconds = 1) =>
      `pki: error: the PKCS#11 module did not answer ${call} within ${seconds} seconds`;

    it.each<[Pkcs11Function, number]>([
      ['C_Initialize', 1],
      ['C_GetSlotList', 1],
      ['C_OpenSession', 1],
      ['C_Login', 10],
      ['C_FindObjectsInit', 1],
      ['C_FindObjects', 1],
      ['C_SignInit', 1],
      ['C_Sign', 1],
    ])('in %s', async (call, seconds) => {
      proxy.faults({ call, hang: true });
      const began = performance.now();
      const { status, stdout, stderr } = await pki(...ISSUE, '--pkcs11-timeout', '1');
      expect({ status, stdout, stderr }).toEqual({
        status: 4,
        stdout: '',
        stderr: `${hung(call, seconds)}\n${HINT}\n`,
      });
      expect(performance.now() - began).toBeLessThan(1000 * seconds + 3000);
      expect(pathsIn(cwd)).toEqual(before);
      expect(await issued()).toBe(0);
    });

    it('in C_GenerateKeyPair, and what may be left is named', async () => {
      proxy.faults({ call: 'C_GenerateKeyPair', hang: true, after: true });
      const { status, stdout, stderr } = await pki(...generate, '--pkcs11-timeout', '1');
      expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
      const [left = '', ...others] = hints(stderr).toReversed();
      expect([stderr.split('\n')[0], ...others]).toEqual([hung('C_GenerateKeyPair', 10), HINT]);
      const named =
        /^pki: hint: delete the key "new" \(ID ([0-9a-f]{16})\) in the token "ca" by hand, if it is there$/;
      const [, id = ''] = named.exec(left) ?? [];
      proxy.clear();
      expect(hsm.objects('ca')).toContain(id);
      for (const type of ['privkey', 'pubkey']) {
        hsm.pkcs11Tool('ca', '--delete-object', '--type', type, '--id', id);
      }
      expect(pathsIn(cwd)).toEqual(before);
    });

    it.each(['C_CloseSession', 'C_Finalize'] as const)(
      'in %s, when the certificate is there already',
      async (call) => {
        proxy.faults({ call, hang: true });
        const began = performance.now();
        const count = await issued();
        const { status, stderr } = await pki(...ISSUE, '--pkcs11-timeout', '1');
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
        expect(performance.now() - began).toBeLessThan(5000);
        expect(await issued()).toBe(count + 1);
      },
    );
  });

  /** Runs a command line that is interrupted as soon as the module hangs. */
  async function interrupted(...argv: readonly string[]): Promise<Outcome & { took: number }> {
    const controller = new AbortController();
    let [stdout, stderr] = ['', ''];
    const context: CliContext = {
      env: withModuleEnvironment({ PKCS11_PIN: PIN }),
      cwd,
      clock: () => new Date(),
      account: () => ({ user: 'tester', host: 'ca.test' }),
      entropy: (length) => randomBytes(length),
      print: (text) => {
        stdout += text;
      },
      note: (text) => {
        stderr += `${text}\n`;
      },
      readStdin: async () => new Uint8Array(0),
      prompt: undefined,
      resources: new AsyncDisposableStack(),
      interrupted: controller.signal,
    };
    const running = run(argv, context);
    await until(() => proxy.log().some((line) => line.endsWith(' hangs')));
    const began = performance.now();
    controller.abort();
    return { status: await running, stdout, stderr, took: performance.now() - began };
  }

  const CALLS = ['C_Initialize', 'C_Login', 'C_FindObjects', 'C_SignInit', 'C_Sign'] as const;

  it.each(CALLS)('in %s does not keep an interrupted command', async (call) => {
    const count = await issued();
    proxy.faults({ call, hang: true });
    const { took, ...ended } = await interrupted(...ISSUE); // it would wait for a minute, or ten
    expect(ended).toEqual({ status: 130, stdout: '', stderr: 'pki: error: interrupted\n' });
    expect(took).toBeLessThan(5000);
    expect(pathsIn(cwd)).toEqual(before);
    proxy.clear();
    expect(await issued()).toBe(count);
  });

  it.each(['C_Login', 'C_SignInit'] as const)(
    'in %s does not keep an interrupted init-ca that makes a key',
    async (call) => {
      proxy.faults({ call, hang: true });
      const { took, status, stdout } = await interrupted(...generate);
      expect({ status, stdout }).toEqual({ status: 130, stdout: '' });
      expect(took).toBeLessThan(5000);
      expect(pathsIn(cwd)).toEqual(before);
      proxy.clear();
      expect(hsm.objects('ca')).not.toContain('new');
    },
  );

  it('in C_GenerateKeyPair keeps an interrupted init-ca for ten seconds, and what is left is named', async () => {
    proxy.faults({ call: 'C_GenerateKeyPair', hang: true });
    const { took, status, stderr } = await interrupted(...generate);
    expect(status).toBe(130);
    expect(took).toBeLessThan(14_000);
    expect(stderr).toMatch(
      /^pki: error: interrupted\npki: warning: delete the key "new" \(ID [0-9a-f]{16}\) in the token "ca" by hand, if it is there\n$/,
    );
    expect(pathsIn(cwd)).toEqual(before);
  });

  const missing = notBuilt();

  it.skipIf(missing).each(['C_Login', 'C_Sign'] as const)(
    `in %s does not keep a process that gets SIGINT${missing ? ` (${missing})` : ''}`,
    async (call) => {
      proxy.faults({ call, hang: true });
      const child = start({ cwd, env: withModuleEnvironment({ PKCS11_PIN: PIN }) }, ...ISSUE);
      const ended = outcome(child);
      await until(() => proxy.log().some((line) => line.endsWith(' hangs')));
      const began = performance.now();
      child.kill('SIGINT');
      expect(await ended).toEqual({ status: 130, stdout: '', stderr: 'pki: error: interrupted\n' });
      expect(performance.now() - began).toBeLessThan(5000);
      expect(pathsIn(cwd)).toEqual(before);
    },
  );
});
