import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem, pemBlocks } from '../../../src/der/pem.ts';
import {
  ia5String,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  TAG,
  tlv,
  utf8String,
} from '../../../src/der/writer.ts';
import { openFileSigner } from '../../../src/signers/file-signer.ts';
import { parseCertificate, serialText } from '../../../src/x509/certificate.ts';
import { encodeCsr, encodeRequestInfo } from '../../../src/x509/csr.ts';
import { extensionRequest } from '../../../src/x509/csr-attributes.ts';
import { encodeGeneralNames } from '../../../src/x509/general-names.ts';
import { encodeName } from '../../../src/x509/names.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { keyFile } from '../key/files.ts';
import { anyKey, P256_KEY } from '../made-certificate.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, now: new Date('2030-01-01T12:00:00Z') });
const path = (name: string) => join(cwd, name);
const derOf = (name: string) => pemBlocks(readFileSync(path(name), 'utf8'))[0]?.der ?? Buffer.of();
const show = (...args: readonly string[]) => pki('csr', 'show', ...args);
const verify = (...args: readonly string[]) => pki('csr', 'verify', ...args);
const create = (...args: readonly string[]) => pki('csr', 'create', ...args);

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  await keyFile(cwd, 'ed', 'ed25519');
  await keyFile(cwd, 'ml-dsa', 'ml-dsa-65');
  await keyFile(cwd, 'composite', 'MLDSA65-Ed25519-SHA512');
  await keyFile(cwd, 'kem', 'ml-kem-768');
  const names = ['--cn', 'a.example', '--dns', 'www.a.example'];
  const hybrid = ['--hybrid', 'catalyst', '--ml-dsa-key', 'ml-dsa.key'];
  await create('--key', 'ed.key', ...hybrid, ...names, '--out', 'catalyst.csr');
  await create('--key', 'composite.key', '--cn', 'a.example', '--out', 'composite.csr');
  await create('--key', 'ed.key', '--cn', 'a.example', '--out', 'ed.csr');
  await pki('issue', '--ca-dir', 'ca', '--csr', 'ed.csr', '--out', 'ed.crt');
  const related = ['--related-cert', 'ed.crt', '--related-key', 'ed.key'];
  await create('--key', 'ml-dsa.key', ...related, ...names, '--out', 'related.csr');
  const signer = ['--signer-cert', 'ed.crt', '--signer-key', 'ed.key'];
  await create('--key', 'kem.key', ...signer, '--cn', 'a.example', '--out', 'kem.csr');
});

/** Writes a request with these parts, signed with the Ed25519 key. */
async function written(
  name: string,
  { subject = encodeName([{ type: 'CN', value: 'a' }]), attributes = [] as Uint8Array[] },
): Promise<string> {
  const passphrase = () => Promise.reject(new TypeError('not encrypted'));
  const signer = await openFileSigner(path('ed.key'), { passphrase });
  const info = encodeRequestInfo({ subject, publicKey: signer.publicKey, attributes });
  const der = encodeCsr(info, signer.algorithm.identifier, await signer.sign(info));
  writeFileSync(path(name), pem('CERTIFICATE REQUEST', der));
  return name;
}

