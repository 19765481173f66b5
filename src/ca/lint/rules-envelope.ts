import { obsoleteAlgorithm } from '../../algorithms/obsolete.ts';
import { ALGORITHMS, KEY_ALGORITHMS } from '../../algorithms/registry.ts';
import { parseSpki } from '../../algorithms/spki.ts';
import { DerError, enterDer } from '../../der/reader.ts';
import { timeValue } from '../../der/time.ts';
import { TAG } from '../../der/writer.ts';
import { type EncodedAttribute, encodedAttributes } from '../../x509/names.ts';
import { charactersProblem, isOldString, stringTypeProblem } from './name-strings.ts';
import type { EnvelopeRule, EnvelopeSubject } from './rule.ts';

/** The number of each kind, in words of RFC 5280 §4.1.2.1, §5.1.2.1 and RFC 2986 §4.1. */
const VERSIONS: Readonly<Record<EnvelopeSubject['kind'], number>> = {
  certificate: 3,
  crl: 2,
  request: 1,
};

const ISSUED = ['certificate', 'crl'] as const;

/** What certificates, CRLs and requests are put in, and the values that all of them have. */
export const ENVELOPE_RULES: readonly EnvelopeRule[] = [
  {
    id: 'version',
    cites: 'RFC 5280 §4.1.2.1, §5.1.2.1',
    requires: 'a certificate is of version 3, a CRL of version 2, a request of version 1',
    check: ({ kind, version }) =>
      version === VERSIONS[kind] ? undefined : `the version must be ${VERSIONS[kind]}`,
  },
  {
    id: 'signature-algorithms-agree',
    cites: 'RFC 5280 §4.1.1.2, §5.1.1.2',
    requires: 'the algorithm beside the signature is that within what is signed, octet for octet',
    kinds: ISSUED,
    check: ({ outer, inner }) =>
      inner && Buffer.compare(inner, outer) !== 0
        ? 'the signature algorithm must be the same, octet for octet, inside and outside of what is signed'
        : undefined,
  },
  {
    id: 'unique-identifiers',
    cites: 'RFC 5280 §4.1.2.8',
    requires: 'a certificate has neither issuerUniqueID nor subjectUniqueID',
    kinds: ['certificate'],
    check: ({ uniqueIds }) =>
      uniqueIds ? 'issuerUniqueID and subjectUniqueID must not be there' : undefined,
  },
  {
    id: 'lists-not-empty',
    cites: 'RFC 5280 §4.1.2.9, §5.1.2.6',
    requires:
      'lists of extensions and of revoked certificates are left out where they would be empty',
    kinds: ISSUED,
    check: ({ emptyLists: [name] }) => name && `${name} must be left out where there are none`,
  },
  {
    id: 'time-encoding',
    cites: 'RFC 5280 §4.1.2.5, §5.1.2.4',
    requires:
      'times are UTCTime until 2049 and GeneralizedTime from 2050 on, in whole seconds and in Zulu',
    kinds: ISSUED,
    check: ({ times }) => firstOf(times, (time) => malformed(() => timeValue(time))),
  },
  {
    id: 'attribute-string-type',
    cites: 'RFC 5280 appendix A.1',
    requires: 'each attribute of a name has a string type that its definition knows',
    check: (subject) => firstOf(attributesIn(subject), stringTypeProblem),
  },
  {
    id: 'attribute-string-current',
    cites: 'RFC 5280 §4.1.2.4',
    requires:
      'attributes of names are PrintableString or UTF8String, not TeletexString, BMPString or UniversalString',
    severity: 'warning',
    check: (subject) => {
      const old = attributesIn(subject).find(isOldString);
      return old && `the attribute ${old.oid} should be a PrintableString or UTF8String`;
    },
  },
  {
    id: 'attribute-string-characters',
    cites: 'X.680 §41.4',
    requires: 'a string has only characters that its type knows',
    check: (subject) => firstOf(attributesIn(subject), charactersProblem),
  },
];

const attributesIn = ({ names }: EnvelopeSubject): readonly EncodedAttribute[] =>
  names.flatMap(encodedAttributes);

const firstOf = <Item>(items: readonly Item[], problem: (item: Item) => string | undefined) =>
  items.map(problem).find((found) => found !== undefined);

const oidOf = (identifier: Uint8Array): string => enterDer(identifier).objectIdentifier();

/** AlgorithmIdentifiers of its signatures, and of its key, DER. */
const identifiers = ({ outer, inner, publicKey, extensions }: EnvelopeSubject) => {
  const all = [outer, inner, extensions.altSignatureAlgorithm];
  return [...all, publicKey && parseSpki(publicKey).identifier].filter((one) => one !== undefined);
};

const HASH_ML_DSA = /^2\.16\.840\.1\.101\.3\.4\.3\.3[234]$/;

/** Signatures with MD2, MD5 and SHA-1 (RFC 3279 §2.2). */
const WEAK_HASHES: readonly string[] = [
  '1.2.840.113549.1.1.2',
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.2.840.10040.4.3',
  '1.2.840.10045.4.1',
];

interface SignatureOctets {
  readonly identifier: Uint8Array;
  readonly signature: Uint8Array;
}

const signaturesIn = ({ outer, signature, extensions }: EnvelopeSubject) => {
  const { altSignatureAlgorithm: identifier, altSignatureValue: value } = extensions;
  const alternative = identifier && value ? [{ identifier, signature: value }] : [];
  return [{ identifier: outer, signature }, ...alternative];
};

