import { createHash } from 'node:crypto';
import { platform } from 'node:os';
import type { Mechanism } from 'pkcs11js';
import type { ClassicalAlgorithm, TokenAlgorithm } from '../../algorithms/algorithm.ts';
import { HASH_BYTES, type HashName, hashIdentifier } from '../../algorithms/schemes.ts';
import { DerError, enterDer } from '../../der/reader.ts';
import { octetString, sequence, unsignedInteger } from '../../der/writer.ts';
import { PkiError } from '../../errors.ts';
import {
  CK_PARAMS_DES_CBC_ENCRYPT_DATA,
  CK_PARAMS_RSA_PSS,
  CKG,
  CKM,
  CKP,
  mechanismName,
} from './constants.ts';
import { type Quirks, STANDARD } from './quirks.ts';

/** One way to have a token make a signature. */
export interface SigningMechanism {
  readonly mechanism: Mechanism;
  /** The same for signatures under a context; absent where there is no such thing. */
  readonly withContext?: (context: Uint8Array) => Mechanism;
  /** What the token gets: a digest, or the message where the mechanism hashes. */
  prepare(message: Uint8Array): Uint8Array;
  /** From what the token gives to the octets of `signatureValue`. */
  finish(signature: Uint8Array): Uint8Array;
  /** The longest that the token may give, in octets. */
  readonly maxBytes: number;
}

interface HashMechanisms {
  readonly hash: number;
  readonly mgf1: number;
  readonly ecdsa: number;
  readonly pkcs1: number;
  readonly pss: number;
}

const BY_HASH: Readonly<Record<HashName, HashMechanisms>> = {
  sha256: {
    hash: CKM.sha256,
    mgf1: CKG.mgf1Sha256,
    ecdsa: CKM.ecdsaSha256,
    pkcs1: CKM.sha256RsaPkcs,
    pss: CKM.sha256RsaPkcsPss,
  },
  sha384: {
    hash: CKM.sha384,
    mgf1: CKG.mgf1Sha384,
    ecdsa: CKM.ecdsaSha384,
    pkcs1: CKM.sha384RsaPkcs,
    pss: CKM.sha384RsaPkcsPss,
  },
  sha512: {
    hash: CKM.sha512,
    mgf1: CKG.mgf1Sha512,
    ecdsa: CKM.ecdsaSha512,
    pkcs1: CKM.sha512RsaPkcs,
    pss: CKM.sha512RsaPkcsPss,
  },
};

/** The ways that the token offers, the preferred one first; an error if there is none. */
export function offeredMechanisms(
  algorithm: TokenAlgorithm,
  offered: ReadonlySet<number>,
  quirks: Quirks = STANDARD,
): readonly SigningMechanism[] {
  const ways = signingMechanisms(algorithm, quirks);
  const found = ways.filter(({ mechanism }) => offered.has(mechanism.mechanism));
  if (found.length > 0) return found;
  const names = ways.map(({ mechanism }) => mechanismName(mechanism.mechanism));
  throw new PkiError(
    'KEY_UNAVAILABLE',
    `PKCS#11 error: CKR_MECHANISM_INVALID: the token cannot sign with ${algorithm.name}`,
    {
      hints: [
        `it would need one of: ${names.join(', ')}`,
        `it offers: ${[...offered].map(mechanismName).join(', ')}`,
      ],
    },
  );
}

/**
 * All ways to make signatures of `algorithm`, the preferred one first: our own hash, which every
 * token can, unless the vendor is known to refuse that.
 */
export function signingMechanisms(
  algorithm: TokenAlgorithm,
  quirks: Quirks = STANDARD,
): readonly SigningMechanism[] {
  if (algorithm.family === 'ml-dsa') {
    const { sign, signatureParameter, takesContext } = quirks.mlDsa;
    const parameter = signatureParameter?.(CKP[algorithm.name]);
    // without a parameter: hedged, with the empty context (PKCS #11 3.2 §6.67.5)
    const mechanism = { mechanism: sign, ...(parameter && { parameter }) };
    const withContext = (context: Uint8Array) => mlDsaWithContext(sign, context);
    const plain = way(mechanism, algorithm.maxSignatureBytes, asItIs);
    return [takesContext ? { ...plain, withContext } : plain];
  }
  const ways = classicalMechanisms(algorithm);
  return quirks.hashesItself && algorithm.key.kind === 'rsa' ? ways.toReversed() : ways;
}

