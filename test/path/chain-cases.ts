import { algorithmNamed } from '../../src/algorithms/registry.ts';
import { enterDer } from '../../src/der/reader.ts';
import {
  contextPrimitive,
  objectIdentifier,
  sequence,
  setOf,
  utf8String,
} from '../../src/der/writer.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import {
  authorityKeyIdentifier,
  EXTENSION_OID,
  subjectKeyIdentifier,
} from '../../src/x509/extensions.ts';
import { AT, type Chain, chain, chainOf, KeyRing, withFlippedBit } from './chain.ts';
import { CA, caWith, cn, isCa, sealed, unknown, usage } from './made-certificates.ts';
import { pointsTo } from './made-crls.ts';

/** A chain, and what is to come of it. */
export interface ChainCase {
  readonly name: string;
  readonly made: () => Promise<Chain>;
  /** All problems; none if it is to be accepted. */
  readonly problems?: readonly string[];
  /** Where OpenSSL's verdict is the other one, why it is. */
  readonly opensslDiffers?: string;
}

const keys = new KeyRing('ed25519');
const other = new KeyRing('ed25519');

const utf8Cn = (value: string) =>
  sequence(setOf(sequence(objectIdentifier('2.5.4.3'), utf8String(value))));

/** subjectUniqueID before the extensions of the leaf. */
async function withUniqueIds(): Promise<Chain> {
  const { root, leaf } = await chain(keys, {}, {});
  const reader = enterDer(leaf.tbsDer);
  const parts: Uint8Array[] = [];
  while (!reader.done) parts.push(reader.read().octets);
  const tbs = sequence(...parts.toSpliced(-1, 0, contextPrimitive(2, Uint8Array.of(0, 1))));
  return chainOf([root, await sealed(tbs, await keys.party('Root', cn('Root')))]);
}

const URL = 'http://crl.example/1.crl';

const VALIDITY = '(validity, RFC 5280 §4.1.2.5, §6.1.3 (a))';