/** Algorithms and signatures, as far as they can be judged without the issuer. */
export const SIGNATURE_RULES: readonly EnvelopeRule[] = [
  {
    id: 'post-quantum-parameters-absent',
    cites: 'RFC 9881 §2, RFC 9909 §3, RFC 9935 §3, composite draft 19 §6',
    requires:
      'identifiers of ML-DSA, SLH-DSA, ML-KEM and composites have no parameters, not even NULL',
    check: (subject) => firstOf(identifiers(subject), parametersProblem),
  },
  {
    id: 'classical-parameters',
    cites: 'RFC 4055 §1.2, §5, RFC 5758 §3.2, RFC 8410 §3',
    requires:
      'identifiers of RSA keys and signatures have NULL as parameters, those of ECDSA signatures and EdDSA none',
    check: (subject) => firstOf(identifiers(subject), classicalParametersProblem),
  },
  {
    id: 'ml-dsa-pure',
    cites: 'RFC 9881 §8.3',
    requires: 'HashML-DSA is used for no signature and no key',
    check: (subject) =>
      identifiers(subject).some((one) => HASH_ML_DSA.test(oidOf(one)))
        ? 'HashML-DSA must not be used'
        : undefined,
  },
  {
    id: 'algorithm-supported',
    cites: 'RFC 9909 §3, composite draft 19 §6',
    requires: 'algorithms are of the RFC or of the current draft, not of older drafts',
    severity: 'warning',
    check: (subject) => {
      const oids = identifiers(subject).map(oidOf);
      const old = oids.find((oid) => !HASH_ML_DSA.test(oid) && obsoleteAlgorithm(oid));
      return old && `the algorithm ${old} ${obsoleteAlgorithm(old)}`;
    },
  },
  {
    id: 'signature-hash',
    cites: 'SP 800-131A §3',
    requires: 'a signature is not over MD2, MD5 or SHA-1',
    from: '2014-01-01',
    check: ({ outer }) =>
      WEAK_HASHES.includes(oidOf(outer))
        ? `the signature algorithm ${oidOf(outer)} has a hash that is broken`
        : undefined,
  },
  {
    id: 'signature-length',
    cites: 'FIPS 204 §4, FIPS 205 §11, composite draft 19 §6',
    requires: 'a post-quantum or composite signature has a length that its algorithm knows',
    check: (subject) => firstOf(signaturesIn(subject), lengthProblem),
  },
  {
    id: 'ecdsa-signature-value',
    cites: 'RFC 3279 §2.2.3',
    requires: 'an ECDSA signature is a SEQUENCE of two positive INTEGERs',
    check: (subject) => firstOf(signaturesIn(subject), ecdsaProblem),
  },
  {
    id: 'alternative-signature-complete',
    cites: 'X.509 §9.8.3, §9.8.4',
    requires: 'altSignatureAlgorithm and altSignatureValue are there together or not at all',
    kinds: ISSUED,
    check: ({ extensions }) =>
      !extensions.altSignatureAlgorithm !== !extensions.altSignatureValue
        ? 'altSignatureAlgorithm and altSignatureValue must be there together'
        : undefined,
  },
];

/** rsaEncryption and PKCS #1 v1.5 but not RSASSA-PSS, OAEP and MGF1, which have parameters. */
const WITH_NULL = /^1\.2\.840\.113549\.1\.1\.([1-5]|1[1-4])$/;
const WITHOUT = /^(?:1\.2\.840\.10045\.4\.(?:1|3\.[1-4])|1\.3\.101\.11[0-3])$/;

function classicalParametersProblem(identifier: Uint8Array): string | undefined {
  const reader = enterDer(identifier);
  const oid = reader.objectIdentifier();
  const parameters = reader.done ? undefined : reader.read();
  if (WITH_NULL.test(oid) && parameters?.tag !== TAG.null) {
    return `the parameters of ${oid} must be NULL`;
  }
  return WITHOUT.test(oid) && parameters ? `the parameters of ${oid} must be absent` : undefined;
}

function parametersProblem(identifier: Uint8Array): string | undefined {
  const oid = oidOf(identifier);
  const row = KEY_ALGORITHMS.find(
    ({ family, keyIdentifier }) => family !== 'classical' && oidOf(keyIdentifier) === oid,
  );
  return row && Buffer.compare(row.keyIdentifier, identifier) !== 0
    ? `the parameters of ${row.name} must be absent`
    : undefined;
}

function lengthProblem({ identifier, signature }: SignatureOctets): string | undefined {
  const row = ALGORITHMS.find((one) => Buffer.compare(one.identifier, identifier) === 0);
  if (!row || row.family === 'classical') return undefined;
  const { length } = signature;
  const composite = row.family === 'composite' ? row.mlDsa.maxSignatureBytes + 1 : undefined;
  return length >= (composite ?? row.maxSignatureBytes) && length <= row.maxSignatureBytes
    ? undefined
    : `a signature of ${row.name} must not have ${length} octets`;
}

function ecdsaProblem({ identifier, signature }: SignatureOctets): string | undefined {
  if (!/^1\.2\.840\.10045\.4\.(1|3\.[1-4])$/.test(oidOf(identifier))) return undefined;
  const numbers: bigint[] = [];
  const problem = malformed(() => {
    const pair = enterDer(signature);
    numbers.push(pair.integer(), pair.integer());
    pair.end();
  });
  if (problem !== undefined) return `the ECDSA signature is malformed: ${problem}`;
  return numbers.every((number) => number > 0n)
    ? undefined
    : 'the numbers of an ECDSA signature must be positive';
}

/** Why something cannot be read, for rows that are about that. */
function malformed(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}