describe('csr show', () => {
  it('tells both keys and both proofs of a Catalyst request', async () => {
    const { status, stdout, stderr } = await show('catalyst.csr');
    expect(stdout).toBe(
      `CN=a.example
  names                  dns:www.a.example
  key                    ed25519
                           32 octets; standard: RFC 8410 §3
  signature              id-Ed25519
                           64 octets; standard: RFC 8410 §3
  alternative key        ml-dsa-65
                           1952 octets; standard: FIPS 204, RFC 9881 §2
  alternative signature  ml-dsa-65
                           3309 octets; standard: FIPS 204, RFC 9881 §2
  attributes             altSignatureAlgorithm
                         extensionRequest
                         subjectAltPublicKeyInfo
                         altSignatureValue
  proofs
    signature              id-Ed25519  verified (node:crypto)
    alternative signature  ml-dsa-65   verified (node:crypto)
`,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('tells both halves of a composite', async () => {
    const { stdout } = await show('composite.csr');
    expect(stdout).toContain('    signature  ml-dsa-65   verified (node:crypto)\n');
    expect(stdout).toContain('    signature  id-Ed25519  verified (node:crypto)\n');
    expect(stdout).toContain('  key        MLDSA65-Ed25519-SHA512\n');
  });

  it('tells what a request refers to', async () => {
    const { tbs } = parseCertificate(derOf('ed.crt'));
    const related = await show('related.csr', '--related', 'ed.crt');
    expect(related.stdout).toContain(
      `  related     serial ${serialText(tbs.serialNumber)} of CN=Root
                proven 2030-01-01T12:00:00Z
                at data:application/pkcs7-mime;base64,`,
    );
    expect(related.stdout).toMatch(/related certificate +id-Ed25519 +verified \(node:crypto\)/);
    const stated = await show('kem.csr');
    expect(stated.stdout).toContain(
      `  signed by   serial ${serialText(tbs.serialNumber)} of CN=Root
                its certificate is in the request
`,
    );
    expect(stated.stdout).toContain('  key         ml-kem-768\n');
  });

  it('tells the same as JSON', async () => {
    const { stdout } = await show('catalyst.csr', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      subject: 'CN=a.example',
      names: ['dns:www.a.example'],
      key: 'ed25519',
      signature: 'id-Ed25519',
      alternativeKey: 'ml-dsa-65',
      alternativeSignature: 'ml-dsa-65',
      algorithms: [
        { role: 'key', name: 'ed25519', octets: 32 },
        { role: 'signature', octets: 64 },
        { role: 'alternative key', octets: 1952 },
        { role: 'alternative signature', octets: 3309 },
      ],
      proofs: [
        { what: 'signature', holds: true, problem: null },
        { what: 'alternative signature', holds: true, problem: null },
      ],
    });
    const { relatedCertificate } = JSON.parse((await show('related.csr', '--json')).stdout) as {
      relatedCertificate: object;
    };
    expect(relatedCertificate).toMatchObject({
      issuer: 'CN=Root',
      requestTime: '2030-01-01T12:00:00Z',
    });
    const { statementOfPossession } = JSON.parse((await show('kem.csr', '--json')).stdout) as {
      statementOfPossession: object;
    };
    expect(statementOfPossession).toMatchObject({ issuer: 'CN=Root', included: true });
  });

  it('names extensions and attributes, and says what it does not understand', async () => {
    const usage = { oid: '2.5.29.15', critical: true, value: Uint8Array.of(3, 2, 7, 0x80) };
    const broken = { oid: '2.5.29.37', critical: false, value: Uint8Array.of(0x30, 5) };
    const attributes = [
      extensionRequest([usage, broken]),
      sequence(objectIdentifier('1.2.840.113549.1.9.7'), setOf(utf8String('secret'))),
      sequence(objectIdentifier('1.2.3.4'), setOf(ia5String('x'))),
    ];
    const { stdout } = await show(await written('asking.csr', { attributes }));
    expect(stdout).toContain('  requested: Key Usages (critical)\n    digitalSignature\n');
    expect(stdout).toContain('  requested: 2.5.29.37\n    2 octets, not understood\n');
    expect(stdout).toMatch(/ +challengePassword\n/);
    expect(stdout).toMatch(/ +1\.2\.3\.4\n/);
    expect(stdout).not.toContain('secret');
  });

  it('prints nothing that acts on a terminal', async () => {
    const subject = encodeName([{ type: 'CN', value: '\u001b[31mred\nCN=b' }]);
    const value = encodeGeneralNames([{ type: 'dns', value: 'a\u001b[2J.example' }]);
    const attributes = [extensionRequest([{ oid: '2.5.29.17', critical: false, value }])];
    const csr = await written('hostile.csr', { subject, attributes });
    for (const { stdout, stderr } of [
      await show(csr),
      await show(csr, '--json'),
      await verify(csr),
    ]) {
      expect(stdout + stderr).not.toContain('\u001b');
    }
    expect((await show(csr)).stdout).toContain('CN=\\1b[31mred\\0aCN\\=b\n');
  });

  it('shows a request whose proofs do not hold', async () => {
    const der = Uint8Array.from(derOf('catalyst.csr'));
    const at = Buffer.from(der).indexOf('www.a.example');
    der[at] = 'x'.charCodeAt(0);
    writeFileSync(path('changed.csr'), der);
    const { status, stdout } = await show('changed.csr');
    expect(stdout).toContain(
      '    signature              id-Ed25519  does not hold (node:crypto)\n',
    );
    expect(stdout).toContain(
      '    alternative signature  ml-dsa-65   does not hold (node:crypto)\n',
    );
    expect(status).toBe(0);
  });

  it('shows a key on a curve that cannot be read', async () => {
    const curve = tlv(TAG.objectIdentifier, Uint8Array.of(0x80));
    const publicKey = anyKey(sequence(objectIdentifier('1.2.840.10045.2.1'), curve), P256_KEY);
    const info = encodeRequestInfo({ subject: encodeName([]), publicKey, attributes: [] });
    const identifier = sequence(objectIdentifier('1.2.3.4'), curve);
    writeFileSync(path('curve.csr'), encodeCsr(info, identifier, new Uint8Array(8)));
    const { status, stdout } = await show('curve.csr', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      key: 'ec',
      signature: '1.2.3.4',
    });
  });

  it('refuses what is no request', async () => {
    expect(await show('ca/ca.crt')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'pki: error: ca/ca.crt is not a certificate request: there is no PEM block "CERTIFICATE REQUEST" in it\npki: hint: it has to be PKCS #10, in PEM or DER, as "openssl req -new" makes it\n',
    });
    expect((await show('lost.csr')).stderr).toBe(
      'pki: error: cannot read lost.csr: no such file or directory\n',
    );
  });
});

