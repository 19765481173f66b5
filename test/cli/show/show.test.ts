import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../../src/store/sqlite-store.ts';
import { parseCertificate } from '../../../src/x509/certificate.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const pki = world({ cwd, now });
const refused = refusals(cwd);
const inCwd = (name: string) => join(cwd, name);
const octets = (bytes: number) =>
  expect.stringMatching(new RegExp(`^([0-9a-f]{2} +){${bytes - 1}}`));

let certificate: X509Certificate;
let serial = '';
let fingerprint = '';
/** Varies with each ECDSA signature. */
let signatureBytes = 0;

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  const names = ['--cn', 'a.example', '--ip', '192.0.2.1'];
  await pki('issue', '--ca-dir', 'ca', ...names, '--out', 'a.crt', '--key-out', 'a.key');
  certificate = new X509Certificate(readFileSync(inCwd('a.crt')));
  serial = certificate.serialNumber.toLowerCase();
  fingerprint = createHash('sha256').update(certificate.raw).digest('hex');
  signatureBytes = parseCertificate(certificate.raw).signature.length;
});

describe('show', () => {
  it('tells what is in a certificate', async () => {
    const { status, stdout, stderr } = await pki('show', 'a.crt');
    const [summary = '', extensions = ''] = stdout.split(/(?= {2}Basic Constraints)/);
    expect(summary).toBe(
      [
        'CN=a.example',
        `  serial       ${serial}`,
        '  issuer       CN=Root',
        '  valid from   2030-01-01T11:55:00Z',
        '  valid until  2030-04-01T11:54:59Z',
        '  key          ecdsa-p256',
        '                 65 octets; standard: RFC 5480 §2.1.1',
        '  signature    ecdsa-with-SHA384',
        `                 ${signatureBytes} octets; standard: RFC 5758 §3.2`,
        `  SHA-256      ${fingerprint}`,
        '',
      ].join('\n'),
    );
    expect(extensions).toContain('  Key Usages (critical)\n    digitalSignature\n');
    expect(extensions).toContain(
      '  Subject Alternative Name\n    DNS: a.example\n    IP: 192.0.2.1\n',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('tells the same as JSON', async () => {
    const { status, stdout } = await pki('show', '--json', 'a.crt');
    expect(status).toBe(0);
    const ecdsa = { status: 'standard', parts: [] };
    expect(JSON.parse(stdout)).toEqual({
      serial,
      subject: 'CN=a.example',
      issuer: 'CN=Root',
      notBefore: '2030-01-01T11:55:00Z',
      notAfter: '2030-04-01T11:54:59Z',
      key: 'ecdsa-p256',
      signature: 'ecdsa-with-SHA384',
      fingerprint,
      algorithms: [
        { role: 'key', name: 'ecdsa-p256', ...ecdsa, cites: 'RFC 5480 §2.1.1', octets: 65 },
        {
          role: 'signature',
          name: 'ecdsa-with-SHA384',
          ...ecdsa,
          cites: 'RFC 5758 §3.2',
          octets: signatureBytes,
        },
      ],
      extensions: [
        { oid: '2.5.29.19', name: 'Basic Constraints', critical: true, value: [] },
        { oid: '2.5.29.15', name: 'Key Usages', critical: true, value: ['digitalSignature'] },
        expect.objectContaining({ oid: '2.5.29.37', critical: false }),
        expect.objectContaining({ oid: '2.5.29.14', value: [octets(16), octets(4)] }),
        expect.objectContaining({ oid: '2.5.29.35', value: [octets(16), octets(4)] }),
        {
          oid: '2.5.29.17',
          name: 'Subject Alternative Name',
          critical: false,
          value: ['DNS: a.example', 'IP: 192.0.2.1'],
        },
      ],
    });
  });

  it('reads standard input', async () => {
    const shown = await pki('show', 'a.crt');
    expect(await world({ cwd, now, stdin: readFileSync(inCwd('a.crt')) })('show', '-')).toEqual(
      shown,
    );
    expect(await pki('show', '-')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'pki: error: standard input holds no certificate\npki: hint: it has to be in PEM or DER\n',
    });
  });

  it('reads PEM with text around it, and DER', async () => {
    const shown = await pki('show', 'a.crt');
    writeFileSync(inCwd('a.der'), certificate.raw);
    writeFileSync(inCwd('text.pem'), `Certificate of a.example:\r\n${certificate}\r\n`);
    for (const file of ['a.der', 'text.pem', inCwd('a.crt')]) {
      expect(await pki('show', file)).toEqual(shown);
    }
  });

  it('finds a certificate by its serial number, however that is written', async () => {
    const { stdout } = await pki('show', 'a.crt');
    const pairs = serial.match(/../g) ?? [];
    const spellings = [
      serial,
      serial.toUpperCase(),
      pairs.join(':'),
      pairs.join(' ').toUpperCase(),
      `0x${serial}`,
      `00:${pairs.join(':')}`,
      serial.replace(/^0/, ''),
    ];
    for (const spelling of spellings) {
      const shown = await pki('show', '--ca-dir', 'ca', spelling);
      expect(shown.stdout).toBe(
        stdout.replace('  issuer ', '  status       issued\n  profile      tls-server\n  issuer '),
      );
    }
  });

  it('tells the status as JSON too', async () => {
    const { stdout } = await pki('show', '--ca-dir', 'ca', '--json', serial);
    expect(JSON.parse(stdout)).toMatchObject({ serial, status: 'issued', profile: 'tls-server' });
  });
});

describe('what show cannot show', () => {
  it('is a file that is not there', async () => {
    expect(await refused(pki, 'show', 'lost.crt')).toEqual({
      status: 2,
      stderr: [
        'pki: error: cannot read lost.crt: no such file or directory',
        'pki: hint: for a serial number, add --ca-dir',
      ],
    });
  });

  it.each([
    ['a key', 'a.key', '; what is there is called "PRIVATE KEY"'],
    ['the configuration of a CA', 'ca/ca.yaml', ''],
  ])('is a file that holds %s', async (_, file, found) => {
    expect(await refused(pki, 'show', file)).toEqual({
      status: 2,
      stderr: [
        `pki: error: ${file} holds no certificate`,
        `pki: hint: it has to be in PEM or DER${found}`,
      ],
    });
  });

  it('is a directory', async () => {
    expect(await refused(pki, 'show', 'ca')).toEqual({
      status: 2,
      stderr: ['pki: error: cannot read ca: it is a directory'],
    });
  });

  it('is DER of something else', async () => {
    writeFileSync(inCwd('other.der'), Buffer.of(0x30, 0x03, 0x02, 0x01, 0x07));
    expect(await refused(pki, 'show', 'other.der')).toEqual({
      status: 2,
      stderr: [
        'pki: error: other.der is not a certificate',
        'pki: hint: it has to be X.509, in PEM or DER',
      ],
    });
  });

  it('is never a bug: any octet of the certificate may be another one', async () => {
    for (const index of certificate.raw.keys()) {
      const changed = Uint8Array.from(certificate.raw);
      changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8));
      writeFileSync(inCwd('changed.der'), changed);
      const { status } = await pki('show', 'changed.der');
      expect([0, 2], `octet ${index}`).toContain(status);
    }
  });

  it('is any file, if there is no CA where one was named', async () => {
    expect(await refused(pki, 'show', '--ca-dir', 'lost', 'a.crt')).toEqual({
      status: 6,
      stderr: [
        `pki: error: there is no CA in ${inCwd('lost')}`,
        'pki: hint: make one with "pki init-ca", or name its directory with --ca-dir',
      ],
    });
  });

  it.each(['0123', 'server'])('is what is neither a file nor a serial number: %s', async (what) => {
    expect(await refused(pki, 'show', '--ca-dir', 'ca', what)).toEqual({
      status: 2,
      stderr: [
        `pki: error: there is no file and no certificate with the serial number ${what}`,
        'pki: hint: "pki list --ca-dir ca" shows what there is',
      ],
    });
  });

  it('is a certificate that was never issued', async () => {
    using store = SqliteStore.open(inCwd('ca/ca.db'));
    const times = { notBefore: now, notAfter: now };
    const hashes = { tbsHash: new Uint8Array(32), publicKeyHash: new Uint8Array(32) };
    const intent = { serial: '0a', profile: 'email', subject: '', ...hashes };
    await store.recordIntent({ ...intent, ...times }, now);
    expect(await refused(pki, 'show', '--ca-dir', 'ca', '0A')).toEqual({
      status: 2,
      stderr: ['pki: error: under the serial number 0A no certificate was issued: intent'],
    });
  });
});
