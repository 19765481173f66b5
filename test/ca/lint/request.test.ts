import { describe, expect, it } from 'vitest';
import { lintObject } from '../../../src/ca/lint/object.ts';
import { ATTRIBUTE_RULES } from '../../../src/ca/lint/rules-request.ts';
import {
  bitString,
  contextConstructed,
  integer,
  objectIdentifier,
  sequence,
  setOf,
  TAG,
  tlv,
} from '../../../src/der/writer.ts';
import { alternativeAttributes, altSignatureAttribute } from '../../../src/x509/csr-alternative.ts';
import { ATTRIBUTE_OID, extensionRequest } from '../../../src/x509/csr-attributes.ts';
import { encodeExtension } from '../../../src/x509/extensions.ts';
import { encodeName } from '../../../src/x509/names.ts';
import { signedKind } from '../../../src/x509/signed-kind.ts';
import { newSigner } from '../../support/authority.ts';

const { publicKey, algorithm } = await newSigner('ed25519');
const { publicKey: secondKey } = await newSigner('ed25519');
const subject = encodeName([{ type: 'CN', value: 'server.example.com' }]);
const signature = bitString(new Uint8Array(64));
const names = { oid: '1.2.3', critical: false, value: integer(1) };

/** A request whose signature nobody looks at; `attributes` is the field, or nothing. */
const request = (attributes: readonly Uint8Array[], version: Uint8Array = integer(0)) =>
  sequence(sequence(version, subject, publicKey, ...attributes), algorithm.identifier, signature);

const holding = (...attributes: readonly Uint8Array[]) =>
  request([contextConstructed(0, ...attributes)]);

const attribute = (oid: string, ...values: readonly Uint8Array[]) =>
  sequence(objectIdentifier(oid), setOf(...values));

const asked = sequence(encodeExtension(names));
const alternative = alternativeAttributes(secondKey, algorithm.identifier);

/** Each row about attributes, and a request that breaks it. */
const CASES: readonly (readonly [id: string, der: Uint8Array])[] = [
  ['request-attributes-there', request([])],
  ['request-attribute-values', holding(attribute('1.2.3'))],
  ['request-attributes-unique', holding(extensionRequest([names]), extensionRequest([]))],
  ['request-extensions-single', holding(attribute(ATTRIBUTE_OID.extensionRequest, asked, asked))],
  ['request-extensions-unique', holding(extensionRequest([names, names]))],
  ['request-alternative-complete', holding(...alternative)],
];

const idsIn = (der: Uint8Array) =>
  lintObject('request', der, { now: new Date() }).findings.map(({ id }) => id);

describe('lints of requests', () => {
  it.each([
    ['nothing', holding()],
    ['an extension', holding(extensionRequest([names]))],
    [
      'all of an alternative key',
      holding(...alternative, altSignatureAttribute(new Uint8Array(64))),
    ],
  ])('pass one that asks for %s', (_, der) => {
    expect(signedKind(der)).toBe('request');
    expect(idsIn(der)).toEqual([]);
  });

  it.each(CASES)('%s finds what it is there for', (id, der) => {
    expect(signedKind(der)).toBe('request');
    expect(idsIn(der)).toContain(id);
  });

  it('have a case for each row about attributes', () => {
    expect(new Set(CASES.map(([id]) => id))).toEqual(new Set(ATTRIBUTE_RULES.map(({ id }) => id)));
  });

  it('go on where the encoding is wrong, or the version, or what is asked for', () => {
    const indefinite = Buffer.concat([
      Uint8Array.of(0x30, 0x80),
      contentsOf(holding()),
      Buffer.alloc(2),
    ]);
    expect(idsIn(indefinite)).toEqual(['der-length']);
    const second = request([contextConstructed(0)], tlv(TAG.integer, Uint8Array.of(0, 1)));
    expect(idsIn(second)).toEqual(['der-integer', 'version']);
    const unreadable = holding(attribute(ATTRIBUTE_OID.extensionRequest, sequence(integer(1))));
    expect(idsIn(unreadable)).toEqual(['der']);
  });

  it('say at least of what is none that it is none', () => {
    const { findings, name } = lintObject('request', sequence(sequence()), { now: new Date() });
    expect({ ids: findings.map(({ id }) => id), name }).toEqual({ ids: ['der'], name: undefined });
  });
});

const contentsOf = (der: Uint8Array) =>
  der.subarray((der[1] ?? 0) < 0x80 ? 2 : 2 + ((der[1] ?? 0) & 0x7f));
