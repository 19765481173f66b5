import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PERSONALITIES, type PersonalityName } from '../../support/pkcs11-proxy/personalities.ts';
import { describeBehindProxy } from '../../support/pkcs11-proxy/proxy.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { pathsIn } from '../refusal.ts';

/** What the operator of such a token has to say; absent: nothing more than usual. */
interface Operator {
  readonly options?: readonly string[];
  readonly pin?: string;
}

const OPERATORS: Readonly<Partial<Record<PersonalityName, Operator>>> = {
  'aws-cloudhsm': { pin: `crypto_user:${PIN}` },
  'yubihsm-2': { pin: `0001${PIN}` },
  'thales-luna': { options: ['--pkcs11-user-type', '0x80000001'] },
  'pin-pad': { pin: '' },
  'nshield-accelerator': { pin: '' },
  'pin-final-try': { options: ['--allow-final-try'] },
};

/** There no CA can be made at all. */
const LOCKED: PersonalityName = 'pin-locked';

const USABLE = (Object.keys(PERSONALITIES) as PersonalityName[]).filter((name) => name !== LOCKED);
const ALGORITHMS = ['ecdsa-p256', 'rsa-2048', 'ed25519'] as const;

const missing = noOpenssl();

describeBehindProxy('a token that behaves like', (hsm, proxy) => {
  const cwd = temporaryDirectory();
  const key = (label: string) => [
    ...['--pkcs11-lib', proxy.module, '--pkcs11-token', 'ca', '--pkcs11-key-label', label],
  ];

  beforeAll(() => {
    hsm.token('ca');
    hsm.key('ca', 'EC:prime256v1', 'ecdsa-p256', '01');
    hsm.key('ca', 'rsa:2048', 'rsa-2048', '02');
    hsm.key('ca', 'EC:edwards25519', 'ed25519', '03');
  });
  afterEach(() => proxy.clear());

  describe.each(USABLE)('%s', (name) => {
    const { options = [], pin = PIN } = OPERATORS[name] ?? {};
    const pki = world({ cwd, ...(pin !== '' && { env: { PKCS11_PIN: pin } }) });

    /** Makes a CA with this key, has it issue, and has OpenSSL verify what it issued. */
    async function works(ca: string, ...args: readonly string[]): Promise<void> {
      proxy.personality(name);
      const made = await pki('init-ca', '--name', 'Root', '--dir', ca, ...args, ...options);
      expect(made, made.stderr).toMatchObject({ status: 0 });
      const files = ['--out', `${ca}.crt`, '--key-out', `${ca}.key`];
      const access = options.includes('--allow-final-try') ? options : []; // the rest is remembered
      const issue = ['issue', '--ca-dir', ca, '--cn', 'a.example', ...files, ...access];
      const issued = await pki(...issue);
      expect(issued, issued.stderr).toMatchObject({ status: 0 });
      const paths = [join(cwd, ca, 'ca.crt'), join(cwd, `${ca}.crt`)] as const;
      expect(openssl('verify', '-x509_strict', '-CAfile', ...paths)).toBe(`${paths[1]}: OK\n`);
    }

    it.skipIf(missing).each(ALGORITHMS)('signs with a key that is there (%s)', (algorithm) =>
      works(`${name}-${algorithm}`, ...key(algorithm)),
    );

    it.skipIf(missing).each(ALGORITHMS)('makes keys (%s)', (algorithm) => {
      const ca = `${name}-made-${algorithm}`;
      return works(ca, ...key(ca), '--pkcs11-generate-key', '--algorithm', algorithm);
    });
  });

  /** Runs what must fail, and returns what it says; the PIN must not have been sent. */
  async function refused(name: PersonalityName, ...options: readonly string[]) {
    const before = pathsIn(cwd);
    proxy.personality(name);
    const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
    const argv = ['init-ca', '--name', 'Root', '--dir', 'no-ca', ...key('ecdsa-p256'), ...options];
    const { status, stdout, stderr } = await pki(...argv);
    expect(stdout).toBe('');
    expect(proxy.calls().has('C_Login')).toBe(false);
    expect(pathsIn(cwd)).toEqual(before);
    return { status, stderr };
  }

  it('pin-locked is refused without a try', async () => {
    for (const options of [[], ['--allow-final-try']]) {
      expect(await refused('pin-locked', ...options)).toEqual({
        status: 5,
        stderr: [
          'pki: error: PKCS#11 error: CKR_PIN_LOCKED: the PIN of the token "ca" is locked',
          'pki: hint: the security officer can set a new PIN with the tool of the token',
          '',
        ].join('\n'),
      });
    }
  });

  it('pin-final-try is refused without a try unless that is allowed', async () => {
    expect(await refused('pin-final-try')).toEqual({
      status: 5,
      stderr: [
        'pki: error: one PIN try is left before the token "ca" locks it',
        'pki: hint: log in once at a terminal, or give --allow-final-try if the PIN is certain',
        '',
      ].join('\n'),
    });
  });

  it('pin-final-try is tried by a person at a terminal, who is warned', async () => {
    proxy.personality('pin-final-try');
    const pki = world({ cwd, answers: [PIN] });
    const made = await pki('init-ca', '--name', 'Root', '--dir', 'asked', ...key('ecdsa-p256'));
    expect(made).toMatchObject({
      status: 0,
      stderr: 'pki: warning: one PIN try is left for the token "ca"\nPIN of the token "ca": \n',
    });
    expect(proxy.calls().get('C_Login')).toBe(1);
  });
});
