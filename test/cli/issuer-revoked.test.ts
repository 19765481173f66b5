import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd);
const at = (path: string) => join(cwd, path);

async function must(line: string): Promise<string> {
  const { status, stdout, stderr } = await pki(...line.split(' '));
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return stdout;
}

/** Gives a CA what a CA above it has published. */
function give(ca: string, crl: string, name = 'root.crl'): void {
  mkdirSync(at(`${ca}/issuer-crls`), { recursive: true });
  cpSync(at(crl), at(`${ca}/issuer-crls/${name}`));
}

const issue = (ca: string, name: string) =>
  `issue --ca-dir ${ca} --cn ${name}.example --key-out ${name}.key --out ${name}.crt`;

let serial = '';

beforeAll(async () => {
  await must('init-ca --name Root --dir root --no-passphrase --hybrid catalyst');
  await must('init-ca --name Other --dir other --no-passphrase');
  const sub = 'init-ca --name Sub --dir sub --parent root --profile cross-ca --no-passphrase';
  serial = JSON.parse(await must(`${sub} --json`)).serial;
  await must('init-ca --name Below --dir below --parent sub --days 1000 --no-passphrase');
  await must('crl --ca-dir root --out before.crl');
  await must('crl --ca-dir other --out other.crl');
  await must(`revoke ${serial} --ca-dir root --reason keyCompromise`);
  await must('crl --ca-dir root --out root.crl');
});

const refusal = (subject: string) => ({
  status: 3,
  stderr: [
    `pki: error: not signing a certificate for ${subject}`,
    `pki: hint: the certificate ${serial} of CN=Sub is revoked by CRL 2 of CN=Root (issuer-not-revoked, RFC 5280 §6.1.3)`,
  ],
});

describe('a CA that was revoked by the one above it', () => {
  it('issues while it is not told, and while the CRLs do not list it', async () => {
    await must(issue('sub', 'a'));
    give('sub', 'before.crl');
    give('sub', 'other.crl', 'other.pem');
    await must(issue('sub', 'b'));
  });

  it('issues nothing once it is told, nor does a CA below it', async () => {
    give('sub', 'root.crl');
    give('below', 'root.crl');
    for (const ca of ['sub', 'below']) {
      expect(await refused(pki, ...issue(ca, 'c').split(' '))).toEqual(refusal('CN=c.example'));
      expect(existsSync(at('c.key'))).toBe(false);
    }
  });

  it('is told also by a CRL that has run out', async () => {
    const later = world({ cwd, now: new Date(Date.now() + 400 * 86_400_000) });
    expect(await refused(later, ...issue('sub', 'd').split(' '), '--days', '9')).toEqual(
      refusal('CN=d.example'),
    );
  });

  it('certifies no CA, for which no key is made', async () => {
    const argv = ['init-ca', '--name', 'New', '--dir', 'new', '--parent', 'sub', '--no-passphrase'];
    const { status, stderr } = await refused(pki, ...argv, '--days', '9');
    expect({ status, stderr: stderr.slice(-2) }).toEqual(refusal('CN=New'));
    expect(existsSync(at('new'))).toBe(false);
  });

  it('takes no CRL for the word of its issuer that this one has not signed', async () => {
    const forged = Buffer.from(
      readFileSync(at('root.crl'), 'utf8').replace(/-----[^-]+-----/g, ''),
      'base64',
    );
    forged[forged.length - 5] = (forged.at(-5) ?? 0) ^ 1;
    mkdirSync(at('below/issuer-crls'), { recursive: true });
    writeFileSync(at('below/issuer-crls/root.crl'), forged);
    await must(issue('below', 'e'));
  });

  it('is refused with the name of a file that is no CRL', async () => {
    writeFileSync(at('below/issuer-crls/root.crl'), 'nothing');
    expect(await refused(pki, ...issue('below', 'f').split(' '))).toEqual({
      status: 2,
      stderr: [
        'pki: error: below/issuer-crls/root.crl holds no CRL',
        'pki: hint: it has to be in PEM or DER',
      ],
    });
  });
});
