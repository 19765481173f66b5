import { createPublicKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem, pemBlocks } from '../../../src/der/pem.ts';
import { integer, namedBitString, sequence } from '../../../src/der/writer.ts';
import { openFileSigner, openPublicKey } from '../../../src/signers/file-signer.ts';
import {
  encodeCertificate,
  encodeTbs,
  parseCertificate,
  serialText,
} from '../../../src/x509/certificate.ts';
import { encodeCsr, encodeRequestInfo, parseCsr } from '../../../src/x509/csr.ts';
import { ATTRIBUTE_OID, encodeAttribute } from '../../../src/x509/csr-attributes.ts';
import { EXTENSION_OID, KEY_USAGES, knownExtensions } from '../../../src/x509/extensions.ts';
import {
  encodeIssuerAndSerialNumber,
  issuerAndSerialNumber,
} from '../../../src/x509/issuer-and-serial.ts';
import { encodeName } from '../../../src/x509/names.ts';
import { possessionStatement } from '../../../src/x509/possession-statement.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { keyFile } from '../key/files.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const pki = world({ cwd, now });
const refused = refusals(cwd, 'ca');
const path = (name: string) => join(cwd, name);
const derOf = (name: string) => pemBlocks(readFileSync(path(name), 'utf8'))[0]?.der ?? Buffer.of();
const certificate = (name: string) => parseCertificate(derOf(name));
const access = { passphrase: () => Promise.reject(new TypeError('not encrypted')) };
const issue = (csr: string, ...options: readonly string[]) => [
  ...['issue', '--ca-dir', 'ca', '--csr', csr, '--profile', 'email', ...options],
];
const ALICE = ['--cn', 'Alice', '--email', 'alice@example.com'];
const SIGNER = ['--signer-cert', 'alice.crt', '--signer-key', 'alice.key'];

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  await pki('init-ca', '--name', 'Other Root', '--dir', 'other-ca', '--no-passphrase');
  await keyFile(cwd, 'alice', 'ecdsa-p256');
  await keyFile(cwd, 'kem', 'ml-kem-768');
  await pki('csr', 'create', '--key', 'alice.key', ...ALICE, '--out', 'alice.csr');
  await pki(...issue('alice.csr', '--out', 'alice.crt'));
  const other = ['issue', '--ca-dir', 'other-ca', '--csr', 'alice.csr', '--profile', 'email'];
  await pki(...other, '--out', 'foreign.crt');
  await pki('csr', 'create', '--key', 'kem.key', ...SIGNER, ...ALICE, '--out', 'kem.csr');
  const foreign = ['--signer-cert', 'foreign.crt', '--signer-key', 'alice.key'];
  await pki('csr', 'create', '--key', 'kem.key', ...foreign, ...ALICE, '--out', 'foreign.csr');
});

const name = encodeName([{ type: 'CN', value: 'Alice' }]);

/** Writes a request with these attributes, signed by a key that may be another one than its own. */
async function written(
  file: string,
  {
    key = 'kem.key',
    by = 'alice.key',
    attributes,
  }: { key?: string; by?: string; attributes: Uint8Array[] },
): Promise<string> {
  const publicKey = await openPublicKey(path(key), access);
  const signer = await openFileSigner(path(by), access);
  const info = encodeRequestInfo({ subject: name, publicKey, attributes });
  const der = encodeCsr(info, signer.algorithm.identifier, await signer.sign(info));
  writeFileSync(path(file), pem('CERTIFICATE REQUEST', der));
  return file;
}

/** A statement without the certificate. */
const reference = (file: string): Uint8Array =>
  encodeAttribute(
    ATTRIBUTE_OID.statementOfPossession,
    sequence(encodeIssuerAndSerialNumber(issuerAndSerialNumber(certificate(file)))),
  );

