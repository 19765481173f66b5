import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { derFromFile } from '../../../src/der/pem.ts';
import { parseCertificate, serialText } from '../../../src/x509/certificate.ts';
import { EXTENSION_OID } from '../../../src/x509/extensions.ts';
import { BOUNCY_CASTLE, OPENSSL_3_0 } from '../../interop/judges.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { openssl } from '../openssl.ts';
import { pathsIn, refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const at = (file: string) => join(cwd, file);
const env = { PKI_PASSPHRASE: PASSPHRASE, PKI_PARENT_PASSPHRASE: PASSPHRASE };
const pki = world({ cwd, env });

async function must(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pki(...argv);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const leaf = (ca: string, name: string) => {
  const files = ['--out', `${name}.crt`, '--key-out', `${name}.key`];
  return must('issue', '--ca-dir', ca, '--cn', `${name}.example`, ...files);
};

const certificate = (file: string) =>
  parseCertificate(derFromFile(readFileSync(at(file)), ['CERTIFICATE']) ?? new Uint8Array());
const serialOf = (file: string) => serialText(certificate(file).tbs.serialNumber);
const keyIdentifier = (file: string) =>
  certificate(file).tbs.extensions.find(({ oid }) => oid === EXTENSION_OID.subjectKeyIdentifier);

const mustVerify = (file: string, root: string) =>
  expect(openssl('verify', '-x509_strict', '-CAfile', at(root), at(file))).toBe(
    `${at(file)}: OK\n`,
  );

describe('rekey-ca that adds an ML-DSA key to a root', () => {
  let made = '';
  let old = '';

  beforeAll(async () => {
    await must('init-ca', '--name', 'Root', '--dir', 'ca', '--days', '400');
    await leaf('ca', 'old');
    await must('crl', '--ca-dir', 'ca', '--out', 'old.crl');
    old = `ca/history/${serialOf('ca/ca.crt')}.crt`;
    cpSync(at('ca'), at('before'), { recursive: true });
    made = await must('rekey-ca', '--ca-dir', 'ca', '--hybrid', 'catalyst');
    await leaf('ca', 'new');
  });

  it('changes the files together, and keeps the old certificate', () => {
    expect(pathsIn(at('ca'))).toEqual([
      ...['ca.crt', 'ca.db', 'ca.yaml', 'crl', 'crl/ca.crl', 'crl/ca.pem', 'history'],
      ...[old.slice(3), 'keys', 'keys/ca.key', 'keys/ml-dsa.key'],
    ]);
    expect(readFileSync(at(old))).toEqual(readFileSync(at('before/ca.crt')));
    expect(readFileSync(at('ca/ca.yaml'), 'utf8')).toContain('hybrid: catalyst\n');
    expect(keyIdentifier('ca/ca.crt')).toEqual(keyIdentifier(old));
    expect(certificate('ca/ca.crt').tbs.publicKey).toEqual(certificate(old).tbs.publicKey);
  });

  it('tells what there is, what ends when, and what goes where', () => {
    expect(made).toMatch(
      new RegExp(
        [
          '^renewed the certificate of the CA CN=Root',
          '  directory    ca',
          '  key          ecdsa-p384 in file:keys/ca.key',
          '  key          ml-dsa-65 in file:keys/ml-dsa.key',
          '  valid until  \\S+',
          '  serial       \\S+',
          '  SHA-256      \\S+',
          'the old one and the new one overlap',
          '  old until                              \\S+',
          '  new from                               \\S+',
          '  new until                              \\S+',
          '  last certificate of the old one until  \\S+',
          'to be distributed',
          '  ca/ca.crt  to trust stores, in the place of the old root  until \\S+\n$',
        ].join('\n'),
      ),
    );
  });

  it('goes on with one store', async () => {
    const rows = JSON.parse(await must('list', '--ca-dir', 'ca', '--json'));
    expect(rows.map(({ profile }: { profile: string }) => profile)).toEqual([
      ...['root-ca', 'tls-server', 'root-ca', 'tls-server'],
    ]);
    expect(await must('crl', '--ca-dir', 'ca', '--out', 'new.crl')).toMatch(/^made CRL 2\n/);
  });

  it.skipIf(OPENSSL_3_0.missing)('verifies old and new under both, as OpenSSL sees it', () => {
    for (const file of ['old.crt', 'new.crt']) {
      for (const root of [old, 'ca/ca.crt']) mustVerify(file, root);
    }
  });

  it('has both signatures verified, by pki and by Bouncy Castle', async () => {
    await must('verify', 'new.crt', '--trust', 'ca/ca.crt', '--require-alt');
    expect(await pki('verify', 'old.crt', '--trust', 'ca/ca.crt', '--require-alt')).toMatchObject({
      status: 3,
    });
    if (BOUNCY_CASTLE.missing) return;
    for (const file of ['new.crt', 'ca/ca.crt']) {
      expect(BOUNCY_CASTLE.judge(at(file), at('ca/ca.crt')).accepted).toBe(true);
    }
  });

  /** The files of a change, in the order in which they are put in their places. */
  const FILES = ['keys/ml-dsa.key', 'history', 'ca.crt', 'ca.yaml'];

  it.each([0, 1, 2, 3, 4])('is finished where it was interrupted after %i files', async (moved) => {
    const half = `half-${moved}`;
    cpSync(at('before'), at(half), { recursive: true });
    mkdirSync(at(`${half}/change/keys`), { recursive: true });
    FILES.forEach((file, index) => {
      const to = index < moved ? half : `${half}/change`;
      cpSync(at(`ca/${file}`), at(`${to}/${file}`), { recursive: true });
    });
    const refused = refusals(cwd);
    for (const argv of [
      ['issue', '--ca-dir', half, '--cn', 'a.example', '--key-out', 'a.key'],
      ['crl', '--ca-dir', half, '--out', 'a.crl'],
      ['list', '--ca-dir', half],
    ]) {
      expect(await refused(pki, ...argv)).toEqual({
        status: 6,
        stderr: [
          `pki: error: the certificate of the CA in ${at(half)} is being replaced`,
          'pki: hint: if no "pki rekey-ca" is at work, one was interrupted: "pki rekey-ca --ca-dir" finishes it',
        ],
      });
    }
    const { status, stdout, stderr } = await pki('rekey-ca', '--ca-dir', half);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'pki: note: a change that had been interrupted was finished; nothing else was done\n',
    });
    expect(stdout).toMatch(/^finished the change of the CA CN=Root\n/);
    for (const file of ['ca.crt', 'ca.yaml', 'keys/ml-dsa.key', old.slice(3)]) {
      expect(readFileSync(at(`${half}/${file}`))).toEqual(readFileSync(at(`ca/${file}`)));
    }
    expect(pathsIn(at(half))).not.toContain('change');
    await leaf(half, half);
  });
});

