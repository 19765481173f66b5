import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../src/der/pem.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { knownExtensions } from '../../src/x509/extensions.ts';
import { BOUNCY_CASTLE } from '../interop/judges.ts';
import { noSoftHsm, PIN, softHsm } from '../support/softhsm.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { noOpenssl, openssl } from './openssl.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
const at = (file: string) => join(cwd, file);
const hsm = noSoftHsm() ? undefined : softHsm();

const FILE_KEY = ['--no-passphrase'];
const TOKEN_KEY = hsm && [
  ...['--pkcs11-lib', hsm.module, '--pkcs11-token', 'CA Token', '--pkcs11-key-label', 'ca'],
  '--pkcs11-generate-key',
];

/** Where the keys of the other CA are; the one in "ca" has its key in a file. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  file: FILE_KEY,
  ...(TOKEN_KEY && { token: TOKEN_KEY }),
  catalyst: [...FILE_KEY, '--hybrid', 'catalyst'],
  composite: [...FILE_KEY, '--algorithm', 'MLDSA65-ECDSA-P384-SHA512'],
};
const NAMES = Object.keys(OTHERS);

async function done(...argv: readonly string[]): Promise<void> {
  const { status, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
}

beforeAll(async () => {
  hsm?.token('CA Token');
  for (const [dir, options] of Object.entries({ ca: FILE_KEY, ...OTHERS })) {
    await done('init-ca', '--name', `Root ${dir}`, '--dir', dir, ...options);
    const files = ['--key-out', `${dir}.key`, '--out', `${dir}.crt`];
    await done('issue', '--ca-dir', dir, '--cn', `${dir}.example`, ...files);
  }
  for (const dir of NAMES) {
    await done('cross-sign', `${dir}/ca.crt`, '--ca-dir', 'ca', '--out', `${dir}-by-ca.crt`);
    await done('cross-sign', 'ca/ca.crt', '--ca-dir', dir, '--out', `ca-by-${dir}.crt`);
  }
}, 60_000);

const certificate = (file: string) =>
  parseCertificate(pemBlocks(readFileSync(at(file), 'latin1'))[0]?.der ?? new Uint8Array());

describe.each(NAMES)('a CA with its key in a file and one in the world "%s"', (dir) => {
  const directions = [
    { leaf: `${dir}.crt`, cross: `${dir}-by-ca.crt`, root: 'ca/ca.crt', own: `${dir}/ca.crt` },
    { leaf: 'ca.crt', cross: `ca-by-${dir}.crt`, root: `${dir}/ca.crt`, own: 'ca/ca.crt' },
  ];

  it('verify under each other', async () => {
    for (const { leaf, cross, root } of directions) {
      const { status, stderr } = await pki('verify', leaf, cross, '--trust', root);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
  });

  it.skipIf(noOpenssl() || dir === 'composite')('do so by OpenSSL', () => {
    for (const { leaf, cross, root } of directions) {
      const sent = ['-untrusted', at(cross), at(leaf)];
      expect(openssl('verify', '-x509_strict', '-CAfile', at(root), ...sent)).toBe(
        `${at(leaf)}: OK\n`,
      );
    }
  });

  it.skipIf(BOUNCY_CASTLE.missing || (dir !== 'catalyst' && dir !== 'composite'))(
    'do so by Bouncy Castle',
    () => {
      const questions = directions.flatMap(({ leaf, cross, root, own }) => [
        { certificate: at(cross), issuer: at(root) },
        { certificate: at(leaf), issuer: at(cross) },
        { certificate: at(cross), issuer: at(own) },
      ]);
      const verdicts = BOUNCY_CASTLE.judgeAll(questions).map(({ accepted }) => accepted);
      expect(verdicts).toEqual([true, true, false, true, true, false]);
    },
  );

  it('keep name, keys and key identifier', () => {
    for (const { cross, own } of directions) {
      const [made, existing] = [certificate(cross).tbs, certificate(own).tbs];
      expect(made.subject).toEqual(existing.subject);
      expect(made.publicKey).toEqual(existing.publicKey);
      const [found, wanted] = [made, existing].map((tbs) => knownExtensions(tbs.extensions));
      expect(found?.subjectKeyIdentifier).toEqual(wanted?.subjectKeyIdentifier);
      expect(found?.subjectAltPublicKeyInfo).toEqual(wanted?.subjectAltPublicKeyInfo);
    }
  });
});

describe('the cross-certificate of a Catalyst CA', () => {
  it('leads to both signatures of what is below it', async () => {
    const sent = ['catalyst.crt', 'catalyst-by-ca.crt', '--trust', 'ca/ca.crt'];
    const { stdout } = await pki('verify', ...sent);
    expect(stdout).toContain('ml-dsa-65, alternative, by CN=Root catalyst');
  });
});
