/** What `--json` prints, for docs/json.md; test/json.test.ts holds real output against it. */
import { OCSP_SHAPES } from './ocsp-shapes.ts';
import { OR_NULL, type Shape, shapeText } from './shape.ts';
import {
  CA_KEYS,
  CERTIFICATE,
  CRL,
  CSR,
  CURRENT_CRL,
  DESCRIPTION,
  ISSUED,
  PRIVATE_KEY,
  PROOFS,
  PUBLIC_KEY,
  REVOCATION,
  SHOWN_CRL,
  UNSIGNED,
} from './shape-parts.ts';
import { CHECKS, TOKEN_SHAPES } from './token-shapes.ts';

const AUDIT_HEAD = { number: 'number', hash: 'string' } as const;

/** Of the audit trail; `at` has milliseconds. */
const LAST_ENTRY = { number: 'number', at: OR_NULL.string } as const;

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
  issue: ISSUED,
  'issue --dry-run': { profile: 'string', ...UNSIGNED, ...DESCRIPTION, notes: ['string'] },
  renew: { ...ISSUED, renewed: 'boolean', replaces: 'string', notes: ['string'] },
  'renew --within': { renewed: 'boolean', serial: 'string', notAfter: 'time', days: 'number' },
  'cross-sign': { ...ISSUED, existing: CERTIFICATE },
  'rekey-ca': {
    directory: 'string',
    keys: CA_KEYS,
    'policy?': 'string',
    ...CERTIFICATE,
    'newWithOld?': CERTIFICATE,
    'oldWithNew?': CERTIFICATE,
    'overlap?': {
      oldUntil: 'time',
      newFrom: 'time',
      newUntil: 'time',
      lastCertificateUntil: OR_NULL.time,
      crlsUntil: OR_NULL.time,
    },
    'distribute?': [{ file: 'string', to: 'string', until: 'time' }],
  },
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
  crl: { ...CRL, 'file?': 'string', crl: 'string' },
  'crl --shard': { crls: [{ ...CRL, file: 'string' }] },
  'crl --check': CURRENT_CRL,
  'crl --check --shard': { crls: [CURRENT_CRL] },
  'audit verify': {
    entries: 'number',
    certificates: 'number',
    crls: 'number',
    head: [AUDIT_HEAD, 'null'],
    against: ['string'],
  },
  'audit show': [
    {
      number: 'number',
      at: 'string',
      event: 'string',
      'serial?': 'string',
      facts: 'any',
      hash: 'string',
    },
  ],
  'audit export': [
    {
      number: 'number',
      at: 'string',
      event: 'string',
      serial: 'string',
      detail: 'string',
      hash: 'string',
    },
  ],
  'audit head': AUDIT_HEAD,
  ...OCSP_SHAPES,
  list: [
    {
      serial: 'string',
      status: 'string',
      profile: 'string',
      subject: 'string',
      notBefore: 'time',
      notAfter: 'time',
      ...REVOCATION,
      names: ['string'],
    },
  ],
  show: {
    'status?': 'string',
    'profile?': 'string',
    ...REVOCATION,
    ...CERTIFICATE,
    ...DESCRIPTION,
  },
  'show ca.crl': SHOWN_CRL,
  tree: {
    cas: [
      {
        subject: 'string',
        issuer: 'string',
        notBefore: 'time',
        notAfter: 'time',
        serial: 'string',
        fingerprint: 'string',
        above: OR_NULL.string,
        cross: 'boolean',
        state: 'string',
        'directory?': 'string',
        'keys?': [{ algorithm: 'string', places: ['string'] }],
        'certificates?': {
          good: 'number',
          expired: 'number',
          revoked: 'number',
          onHold: 'number',
          failed: 'number',
          interrupted: 'number',
        },
        'crl?': { number: 'string', thisUpdate: 'time', nextUpdate: 'time' },
        'shards?': {
          count: 'number',
          without: 'number',
          ranOut: 'number',
          first: [{ urls: ['string'], number: 'string', thisUpdate: 'time', nextUpdate: 'time' }],
        },
        'auditHead?': { entry: 'number', at: 'string', hash: 'string' },
      },
    ],
    others: [{ directory: 'string', waiting: 'boolean', why: 'string' }],
  },
  report: { cas: 'number', 'file?': 'string', 'page?': 'string' },
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
  lint: {
    errors: 'number',
    warnings: 'number',
    notices: 'number',
    objects: [
      {
        kind: 'string',
        name: OR_NULL.string,
        at: 'time',
        findings: [{ id: 'string', cites: 'string', severity: 'string', problem: 'string' }],
      },
    ],
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
  'store check': CHECKS,
  'store settle': { name: 'string', status: 'string' },
  'store settle --leftovers': { removed: ['string'] },
  'store backup': {
    directory: 'string',
    keys: 'boolean',
    lastEntry: LAST_ENTRY,
    crlNumber: 'string',
    files: ['string'],
  },
  'store restore': {
    directory: 'string',
    lastEntry: LAST_ENTRY,
    crlNumber: 'string',
    revoked: 'number',
    keys: 'boolean',
  },
  'store migrate': { format: 'number', before: 'number', backup: OR_NULL.string },
  doctor: CHECKS,
  completion: { shell: 'string', script: 'string' },
};

/** docs/json.md: a section for each shape. */
export const jsonReference = (): string =>
  Object.entries(JSON_SHAPES)
    .map(([name, shape]) => `### pki ${name}\n\n\`\`\`text\n${shapeText(shape)}\n\`\`\``)
    .join('\n\n');