describe('a key for ML-KEM is certified', () => {
  const mustBeKem = (file: string) => {
    const { tbs } = certificate(file);
    const key = createPublicKey({ key: Buffer.from(tbs.publicKey), format: 'der', type: 'spki' });
    expect(key.asymmetricKeyType).toBe('ml-kem-768');
    expect(knownExtensions(tbs.extensions).keyUsage).toEqual(['keyEncipherment']);
  };

  it('for the holder of a certificate of this CA', async () => {
    const { status, stderr } = await pki(...issue('kem.csr', '--out', 'kem.crt'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    mustBeKem('kem.crt');
  });

  it('for the holder of another certificate, under a trusted root', async () => {
    const trust = ['--trust', 'other-ca/ca.crt', '--out', 'kem-foreign.crt'];
    expect(await pki(...issue('foreign.csr', ...trust))).toMatchObject({ status: 0, stderr: '' });
    mustBeKem('kem-foreign.crt');
  });

  it('with the certificate from the store, or from a file, where the request has it not', async () => {
    const own = await written('own.csr', { attributes: [reference('alice.crt')] });
    const names = ['--email', 'alice@example.com'];
    expect((await pki(...issue(own, ...names, '--out', 'kem-own.crt'))).status).toBe(0);
    mustBeKem('kem-own.crt');
    const file = await written('file.csr', { attributes: [reference('foreign.crt')] });
    const given = ['--signer-cert', 'foreign.crt', '--trust', 'other-ca/ca.crt'];
    expect((await pki(...issue(file, ...names, ...given, '--out', 'kem-file.crt'))).status).toBe(0);
    mustBeKem('kem-file.crt');
  });
});

describe('a key for ML-KEM is refused', () => {
  const NO_PROOF = 'does not prove possession of its key';
  const serial = (file: string) => serialText(certificate(file).tbs.serialNumber);

  it('without a statement of possession, whoever signed', async () => {
    const csr = await written('bare.csr', { attributes: [] });
    expect(await refused(pki, ...issue(csr))).toEqual({
      status: 3,
      stderr: [
        `pki: error: bare.csr ${NO_PROOF}: its ml-kem-768 key cannot sign a request`,
        'pki: hint: have it signed by a key that has a certificate: "pki csr create --key KEY --signer-cert CERT --signer-key KEY" (RFC 9883)',
      ],
    });
  });

  it('whose request claims to have signed itself', async () => {
    const { attributes, ...csr } = parseCsr(derOf('kem.csr'));
    const info = encodeRequestInfo({ ...csr, attributes: [] });
    const kem = sequence(Uint8Array.from(Buffer.from('0609608648016503040402', 'hex')));
    writeFileSync(path('self.csr'), encodeCsr(info, kem, new Uint8Array(64)));
    const { status, stderr } = await refused(pki, ...issue('self.csr'));
    expect(stderr[0]).toBe(
      `pki: error: self.csr ${NO_PROOF}: its ml-kem-768 key cannot sign a request`,
    );
    expect(status).toBe(3);
    expect(attributes).toHaveLength(2);
  });

  it('with a statement that names a certificate which nobody has', async () => {
    const csr = await written('absent.csr', { attributes: [reference('foreign.crt')] });
    expect(await refused(pki, ...issue(csr))).toEqual({
      status: 3,
      stderr: [
        `pki: error: absent.csr ${NO_PROOF}: the certificate of its signer is not there: serial ${serial('foreign.crt')} of CN=Other Root`,
        'pki: hint: give that certificate with --signer-cert',
      ],
    });
  });

  it('with a statement that names another certificate than the one that it brings', async () => {
    const [one, other] = [certificate('alice.crt'), certificate('foreign.crt')];
    const mixed = encodeAttribute(
      ATTRIBUTE_OID.statementOfPossession,
      sequence(encodeIssuerAndSerialNumber(issuerAndSerialNumber(one)), other.der),
    );
    const csr = await written('mixed.csr', { attributes: [mixed] });
    const problem = 'the certificate of its signer is not the one that its statement names';
    expect(await refused(pki, ...issue(csr))).toEqual({
      status: 3,
      stderr: [
        `pki: error: mixed.csr ${NO_PROOF}: ${problem}`,
        'pki: hint: give the one that it names with --signer-cert',
      ],
    });
    const { stderr } = await refused(pki, ...issue('kem.csr', '--signer-cert', 'foreign.crt'));
    expect(stderr[0]).toBe(`pki: error: kem.csr ${NO_PROOF}: ${problem}`);
  });

  it('with the signature of somebody else', async () => {
    await keyFile(cwd, 'mallory', 'ecdsa-p256');
    const attributes = [possessionStatement(certificate('alice.crt'))];
    const csr = await written('mallory.csr', { by: 'mallory.key', attributes });
    expect(await refused(pki, ...issue(csr))).toEqual({
      status: 3,
      stderr: [
        `pki: error: mallory.csr ${NO_PROOF}: its ecdsa-with-SHA256 signature does not verify`,
        'pki: hint: the request has to be signed with the private key of the certificate that it names',
      ],
    });
  });

  it('for the holder of a certificate of somebody whom nobody trusts', async () => {
    expect(await refused(pki, ...issue('foreign.csr'))).toEqual({
      status: 3,
      stderr: [
        "pki: error: the signer's certificate in foreign.csr is not a certificate that this CA has issued",
        'pki: hint: give the root that it chains to with --trust',
      ],
    });
    const { stderr } = await refused(pki, ...issue('foreign.csr', '--trust', 'ca/ca.crt'));
    expect(stderr[0]).toBe(
      "pki: error: the signer's certificate in foreign.csr does not chain to a root of --trust",
    );
  });

  it('for the holder of a certificate that has expired', async () => {
    const late = world({ cwd, now: new Date('2031-06-01T00:00:00Z') });
    expect(await refused(late, ...issue('kem.csr'))).toEqual({
      status: 3,
      stderr: [
        "pki: error: the signer's certificate in kem.csr was valid until 2031-01-01T11:54:59Z",
      ],
    });
  });

  it('for names that the signer does not have', async () => {
    const names = ['--cn', 'Bob', '--email', 'bob@example.com', '--out', 'bob.csr'];
    await pki('csr', 'create', '--key', 'kem.key', ...SIGNER, ...names);
    expect(await refused(pki, ...issue('bob.csr'))).toEqual({
      status: 3,
      stderr: [
        "pki: error: bob.csr asks for other names than the signer's certificate in bob.csr has",
        'pki: hint: the subject is CN=Bob, and of the signer CN=Alice (RFC 9883 §4)',
        'pki: hint: the signer has no email:bob@example.com (RFC 9883 §4)',
      ],
    });
  });

  it('for the holder of a certificate that is not for signatures', async () => {
    const { tbs, signatureAlgorithm } = certificate('foreign.crt');
    const extensions = tbs.extensions.map((extension) =>
      extension.oid === EXTENSION_OID.keyUsage
        ? { ...extension, value: namedBitString([KEY_USAGES.indexOf('keyEncipherment')]) }
        : extension,
    );
    const der = encodeTbs({ ...tbs, extensions });
    const ca = await openFileSigner(path('other-ca/keys/ca.key'), access);
    const spoilt = encodeCertificate(der, signatureAlgorithm, await ca.sign(der));
    const attributes = [possessionStatement(parseCertificate(spoilt))];
    const csr = await written('encipherment.csr', { attributes });
    expect(await refused(pki, ...issue(csr, '--trust', 'other-ca/ca.crt'))).toEqual({
      status: 3,
      stderr: [
        "pki: error: the signer's certificate in encipherment.csr has no key usage digitalSignature",
        'pki: hint: encipherment.csr has to be signed by a key that is certified for it (RFC 9883 §4)',
      ],
    });
  });

  it('in a certificate for signatures', async () => {
    const { status, stderr } = await refused(pki, ...issue('kem.csr', '--profile', 'tls-server'));
    expect(stderr.join('\n')).toMatch(/a TLS server must have the key usage digitalSignature/);
    expect(status).toBe(3);
  });
});

describe('a statement of possession is refused', () => {
  it('for a key that can sign', async () => {
    const attributes = [possessionStatement(certificate('alice.crt'))];
    await keyFile(cwd, 'bob', 'ecdsa-p256');
    for (const by of ['alice.key', 'bob.key']) {
      const csr = await written('needless.csr', { key: 'bob.key', by, attributes });
      expect(await refused(pki, ...issue(csr))).toEqual({
        status: 3,
        stderr: [
          'pki: error: needless.csr does not prove possession of its key: its statement of possession is for a key for ML-KEM, not for ecdsa-p256',
          'pki: hint: sign it with its own key and leave the statement out (RFC 9883 §6)',
        ],
      });
    }
  });

  it('that is malformed', async () => {
    const broken = encodeAttribute(ATTRIBUTE_OID.statementOfPossession, sequence(integer(1)));
    const csr = await written('broken.csr', { attributes: [broken] });
    expect(await refused(pki, ...issue(csr))).toEqual({
      status: 2,
      stderr: [
        'pki: error: broken.csr is not a certificate request: tag 30 expected, 02 found',
        'pki: hint: it has to be PKCS #10, in PEM or DER, as "openssl req -new" makes it',
      ],
    });
  });

  it('as a certificate that nobody needs', async () => {
    expect(await refused(pki, ...issue('alice.csr', '--signer-cert', 'alice.crt'))).toEqual({
      status: 2,
      stderr: [
        'pki: error: alice.csr is signed with its own key, not with that of alice.crt',
        'pki: hint: leave --signer-cert out',
      ],
    });
  });

  it('whose key is another one, before the request is made', async () => {
    const options = ['--signer-cert', 'foreign.crt', '--signer-key', 'ca/keys/ca.key'];
    const command = ['csr', 'create', '--key', 'kem.key', ...options, ...ALICE];
    expect(await refused(pki, ...command, '--out', 'no.csr')).toEqual({
      status: 4,
      stderr: ["pki: error: the ecdsa-p384 key is not that of the signer's certificate"],
    });
  });
});
