import { describe, expect, it } from 'vitest';
import { algorithmNamed } from '../../src/algorithms/registry.ts';
import { issueCrl } from '../../src/ca/crl.ts';
import type { Issuer } from '../../src/ca/issuer.ts';
import { ANY_CRL_RULES, CRL_RULES } from '../../src/ca/lint/rules-crl.ts';
import { SIGNED_RULES } from '../../src/ca/lint/rules-signed.ts';
import { approveCrl } from '../../src/ca/lint.ts';
import { time } from '../../src/der/time.ts';
import { integer, sequence } from '../../src/der/writer.ts';
import { PkiError } from '../../src/errors.ts';
import { crlNumber, deltaCrlIndicator, type TbsCertList } from '../../src/x509/crl.ts';
import {
  authorityKeyIdentifier,
  EXTENSION_OID,
  encodeExtension,
} from '../../src/x509/extensions.ts';
import { encodeName } from '../../src/x509/names.ts';
import {
  freshestCrlExtension,
  issuingDistributionPoint,
  pointerExtensions,
} from '../../src/x509/pointers.ts';
import { encodeRevokedList } from '../../src/x509/revoked-list.ts';
import { newIssuer, newKeys, newParts } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const parts = newParts(temporaryDirectory());
const keys = await newKeys('ecdsa-p256', 'ml-dsa-44');
const issuer = await newIssuer(keys, parts);
const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const sound: TbsCertList = {
  signature: issuer.signing.algorithm.identifier,
  issuer: issuer.name,
  thisUpdate: now,
  nextUpdate: new Date(now.getTime() + 86_400_000),
  revoked: new Uint8Array(0),
  extensions: (await issueCrl(issuer, { days: 1 }, parts)).tbs.extensions.filter(
    ({ oid }) => oid !== '2.5.29.74',
  ),
};

const [, ...withoutFirst] = sound.extensions;
const noCrlSign: Issuer = {
  ...issuer,
  ...(issuer.extensions && { extensions: { ...issuer.extensions, keyUsage: ['keyCertSign'] } }),
};
const century = new Date(now.getTime() + 100 * 365 * 86_400_000);

const replaced = (oid: string, critical: boolean) =>
  sound.extensions.map((item) => (item.oid === oid ? { ...item, critical } : item));
const without = (oid: string) => sound.extensions.filter((item) => item.oid !== oid);

interface CrlCase {
  readonly id: string;
  readonly change: Partial<TbsCertList>;
  readonly by?: Issuer;
}

const removed = {
  serial: '01',
  revocationDate: now.getTime() / 1000,
  reason: 'removeFromCRL',
  invalidityDate: undefined,
} as const;

/** An entry with the reason unspecified, which the encoder leaves out. */
const unspecified = sequence(
  ...[integer(1), time(now)],
  sequence(
    encodeExtension({ oid: '2.5.29.21', critical: false, value: Uint8Array.of(0x0a, 1, 0) }),
  ),
);

