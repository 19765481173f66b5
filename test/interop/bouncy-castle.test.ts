import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { keyAlgorithmNamed } from '../../src/algorithms/registry.ts';
import { pem } from '../../src/der/pem.ts';
import { generatePkcs8 } from '../../src/signers/generate-key.ts';
import type { Signer } from '../../src/signers/signer.ts';
import { publicKeyOfPkcs8 } from '../../src/signers/software-key.ts';
import { encodeCertificate, encodeTbs, parseCertificate } from '../../src/x509/certificate.ts';
import { encodeCsr, encodeRequestInfo } from '../../src/x509/csr.ts';
import { alternativeAttributes, altSignatureAttribute } from '../../src/x509/csr-alternative.ts';
import { encodeName } from '../../src/x509/names.ts';
import { relatedCertMessage, relatedCertRequest } from '../../src/x509/related-cert-request.ts';
import { relatedCertificate } from '../../src/x509/related-certificate.ts';
import { newIssuer, newKeys, newParts, newSigner } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { tool, tryTool, vectors } from '../support/tools.ts';

// What bc-judge says of other things than certificates, whose verdicts are in the matrix.

const judge = tool('bc-judge');
const installed = judge
  ? ''
  : ': Bouncy Castle is not installed: run scripts/install-tools --judges';
const directory = temporaryDirectory();

/** What is said of each file, by its name. */
function verdicts(verb: string, ...files: readonly string[]): Record<string, object> {
  const { output } = tryTool(judge ?? '', verb, ...files);
  const lines = output.trimEnd().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const { file, ...verdict } = JSON.parse(line) as { file: string };
      return [file.split('/').at(-1) ?? '', verdict];
    }),
  );
}

const path = (name: string): string => join(directory, name);
const write = (name: string, label: string, der: Uint8Array) =>
  writeFileSync(path(name), pem(label, der));

describe.skipIf(!judge)(`requests, by Bouncy Castle${installed}`, () => {
  beforeAll(async () => {
    const [signer, alternative] = [await newSigner('ecdsa-p384'), await newSigner('ml-dsa-65')];
    write('plain.csr', 'CERTIFICATE REQUEST', await request(signer));
    write('forged.csr', 'CERTIFICATE REQUEST', turned(await request(signer)));
    const both = (sign: (message: Uint8Array) => Promise<Uint8Array>) =>
      catalystRequest(signer, alternative, sign);
    write('catalyst.csr', 'CERTIFICATE REQUEST', await both((info) => alternative.sign(info)));
    const wrong = await both(async (info) => turned(await alternative.sign(info)));
    write('wrong-alternative.csr', 'CERTIFICATE REQUEST', wrong);
    const keys = await newKeys('ecdsa-p384');
    const { certificate } = await newIssuer(keys, newParts(directory));
    write('signer.crt', 'CERTIFICATE', certificate?.der ?? new Uint8Array());
    const algorithm = keyAlgorithmNamed('ml-kem-768');
    const publicKey = await publicKeyOfPkcs8(await generatePkcs8(algorithm), 'key');
    write('kem.csr', 'CERTIFICATE REQUEST', await request({ ...keys.signer, publicKey }));
  });

  it('hold if their signatures do, the alternative one too', () => {
    const files = ['plain.csr', 'forged.csr', 'catalyst.csr', 'wrong-alternative.csr'];
    expect(verdicts('csr', ...files.map(path))).toEqual({
      'plain.csr': { signature: true, alternative: 'absent', key: 'EC' },
      'forged.csr': { signature: false, alternative: 'absent', key: 'EC' },
      'catalyst.csr': { signature: true, alternative: 'true', key: 'EC' },
      'wrong-alternative.csr': { signature: true, alternative: 'false', key: 'EC' },
    });
  });

  it('for keys that cannot sign hold by the key of a certificate', () => {
    const pairs = ['kem.csr', 'signer.crt', 'plain.csr', 'signer.crt'].map(path);
    expect(verdicts('csr-by', ...pairs)).toEqual({
      'kem.csr': { signature: true, alternative: 'absent', key: 'ML-KEM-768' },
      'plain.csr': { signature: false, alternative: 'absent', key: 'EC' },
    });
    expect(verdicts('csr', path('kem.csr'))).toMatchObject({ 'kem.csr': { signature: false } });
  });
});

