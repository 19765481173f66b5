import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { derFromFile } from '../../../src/der/pem.ts';
import { parseCertificate } from '../../../src/x509/certificate.ts';
import { knownExtensions } from '../../../src/x509/extensions.ts';
import { OPENSSL_3_0 } from '../../interop/judges.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { tool, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { openssl } from '../openssl.ts';
import { pathsIn } from '../refusal.ts';

const cwd = temporaryDirectory();
const at = (file: string) => join(cwd, file);
const env = { PKI_PASSPHRASE: 'of the new key', PKI_OLD_PASSPHRASE: 'of the old key' };
const pki = world({ cwd, env });
const asOld = world({ cwd, env: { PKI_PASSPHRASE: env.PKI_OLD_PASSPHRASE } });

async function must(run: typeof pki, ...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run(...argv);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const leaf = (run: typeof pki, ca: string) => {
  const files = ['--out', `${ca}.crt`, '--key-out', `${ca}.key`];
  return must(run, 'issue', '--ca-dir', ca, '--cn', `${ca}.example`, ...files);
};

const certificate = (file: string) =>
  parseCertificate(derFromFile(readFileSync(at(file)), ['CERTIFICATE']) ?? new Uint8Array());

const identifiers = (file: string) => {
  const known = knownExtensions(certificate(file).tbs.extensions);
  const { subjectKeyIdentifier: subject, authorityKeyIdentifier: authority } = known;
  return [subject, authority].map((octets) => octets && Buffer.from(octets).toString('hex'));
};

const [NEW_BY_OLD, OLD_BY_NEW] = ['new/cross/new-with-old.crt', 'new/cross/old-with-new.crt'];
let made = '';

beforeAll(async () => {
  const named = ['--name', 'Example Root CA', '--organization', 'Example', '--days', '400'];
  await must(asOld, 'init-ca', ...named, '--dir', 'old');
  await leaf(asOld, 'old');
  made = await must(pki, 'rekey-ca', '--ca-dir', 'old', '--dir', 'new');
  await leaf(pki, 'new');
});

describe('rekey-ca of a root with its keys in files', () => {
  it('tells what there is, what ends when, and what goes where', () => {
    const end = (file: string) =>
      certificate(file).tbs.notAfter.toISOString().replace('.000Z', 'Z');
    const [old, next] = [end('old/ca.crt'), end('new/ca.crt')];
    const from = certificate('new/ca.crt').tbs.notBefore.toISOString().replace('.000Z', 'Z');
    const [first = '', ...lines] = made.split('\n');
    expect(first).toBe('made a new key for the CA O=Example, CN=Example Root CA');
    expect(lines.slice(0, 3)).toEqual([
      '  directory    new',
      '  key          ecdsa-p384 in file:keys/ca.key',
      `  valid until  ${next}`,
    ]);
    expect(lines.slice(5)).toEqual([
      'the old one and the new one overlap',
      `  old until                              ${old}`,
      `  new from                               ${from}`,
      `  new until                              ${next}`,
      `  last certificate of the old one until  ${end('old.crt')}`,
      `  CRLs of the old one until              ${old}`,
      'to be distributed',
      `  new/ca.crt                  to trust stores, beside the old root  until ${next}`,
      `  new/cross/new-with-old.crt  to those who trust only the old root  until ${old}`,
      `  new/cross/old-with-new.crt  to those who trust only the new root  until ${old}`,
      '',
    ]);
  });

  it('makes a directory like any other, with the cross-certificates', () => {
    expect(pathsIn(at('new'))).toEqual([
      ...['ca.crt', 'ca.db', 'ca.yaml', 'cross', 'cross/new-with-old.crt'],
      ...['cross/old-with-new.crt', 'keys', 'keys/ca.key'],
    ]);
    expect(readFileSync(at('new/ca.yaml'), 'utf8')).toContain('name: Example Root CA\n');
  });

  it('records each certificate where it was signed', async () => {
    const profiles = async (ca: string) =>
      JSON.parse(await must(pki, 'list', '--ca-dir', ca, '--json')).map(
        ({ profile }: { profile: string }) => profile,
      );
    expect(await profiles('old')).toEqual(['root-ca', 'tls-server', 'cross-ca']);
    expect(await profiles('new')).toEqual(['root-ca', 'cross-ca', 'tls-server']);
  });

  it('keeps the name and tells the keys apart', () => {
    const [old] = identifiers('old/ca.crt');
    const [next] = identifiers('new/ca.crt');
    expect(old).not.toBe(next);
    expect(identifiers(NEW_BY_OLD)).toEqual([next, old]);
    expect(identifiers(OLD_BY_NEW)).toEqual([old, next]);
    for (const file of ['new/ca.crt', NEW_BY_OLD, OLD_BY_NEW]) {
      expect(certificate(file).tbs.subject).toEqual(certificate('old/ca.crt').tbs.subject);
    }
  });

  it.skipIf(OPENSSL_3_0.missing)('bridges both ways, as OpenSSL sees it', () => {
    const verify = (file: string, root: string, ...sent: readonly string[]) => {
      const chain = [
        '-CAfile',
        at(`${root}/ca.crt`),
        ...sent.flatMap((by) => ['-untrusted', at(by)]),
      ];
      const path = tool('openssl-3.0') ?? '';
      return tryTool(path, 'verify', '-x509_strict', ...chain, at(file)).output;
    };
    expect(verify('old.crt', 'new', OLD_BY_NEW)).toBe(`${at('old.crt')}: OK\n`);
    expect(verify('new.crt', 'old', NEW_BY_OLD)).toBe(`${at('new.crt')}: OK\n`);
    expect(verify('old.crt', 'new')).toContain('unable to get local issuer certificate');
    expect(verify('new.crt', 'old')).toContain('unable to get local issuer certificate');
  });

  it.skipIf(OPENSSL_3_0.missing)('has CRLs of each key', async () => {
    await must(asOld, 'crl', '--ca-dir', 'old', '--out', 'old.crl');
    await must(pki, 'crl', '--ca-dir', 'new', '--out', 'new.crl');
    const both = ['new.crl', 'old.crl'].map((file) => readFileSync(at(file), 'latin1')).join('');
    writeFileSync(at('both.crl'), both);
    for (const ca of ['old', 'new']) {
      const lists = ['-crl_check', '-CRLfile', at('both.crl'), '-CAfile', at(`${ca}/ca.crt`)];
      const verdict = openssl('verify', '-x509_strict', ...lists, at(`${ca}.crt`));
      expect(verdict).toBe(`${at(`${ca}.crt`)}: OK\n`);
    }
  });

  it('tells the same as JSON, and ends the trust in the old key when told to', async () => {
    const argv = ['--ca-dir', 'old', '--dir', 'third', '--overlap', '30', '--days', '90'];
    const told = JSON.parse(await must(pki, 'rekey-ca', ...argv, '--json'));
    expect(Object.keys(told)).toEqual([
      ...['directory', 'keys', 'serial', 'subject', 'issuer', 'notBefore', 'notAfter', 'key'],
      ...['fingerprint', 'newWithOld', 'oldWithNew', 'overlap', 'distribute'],
    ]);
    const days = (end: string) => Math.round((Date.parse(end) - Date.now()) / 86_400_000);
    expect(days(told.notAfter)).toBe(90);
    expect(days(told.newWithOld.notAfter)).toBe(30);
    expect(days(told.oldWithNew.notAfter)).toBe(90); // the new key has no longer to vouch for it
    expect(told.overlap.lastCertificateUntil).toBe(
      certificate('old.crt').tbs.notAfter.toISOString().replace('.000Z', 'Z'),
    );
    expect(told.distribute.map(({ file }: { file: string }) => file)).toEqual([
      ...['third/ca.crt', 'third/cross/new-with-old.crt', 'third/cross/old-with-new.crt'],
    ]);
  });

  it('makes a key of the same algorithm unless another one is named', async () => {
    const plain = world({ cwd });
    const none = '--no-passphrase';
    const first = ['--name', 'PQ', '--dir', 'pq', '--algorithm', 'ml-dsa-87', none];
    await plain('init-ca', ...first);
    await plain('rekey-ca', '--ca-dir', 'pq', '--dir', 'pq-2', none);
    await plain('rekey-ca', '--ca-dir', 'pq', '--dir', 'pq-3', '--algorithm', 'ed25519', none);
    const algorithm = (ca: string) =>
      /^algorithm: (.*)$/m.exec(readFileSync(at(`${ca}/ca.yaml`), 'utf8'))?.[1];
    expect(['pq-2', 'pq-3'].map(algorithm)).toEqual(['ml-dsa-87', 'ed25519']);
  });
});

describe('rekey-ca under a parent', () => {
  it('has the new key certified by that, without cross-certificates', async () => {
    const secrets = { ...env, PKI_PARENT_PASSPHRASE: env.PKI_OLD_PASSPHRASE };
    const child = world({ cwd, env: { ...secrets, PKI_PASSPHRASE: env.PKI_OLD_PASSPHRASE } });
    const under = ['--parent', 'old', '--days', '300'];
    await must(child, 'init-ca', '--name', 'Issuing', '--dir', 'issuing', ...under);
    await leaf(child, 'issuing');
    const both = world({ cwd, env: secrets });
    const told = await must(
      both,
      'rekey-ca',
      '--ca-dir',
      'issuing',
      '--dir',
      'issuing-2',
      ...under,
    );
    await leaf(pki, 'issuing-2');
    expect(told).toContain(
      '  issuing-2/chain.crt  to servers, with what the new key signs  until 20',
    );
    expect(pathsIn(at('issuing-2'))).not.toContain('cross');
    expect(certificate('issuing-2/ca.crt').tbs.subject).toEqual(
      certificate('issuing/ca.crt').tbs.subject,
    );
    for (const ca of ['issuing', 'issuing-2']) {
      const path = [`${ca}.crt`, `${ca}/chain.crt`, '--trust', 'old/ca.crt'];
      expect(await pki('verify', ...path)).toMatchObject({ status: 0, stderr: '' });
      if (OPENSSL_3_0.missing) continue;
      const chain = ['-CAfile', at('old/ca.crt'), '-untrusted', at(`${ca}/ca.crt`)];
      const verdict = openssl('verify', '-x509_strict', ...chain, at(`${ca}.crt`));
      expect(verdict).toBe(`${at(`${ca}.crt`)}: OK\n`);
    }
  });
});

describe.skipIf(OPENSSL_3_0.missing)('rekey-ca of a root of somebody else', () => {
  it('keeps its name byte for byte, and its limits, and tells what it lacks', async () => {
    const extensions = [
      'basicConstraints=critical,CA:TRUE,pathlen:1',
      'keyUsage=critical,keyCertSign,cRLSign',
      'nameConstraints=critical,permitted;DNS:example',
      'crlDistributionPoints=URI:http://example/their.crl',
    ].flatMap((extension) => ['-addext', extension]);
    const name = ['-utf8', '-subj', '/emailAddress=ca@example/CN=Their Root', '-days', '400'];
    writeFileSync(
      at('utf8.cnf'),
      '[req]\ndistinguished_name=dn\nstring_mask=utf8only\nprompt=no\n[dn]\n',
    );
    const files = ['-config', at('utf8.cnf'), '-keyout', at('their.key'), '-out', at('their.crt')];
    openssl('req', '-x509', '-newkey', 'rsa:3072', '-nodes', ...name, ...files, ...extensions);
    const plain = world({ cwd });
    const there = ['--import', 'their.crt', '--key', 'their.key', '--no-passphrase'];
    expect(await plain('init-ca', '--dir', 'their', ...there)).toMatchObject({ status: 0 });
    const argv = ['--ca-dir', 'their', '--dir', 'ours', '--no-passphrase'];
    const { status, stderr } = await plain('rekey-ca', ...argv);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: [
        'pki: warning: --no-passphrase leaves the CA key unencrypted on the disk',
        'pki: note: the old certificate has the extension 2.5.29.31, and the new one has not',
        '',
      ].join('\n'),
    });
    const their = certificate('their.crt').tbs;
    for (const file of [
      'ours/ca.crt',
      'ours/cross/new-with-old.crt',
      'ours/cross/old-with-new.crt',
    ]) {
      const { subject, extensions: found } = certificate(file).tbs;
      expect(subject).toEqual(their.subject);
      expect(knownExtensions(found).basicConstraints).toEqual({ ca: true, pathLength: 1 });
      const constraints = (list: typeof found) => list.find(({ oid }) => oid === '2.5.29.30');
      expect(constraints(found)).toEqual(constraints(their.extensions));
    }
    const issued = ['--cn', 'a.example', '--out', 'ours.crt', '--key-out', 'ours.key'];
    expect(await plain('issue', '--ca-dir', 'ours', ...issued)).toMatchObject({ status: 0 });
    const chain = ['-CAfile', at('their.crt'), '-untrusted', at('ours/cross/new-with-old.crt')];
    expect(openssl('verify', '-x509_strict', ...chain, at('ours.crt'))).toBe(
      `${at('ours.crt')}: OK\n`,
    );
  });
});