describe('csr verify', () => {
  it('says OK where every proof holds', async () => {
    const { status, stdout, stderr } = await verify('catalyst.csr');
    expect(stdout).toBe(
      `catalyst.csr: OK
  signature              id-Ed25519  verified (node:crypto)
  alternative signature  ml-dsa-65   verified (node:crypto)
`,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect((await verify('composite.csr')).status).toBe(0);
    expect((await verify('kem.csr')).status).toBe(0);
    expect((await verify('related.csr', '--related', 'ed.crt')).status).toBe(0);
  });

  it('reads standard input', async () => {
    const piped = world({ cwd, stdin: readFileSync(path('ed.csr')) });
    expect((await piped('csr', 'verify', '-')).stdout).toMatch(/^standard input: OK\n/);
  });

  it('refuses a proof that it cannot check', async () => {
    const { tbs } = parseCertificate(derOf('ed.crt'));
    const problem = `the related certificate is not there: serial ${serialText(tbs.serialNumber)} of CN=Root`;
    expect(await verify('related.csr')).toEqual({
      status: 3,
      stdout: `related.csr: refused
  signature            ml-dsa-65  verified (node:crypto)
  related certificate  -          ${problem}
`,
      stderr: `pki: error: related.csr does not verify\npki: hint: related certificate: ${problem}\n`,
    });
    const other = await verify('related.csr', '--related', 'ca/ca.crt');
    expect(other.stderr).toContain('the certificate given is not the one that it refers to');
    expect(other.status).toBe(3);
  });

  it('tells the same as JSON, and the error too', async () => {
    const { status, stdout, stderr } = await verify('related.csr', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      proofs: [{ holds: true }, { what: 'related certificate', holds: false, checks: [] }],
    });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'POLICY' } });
    expect(status).toBe(3);
    expect(JSON.parse((await verify('ed.csr', '--json')).stdout)).toMatchObject({ valid: true });
  });

  it.each(['catalyst.csr', 'composite.csr', 'related.csr', 'kem.csr'])(
    'is never right, and never a bug, about %s with one octet changed',
    async (name) => {
      const der = derOf(name);
      const companions = name === 'related.csr' ? ['--related', 'ed.crt'] : [];
      const step = Math.ceil(der.length / 250);
      for (let index = 0; index < der.length; index += step) {
        const changed = Uint8Array.from(der);
        changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8));
        const inverted = world({ cwd, stdin: changed });
        const { status } = await inverted('csr', 'verify', '-', ...companions);
        expect([2, 3], `octet ${index}`).toContain(status);
        const shown = await inverted('csr', 'show', '-', ...companions);
        expect([0, 2], `octet ${index}`).toContain(shown.status);
      }
    },
    60_000,
  );

  it('takes no extension for granted', async () => {
    const empty = { oid: '2.5.29.17', critical: false, value: octetString(Buffer.of()) };
    const csr = await written('odd.csr', { attributes: [extensionRequest([empty])] });
    expect((await verify(csr)).stderr).toBe(
      'pki: error: odd.csr is not a certificate request: tag 30 expected, 04 found\npki: hint: it has to be PKCS #10, in PEM or DER, as "openssl req -new" makes it\n',
    );
  });
});
