import { keyAlgorithmNamed } from '../../../src/algorithms/registry.ts';
import type { PolicyUse } from '../../../src/ca/policy/rule.ts';

/** A use of algorithms, as a test says it: the role, the names, and until when. */
export interface UseCase {
  readonly role: PolicyUse['role'];
  readonly names: readonly string[];
  /** notAfter; late enough for every date in the rows if absent. */
  readonly until?: string;
  readonly rsaBits?: number;
}

export interface PolicyCase {
  readonly id: string;
  readonly refused: readonly (UseCase & { readonly problem: string })[];
  readonly taken: readonly UseCase[];
}

export const useOf = ({ role, names, until = '2099-01-01T00:00:00Z', rsaBits }: UseCase) =>
  ({
    role,
    algorithms: names.map((name) => ({
      algorithm: name === '?' ? undefined : keyAlgorithmNamed(name),
      rsaBits,
    })),
    until: new Date(until),
  }) satisfies PolicyUse;

const key = (...names: readonly string[]): UseCase => ({ role: 'key', names });
const signature = (...names: readonly string[]): UseCase => ({ role: 'signature', names });

const ALONE = 'alone, and not in a hybrid with a classical algorithm';
const IN_HYBRIDS: Pick<PolicyCase, 'refused' | 'taken'> = {
  refused: [
    { ...key('ml-dsa-65'), problem: `ml-dsa-65 ${ALONE}` },
    { ...signature('ml-dsa-87'), problem: `ml-dsa-87 ${ALONE}` },
    { ...key('slh-dsa-sha2-192s', 'ml-dsa-87'), problem: `ml-dsa-87 ${ALONE}` },
  ],
  taken: [
    key('MLDSA65-ECDSA-P256-SHA512'),
    signature('ecdsa-p384', 'ml-dsa-87'),
    signature('?', 'ml-dsa-87'), // a key in a token that is not known yet
    key('slh-dsa-sha2-192s'),
    key('ecdsa-p256'),
  ],
};

