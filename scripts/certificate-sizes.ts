import { algorithmNamed } from '../src/algorithms/registry.ts';
import { parseSpki } from '../src/algorithms/spki.ts';
import { draft } from '../src/ca/draft.ts';
import { type Issuer, type PublicHalf, selfIssuer } from '../src/ca/issuer.ts';
import { type CertificateRequest, requestForOwnKey } from '../src/ca/request.ts';
import { profileNamed } from '../src/profiles/built-in.ts';
import { generatePkcs8 } from '../src/signers/generate-key.ts';
import type { Signer } from '../src/signers/signer.ts';
import { publicKeyOfPkcs8 } from '../src/signers/software-key.ts';
import { withAltSignature } from '../src/x509/alternative.ts';
import { encodeCertificate, encodeTbs, parseCertificate } from '../src/x509/certificate.ts';
import type { Scheme } from './schemes.ts';

/** Octets; where signatures vary in length, the most that it can be. */
export interface Sizes {
  /** What is in the subjectPublicKey: of Catalyst, both. */
  readonly publicKey: number;
  readonly signature: number;
  /** The CA's own certificate. */
  readonly ca: number;
  /** A certificate that it issues to a TLS server with a P-256 key. */
  readonly server: number;
  /** The same to one with keys of the CA's kind. */
  readonly ownKind: number;
}

/**
 * Assembles certificates as pki does, around new keys, but with the longest signature that there is
 * and a serial number of full length, so that the sizes are the same each time.
 */
export async function certificateSizes({ signing, alternative }: Scheme): Promise<Sizes> {
  const keys = [await unusedKey(signing)];
  if (alternative !== undefined) keys.push(await unusedKey(alternative));
  const [signer, second] = keys;
  if (!signer) throw new TypeError('a scheme without a key');
  const subject = [{ type: 'CN', value: 'Example Root CA' }];
  const self = selfIssuer(subject, {
    signer,
    alternative: second,
    async [Symbol.asyncDispose]() {},
  });
  const own = requestForOwnKey(signer.publicKey);
  const ca = assembled(own, self, 'root-ca', 'Example Root CA');
  const issuer = { ...self, certificate: parseCertificate(ca) };
  const server = (request: CertificateRequest) =>
    assembled(request, issuer, 'tls-server', 'server.example.com').length;
  const p256 = await unusedKey('ecdsa-p256');
  return {
    publicKey: total(keys, ({ publicKey }) => parseSpki(publicKey).publicKey.length),
    signature: total(keys, ({ algorithm }) => algorithm.maxSignatureBytes),
    ca: ca.length,
    server: server(requestForOwnKey(p256.publicKey)),
    ownKind: server({ ...own, alternativeKey: second?.publicKey }),
  };
}

const total = (keys: readonly Signer[], octets: (key: Signer) => number): number =>
  keys.reduce((sum, key) => sum + octets(key), 0);

/** A key of which only the public half is there; nothing that it would sign matters. */
async function unusedKey(name: string): Promise<Signer> {
  const algorithm = algorithmNamed(name);
  const publicKey = await publicKeyOfPkcs8(await generatePkcs8(algorithm), name);
  const sign = async () => longestSignature({ algorithm, publicKey });
  return { algorithm, publicKey, sign, async [Symbol.asyncDispose]() {} };
}

const longestSignature = ({ algorithm }: PublicHalf): Uint8Array =>
  new Uint8Array(algorithm.maxSignatureBytes);

function assembled(
  request: CertificateRequest,
  issuer: Issuer,
  profile: string,
  commonName: string,
): Uint8Array {
  const names = { subject: [{ type: 'CN', value: commonName }], subjectAltName: [] };
  const world = {
    clock: () => new Date('2026-11-22T00:00:00Z'),
    entropy: (length: number) => new Uint8Array(length).fill(0x55),
  };
  const { tbs } = draft(request, profileNamed(profile), issuer, names, world);
  const { signing, alternative } = issuer;
  const octets = encodeTbs(tbs);
  const complete = alternative ? withAltSignature(octets, longestSignature(alternative)) : octets;
  const identifier = signing.algorithm.identifier;
  return encodeCertificate(complete, identifier, longestSignature(signing));
}
