import { OR_NULL, type Shape } from './shape.ts';

const TOKEN = { label: 'string', serial: 'string' } as const;

/** Of both doctors. */
export const CHECKS = {
  status: 'string',
  checks: [
    { level: 'string', about: 'string', text: 'string', 'hints?': ['string'], 'due?': 'boolean' },
  ],
} as const;

/** What the commands about tokens print. */
export const TOKEN_SHAPES: Readonly<Record<string, Shape>> = {
  'hsm list': [
    {
      ...TOKEN,
      manufacturer: 'string',
      model: 'string',
      firmware: 'string',
      slot: 'number',
      loginRequired: 'boolean',
    },
  ],
  'hsm info': {
    library: {
      path: 'string',
      description: 'string',
      manufacturer: 'string',
      version: 'string',
      cryptoki: 'string',
    },
    slot: { id: 'number', description: 'string', manufacturer: 'string' },
    token: {
      ...TOKEN,
      manufacturer: 'string',
      model: 'string',
      hardware: 'string',
      firmware: 'string',
      writeProtected: 'boolean',
      failed: 'boolean',
    },
    pin: {
      loginRequired: 'boolean',
      set: 'boolean',
      protectedAuthenticationPath: 'boolean',
      toBeChanged: 'boolean',
      countLow: 'boolean',
      finalTry: 'boolean',
      locked: 'boolean',
      minLength: 'number',
      maxLength: 'number',
    },
    sessions: {
      open: OR_NULL.number,
      max: OR_NULL.number,
      openReadWrite: OR_NULL.number,
      maxReadWrite: OR_NULL.number,
    },
    vendor: { name: 'string', deviations: ['string'], source: OR_NULL.string },
  },
  'hsm mechanisms': {
    mechanisms: [
      {
        number: 'number',
        name: OR_NULL.string,
        minKeySize: OR_NULL.number,
        maxKeySize: OR_NULL.number,
        uses: ['string'],
        hardware: 'boolean',
      },
    ],
    algorithms: [
      {
        name: 'string',
        sign: ['string'],
        generate: { mechanism: 'string', possible: OR_NULL.boolean },
      },
    ],
  },
  'hsm keys': {
    token: TOKEN,
    objects: [
      { class: 'string', label: 'string', id: 'string', algorithm: OR_NULL.string, flags: 'any' },
    ],
    findings: [
      {
        code: 'string',
        level: 'string',
        class: 'string',
        label: 'string',
        id: 'string',
        text: 'string',
      },
    ],
  },
  'hsm generate': {
    key: 'string',
    label: 'string',
    id: 'string',
    algorithm: 'string',
    exportable: 'boolean',
    fingerprint: 'string',
    publicKey: 'string',
  },
  'hsm delete': {
    token: TOKEN,
    dryRun: 'boolean',
    deleted: [{ class: 'string', label: 'string', id: 'string' }],
  },
  'hsm test': {
    label: 'string',
    id: 'string',
    fingerprint: 'string',
    signatures: [
      {
        algorithm: 'string',
        mechanism: 'string',
        outcome: 'string',
        detail: OR_NULL.string,
        milliseconds: 'number',
      },
    ],
  },
  'hsm doctor': CHECKS,
  'hsm health': [
    {
      status: 'string',
      token: TOKEN,
      key: [{ label: 'string', id: 'string' }, 'null'],
      algorithm: 'string',
      loginMs: 'number',
      signatureMs: 'number',
    },
    { status: 'string', code: 'string', message: 'string' },
  ],
  'hsm backup': {
    file: 'string',
    label: 'string',
    id: 'string',
    algorithm: 'string',
    sha256: 'string',
    token: 'string',
    wrapped: 'boolean',
    'mechanism?': 'string',
    'format?': 'string',
    'wrappingKey?': 'string',
    'passphrase?': 'boolean',
    'advice?': 'string',
  },
  'hsm restore': {
    label: 'string',
    id: 'string',
    token: 'string',
    key: 'string',
    algorithm: 'string',
    sha256: 'string',
    exportable: 'boolean',
  },
};