describe.skipIf(!judge)(`related certificates, by Bouncy Castle${installed}`, () => {
  beforeAll(async () => {
    const keys = await newKeys('ecdsa-p384');
    const { certificate: other } = await newIssuer(keys, newParts(directory));
    const { certificate } = await newIssuer(await newKeys('ml-dsa-65'), newParts(directory));
    if (!other || !certificate) throw new Error('an issuer without a certificate');
    write('other.crt', 'CERTIFICATE', other.der);
    write('not-related.crt', 'CERTIFICATE', certificate.der);
    const extensions = [...certificate.tbs.extensions, relatedCertificate(other)];
    const tbs = encodeTbs({ ...certificate.tbs, extensions });
    const { signatureAlgorithm, signature } = parseCertificate(certificate.der);
    write('related.crt', 'CERTIFICATE', encodeCertificate(tbs, signatureAlgorithm, signature));
    const certID = { issuer: other.tbs.issuer, serialNumber: other.tbs.serialNumber };
    const signed = { certID, requestTime: new Date('2026-11-22T00:00:00Z') };
    const proof = await keys.signer.sign(relatedCertMessage(signed));
    const attribute = (value: Uint8Array) =>
      relatedCertRequest({ ...signed, locations: ['https://a.example/'], signature: value });
    const signer = await newSigner('ml-dsa-65');
    const label = 'CERTIFICATE REQUEST';
    write('proven.csr', label, await request(signer, attribute(proof)));
    write('unproven.csr', label, await request(signer, attribute(turned(proof))));
  });

  it('are named by the extension', () => {
    const pairs = ['related.crt', 'other.crt', 'not-related.crt', 'other.crt'].map(path);
    expect(verdicts('related', ...pairs)).toEqual({
      'related.crt': { related: 'true' },
      'not-related.crt': { related: 'absent' },
    });
    expect(verdicts('related', path('related.crt'), path('not-related.crt'))).toEqual({
      'related.crt': { related: 'false' },
    });
  });

  it('have a key that signs the attribute of a request', () => {
    const pairs = ['proven.csr', 'other.crt', 'unproven.csr', 'other.crt'].map(path);
    expect(verdicts('request', ...pairs)).toEqual({
      'proven.csr': { related: 'true' },
      'unproven.csr': { related: 'false' },
    });
  });
});

const hackathon = vectors('hackathon-r5');
const absent = hackathon ? installed : ': test vectors are not here: set PKI_TEST_VECTORS';

describe.skipIf(!judge || !hackathon)(`private keys, by Bouncy Castle${absent}`, () => {
  it.each([
    ['bc', /^ml-dsa-.*_priv/, 18], // three forms of each
    ['openssl-composite', /_priv/, 18],
  ])('of %s belong to their certificates', (provider, pattern, count) => {
    const folder = join(hackathon ?? '', provider);
    const keys = readdirSync(folder).filter((file) => pattern.test(file));
    const pairs = keys.flatMap((key) => [
      join(folder, key),
      join(folder, key.replace(/(_seed|_both|_expandedkey)?_priv/, '_ta')),
    ]);
    const found = verdicts('key', ...pairs);
    expect(Object.keys(found)).toEqual(keys);
    for (const key of keys) expect(found[key]).toMatchObject({ pair: true });
    expect(keys).toHaveLength(count);
  });

  it('do not belong to another certificate of the same algorithm', () => {
    const [key = '', certificate = ''] = ['openssl-composite', 'bc'].map((provider, index) => {
      const folder = join(hackathon ?? '', provider);
      const end = index === 0 ? '6.45_priv.der' : '6.45_ta.der';
      return join(folder, readdirSync(folder).find((file) => file.endsWith(end)) ?? '');
    });
    expect(Object.values(verdicts('key', key, certificate))).toMatchObject([{ pair: false }]);
  });
});

async function request(signer: Signer, ...attributes: readonly Uint8Array[]): Promise<Uint8Array> {
  const subject = encodeName([{ type: 'CN', value: 'a.example' }]);
  const info = encodeRequestInfo({ subject, publicKey: signer.publicKey, attributes });
  return encodeCsr(info, signer.algorithm.identifier, await signer.sign(info));
}

/** The alternative signature first, over what lacks it; then the other over all. */
async function catalystRequest(
  signer: Signer,
  alternative: Signer,
  sign: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const { publicKey, algorithm } = alternative;
  const subject = encodeName([{ type: 'CN', value: 'a.example' }]);
  const attributes = alternativeAttributes(publicKey, algorithm.identifier);
  const info = encodeRequestInfo({ subject, publicKey: signer.publicKey, attributes });
  return request(signer, ...attributes, altSignatureAttribute(await sign(info)));
}

/** A copy with the last bit turned over. */
function turned(octets: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(octets);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
}
