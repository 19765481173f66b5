import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BOUNCY_CASTLE } from '../../interop/judges.ts';
import { noSoftHsm, PIN, softHsm } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
const at = (file: string) => join(cwd, file);
const hsm = noSoftHsm() ? undefined : softHsm();
const inToken = hsm && [
  ...['--pkcs11-lib', hsm.module, '--pkcs11-token', 'CA Token', '--pkcs11-key-label', 'ca'],
  '--pkcs11-generate-key',
];

/** Where the CA's keys are. */
const WORLDS: Readonly<Record<string, readonly string[]>> = {
  file: ['--no-passphrase'],
  ...(inToken && { token: inToken }),
  catalyst: ['--no-passphrase', '--hybrid', 'catalyst'],
  composite: ['--no-passphrase', '--algorithm', 'MLDSA65-ECDSA-P384-SHA512'],
};

async function done(...argv: readonly string[]): Promise<string> {
  const { status, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return stderr;
}

beforeAll(async () => {
  hsm?.token('CA Token');
  for (const [dir, options] of Object.entries(WORLDS)) {
    await done('init-ca', '--name', `Root ${dir}`, '--dir', dir, ...options);
    const files = ['--key-out', `${dir}.key`, '--out', `${dir}.crt`];
    await done('issue', '--ca-dir', dir, '--cn', `${dir}.example`, ...files);
  }
});

describe.each(Object.keys(WORLDS))('a certificate of a CA in the world "%s"', (dir) => {
  const renewed = [`${dir}-same.crt`, `${dir}-other.crt`];

  it('is renewed for the same key and for another', async () => {
    const renew = ['renew', `${dir}.crt`, '--ca-dir', dir];
    expect(await done(...renew, '--out', `${dir}-same.crt`)).toBe('');
    const key = ['--key-out', `${dir}-other.key`];
    expect(await done(...renew, ...key, '--out', `${dir}-other.crt`)).toBe('');
    for (const file of renewed) await done('verify', file, '--trust', `${dir}/ca.crt`);
  });

  it.skipIf(noOpenssl() || dir === 'composite')('verifies by OpenSSL', () => {
    const files = renewed.map(at);
    expect(openssl('verify', '-x509_strict', '-CAfile', at(`${dir}/ca.crt`), ...files)).toBe(
      files.map((file) => `${file}: OK\n`).join(''),
    );
  });

  it.skipIf(BOUNCY_CASTLE.missing || dir === 'file' || dir === 'token')(
    'verifies by Bouncy Castle',
    () => {
      const issuer = at(`${dir}/ca.crt`);
      const questions = renewed.map((file) => ({ certificate: at(file), issuer }));
      const verdicts = BOUNCY_CASTLE.judgeAll(questions).map(({ accepted }) => accepted);
      expect(verdicts).toEqual([true, true]);
    },
  );
});

describe('a certificate with an alternative key of its subject', () => {
  beforeAll(async () => {
    await done(
      'key',
      'generate',
      '--algorithm',
      'ecdsa-p256',
      '--no-passphrase',
      '--out',
      'one.key',
    );
    await done(
      'key',
      'generate',
      '--algorithm',
      'ml-dsa-44',
      '--no-passphrase',
      '--out',
      'two.key',
    );
    const keys = ['--key', 'one.key', '--hybrid', 'catalyst', '--ml-dsa-key', 'two.key'];
    await done('csr', 'create', ...keys, '--cn', 'two.example', '--out', 'two.csr');
    await done('issue', '--ca-dir', 'catalyst', '--csr', 'two.csr', '--out', 'two.crt');
  });

  it('keeps both keys, also by a request for both', async () => {
    const renew = ['renew', 'two.crt', '--ca-dir', 'catalyst'];
    expect(await done(...renew, '--out', 'kept.crt')).toBe('');
    expect(await done(...renew, '--csr', 'two.csr', '--out', 'asked.crt')).toBe('');
  });

  it('does not lose one of them to a key that is made', async () => {
    const refused = refusals(cwd, 'catalyst');
    const renew = ['renew', 'two.crt', '--ca-dir', 'catalyst', '--out', 'x.crt'];
    expect(await refused(pki, ...renew, '--key-out', 'x.key')).toEqual({
      status: 2,
      stderr: [
        'pki: error: the certificate has an alternative key, and --key-out makes one key',
        'pki: hint: give a request for both with --csr, as "pki csr create --hybrid catalyst" makes it',
      ],
    });
  });
});
