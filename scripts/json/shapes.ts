/** What `--json` prints, for docs/json.md; test/json.test.ts holds real output against it. */
import { OR_NULL, type Shape, shapeText } from './shape.ts';
import { CHECKS, TOKEN_SHAPES } from './token-shapes.ts';

/** Of a certificate. Numbers and hashes are hexadecimal, the fingerprint is SHA-256. */
const CERTIFICATE = {
  serial: 'string',
  subject: 'string',
  issuer: 'string',
  notBefore: 'time',
  notAfter: 'time',
  key: 'string',
  fingerprint: 'string',
} as const;

const REVOCATION = {
  'revokedAt?': 'time',
  'reason?': 'string',
  'invalidityDate?': 'time',
} as const;

const PART = {
  name: 'string',
  status: 'string',
  cites: 'string',
  octets: 'number',
  'places?': ['string'],
} as const;

const ALGORITHMS = [{ role: 'string', ...PART, parts: ['any'] }] as const;

const DESCRIPTION = {
  signature: 'string',
  'alternativeKey?': 'string',
  'alternativeSignature?': 'string',
  algorithms: ALGORITHMS,
  extensions: [{ oid: 'string', critical: 'boolean', name: 'string', value: ['string'] }],
} as const;

const { serial: _serial, fingerprint: _fingerprint, ...UNSIGNED } = CERTIFICATE;

const PROOFS = [
  {
    what: 'string',
    holds: 'boolean',
    checks: [{ algorithm: 'string', implementation: 'string', holds: 'boolean' }],
    problem: OR_NULL.string,
  },
] as const;

const CSR = {
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

const CA_KEYS = [{ algorithm: 'string', key: 'string' }] as const;

const PUBLIC_KEY = { algorithm: 'string', keyIdentifier: 'string', fingerprint: 'string' } as const;

const PRIVATE_KEY = { ...PUBLIC_KEY, 'form?': 'string' } as const;

/** By the command, or by the command and the option that makes it print something else. */
export const JSON_SHAPES: Readonly<Record<string, Shape>> = {
  '--version': { version: 'string', json: 'number' },
  'init-ca': { directory: 'string', keys: CA_KEYS, 'policy?': 'string', ...CERTIFICATE },
  'init-ca --csr': {
    directory: 'string',
    keys: CA_KEYS,
    subject: 'string',
    'file?': 'string',
    request: 'string',
  },
  issue: {
    ...CERTIFICATE,
    'file?': 'string',
    'keyFile?': 'string',
    'p12File?': 'string',
    certificate: 'string',
    'chain?': 'string',
  },
  'issue --dry-run': { profile: 'string', ...UNSIGNED, ...DESCRIPTION, notes: ['string'] },
  'profile list': [{ name: 'string', source: 'string', summary: 'string', valid: 'boolean' }],
  'profile show': 'any',
  'profile check': { file: 'string', name: 'string', valid: 'boolean', extensions: ['string'] },
  'profile export': 'any',
  'profile new': { name: 'string', file: 'string' },
  'csr create': { ...CSR, 'file?': 'string', request: 'string' },
  'csr show': CSR,
  'csr verify': { valid: 'boolean', proofs: PROOFS },
  revoke: {
    serial: 'string',
    subject: 'string',
    status: 'string',
    ...REVOCATION,
    changed: 'boolean',
  },
  crl: {
    number: 'string',
    'base?': 'string',
    revoked: 'number',
    thisUpdate: 'time',
    nextUpdate: 'time',
    'file?': 'string',
    crl: 'string',
  },
  'crl --check': { number: 'string', kind: 'string', nextUpdate: 'time', days: 'number' },
  'ocsp sign': { directory: 'string', good: 'number', revoked: 'number', 'nextUpdate?': 'time' },
  'ocsp respond': {
    status: 'string',
    nonce: 'boolean',
    certificates: [
      {
        serial: 'string',
        status: 'string',
        'revokedAt?': 'time',
        'reason?': 'string',
        thisUpdate: 'time',
        'nextUpdate?': 'time',
      },
    ],
    'file?': 'string',
    response: 'string',
  },
  'ocsp serve': { url: 'string', ca: 'string' },
  'ocsp request': {
    serial: 'string',
    hash: 'string',
    nonce: 'boolean',
    'file?': 'string',
    request: 'string',
  },
  list: [
    {
      serial: 'string',
      status: 'string',
      profile: 'string',
      subject: 'string',
      notBefore: 'time',
      notAfter: 'time',
      ...REVOCATION,
    },
  ],
  show: {
    'status?': 'string',
    'profile?': 'string',
    ...REVOCATION,
    ...CERTIFICATE,
    ...DESCRIPTION,
  },
  verify: {
    valid: 'boolean',
    at: 'time',
    path: [
      {
        subject: 'string',
        issuer: 'string',
        serial: 'string',
        notBefore: 'time',
        notAfter: 'time',
        fingerprint: 'string',
        trusted: 'boolean',
        revocation: [{ status: 'string', by: ['string'] }, 'null'],
      },
    ],
    signatures: [
      {
        certificate: 'string',
        issuer: 'string',
        what: 'string',
        algorithm: 'string',
        composite: OR_NULL.string,
        implementation: 'string',
        problem: OR_NULL.string,
      },
    ],
    problems: ['any'],
    warnings: ['string'],
  },
  'key generate': {
    ...PRIVATE_KEY,
    file: 'string',
    'publicFile?': 'string',
    publicKey: 'string',
  },
  'key show': { file: 'string', ...PRIVATE_KEY, encryption: 'string' },
  'key public': { ...PUBLIC_KEY, publicKey: 'string' },
  'key convert': { file: 'string', ...PRIVATE_KEY },
  algorithms: [
    {
      name: 'string',
      family: 'string',
      keyOid: 'string',
      'signatureOid?': 'string',
      publicKeyBytes: 'number',
      'signatureBytes?': 'number',
      'fixed?': 'boolean',
      places: ['string'],
      status: 'string',
      cites: 'string',
    },
  ],
  ...TOKEN_SHAPES,
  doctor: CHECKS,
  completion: { shell: 'string', script: 'string' },
};

/** docs/json.md: a section for each shape. */
export const jsonReference = (): string =>
  Object.entries(JSON_SHAPES)
    .map(([name, shape]) => `### pki ${name}\n\n\`\`\`text\n${shapeText(shape)}\n\`\`\``)
    .join('\n\n');