/** Chains that hold, and chains that break one rule each, but for name constraints. */
export const CHAIN_CASES: readonly ChainCase[] = [
  { name: 'of a root alone', made: () => chain(keys, {}) },
  { name: 'of a root and a leaf', made: () => chain(keys, {}, {}) },
  { name: 'with three CAs', made: () => chain(keys, {}, {}, {}, {}) },
  {
    name: 'whose leaf has expired',
    made: () => chain(keys, {}, {}, { tbs: { notAfter: new Date('2026-06-01T11:59:59Z') } }),
    problems: [`CN=leaf: it expired at 2026-06-01T11:59:59Z ${VALIDITY}`],
  },
  {
    name: 'whose leaf ends in this second',
    made: () => chain(keys, {}, {}, { tbs: { notAfter: AT } }),
    opensslDiffers: 'the last second is past for it, although RFC 5280 includes it',
  },
  {
    name: 'whose leaf begins in this second',
    made: () => chain(keys, {}, {}, { tbs: { notBefore: AT } }),
  },
  {
    name: 'whose leaf is not valid yet',
    made: () => chain(keys, {}, {}, { tbs: { notBefore: new Date('2026-06-01T12:00:01Z') } }),
    problems: [`CN=leaf: it is not valid before 2026-06-01T12:00:01Z ${VALIDITY}`],
  },
  {
    name: 'whose trust anchor has expired',
    made: () => chain(keys, { tbs: { notAfter: new Date('2026-05-01T00:00:00Z') } }, {}),
    problems: [`CN=Root: it expired at 2026-05-01T00:00:00Z ${VALIDITY}`],
  },
  {
    name: 'with an intermediate that is no CA',
    made: () => chain(keys, {}, { extensions: [usage(5, 6)] }, {}),
    problems: [
      'CN=CA 1: it is not a CA by its basicConstraints, but an issuer in this path (issuer-is-ca, RFC 5280 §4.2.1.9, §6.1.4 (k))',
    ],
  },
  {
    name: 'with a CA whose basicConstraints is not critical',
    made: () => chain(keys, {}, { extensions: [isCa(undefined, false), usage(5)] }, {}),
    problems: [
      'CN=CA 1: its basicConstraints is not critical (ca-basic-constraints-critical, RFC 5280 §4.2.1.9)',
    ],
  },
  {
    name: 'with a CA that may not sign certificates',
    made: () => chain(keys, {}, { extensions: [isCa(), usage(0, 6)] }, {}),
    problems: [
      'CN=CA 1: its key usage has no keyCertSign (issuer-may-sign-certificates, RFC 5280 §4.2.1.3, §6.1.4 (n))',
    ],
  },
  {
    name: 'with one CA too many for the root',
    made: () => chain(keys, { extensions: [isCa(0), usage(5)] }, {}, {}),
    problems: [
      'CN=Root: its path length is 0, but below it are 1 CA certificates in this path (path-length, RFC 5280 §4.2.1.9, §6.1.4 (l), (m))',
    ],
  },
  {
    name: 'with as many CAs as the root allows',
    made: () => chain(keys, { extensions: [isCa(1), usage(5)] }, {}, {}),
  },
  {
    name: 'whose leaf is a CA that the path length does not count',
    made: () => chain(keys, { extensions: [isCa(0), usage(5)] }, { extensions: CA }),
  },
  {
    name: 'with a self-issued CA that the path length does not count',
    made: () => chain(keys, { extensions: [isCa(0), usage(5)] }, { name: cn('Root') }, {}),
  },
  {
    name: 'with an unknown critical extension in the leaf',
    made: () => chain(keys, {}, {}, { extensions: [unknown(true)] }),
    problems: [
      'CN=leaf: it has the critical extension 1.3.6.1.4.1.99999.1, which is not supported (critical-extensions, RFC 5280 §4.2, §6.1.4 (o), §6.1.5 (f))',
    ],
  },
  {
    name: 'with an unknown critical extension in a CA',
    made: () => chain(keys, {}, { extensions: caWith(unknown(true)) }, {}),
    problems: [
      'CN=CA 1: it has the critical extension 1.3.6.1.4.1.99999.1, which is not supported (critical-extensions, RFC 5280 §4.2, §6.1.4 (o), §6.1.5 (f))',
    ],
  },
  {
    name: 'with an unknown extension that is not critical',
    made: () => chain(keys, {}, {}, { extensions: [unknown(false)] }),
  },
  {
    name: 'with an extension twice',
    made: () => chain(keys, {}, {}, { extensions: [unknown(false), unknown(false)] }),
    problems: [
      'CN=leaf: it has the extension 1.3.6.1.4.1.99999.1 twice (unique-extensions, RFC 5280 §4.2)',
    ],
    opensslDiffers: 'it looks for duplicates of extensions that it knows alone',
  },
  {
    name: 'with critical key identifiers',
    made: () =>
      chain(
        keys,
        {},
        { extensions: [{ ...subjectKeyIdentifier(Buffer.from('id')), critical: true }] },
      ).then(({ root, leaf }) => chainOf([root, leaf])),
    problems: [
      'CN=leaf: it has the extension 2.5.29.14 twice (unique-extensions, RFC 5280 §4.2)',
      'CN=leaf: its subjectKeyIdentifier is critical, which it must not be (never-critical, RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.1.15, §4.2.2.1, RFC 9608 §2)',
    ],
  },
  ...(['authorityInfoAccess', 'freshestCrl', 'noRevAvail'] as const).map((name) => ({
    name: `with a critical ${name}`,
    made: () => {
      const value = pointsTo(URL).value; // whatever it is: nobody reads it
      return chain(keys, {}, { extensions: [{ oid: EXTENSION_OID[name], value, critical: true }] });
    },
    problems: [
      `CN=leaf: its ${name === 'freshestCrl' ? 'freshestCRL' : name} is critical, which it must not be (never-critical, RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.1.15, §4.2.2.1, RFC 9608 §2)`,
    ],
  })),
  {
    name: 'with a critical cRLDistributionPoints',
    made: () => chain(keys, {}, { extensions: [{ ...pointsTo(URL), critical: true }] }),
  },
  {
    name: 'with a critical cRLDistributionPoints that cannot be read',
    made: () =>
      chain(
        keys,
        {},
        { extensions: [{ ...pointsTo(URL), value: Uint8Array.of(0x30, 1, 5), critical: true }] },
      ),
    problems: ['CN=leaf: it is malformed: tag 30 expected, 05 found (der, RFC 5280 §4.1)'],
  },
  { name: 'with unique identifiers', made: withUniqueIds },
  {
    name: 'whose signature algorithm outside is another one than inside',
    made: () => chain(keys, {}, { tbs: { signature: algorithmNamed('ed448').identifier } }),
    problems: [
      'CN=leaf: the signature algorithm outside of what is signed is another one than inside (signature-algorithm, RFC 5280 §4.1.1.2)',
    ],
  },
  {
    name: 'whose leaf was signed by another key',
    made: async () => {
      const [ours, theirs] = [await chain(keys, {}, {}, {}), await chain(other, {}, {}, {})];
      return chainOf([ours.root, ...ours.intermediates, theirs.leaf]);
    },
    problems: [
      'CN=leaf: its id-Ed25519 signature does not verify (signature, RFC 5280 §6.1.3 (a))',
    ],
  },
  {
    name: 'whose leaf was tampered with',
    made: async () => {
      const made = await chain(keys, {}, {}, {});
      const bit = (made.leaf.der.length - 3) * 8;
      return chainOf([
        ...made.certificates.slice(0, -1),
        parseCertificate(withFlippedBit(made.leaf.der, bit)),
      ]);
    },
    problems: [
      'CN=leaf: its id-Ed25519 signature does not verify (signature, RFC 5280 §6.1.3 (a))',
    ],
  },
  {
    name: 'whose self-signed root was tampered with and trusted',
    made: async () => {
      const { root, leaf } = await chain(keys, {}, {});
      const bit = (root.der.length - 3) * 8;
      return chainOf([parseCertificate(withFlippedBit(root.der, bit)), leaf]);
    },
    problems: [
      'CN=Root: its id-Ed25519 signature does not verify (signature, RFC 5280 §6.1.3 (a))',
    ],
  },
  {
    name: 'without the intermediate',
    made: async () => {
      const { root, leaf } = await chain(keys, {}, {}, {});
      return chainOf([root, leaf]);
    },
    problems: [
      'CN=leaf: there is no certificate of its issuer CN=CA 1 that leads to a trusted one (trust-anchor, RFC 5280 §6.1)',
    ],
  },
  {
    name: 'to a self-signed root that is not trusted',
    made: async () => {
      const [ours, theirs] = [await chain(keys, {}, {}), await chain(other, {}, {})];
      return {
        ...ours,
        root: (await chain(keys, { name: cn('Unrelated') })).root,
        intermediates: [theirs.root],
        leaf: theirs.leaf,
      };
    },
    problems: [
      'CN=Root: it is not one of the trusted certificates, and its issuer is itself (trust-anchor, RFC 5280 §6.1)',
    ],
  },
  {
    name: 'with a wrong authority key identifier, which decides nothing',
    made: () =>
      chain(keys, {}, { tbs: { extensions: [authorityKeyIdentifier(Buffer.from('wrong'))] } }),
    opensslDiffers: 'it takes no issuer with another key identifier',
  },
  {
    name: 'with names that differ in case, blanks and type of string',
    made: async () => {
      const made = await chain(keys, { name: cn('Root  CA') }, {});
      const named = await chain(keys, { name: utf8Cn('root ca ') }, {});
      return chainOf([made.root, named.leaf]);
    },
  },
  {
    name: 'with a malformed extension',
    made: () => chain(keys, {}, {}, { extensions: [{ ...isCa(), value: Uint8Array.of(0x30, 1) }] }),
    problems: ['CN=leaf: it is malformed: a length exceeds what is there (der, RFC 5280 §4.1)'],
  },
];
