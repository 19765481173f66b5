import { OR_NULL, type Shape } from './shape.ts';
import { CERTIFICATE, PART } from './shape-parts.ts';

const OCSP_SINGLE = {
  serial: 'string',
  status: 'string',
  'revokedAt?': 'time',
  'reason?': 'string',
  thisUpdate: 'time',
  'nextUpdate?': 'time',
} as const;

const OCSP_EXTENSIONS = [{ oid: 'string', critical: 'boolean', value: 'string' }] as const;

const OCSP_ISSUER = {
  hash: OR_NULL.string,
  issuerNameHash: 'string',
  issuerKeyHash: 'string',
  extensions: OCSP_EXTENSIONS,
} as const;

const { key: _key, ...SENT } = CERTIFICATE;

/** What the commands about OCSP print. */
export const OCSP_SHAPES: Readonly<Record<string, Shape>> = {
  'ocsp sign': { directory: 'string', good: 'number', revoked: 'number', 'nextUpdate?': 'time' },
  'ocsp respond': {
    status: 'string',
    nonce: 'boolean',
    certificates: [OCSP_SINGLE],
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
  'ocsp show': {
    type: 'string',
    nonce: OR_NULL.string,
    certificates: [{ serial: 'string', ...OCSP_ISSUER }],
    extensions: OCSP_EXTENSIONS,
  },
  'ocsp show response.der': {
    type: 'string',
    status: 'string',
    'signed?': {
      responder: { 'key?': 'string', 'name?': OR_NULL.string },
      producedAt: 'time',
      nonce: OR_NULL.string,
      certificates: [{ ...OCSP_SINGLE, ...OCSP_ISSUER }],
      extensions: OCSP_EXTENSIONS,
      signature: { role: 'string', ...PART, parts: ['any'] },
      sent: [SENT],
    },
  },
  'ocsp verify': {
    valid: 'boolean',
    at: 'time',
    status: 'string',
    responder: [{ subject: 'string', serial: 'string', delegated: 'boolean' }, 'null'],
    producedAt: OR_NULL.time,
    certificates: [OCSP_SINGLE],
    problems: ['any'],
    warnings: ['string'],
  },
};
