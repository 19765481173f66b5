import { algorithmNamed } from '../../../src/algorithms/registry.ts';
import { time } from '../../../src/der/time.ts';
import {
  bitString,
  contextConstructed,
  contextPrimitive,
  integer,
  NULL,
  objectIdentifier,
  sequence,
  TAG,
  tlv,
} from '../../../src/der/writer.ts';
import type { Certificate } from '../../../src/x509/certificate.ts';
import { EXTENSION_OID, encodeExtension } from '../../../src/x509/extensions.ts';

/** A certificate in parts that are encoded already, so that each can be encoded wrongly. */
export interface Parts {
  readonly version: readonly Uint8Array[];
  readonly serial: Uint8Array;
  readonly inner: Uint8Array;
  readonly issuer: Uint8Array;
  readonly times: readonly Uint8Array[];
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly uniqueIds: readonly Uint8Array[];
  readonly extensions: readonly Uint8Array[];
  readonly outer: Uint8Array;
  readonly signature: Uint8Array;
}

export const partsOf = ({ tbs, signature, signatureAlgorithm }: Certificate): Parts => ({
  version: [contextConstructed(0, integer(2))],
  serial: integer(tbs.serialNumber),
  inner: tbs.signature,
  issuer: tbs.issuer,
  times: [time(tbs.notBefore), time(tbs.notAfter)],
  subject: tbs.subject,
  publicKey: tbs.publicKey,
  uniqueIds: [],
  extensions: tbs.extensions.map(encodeExtension),
  outer: signatureAlgorithm,
  signature,
});

export const together = (parts: Parts): Uint8Array =>
  sequence(
    sequence(
      ...parts.version,
      ...[parts.serial, parts.inner, parts.issuer, sequence(...parts.times), parts.subject],
      ...[parts.publicKey, ...parts.uniqueIds],
      contextConstructed(3, sequence(...parts.extensions)),
    ),
    parts.outer,
    bitString(parts.signature),
  );

const text = (tag: number, value: string) => tlv(tag, Buffer.from(value, 'latin1'));

const attribute = (oid: string, value: Uint8Array) => sequence(objectIdentifier(oid), value);

const name = (...attributes: readonly Uint8Array[]) => sequence(tlv(TAG.set, ...attributes));

const CN = '2.5.4.3';

const extension = (...contents: readonly Uint8Array[]) => sequence(...contents);

const unknown = objectIdentifier('1.2.3');

const octets = (...contents: readonly Uint8Array[]) => tlv(TAG.octetString, ...contents);

const identifier = (oid: string, ...parameters: readonly Uint8Array[]) =>
  sequence(objectIdentifier(oid), ...parameters);

const signedAs = (one: Uint8Array): Partial<Parts> => ({ inner: one, outer: one });

const utcTime = (value: string) => text(TAG.utcTime, value);

interface OctetCase {
  readonly id: string;
  /** Parts that break the row. */
  readonly parts?: (sound: Parts) => Partial<Parts>;
  /** What is done to the whole. */
  readonly whole?: (der: Uint8Array) => Uint8Array;
}

const adding = (...more: readonly Uint8Array[]) => ({
  parts: ({ extensions }: Parts) => ({ extensions: [...extensions, ...more] }),
});