/** Each row of each policy: what it refuses, with its words, and what it takes. */
export const POLICY_CASES: readonly PolicyCase[] = [
  { id: 'bsi-ml-dsa-hybrid', ...IN_HYBRIDS },
  {
    id: 'bsi-ml-dsa-set',
    refused: [
      { ...key('MLDSA44-ECDSA-P256-SHA256'), problem: 'ml-dsa-44 is too weak' },
      { ...signature('ecdsa-p256', 'ml-dsa-44'), problem: 'ml-dsa-44 is too weak' },
    ],
    taken: [key('MLDSA65-ECDSA-P256-SHA512'), signature('ecdsa-p256', 'ml-dsa-87')],
  },
  {
    id: 'bsi-slh-dsa-set',
    refused: [
      { ...signature('slh-dsa-sha2-128s'), problem: 'slh-dsa-sha2-128s is too weak' },
      { ...key('slh-dsa-shake-128f'), problem: 'slh-dsa-shake-128f is too weak' },
    ],
    taken: [signature('slh-dsa-sha2-192s'), key('slh-dsa-shake-256f')],
  },
  {
    id: 'bsi-classical-until',
    refused: [
      {
        ...key('ecdsa-p384'),
        until: '2036-01-01T00:00:00Z',
        problem: 'ecdsa-p384 alone, and relied on beyond the end of 2035',
      },
      {
        ...signature('rsa-3072-pss'),
        problem: 'rsa-3072-pss alone, and relied on beyond the end of 2035',
      },
    ],
    taken: [
      { ...key('ecdsa-p384'), until: '2035-12-31T23:59:59Z' },
      signature('ecdsa-p384', 'ml-dsa-65'),
      signature('MLDSA65-RSA3072-PSS-SHA512'),
      key('ml-kem-768'),
      signature('?'),
    ],
  },
  {
    id: 'bsi-rsa-size',
    refused: [
      { ...signature('rsa-2048-pss'), problem: 'rsa-2048-pss is too weak' },
      { ...key('rsa-3072'), rsaBits: 2999, problem: 'rsa-2999 is too weak' },
      { ...key('MLDSA44-RSA2048-PSS-SHA256'), problem: 'rsa-2048-pss is too weak' },
    ],
    taken: [
      signature('rsa-3072-pss'),
      { ...key('rsa-2048'), rsaBits: 3000 }, // whatever row the key's identifier led to
      key('MLDSA65-RSA3072-PSS-SHA512'),
      key('ecdsa-p256'),
    ],
  },
  {
    id: 'bsi-rsa-padding',
    refused: [
      {
        ...signature('rsa-3072'),
        problem: 'rsa-3072 signs with the padding of PKCS #1 v1.5, not with PSS',
      },
      {
        ...key('MLDSA65-RSA4096-PKCS15-SHA512'),
        problem: 'rsa-4096 signs with the padding of PKCS #1 v1.5, not with PSS',
      },
    ],
    taken: [signature('rsa-3072-pss'), { ...key('rsa-2048'), rsaBits: 3072 }],
  },
  {
    id: 'bsi-classical-scheme',
    refused: [
      { ...key('ed25519'), problem: 'ed25519 is not among the recommended algorithms' },
      {
        ...signature('MLDSA87-Ed448-SHAKE256'),
        problem: 'ed448 is not among the recommended algorithms',
      },
    ],
    taken: [key('ecdsa-brainpoolp256r1'), key('ecdsa-p521'), signature('rsa-4096-pss')],
  },
  {
    id: 'bsi-ml-kem-set',
    refused: [{ ...key('ml-kem-512'), problem: 'ml-kem-512 is too weak' }],
    taken: [key('ml-kem-768'), key('ml-kem-1024')],
  },
  { id: 'anssi-ml-dsa-hybrid', ...IN_HYBRIDS },
  {
    id: 'anssi-ml-dsa-set',
    refused: [{ ...key('MLDSA44-Ed25519-SHA512'), problem: 'ml-dsa-44 is too weak' }],
    taken: [key('MLDSA65-Ed25519-SHA512'), key('slh-dsa-sha2-128s')],
  },
  {
    id: 'anssi-classical-until',
    refused: [
      {
        ...key('ecdsa-p256'),
        until: '2030-01-02T00:00:00Z',
        problem: 'ecdsa-p256 alone, and relied on beyond 1 January 2030',
      },
      {
        ...signature('ed25519'),
        problem: 'ed25519 alone, and relied on beyond 1 January 2030',
      },
    ],
    taken: [
      { ...key('ecdsa-p256'), until: '2030-01-01T23:59:59Z' },
      signature('slh-dsa-sha2-128s'),
      signature('MLDSA65-ECDSA-P384-SHA512'),
    ],
  },
  {
    id: 'anssi-rsa-size',
    refused: [
      {
        ...key('rsa-2048'),
        rsaBits: 3071,
        until: '2031-01-01T00:00:00Z',
        problem: 'rsa-3071 is too weak from 2031 on',
      },
      {
        ...signature('rsa-2048-pss', 'ml-dsa-65'),
        problem: 'rsa-2048-pss is too weak from 2031 on',
      },
    ],
    taken: [
      { ...key('rsa-2048'), rsaBits: 2048, until: '2030-12-31T23:59:59Z' },
      { ...key('rsa-2048'), rsaBits: 3072 },
    ],
  },
  {
    id: 'cnsa2-signature',
    refused: [
      { ...signature('ml-dsa-65'), problem: 'ml-dsa-65, and not ml-dsa-87' },
      { ...signature('slh-dsa-sha2-256s'), problem: 'slh-dsa-sha2-256s, and not ml-dsa-87' },
      {
        ...signature('MLDSA87-ECDSA-P384-SHA512'),
        problem: 'MLDSA87-ECDSA-P384-SHA512, and not ml-dsa-87',
      },
      { ...signature('ecdsa-p384', 'ml-dsa-87'), problem: 'ecdsa-p384, and not ml-dsa-87' },
    ],
    taken: [signature('ml-dsa-87'), key('ml-kem-1024'), signature('?')],
  },
  {
    id: 'cnsa2-subject-key',
    refused: [
      { ...key('ml-kem-768'), problem: 'ml-kem-768, and neither ml-dsa-87 nor ml-kem-1024' },
      { ...key('ecdsa-p384'), problem: 'ecdsa-p384, and neither ml-dsa-87 nor ml-kem-1024' },
    ],
    taken: [key('ml-dsa-87'), key('ml-kem-1024'), signature('ecdsa-p384')],
  },
  {
    id: 'cnsa2-no-hybrid',
    refused: [
      { ...key('ml-dsa-87', 'ecdsa-p384'), problem: 'ecdsa-p384 in addition makes a hybrid' },
      { ...signature('ecdsa-p384', 'ml-dsa-87'), problem: 'ml-dsa-87 in addition makes a hybrid' },
    ],
    taken: [key('ml-dsa-87'), signature('ml-dsa-87')],
  },
];
