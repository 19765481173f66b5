import { algorithmNamed } from '../../src/algorithms/registry.ts';
import {
  at,
  type CrlCase,
  EXTENDED,
  keys,
  lapsed,
  other,
  REVOKED_BY,
  refused,
  told,
  URL,
} from './crl-case.ts';
import { cn, isCa, unknown, usage } from './made-certificates.ts';
import { entry, entryWith, makeCrl, pointOf, pointsTo, scope } from './made-crls.ts';

const INDIRECT =
  'the distribution point of the certificate has a cRLIssuer, of an indirect CRL, which is not supported';

/** Full CRLs. */
export const CRL_CASES: readonly CrlCase[] = [
  told('that is empty', () => [{}]),
  told('that tells of others', (leaf) => [{ revoked: [entry(leaf + 1n), entry(leaf + 256n)] }]),
  told('that tells of it', (leaf) => [{ revoked: [entry(leaf - 1n), entry(leaf)] }], {
    problems: REVOKED_BY('CRL 5'),
  }),
  told('that tells of it without a reason', (leaf) => [{ revoked: [entryWith(leaf)] }], {
    problems: REVOKED_BY('CRL 5', 'unspecified'),
  }),
  told(
    'of another issuer',
    () => [other.party('Other', cn('Other')).then((party) => makeCrl(party))],
    {
      problems: ['CN=leaf: none of the CRLs is of its issuer CN=Root (crl, RFC 5280 §6.3.3)'],
    },
  ),
  told(
    'that another key has signed',
    () => [other.party('Root', cn('Root')).then((party) => makeCrl(party))],
    {
      problems: refused(
        'it was signed by another key of CN=Root (crl-signature, RFC 5280 §6.3.3 (g))',
      ),
    },
  ),
  told(
    'whose key identifier is right and whose signature is wrong',
    (_, issuer) => [
      other.party('Root', cn('Root')).then((party) =>
        makeCrl({
          ...issuer,
          signer: {
            ...party.signer,
            publicKey: issuer.signer.publicKey,
            sign: (message) => party.signer.sign(message),
            [Symbol.asyncDispose]: async () => {},
          },
        }),
      ),
    ],
    {
      problems: refused(
        'its id-Ed25519 signature does not verify (crl-signature, RFC 5280 §6.3.3 (g))',
      ),
    },
  ),
  told('that ran out', () => [{ tbs: lapsed }], {
    problems: refused(
      'it held until 2026-06-01T11:59:59Z, no longer at 2026-06-01T12:00:00Z (crl-next-update, RFC 5280 §5.1.2.5, §6.3.3 (a))',
    ),
  }),
  told('that holds later', () => [{ tbs: { thisUpdate: new Date('2026-06-01T12:00:01Z') } }], {
    problems: refused(
      'it holds from 2026-06-01T12:00:01Z, not yet at 2026-06-01T12:00:00Z (crl-this-update, RFC 5280 §5.1.2.4)',
    ),
  }),
  told('of which a newer one no longer tells of it', (leaf) => [
    {
      number: 4n,
      revoked: [entry(leaf, 'certificateHold')],
      tbs: { thisUpdate: new Date('2026-05-31T00:00:00Z') },
    },
    {},
  ]),
  told(
    'of an issuer that may not sign any',
    () => [{}],
    {
      problems: refused(
        'the key usage of its issuer has no cRLSign (crl-issuer-may-sign, RFC 5280 §4.2.1.3, §6.3.3 (f))',
      ),
    },
    [{ extensions: [isCa(), usage(5)] }, {}],
  ),
  told('with an unknown critical extension', () => [{ extensions: [unknown(true)] }], {
    problems: refused(
      'it has the critical extension 1.3.6.1.4.1.99999.1, which is not supported (crl-extensions, RFC 5280 §5.2)',
    ),
  }),
  told('with an unknown extension', () => [{ extensions: [unknown(false)] }]),
  told(
    'with an unknown critical extension in an entry of another',
    (leaf) => [{ revoked: [entryWith(leaf + 1n, unknown(true))] }],
    {
      problems: refused(
        'an entry has the critical extension 1.3.6.1.4.1.99999.1, which is not supported (crl-entries, RFC 5280 §5.3)',
      ),
    },
  ),
  told('with an unknown extension in an entry of another', (leaf) => [
    { revoked: [entryWith(leaf + 1n, unknown(false))] },
  ]),
  told('about users only', () => [{ extensions: [scope({ flag: 1 })] }]),
  told('about CAs only', () => [{ extensions: [scope({ flag: 2 })] }], {
    problems: refused(
      'it is about CA certificates only (crl-scope, RFC 5280 §5.2.5, §6.3.3 (b) (2))',
    ),
  }),
  told('about attribute certificates only', () => [{ extensions: [scope({ flag: 5 })] }], {
    problems: refused(
      'it is about attribute certificates only (crl-scope, RFC 5280 §5.2.5, §6.3.3 (b) (2))',
    ),
  }),
  told('that is indirect', () => [{ extensions: [scope({ flag: 4 })] }], {
    problems: refused('indirect CRLs are not supported (crl-indirect, RFC 5280 §5.2.5)'),
  }),
  told(
    'of its distribution point',
    () => [{ extensions: [scope({ url: URL })] }],
    {},
    at(pointsTo(URL)),
  ),
  told(
    'of another distribution point',
    () => [{ extensions: [scope({ url: 'http://crl.example/2.crl' })] }],
    {
      problems: refused(
        'it is for another distribution point than those of the certificate (crl-distribution-point, RFC 5280 §4.2.1.13, §6.3.3 (b))',
      ),
    },
    at(pointsTo(URL)),
  ),
  told(
    'of a distribution point, which the certificate has none of',
    () => [{ extensions: [scope({ url: URL })] }],
    {
      problems: refused(
        'it is for another distribution point than those of the certificate (crl-distribution-point, RFC 5280 §4.2.1.13, §6.3.3 (b))',
      ),
    },
  ),
  told(
    'of the issuer, for a certificate whose point names another one',
    () => [{ extensions: [scope({ url: URL })] }],
    { problems: refused(`${INDIRECT} (crl-distribution-point, RFC 5280 §4.2.1.13, §6.3.3 (b))`) },
    at(pointOf(cn('CRL Issuer'), URL)),
  ),
  told(
    'of another one, whom the point of the certificate names alone',
    () => [keys.party('Issuer', cn('CRL Issuer')).then((other) => makeCrl(other))],
    {
      problems: [
        `CN=leaf: ${INDIRECT}, and none of the CRLs is of its issuer CN=Root (crl, RFC 5280 §6.3.3)`,
      ],
    },
    at(pointOf(cn('CRL Issuer'))),
  ),
  told(
    'about all, for a certificate whose point names another one',
    () => [{}],
    {},
    at(pointOf(cn('CRL Issuer'))),
  ),
  told('of none, for a certificate with a distribution point', () => [{}], {}, at(pointsTo(URL))),
  told('about some reasons', () => [{ extensions: [scope({ reasons: [1, 2] })] }], {
    openssl: EXTENDED,
    problems: [
      'CN=leaf: its CRLs do not tell of affiliationChanged, superseded, cessationOfOperation, certificateHold, privilegeWithdrawn, aACompromise (crl-reasons, RFC 5280 §6.3.3 (d), (e), (l))',
    ],
  }),
  told(
    'about some reasons, and one about all others',
    () => [
      { extensions: [scope({ reasons: [1, 2] })] },
      { extensions: [scope({ reasons: [3, 4, 5, 6, 7, 8] })] },
    ],
    { openssl: EXTENDED },
  ),
  told(
    'with another algorithm inside',
    () => [{ tbs: { signature: algorithmNamed('ed448').identifier } }],
    {
      problems: refused(
        'the signature algorithm outside of what is signed is another one than inside (crl-signature-algorithm, RFC 5280 §5.1.1.2)',
      ),
      opensslSince: 6,
    },
  ),
];
