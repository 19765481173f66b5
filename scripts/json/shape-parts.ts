/** What several commands print alike. */
import { OR_NULL } from './shape.ts';

/** Of a certificate. Numbers and hashes are hexadecimal, the fingerprint is SHA-256. */
export const CERTIFICATE = {
  serial: 'string',
  subject: 'string',
  issuer: 'string',
  notBefore: 'time',
  notAfter: 'time',
  key: 'string',
  fingerprint: 'string',
} as const;

export const ISSUED = {
  ...CERTIFICATE,
  'file?': 'string',
  'keyFile?': 'string',
  'p12File?': 'string',
  certificate: 'string',
  'chain?': 'string',
} as const;

export const REVOCATION = {
  'revokedAt?': 'time',
  'reason?': 'string',
  'invalidityDate?': 'time',
} as const;

export const PART = {
  name: 'string',
  status: 'string',
  cites: 'string',
  octets: 'number',
  'places?': ['string'],
} as const;

export const ALGORITHMS = [{ role: 'string', ...PART, parts: ['any'] }] as const;

export const DESCRIPTION = {
  signature: 'string',
  'alternativeKey?': 'string',
  'alternativeSignature?': 'string',
  algorithms: ALGORITHMS,
  extensions: [{ oid: 'string', critical: 'boolean', name: 'string', value: ['string'] }],
} as const;

export const { serial: _serial, fingerprint: _fingerprint, ...UNSIGNED } = CERTIFICATE;

export const PROOFS = [
  {
    what: 'string',
    holds: 'boolean',
    checks: [{ algorithm: 'string', implementation: 'string', holds: 'boolean' }],
    problem: OR_NULL.string,
  },
] as const;

export const CSR = {
  subject: 'string',
  names: ['string'],
  key: 'string',
  ...DESCRIPTION,
  attributes: ['string'],
  'relatedCertificate?': {
    issuer: 'string',
    serial: 'string',
    requestTime: 'string',
    locations: ['string'],
  },
  'statementOfPossession?': { issuer: 'string', serial: 'string', included: 'boolean' },
  proofs: PROOFS,
} as const;

export const CRL = {
  number: 'string',
  'base?': 'string',
  'urls?': ['string'],
  revoked: 'number',
  thisUpdate: 'time',
  nextUpdate: 'time',
} as const;

/** Anybody's, in words; `entries` are the first ten, `auditHead` is `NUMBER:HASH`. */
export const SHOWN_CRL = {
  issuer: 'string',
  'number?': 'string',
  'base?': 'string',
  thisUpdate: 'time',
  nextUpdate: OR_NULL.time,
  revoked: 'number',
  entries: [
    {
      serial: 'string',
      revokedAt: OR_NULL.time,
      'reason?': 'string',
      'invalidityDate?': 'string',
      'certificateIssuer?': 'string',
    },
  ],
  'auditHead?': 'string',
  fingerprint: 'string',
  ...DESCRIPTION,
} as const;

export const CURRENT_CRL = {
  number: 'string',
  kind: 'string',
  nextUpdate: 'time',
  days: 'number',
  'urls?': ['string'],
} as const;

export const CA_KEYS = [{ algorithm: 'string', key: 'string' }] as const;

export const PUBLIC_KEY = {
  algorithm: 'string',
  keyIdentifier: 'string',
  fingerprint: 'string',
} as const;

export const PRIVATE_KEY = { ...PUBLIC_KEY, 'form?': 'string' } as const;