const way = (
  mechanism: number | Mechanism,
  maxBytes: number,
  prepare: SigningMechanism['prepare'],
  finish: SigningMechanism['finish'] = asItIs,
): SigningMechanism => ({
  mechanism: typeof mechanism === 'number' ? { mechanism } : mechanism,
  prepare,
  finish,
  maxBytes,
});

function classicalMechanisms(algorithm: ClassicalAlgorithm): readonly SigningMechanism[] {
  const { key, scheme, maxSignatureBytes } = algorithm;
  if (!scheme.hash) return [way(eddsa(algorithm), maxSignatureBytes, asItIs)];
  const { hash } = scheme;
  const numbers = BY_HASH[hash];
  const digest = (message: Uint8Array) => createHash(hash).update(message).digest();
  switch (scheme.family) {
    case 'rsa-pkcs1':
      return [
        way(CKM.rsaPkcs, maxSignatureBytes, (message) => digestInfo(hash, digest(message))),
        way(numbers.pkcs1, maxSignatureBytes, asItIs),
      ];
    case 'rsa-pss': {
      const parameter = {
        type: CK_PARAMS_RSA_PSS,
        hashAlg: numbers.hash,
        mgf: numbers.mgf1,
        saltLen: HASH_BYTES[hash],
      };
      return [
        way({ mechanism: CKM.rsaPkcsPss, parameter }, maxSignatureBytes, digest),
        way({ mechanism: numbers.pss, parameter }, maxSignatureBytes, asItIs),
      ];
    }
    default: {
      const fieldBytes = key.kind === 'ec' ? key.fieldBytes : 0;
      const maxBytes = 2 * (fieldBytes + 8); // some tokens give a DER SEQUENCE at once
      const finish = (signature: Uint8Array) => ecdsaSignature(signature, fieldBytes);
      return [
        way(CKM.ecdsa, maxBytes, digest, finish),
        way(numbers.ecdsa, maxBytes, asItIs, finish),
      ];
    }
  }
}

/**
 * ML-DSA under a context. pkcs11js has no CK_SIGN_ADDITIONAL_CONTEXT, `{ CK_HEDGE_TYPE; CK_BYTE_PTR
 * pContext; CK_ULONG }`, but another structure with the same layout where CK_ULONG has eight octets,
 * which is everywhere but on Windows: its eight octets of `iv` are CKH_HEDGE_PREFERRED, 0.
 * See docs/decisions/0008-ml-dsa-in-tokens.md.
 */
function mlDsaWithContext(mechanism: number, context: Uint8Array): Mechanism {
  if (platform() === 'win32') throw noContextOnWindows();
  const parameter = {
    type: CK_PARAMS_DES_CBC_ENCRYPT_DATA,
    iv: Buffer.alloc(8),
    data: Buffer.from(context),
  };
  return { mechanism, parameter };
}

/**
 * Ed25519 takes no parameter; Ed448 always takes CK_EDDSA_PARAMS (PKCS #11 3.2 §6.3.13), here
 * `{ phFlag: false, ulContextDataLen: 0, pContextData: NULL }` with the layout of 64-bit machines.
 */
const eddsa = ({ key }: ClassicalAlgorithm): Mechanism =>
  key.kind === 'edwards' && key.curve === 'ed448'
    ? { mechanism: CKM.eddsa, parameter: Buffer.alloc(24) }
    : { mechanism: CKM.eddsa };

const noContextOnWindows = (): PkiError =>
  new PkiError('KEY_UNAVAILABLE', 'a token cannot be given a context string on Windows', {
    hints: ['keep the ML-DSA half of a composite in a file'],
  });

const asItIs = (octets: Uint8Array): Uint8Array => octets;

/** DigestInfo, which CKM_RSA_PKCS pads and signs (RFC 8017 §9.2). */
const digestInfo = (hash: HashName, digest: Uint8Array): Uint8Array =>
  sequence(hashIdentifier(hash), octetString(digest));

/** r ‖ s as PKCS#11 gives it, to Ecdsa-Sig-Value (RFC 3279 §2.2.3); some tokens give that already. */
export function ecdsaSignature(signature: Uint8Array, fieldBytes: number): Uint8Array {
  if (signature.length === 2 * fieldBytes) {
    return sequence(
      unsignedInteger(signature.subarray(0, fieldBytes)),
      unsignedInteger(signature.subarray(fieldBytes)),
    );
  }
  try {
    const reader = enterDer(signature);
    reader.integer();
    reader.integer();
    reader.end();
    return signature;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    const message = `the token gave an ECDSA signature of ${signature.length} octets`;
    throw new PkiError('INTEGRITY', message, {
      hints: [`${2 * fieldBytes} were expected`],
      cause: error,
    });
  }
}
