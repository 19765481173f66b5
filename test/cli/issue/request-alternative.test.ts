import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeRequest } from '../../../src/ca/make-request.ts';
import { pem, pemBlocks } from '../../../src/der/pem.ts';
import { objectIdentifier, sequence } from '../../../src/der/writer.ts';
import type { Signer } from '../../../src/signers/signer.ts';
import { parseCertificate } from '../../../src/x509/certificate.ts';
import { encodeCsr, encodeRequestInfo, parseCsr } from '../../../src/x509/csr.ts';
import { extensionRequest } from '../../../src/x509/csr-attributes.ts';
import { EXTENSION_OID } from '../../../src/x509/extensions.ts';
import { BOUNCY_CASTLE, OPENSSL_3_5 } from '../../interop/judges.ts';
import { newSigner } from '../../support/authority.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { keyFile } from '../key/files.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd, 'ca');
const path = (name: string) => join(cwd, name);
const issue = (ca: string, csr: string, ...options: readonly string[]) => [
  ...['issue', '--ca-dir', ca, '--csr', csr, ...options],
];
const derOf = (name: string) => pemBlocks(readFileSync(path(name), 'utf8'))[0]?.der ?? Buffer.of();
const extensionsOf = (certificate: string) => parseCertificate(derOf(certificate)).tbs.extensions;
const alternativeKeyIn = (certificate: string) =>
  extensionsOf(certificate).find(({ oid }) => oid === EXTENSION_OID.subjectAltPublicKeyInfo);

/** Writes the request with some attributes left out, and some more, signed anew. */
async function resigned(
  name: string,
  {
    signer,
    left = [],
    more = [],
  }: { signer: Signer; left?: readonly string[]; more?: readonly Uint8Array[] },
): Promise<string> {
  const { der } = await makeRequest({
    subject: [{ type: 'CN', value: 'a.example' }],
    subjectAltName: [],
    keys: { kind: 'own', signer, alternative: await newSigner('ml-dsa-44') },
    now: new Date(),
  });
  const { attributes, ...csr } = parseCsr(der);
  const kept = attributes.filter(({ oid }) => !left.includes(oid)).map(({ octets }) => octets);
  const info = encodeRequestInfo({ ...csr, attributes: [...kept, ...more] });
  const signed = encodeCsr(info, signer.algorithm.identifier, await signer.sign(info));
  writeFileSync(path(name), pem('CERTIFICATE REQUEST', signed));
  return name;
}

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  const hybrid = ['--hybrid', 'catalyst', '--no-passphrase'];
  await pki('init-ca', '--name', 'Hybrid Root', '--dir', 'hybrid-ca', ...hybrid);
  await keyFile(cwd, 'ec', 'ecdsa-p256');
  await keyFile(cwd, 'ml-dsa', 'ml-dsa-65');
  const keys = ['--key', 'ec.key', '--hybrid', 'catalyst', '--ml-dsa-key', 'ml-dsa.key'];
  await pki('csr', 'create', ...keys, '--cn', 'a.example', '--out', 'catalyst.csr');
});

describe('a request with an alternative key', () => {
  it.each(['ca', 'hybrid-ca'])('brings it into a certificate of %s', async (ca) => {
    const { status, stderr } = await pki(...issue(ca, 'catalyst.csr', '--out', `${ca}.crt`));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const asked = parseCsr(derOf('catalyst.csr')).attributes.find(
      ({ oid }) => oid === EXTENSION_OID.subjectAltPublicKeyInfo,
    );
    expect(alternativeKeyIn(`${ca}.crt`)).toEqual({
      oid: '2.5.29.72',
      critical: false,
      value: asked?.values[0],
    });
  });

  it.skipIf(OPENSSL_3_5.missing)('does not disturb OpenSSL', () => {
    const { output, accepted } = OPENSSL_3_5.judge(path('ca.crt'), path('ca/ca.crt'));
    expect(output).toContain('OK');
    expect(accepted).toBe(true);
  });

  it.skipIf(BOUNCY_CASTLE.missing)('is certified with two signatures under a hybrid CA', () => {
    const { output } = BOUNCY_CASTLE.judge(path('hybrid-ca.crt'), path('hybrid-ca/ca.crt'));
    expect(output).toContain('"signature":true,"alternative":"true"');
  });
});

