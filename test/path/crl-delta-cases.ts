import {
  type CrlCase,
  DELTAS,
  FULL,
  lapsed,
  REVOKED,
  REVOKED_BY,
  refused,
  told,
} from './crl-case.ts';
import { entry } from './made-crls.ts';

/** Delta CRLs, with and without full ones. */
export const DELTA_CASES: readonly CrlCase[] = [
  told(
    'and a delta CRL that tells of it',
    (leaf) => [FULL, { number: 6n, base: 5n, revoked: [entry(leaf)] }],
    {
      openssl: DELTAS,
      problems: [
        `CN=leaf: it is revoked since 2026-05-01T00:00:00Z, keyCompromise, says delta CRL 6 of CN=Root ${REVOKED}`,
      ],
    },
  ),
  told(
    'that holds it, and a delta CRL that lets it go',
    (leaf) => [
      { ...FULL, revoked: [entry(leaf, 'certificateHold')] },
      { number: 6n, base: 5n, revoked: [entry(leaf, 'removeFromCRL')] },
    ],
    { openssl: DELTAS },
  ),
  told(
    'that tells of it, and a delta CRL without a word',
    (leaf) => [
      { ...FULL, revoked: [entry(leaf)] },
      { number: 6n, base: 5n },
    ],
    {
      openssl: DELTAS,
      problems: REVOKED_BY('CRL 5'),
    },
  ),
  told(
    'that ran out, and a delta CRL that did not',
    () => [
      { ...FULL, tbs: lapsed },
      { number: 6n, base: 5n },
    ],
    { openssl: DELTAS },
  ),
  told(
    'and a delta CRL that ran out, which tells of it',
    (leaf) => [FULL, { number: 6n, base: 5n, revoked: [entry(leaf)], tbs: lapsed }],
    {
      openssl: DELTAS,
      problems: REVOKED_BY('delta CRL 6'),
    },
  ),
  told(
    'and a delta CRL that ran out without a word',
    () => [FULL, { number: 6n, base: 5n, tbs: lapsed }],
    {
      openssl: DELTAS,
    },
  ),
  told(
    'that ran out, and a delta CRL that did too',
    () => [
      { ...FULL, tbs: lapsed },
      { number: 6n, base: 5n, tbs: lapsed },
    ],
    {
      openssl: DELTAS,
      problems: [
        ...refused(
          'it held until 2026-06-01T11:59:59Z, no longer at 2026-06-01T12:00:00Z (crl-next-update, RFC 5280 §5.1.2.5, §6.3.3 (a))',
        ),
      ],
    },
  ),
  told('that is a delta CRL alone', () => [{ number: 6n, base: 5n }], {
    openssl: DELTAS,
    problems: refused(
      'it needs the full CRL 5 or a later one beside it (crl-delta-base, RFC 5280 §5.2.4, §6.3.3 (c))',
      'delta CRL 6',
    ),
    opensslSince: 6,
  }),
  told(
    'that is too old for the delta CRL',
    (leaf) => [
      { ...FULL, number: 3n },
      { number: 6n, base: 5n, revoked: [entry(leaf)] },
    ],
    { openssl: DELTAS },
  ),
];