describe('rekey-ca that renews a certificate', () => {
  it.skipIf(OPENSSL_3_0.missing)(
    'of a root of somebody else keeps name and identifier',
    async () => {
      const identifier = ['-addext', 'subjectKeyIdentifier=01020304'];
      const subject = ['-subj', '/emailAddress=ca@example/CN=Theirs', '-days', '100'];
      const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
      const files = ['-newkey', 'rsa:3072', '-nodes', '-keyout', at('t.key'), '-out', at('t.crt')];
      openssl('req', '-x509', ...files, ...subject, ...usage, ...identifier);
      const there = ['--import', 't.crt', '--key', 't.key', '--no-passphrase'];
      expect(await pki('init-ca', '--dir', 'their', ...there)).toMatchObject({ status: 0 });
      await leaf('their', 'before-renewal');
      await must('rekey-ca', '--ca-dir', 'their', '--days', '900');
      const { subject: name, notAfter } = certificate('their/ca.crt').tbs;
      expect(name).toEqual(certificate('t.crt').tbs.subject);
      expect(keyIdentifier('their/ca.crt')).toEqual(keyIdentifier('t.crt'));
      expect(Math.round((notAfter.getTime() - Date.now()) / 86_400_000)).toBe(900);
      await leaf('their', 'after-renewal');
      for (const file of ['before-renewal.crt', 'after-renewal.crt'])
        mustVerify(file, 'their/ca.crt');
      // what OpenSSL put into it as authorityKeyIdentifier is not its identifier
      const lenient = ['-partial_chain', '-CAfile', at('t.crt'), at('after-renewal.crt')];
      expect(openssl('verify', ...lenient)).toBe(`${at('after-renewal.crt')}: OK\n`);
    },
  );

  it('of a CA under another one has that issue it, with an ML-DSA key too', async () => {
    await must('init-ca', '--name', 'Parent', '--dir', 'parent');
    const under = ['--parent', 'parent', '--days'];
    await must('init-ca', '--name', 'Sub', '--dir', 'sub', ...under, '100');
    await leaf('sub', 'first');
    const told = await must('rekey-ca', '--ca-dir', 'sub', ...under, '200', '--hybrid', 'catalyst');
    expect(told).toContain('  sub/chain.crt  to servers, in the place of the old one  until 20');
    await leaf('sub', 'second');
    for (const file of ['first.crt', 'second.crt']) {
      expect(await pki('verify', file, 'sub/chain.crt', '--trust', 'parent/ca.crt')).toMatchObject({
        status: 0,
      });
    }
    const rows = JSON.parse(await must('list', '--ca-dir', 'parent', '--json'));
    expect(rows.at(-1)).toMatchObject({ serial: serialOf('sub/ca.crt'), profile: 'issuing-ca' });
    expect(await must('list', '--ca-dir', 'sub')).toContain(serialOf('sub/ca.crt'));
  });

  it('takes the passphrase of the key that is there for the one beside it', async () => {
    await must('init-ca', '--name', 'Asked', '--dir', 'asked');
    const typing = world({ cwd, answers: [PASSPHRASE] });
    const argv = ['rekey-ca', '--ca-dir', 'asked', '--hybrid', 'catalyst', '--ml-dsa', 'ml-dsa-44'];
    expect(await typing(...argv)).toMatchObject({
      status: 0,
      stderr: 'passphrase of the CA key: \n',
    });
    await leaf('asked', 'asked-leaf');
  });
});
