import { Crypto as WebCrypto } from '@peculiar/webcrypto';
import { DerReader } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import type { Signer } from '../signers/signer.ts';

/** What @peculiar/x509 takes to sign with: a Crypto, and a key that it hands to that Crypto. */
export interface SigningCrypto {
  readonly crypto: Crypto;
  readonly signingKey: CryptoKey;
}

/**
 * A Signer in the shape of a Web Crypto. @peculiar/x509 writes an algorithm whose name is a dotted
 * OID as it is, so that any Signer works, composites and keys in an HSM included; digests and
 * random octets come from @peculiar/webcrypto.
 */
export function cryptoOf(signer: Signer): SigningCrypto {
  const provider = new WebCrypto();
  const signingKey = {
    type: 'private',
    usages: ['sign'],
    extractable: false,
    algorithm: webAlgorithm(signer.algorithm.identifier),
  } as unknown as CryptoKey;
  const subtle = {
    digest: (algorithm: AlgorithmIdentifier, data: BufferSource) =>
      provider.subtle.digest(algorithm, data),
    exportKey: async () => Uint8Array.from(signer.publicKey).buffer,
    sign: async (_algorithm: unknown, key: CryptoKey, data: ArrayBuffer) => {
      if (key !== signingKey) throw new TypeError('not the key of this signer');
      return Uint8Array.from(await signer.sign(new Uint8Array(data))).buffer;
    },
  };
  const getRandomValues = provider.getRandomValues.bind(provider);
  return { crypto: { subtle, getRandomValues } as unknown as Crypto, signingKey };
}

/** AlgorithmIdentifier as @peculiar/x509 spells unknown ones: null is an ASN.1 NULL. */
function webAlgorithm(identifier: Uint8Array): { name: string; parameters?: ArrayBuffer | null } {
  const reader = new DerReader(identifier).enter();
  const name = reader.objectIdentifier();
  if (reader.done) return { name };
  const parameters = reader.read();
  return {
    name,
    parameters: parameters.tag === TAG.null ? null : Uint8Array.from(parameters.octets).buffer,
  };
}