describe('an alternative part is refused', () => {
  const HINT =
    'pki: hint: it needs the attributes that "pki csr create --hybrid catalyst" makes, each with one value';

  it.each([
    ['subjectAltPublicKeyInfo', '2.5.29.72'],
    ['altSignatureAlgorithm', '2.5.29.73'],
    ['altSignatureValue', '2.5.29.74'],
  ])('without %s', async (what, oid) => {
    const csr = await resigned(`${what}.csr`, { signer: await newSigner('ed25519'), left: [oid] });
    expect(await refused(pki, ...issue('ca', csr))).toEqual({
      status: 3,
      stderr: [
        `pki: error: ${csr} does not prove possession of its alternative key: its alternative part is incomplete: ${what} missing`,
        HINT,
      ],
    });
  });

  it('with a signature that does not hold', async () => {
    const san = { oid: EXTENSION_OID.subjectAltName, critical: false, value: sequence() };
    const signer = await newSigner('ed25519');
    const csr = await resigned('moved.csr', { signer, more: [extensionRequest([san])] });
    expect(await refused(pki, ...issue('ca', csr))).toEqual({
      status: 3,
      stderr: [
        'pki: error: moved.csr does not prove possession of its alternative key: its ml-dsa-44 signature does not verify (node:crypto)',
        HINT,
      ],
    });
  });

  it('with an attribute that is there twice', async () => {
    const signer = await newSigner('ed25519');
    const twice = sequence(objectIdentifier('2.5.29.73'), Uint8Array.of(0x31, 2, 5, 0));
    const csr = await resigned('twice.csr', { signer, more: [twice] });
    expect(await refused(pki, ...issue('ca', csr))).toEqual({
      status: 2,
      stderr: [
        'pki: error: twice.csr is not a certificate request: its attribute 2.5.29.73 is there twice',
        'pki: hint: it has to be PKCS #10, in PEM or DER, as "openssl req -new" makes it',
      ],
    });
  });

  it("with the issuer's own alternative key", async () => {
    const keys = [...['--key', 'ec.key', '--hybrid', 'catalyst'], '--ml-dsa-key'];
    const stolen = ['hybrid-ca/keys/ml-dsa.key', '--cn', 'a.example', '--out', 'stolen.csr'];
    await pki('csr', 'create', ...keys, ...stolen);
    const command = issue('hybrid-ca', 'stolen.csr');
    expect(await refusals(cwd, 'hybrid-ca')(pki, ...command)).toEqual({
      status: 3,
      stderr: [
        'pki: error: not signing a certificate for CN=a.example',
        "pki: hint: the alternative key must not be the issuer's own (alternative-key-not-of-issuer, RFC 4158 §2.4.1, TLS BR §6.1.1.3)",
      ],
    });
  });
});

describe('a request is refused', () => {
  it('that asks for a delta certificate', async () => {
    const signer = await newSigner('ed25519');
    const delta = { oid: '2.16.840.1.114027.80.6.1', critical: false, value: sequence() };
    const csr = await resigned('chameleon.csr', { signer, more: [extensionRequest([delta])] });
    expect(await refused(pki, ...issue('ca', csr))).toEqual({
      status: 3,
      stderr: [
        'pki: error: chameleon.csr asks for a delta certificate (chameleon)',
        'pki: hint: they are shown but not issued: draft-bonnell-lamps-chameleon-certs has expired without being adopted, and implementations disagree on its encoding',
      ],
    });
  });

  it.each([
    [32, 'is HashML-DSA, which is not allowed in certificates (RFC 9881 §8.3)'],
    [38, 'is HashSLH-DSA, which is not supported; SLH-DSA without pre-hash is (RFC 9909)'],
  ])('whose algorithm is 2.16.840.1.101.3.4.3.%i', async (arc, why) => {
    const oid = `2.16.840.1.101.3.4.3.${arc}`;
    const identifier = sequence(objectIdentifier(oid));
    const name = `hash-${arc}.csr`;
    const { publicKey, subject } = parseCsr(derOf('catalyst.csr'));
    const info = encodeRequestInfo({ subject, publicKey, attributes: [] });
    const der = encodeCsr(info, identifier, new Uint8Array(2420));
    writeFileSync(path(name), pem('CERTIFICATE REQUEST', der));
    expect(await refused(pki, ...issue('ca', name))).toEqual({
      status: 3,
      stderr: [
        `pki: error: ${name} does not prove possession of its key: its signature algorithm ${oid} ${why}`,
        'pki: hint: the request has to be signed with the private key of its own public key',
      ],
    });
  });

  it('that names certificates which it does not come with', async () => {
    const made = ['--ca-dir', 'ca', '--cn', 'a.example', '--key-out', 'no.key'];
    for (const option of ['--related', '--signer-cert', '--trust']) {
      expect(await refused(pki, 'issue', ...made, option, 'x.crt')).toEqual({
        status: 2,
        stderr: [`pki: error: ${option} needs --csr`],
      });
    }
  });
});
