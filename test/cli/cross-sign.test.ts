import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BOUNCY_CASTLE, OPENSSL_3_0, OPENSSL_3_5 } from '../interop/judges.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { tool, tryTool } from '../support/tools.ts';
import { world } from '../support/world.ts';
import { noOpenssl, openssl, request } from './openssl.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const at = (file: string) => join(cwd, file);

const must = async (...argv: readonly string[]): Promise<void> => {
  const { status, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(stderr);
};

const NAME = 'Example Root CA';

/** Each root certifies the key of the other one. */
async function crossSign(issuer: string, subject: string, profile: string, out: string) {
  const csr = `${subject}.csr`;
  const key = ['--key', `${subject}/keys/ca.key`];
  await must('csr', 'create', ...key, '--cn', NAME, '--out', csr, '--force');
  await must('issue', '--ca-dir', issuer, '--profile', profile, '--csr', csr, '--out', out);
}

beforeAll(async () => {
  for (const [directory, algorithm] of [
    ['old', 'ecdsa-p384'],
    ['new', 'MLDSA65-ECDSA-P384-SHA512'],
  ] as const) {
    const keys = ['--algorithm', algorithm, '--no-passphrase'];
    await must('init-ca', '--name', NAME, '--dir', directory, ...keys);
    const files = ['--out', `${directory}.crt`, '--key-out', `${directory}.key`];
    await must('issue', '--ca-dir', directory, '--cn', `${directory}.example.com`, ...files);
  }
  await crossSign('old', 'new', 'cross-ca', 'new-by-old.crt');
  await crossSign('new', 'old', 'cross-ca', 'old-by-new.crt');
  await crossSign('old', 'new', 'issuing-ca', 'short.crt');
});

/** The certificates of the path that was found, without their signatures. */
async function verified(...argv: readonly string[]) {
  const { status, stdout, stderr } = await pki('verify', ...argv);
  const [verdict, ...lines] = stdout.split('\n').filter((line) => !line.startsWith('    '));
  return { status, verdict, path: lines.filter((line) => line !== ''), stderr };
}

describe('two roots of one name that certify each other', () => {
  const PATH = [`  CN=${NAME}`, `  CN=${NAME} (trusted)`];

  it.each([
    ['new.crt', 'new-by-old.crt', 'old'],
    ['old.crt', 'old-by-new.crt', 'new'],
  ])('lead from %s by %s to the root %s', async (leaf, cross, root) => {
    expect(await verified(leaf, cross, '--trust', `${root}/ca.crt`)).toEqual({
      status: 0,
      verdict: `${leaf}: OK`,
      path: [`  CN=${leaf.replace('crt', 'example.com')}`, ...PATH],
      stderr: '',
    });
  });

  it('lead there by the right one of all of them', async () => {
    const all = ['new-by-old.crt', 'old-by-new.crt', 'new/ca.crt', 'old/ca.crt'];
    for (const leaf of ['old', 'new']) {
      for (const root of ['old', 'new']) {
        const { status, path } = await verified(`${leaf}.crt`, ...all, '--trust', `${root}/ca.crt`);
        expect({ status, certificates: path.length }).toEqual({
          status: 0,
          certificates: leaf === root ? 2 : 3,
        });
      }
    }
  });

  it.skipIf(BOUNCY_CASTLE.missing)('did so by Bouncy Castle', () => {
    const judge = (certificate: string, issuer: string) =>
      BOUNCY_CASTLE.judge(at(certificate), at(issuer)).accepted;
    expect(judge('new-by-old.crt', 'old/ca.crt')).toBe(true);
    expect(judge('old-by-new.crt', 'new/ca.crt')).toBe(true);
    expect(judge('new.crt', 'new-by-old.crt')).toBe(true);
    expect(judge('old.crt', 'old-by-new.crt')).toBe(true);
    expect(judge('new-by-old.crt', 'new/ca.crt')).toBe(false);
  });

  for (const [judge, program] of [
    [OPENSSL_3_0, 'openssl-3.0'],
    [OPENSSL_3_5, 'openssl-3.5'],
  ] as const) {
    it.skipIf(judge.missing)(
      `do not come between ${judge.name} and what it verified before`,
      () => {
        const verify = (...args: readonly string[]) =>
          tryTool(tool(program) ?? '', 'verify', '-x509_strict', ...args, at('old.crt')).output;
        for (const trust of [['old'], ['old', 'new'], ['new', 'old']]) {
          const files = trust.flatMap((root) => ['-trusted', at(`${root}/ca.crt`)]);
          const sent = ['-untrusted', at('new-by-old.crt'), '-untrusted', at('old-by-new.crt')];
          expect(verify(...files, ...sent)).toBe(`${at('old.crt')}: OK\n`);
        }
      },
    );
  }
});

describe.skipIf(noOpenssl())('a certificate of a CA below a root that is cross-signed', () => {
  beforeAll(async () => {
    const files = ['--out', 'issuing.crt', '--key-out', 'issuing.key'];
    await must('issue', '--ca-dir', 'new', '--profile', 'issuing-ca', '--cn', 'CA 1', ...files);
    const csr = request(cwd, 'below', '-subj', '/CN=below');
    const ca = ['-CA', at('issuing.crt'), '-CAkey', at('issuing.key'), '-CAcreateserial'];
    writeFileSync(at('version3.cnf'), 'authorityKeyIdentifier = keyid\n');
    const options = ['-days', '30', '-extfile', at('version3.cnf'), ...ca];
    openssl('x509', '-req', '-in', csr, ...options, '-out', at('below.crt'));
  });

  it('verifies where the cross-certificate is by the profile cross-ca', async () => {
    const chain = ['below.crt', 'issuing.crt', 'new-by-old.crt', '--trust', 'old/ca.crt'];
    const { status, path } = await verified(...chain);
    expect(path).toHaveLength(4);
    expect(status).toBe(0);
  });

  it('does not where it is by issuing-ca', async () => {
    const chain = ['below.crt', 'issuing.crt', 'short.crt', '--trust', 'old/ca.crt'];
    const { status, stderr } = await verified(...chain);
    expect(stderr).toBe(
      [
        'pki: error: below.crt does not verify',
        `pki: hint: CN=${NAME}: its path length is 0, but below it are 1 CA certificates in this path (path-length, RFC 5280 §4.2.1.9, §6.1.4 (l), (m))`,
        '',
      ].join('\n'),
    );
    expect(status).toBe(3);
  });
});