/** At least one certificate for each row about octets, envelopes and signatures. */
export const OCTET_CASES: readonly OctetCase[] = [
  {
    id: 'der-length',
    whole: (der) => Buffer.concat([Uint8Array.of(0x30, 0x83, 0), der.subarray(2)]),
  },
  {
    id: 'der-length',
    whole: (der) =>
      Buffer.concat([Uint8Array.of(0x30, 0x80), der.subarray(4), Uint8Array.of(0, 0)]),
  },
  {
    id: 'der-boolean',
    ...adding(extension(unknown, tlv(TAG.boolean, Uint8Array.of(1)), octets(NULL))),
  },
  { id: 'der-integer', parts: () => ({ serial: tlv(TAG.integer, Uint8Array.of(0, 1)) }) },
  {
    id: 'der-bit-string',
    ...adding(extension(unknown, octets(tlv(TAG.bitString, Uint8Array.of(7, 0x81))))),
  },
  {
    id: 'der-object-identifier',
    ...adding(extension(tlv(TAG.objectIdentifier, Uint8Array.of(0x2a, 0x80, 3)), octets(NULL))),
  },
  {
    id: 'der-set-order',
    parts: () => ({
      subject: name(
        attribute('2.5.4.10', text(TAG.utf8String, 'B')),
        attribute(CN, text(TAG.utf8String, 'A')),
      ),
    }),
  },
  {
    id: 'der-default',
    ...adding(extension(unknown, tlv(TAG.boolean, Uint8Array.of(0)), octets(NULL))),
  },
  { id: 'der-extension-value', ...adding(extension(unknown, octets(Uint8Array.of(5, 0, 5, 0)))) },
  { id: 'der-extension-value', ...adding(extension(unknown, octets(Uint8Array.of(0x30, 2, 5)))) },
  { id: 'der-trailing', whole: (der) => Buffer.concat([der, Uint8Array.of(0)]) },
  { id: 'version', parts: () => ({ version: [] }) },
  { id: 'version', parts: () => ({ version: [contextConstructed(0, integer(1))] }) },
  {
    id: 'signature-algorithms-agree',
    parts: () => ({ inner: algorithmNamed('ecdsa-p384').identifier }),
  },
  {
    id: 'unique-identifiers',
    parts: () => ({ uniqueIds: [contextPrimitive(2, Uint8Array.of(0, 1))] }),
  },
  { id: 'lists-not-empty', parts: () => ({ extensions: [] }) },
  ...['2601010000Z', '260101000000+0000', '260101000000-0100'].map((value) => ({
    id: 'time-encoding',
    parts: ({ times: [, end = NULL] }: Parts) => ({ times: [utcTime(value), end] }),
  })),
  {
    id: 'time-encoding',
    parts: ({ times: [, end = NULL] }) => ({
      times: [text(TAG.generalizedTime, '20260101000000Z'), end],
    }),
  },
  {
    id: 'attribute-string-type',
    parts: () => ({ subject: name(attribute('2.5.4.6', text(TAG.utf8String, 'CZ'))) }),
  },
  {
    id: 'attribute-string-current',
    parts: () => ({ subject: name(attribute(CN, text(0x14, 'server'))) }),
  },
  {
    id: 'attribute-string-characters',
    parts: () => ({ subject: name(attribute(CN, text(TAG.printableString, 'a@example.com'))) }),
  },
  {
    id: 'post-quantum-parameters-absent',
    parts: () => signedAs(identifier('2.16.840.1.101.3.4.3.17', NULL)),
  },
  { id: 'classical-parameters', parts: () => signedAs(identifier('1.2.840.113549.1.1.11')) },
  { id: 'classical-parameters', parts: () => signedAs(identifier('1.2.840.10045.4.3.2', NULL)) },
  {
    id: 'classical-parameters',
    parts: () => ({
      publicKey: sequence(identifier('1.3.101.112', NULL), bitString(new Uint8Array(32))),
    }),
  },
  { id: 'ml-dsa-pure', parts: () => signedAs(identifier('2.16.840.1.101.3.4.3.33')) },
  {
    id: 'algorithm-supported',
    parts: () => signedAs(identifier('2.16.840.1.114027.80.8.1.21')),
  },
  { id: 'signature-hash', parts: () => signedAs(identifier('1.2.840.10045.4.1')) },
  {
    id: 'signature-length',
    parts: () => signedAs(algorithmNamed('ml-dsa-44').identifier),
  },
  {
    id: 'signature-length',
    parts: () => signedAs(algorithmNamed('MLDSA44-ECDSA-P256-SHA256').identifier),
  },
  { id: 'ecdsa-signature-value', parts: () => ({ signature: sequence(integer(1)) }) },
  { id: 'ecdsa-signature-value', parts: () => ({ signature: sequence(integer(1), integer(-1)) }) },
  {
    id: 'alternative-signature-complete',
    ...adding(
      extension(
        objectIdentifier(EXTENSION_OID.altSignatureAlgorithm),
        octets(algorithmNamed('ml-dsa-44').identifier),
      ),
    ),
  },
];
