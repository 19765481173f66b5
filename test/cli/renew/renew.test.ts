import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../../src/der/pem.ts';
import { type Certificate, parseCertificate, serialText } from '../../../src/x509/certificate.ts';
import { EXTENSION_OID } from '../../../src/x509/extensions.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl, request } from '../openssl.ts';
import { pathsIn } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const at = (file: string) => join(cwd, file);

async function done(...argv: readonly string[]) {
  const { status, stdout, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return { stdout, notes: stderr.split('\n').slice(0, -1) };
}

const renew = (...argv: readonly string[]) => done('renew', '--ca-dir', 'ca', ...argv);

function certificate(file: string): Certificate {
  return parseCertificate(pemBlocks(readFileSync(at(file), 'latin1'))[0]?.der ?? new Uint8Array());
}

const san = ({ tbs }: Certificate) =>
  tbs.extensions.find(({ oid }) => oid === EXTENSION_OID.subjectAltName);

const TEAM = `
extends: tls-client
subject:
  take: [O, CN]
  set: { OU: '{team}' }
variables:
  team: { type: text }
`;

beforeAll(async () => {
  await done('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  const names = ['--cn', 'a.example', '--dns', 'b.example', '--ip', '192.0.2.1'];
  const files = ['--key-out', 'a.key', '--out', 'a.crt'];
  await done('issue', '--ca-dir', 'ca', ...names, '--key-algorithm', 'rsa-2048', ...files);
});

describe('pki renew', () => {
  it('makes a certificate of the same names, key and profile', async () => {
    const { stdout, notes } = await renew('a.crt', '--out', 'b.crt');
    expect(notes).toEqual([]);
    const [old, renewed] = [certificate('a.crt'), certificate('b.crt')];
    expect(renewed.tbs.subject).toEqual(old.tbs.subject);
    expect(renewed.tbs.publicKey).toEqual(old.tbs.publicKey);
    expect(san(renewed)).toEqual(san(old));
    expect(renewed.tbs.serialNumber).not.toBe(old.tbs.serialNumber);
    const serial = serialText(old.tbs.serialNumber);
    expect(stdout.split('\n').filter((line) => !/SHA-256|valid|serial/.test(line))).toEqual([
      'renewed CN=a.example',
      '  certificate  b.crt',
      `  in place of  ${serial}`,
      '',
    ]);
    const { profile, status } = JSON.parse(
      (await done('list', '--ca-dir', 'ca', '--json')).stdout,
    ).at(-1);
    expect({ profile, status }).toEqual({ profile: 'tls-server', status: 'issued' });
  });

  it('finds it by its serial number, and tells in JSON', async () => {
    const serial = serialText(certificate('a.crt').tbs.serialNumber);
    const { stdout } = await renew(serial, '--days', '30', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      subject: 'CN=a.example',
      renewed: true,
      replaces: serial,
      notes: ['differs from the old one: validity is 30 days, and was 90 days'],
    });
  });

  it('makes a new key of the same algorithm', async () => {
    const p12 = ['--p12-out', 'c.p12', '--p12-passphrase-file', 'p12.txt'];
    writeFileSync(at('p12.txt'), 'secret of the file\n');
    const { notes } = await renew('a.crt', '--out', 'c.crt', '--key-out', 'c.key', ...p12);
    expect(notes).toEqual([]);
    expect((await done('key', 'show', 'c.key')).stdout).toContain('rsa-2048');
    expect(certificate('c.crt').tbs.publicKey).not.toEqual(certificate('a.crt').tbs.publicKey);
    expect(san(certificate('c.crt'))).toEqual(san(certificate('a.crt')));
    expect(pathsIn(cwd)).toContain('c.p12');
  });

  it('or of another one, and says so', async () => {
    const key = ['--key-out', 'd.key', '--key-algorithm', 'ed25519'];
    const { notes } = await renew('a.crt', '--out', 'd.crt', ...key);
    expect(notes[0]).toBe('pki: note: differs from the old one: key is ed25519, and was rsa-2048');
    expect(notes[1]).toMatch(/^pki: note: differs from the old one: Key Usages is critical, /);
  });

  it('does nothing until it is due', async () => {
    const before = (await done('list', '--ca-dir', 'ca')).stdout;
    const end = certificate('a.crt').tbs.notAfter.toISOString().replace('.000', '');
    const serial = serialText(certificate('a.crt').tbs.serialNumber);
    const { stdout } = await renew('a.crt', '--within', '30');
    expect(stdout).toBe(`not due: ${serial} is valid until ${end}, 89 days from now\n`);
    const told = await renew('a.crt', '--within', '30', '--json');
    expect(JSON.parse(told.stdout)).toEqual({ renewed: false, serial, notAfter: end, days: 89 });
    expect((await done('list', '--ca-dir', 'ca')).stdout).toBe(before);
    const sixtyDays = new Date(Date.now() + 61 * 86_400_000);
    const argv = ['renew', 'a.crt', '--ca-dir', 'ca', '--within', '30', '--out', 'e.crt'];
    const later = await world({ cwd, now: sixtyDays })(...argv);
    expect(later.stdout).toMatch(/^renewed CN=a\.example\n/);
  });

  it('renews what has ended, and says so', async () => {
    const late = world({ cwd, now: new Date('2030-01-01T00:00:00Z') });
    const { stdout, stderr } = await late('renew', 'a.crt', '--ca-dir', 'ca', '--out', 'late.crt');
    expect(stdout).toMatch(/^renewed CN=a\.example\n/);
    expect(stderr).toMatch(/^pki: note: the old one ended at \S+Z\n$/);
  });

  it('tells what the profile has changed since', async () => {
    mkdirSync(at('ca/profiles'));
    writeFileSync(at('ca/profiles/team.yaml'), TEAM);
    const names = ['--cn', 'x', '--organization', 'Example'];
    const files = ['--key-out', 'x.key', '--out', 'x.crt'];
    const team = ['--profile', 'team', '--var', 'team=red'];
    await done('issue', '--ca-dir', 'ca', ...team, ...names, ...files);
    expect((await renew('x.crt', '--var', 'team=red', '--out', 'y.crt')).notes).toEqual([]);
    const changed = TEAM.replace('[O, CN]', '[CN]').replace(
      'subject:',
      'crl: ["http://c.example/{serial}"]\nsubject:',
    );
    writeFileSync(at('ca/profiles/team.yaml'), changed);
    const { notes } = await renew('x.crt', '--var', 'team=red', '--dry-run');
    const newest = serialText(certificate('y.crt').tbs.serialNumber);
    expect(notes).toEqual([
      'pki: note: left out of what was requested, since profile "team" does not take it: O=Example',
      `pki: note: the certificate ${newest} is for the same key under another name: O=Example, OU=red, CN=x`,
      'pki: note: differs from the old one: subject is OU=red, CN=x, and was O=Example, OU=red, CN=x',
      'pki: note: differs from the old one: it has CRL Distribution Points: Distribution Point: URL: http://c.example/{serial}',
      'pki: note: it would be signed; nothing was signed, recorded or written',
    ]);
    const other = ['--cn', 'z', '--key-out', 'z.key', '--out', 'z.crt'];
    await done('issue', '--ca-dir', 'ca', ...team, ...other);
    expect((await renew('z.crt', '--var', 'team=red', '--out', 'zz.crt')).notes).toEqual([]);
  });

  it.skipIf(noOpenssl())(
    'certifies the key of a request that asks for no other names',
    async () => {
      for (const names of [
        ['-subj', '/CN=a.example'],
        ['-subj', '/CN=a.example', '-addext', 'subjectAltName=DNS:B.example,IP:192.0.2.1'],
      ]) {
        rmSync(at('r.crt'), { force: true });
        await renew('a.crt', '--csr', request(cwd, 'r', ...names), '--out', 'r.crt');
        expect(san(certificate('r.crt'))).toEqual(san(certificate('a.crt')));
      }
      const ca = ['-CAfile', at('ca/ca.crt')];
      for (const file of ['b.crt', 'c.crt', 'd.crt', 'r.crt'].map(at)) {
        expect(openssl('verify', '-x509_strict', ...ca, file)).toBe(`${file}: OK\n`);
      }
    },
  );
});