/** Each rule, and a CRL that it refuses. */
const CASES: readonly CrlCase[] = [
  {
    id: 'signature-algorithm-of-issuer',
    change: { signature: algorithmNamed('ed25519').identifier },
  },
  { id: 'issuer-name', change: { issuer: encodeName([{ type: 'CN', value: 'Other' }]) } },
  { id: 'issuer-not-empty', change: { issuer: encodeName([]) } },
  { id: 'unique-extensions', change: { extensions: [...sound.extensions, crlNumber(7n)] } },
  {
    id: 'alternative-extensions-not-critical',
    change: { extensions: replaced('2.5.29.73', true) },
  },
  { id: 'alternative-signature-of-issuer', change: { extensions: without('2.5.29.73') } },
  {
    id: 'authority-key-identifier',
    change: { extensions: [authorityKeyIdentifier(Uint8Array.of(1)), ...withoutFirst] },
  },
  {
    id: 'authority-key-identifier-pair',
    change: {
      extensions: [
        {
          oid: EXTENSION_OID.authorityKeyIdentifier,
          critical: false,
          value: Uint8Array.of(0x30, 3, 0x82, 1, 1),
        },
        ...withoutFirst,
      ],
    },
  },
  { id: 'crl-authority-key-identifier', change: { extensions: withoutFirst } },
  {
    id: 'crl-no-alternative-key',
    change: {
      extensions: [
        ...sound.extensions,
        {
          oid: EXTENSION_OID.subjectAltPublicKeyInfo,
          critical: false,
          value: issuer.signing.publicKey,
        },
      ],
    },
  },
  {
    id: 'crl-access',
    change: {
      extensions: [
        ...sound.extensions,
        ...pointerExtensions({ caIssuers: [], ocsp: ['http://ocsp.example.com'], crl: [] }),
      ],
    },
  },
  ...[
    [],
    [0x81, 1, 0xff, 0x82, 1, 0xff], // for users only, and for CAs only
  ].map((fields) => ({
    id: 'crl-issuing-distribution-point-scope',
    change: {
      extensions: [
        ...sound.extensions,
        {
          oid: EXTENSION_OID.issuingDistributionPoint,
          critical: true,
          value: Uint8Array.of(0x30, fields.length, ...fields),
        },
      ],
    },
  })),
  { id: 'crl-issuer-may-sign', change: {}, by: noCrlSign },
  { id: 'crl-next-update', change: { nextUpdate: now } },
  { id: 'crl-within-issuer', change: { nextUpdate: century } },
  { id: 'crl-number', change: { extensions: without('2.5.29.20') } },
  {
    id: 'crl-delta-indicator-critical',
    change: {
      extensions: [...sound.extensions, { ...deltaCrlIndicator(0n), critical: false }],
    },
  },
  {
    id: 'crl-delta-after-base',
    change: { extensions: [...sound.extensions, deltaCrlIndicator(1n)] },
  },
  ...[
    issuingDistributionPoint(['https://pki.example.com/1.crl']),
    { ...issuingDistributionPoint([]), value: Uint8Array.of(0x30, 0) },
  ].map((extension) => ({
    id: 'crl-issuing-distribution-point',
    change: { extensions: [...sound.extensions, extension] },
  })),
  {
    id: 'crl-freshest-crl-urls',
    change: {
      extensions: [...sound.extensions, ...freshestCrlExtension(['https://pki.example.com/d.crl'])],
    },
  },
  {
    id: 'crl-issuing-distribution-point-critical',
    change: {
      extensions: [
        ...sound.extensions,
        { ...issuingDistributionPoint(['http://pki.example.com/0.crl']), critical: false },
      ],
    },
  },
  ...[
    freshestCrlExtension(['http://pki.example.com/d.crl']).map((found) => ({
      ...found,
      critical: true,
    })),
    [...freshestCrlExtension(['http://pki.example.com/d.crl']), deltaCrlIndicator(0n)],
  ].map((added) => ({
    id: 'crl-freshest-crl',
    change: { extensions: [...sound.extensions, ...added] },
  })),
  { id: 'crl-entries', change: { revoked: await encodeRevokedList([[removed]]) } },
  { id: 'crl-entries-plain', change: { revoked: unspecified } },
  { id: 'crl-extensions-not-critical', change: { extensions: replaced('2.5.29.20', true) } },
  {
    id: 'crl-extensions-not-critical',
    change: { extensions: replaced(EXTENSION_OID.auditHead, true) },
  },
];

function refusedBy(tbs: TbsCertList, by: Issuer): readonly string[] {
  try {
    approveCrl(tbs, by);
    return [];
  } catch (error) {
    if (!(error instanceof PkiError) || error.code !== 'POLICY') throw error;
    expect(error.message).toMatch(/^not signing a CRL of /);
    return error.hints.map((hint) => /\(([a-z-]+), [^()]*\)$/.exec(hint)?.[1] ?? hint);
  }
}

describe('the rules for CRLs', () => {
  it('take a sound one', () => {
    expect(refusedBy(sound, issuer)).toEqual([]);
    const url = 'http://pki.example.com/1.crl';
    const extensions = [issuingDistributionPoint([url]), ...freshestCrlExtension([url])];
    const bound = { ...sound, extensions: [...sound.extensions, ...extensions] };
    expect(refusedBy(bound, issuer)).toEqual([]);
  });

  it('have a case each', () => {
    expect([...new Set(CASES.map(({ id }) => id))].toSorted()).toEqual(
      CRL_RULES.map(({ id }) => id).toSorted(),
    );
    expect(CRL_RULES).toEqual(expect.arrayContaining([...SIGNED_RULES, ...ANY_CRL_RULES]));
  });

  it.each(CASES)('$id refuses what it is there for', ({ id, change, by = issuer }) => {
    expect(refusedBy({ ...sound, ...change }, by)).toContain(id);
  });
});

describe('a CRL', () => {
  it('has the next number each time', async () => {
    const numbers = [];
    for (let round = 0; round < 3; round++) {
      await issueCrl(issuer, { days: 1 }, parts);
      numbers.push(await parts.store.lastCrlNumber());
    }
    expect(numbers).toEqual([2n, 3n, 4n]);
  });

  it('that the key spoilt is discarded, and its number not used again', async () => {
    const signer = {
      ...keys.signer,
      sign: async (message: Uint8Array) =>
        (await keys.signer.sign(message)).map((octet, index) => (index === 20 ? octet ^ 1 : octet)),
    };
    const spoilt = { ...issuer, open: async () => ({ ...keys, signer }) };
    await expect(issueCrl(spoilt, { days: 1 }, parts)).rejects.toMatchObject({
      code: 'INTEGRITY',
      message:
        'the CRL that came back was discarded: its ecdsa-with-SHA256 signature does not verify',
    });
    expect(await parts.store.lastCrlNumber()).toBe(5n);
  });

  it('is discarded if its alternative signature is of another key', async () => {
    const other = await newKeys('ml-dsa-44');
    const spoilt = { ...issuer, open: async () => ({ ...keys, alternative: other.signer }) };
    await expect(issueCrl(spoilt, { days: 1 }, parts)).rejects.toMatchObject({
      message:
        'the CRL that came back was discarded: its ml-dsa-44 signature does not verify (node:crypto)',
    });
  });
});
