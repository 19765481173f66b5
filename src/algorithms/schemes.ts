import {
  contextConstructed,
  type Der,
  integer,
  NULL,
  objectIdentifier,
  sequence,
} from '../der/writer.ts';

/** Hash functions by the names that `node:crypto` knows. */
export type HashName = 'sha256' | 'sha384' | 'sha512';

/** How a classical signature is computed, as its AlgorithmIdentifier says; the key's size is free. */
export interface ClassicalScheme {
  /** The name in its specification. */
  readonly name: string;
  readonly family: 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa' | 'eddsa';
  /** The hash that the scheme applies to the message; none for EdDSA, which takes it as it is. */
  readonly hash: HashName | undefined;
  /** AlgorithmIdentifier, DER (RFC 5280 §4.1.1.2). */
  readonly identifier: Der;
  /** The `asymmetricKeyType`s of `node:crypto` that may make such a signature. */
  readonly keyTypes: readonly string[];
  readonly cites: string;
}

const HASH_OID: Readonly<Record<HashName, string>> = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};

/** Length of the hash in octets, which is also the salt length of our RSASSA-PSS. */
export const HASH_BYTES: Readonly<Record<HashName, number>> = {
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

/** AlgorithmIdentifier of a hash as RSA uses it, with a NULL (RFC 8017 §A.2.4). */
export const hashIdentifier = (hash: HashName): Der =>
  sequence(objectIdentifier(HASH_OID[hash]), NULL);

/** RSASSA-PSS-params: the same hash for MGF1, salt as long as the hash (RFC 4055 §3.1). */
function pssParameters(hash: HashName): Der {
  const mgf1 = sequence(objectIdentifier('1.2.840.113549.1.1.8'), hashIdentifier(hash));
  return sequence(
    contextConstructed(0, hashIdentifier(hash)),
    contextConstructed(1, mgf1),
    contextConstructed(2, integer(HASH_BYTES[hash])),
  );
}

const pkcs1 = (name: string, oid: string, hash: HashName): ClassicalScheme => ({
  name,
  family: 'rsa-pkcs1',
  hash,
  identifier: sequence(objectIdentifier(oid), NULL),
  keyTypes: ['rsa'],
  cites: 'RFC 4055 §5',
});

const pss = (hash: HashName): ClassicalScheme => ({
  name: `RSASSA-PSS-${hash.toUpperCase()}`,
  family: 'rsa-pss',
  hash,
  identifier: sequence(objectIdentifier('1.2.840.113549.1.1.10'), pssParameters(hash)),
  keyTypes: ['rsa', 'rsa-pss'],
  cites: 'RFC 4055 §3.1',
});

const ecdsa = (name: string, oid: string, hash: HashName): ClassicalScheme => ({
  name,
  family: 'ecdsa',
  hash,
  identifier: sequence(objectIdentifier(oid)),
  keyTypes: ['ec'],
  cites: 'RFC 5758 §3.2',
});

const eddsa = (name: string, oid: string, keyType: string): ClassicalScheme => ({
  name,
  family: 'eddsa',
  hash: undefined,
  identifier: sequence(objectIdentifier(oid)),
  keyTypes: [keyType],
  cites: 'RFC 8410 §3',
});

export const SCHEMES = {
  'rsa-pkcs1-sha256': pkcs1('sha256WithRSAEncryption', '1.2.840.113549.1.1.11', 'sha256'),
  'rsa-pkcs1-sha384': pkcs1('sha384WithRSAEncryption', '1.2.840.113549.1.1.12', 'sha384'),
  'rsa-pkcs1-sha512': pkcs1('sha512WithRSAEncryption', '1.2.840.113549.1.1.13', 'sha512'),
  'rsa-pss-sha256': pss('sha256'),
  'rsa-pss-sha384': pss('sha384'),
  'rsa-pss-sha512': pss('sha512'),
  'ecdsa-sha256': ecdsa('ecdsa-with-SHA256', '1.2.840.10045.4.3.2', 'sha256'),
  'ecdsa-sha384': ecdsa('ecdsa-with-SHA384', '1.2.840.10045.4.3.3', 'sha384'),
  'ecdsa-sha512': ecdsa('ecdsa-with-SHA512', '1.2.840.10045.4.3.4', 'sha512'),
  ed25519: eddsa('id-Ed25519', '1.3.101.112', 'ed25519'),
  ed448: eddsa('id-Ed448', '1.3.101.113', 'ed448'),
} as const satisfies Record<string, ClassicalScheme>;
