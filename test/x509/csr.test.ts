import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeKey } from '../../src/algorithms/spki.ts';
import { derFromFile } from '../../src/der/pem.ts';
import { DerError } from '../../src/der/reader.ts';
import {
  bitString,
  contextConstructed,
  integer,
  NULL,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
} from '../../src/der/writer.ts';
import { type CertificationRequest, parseCsr } from '../../src/x509/csr.ts';
import { csrProofs } from '../../src/x509/csr-proofs.ts';
import { knownExtensions } from '../../src/x509/extensions.ts';
import { parseName } from '../../src/x509/names.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { runTool, tool } from '../support/tools.ts';

const directory = temporaryDirectory();
const openssl = tool('openssl-3.5');
const installed = openssl ? '' : ' (OpenSSL 3.5 is not installed: run scripts/install-tools)';

/** Has OpenSSL make a key and a request for it; `key` is what comes after `-newkey`. */
function request(key: readonly string[], ...options: readonly string[]): Uint8Array {
  const path = join(directory, 'request.pem');
  const output = ['-keyout', join(directory, 'request.key'), '-out', path];
  const subject = ['-subj', '/O=Example/CN=a.example'];
  runTool(
    openssl ?? '',
    'req',
    '-new',
    '-noenc',
    '-newkey',
    ...key,
    ...output,
    ...subject,
    ...options,
  );
  return derFromFile(readFileSync(path), ['CERTIFICATE REQUEST']) ?? new Uint8Array(0);
}

const verdictOf = async (csr: CertificationRequest) => (await csrProofs(csr, {}))[0]?.problem;

const P256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

describe.skipIf(!openssl)(`a request made by OpenSSL${installed}`, () => {
  it.each([
    [['rsa:2048'], 'rsa-2048'],
    [['rsa:2048', '-sha512'], 'rsa-2048'],
    [
      ['rsa:2048', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'],
      'rsa-2048',
    ],
    [P256, 'ecdsa-p256'],
    [['ec', '-pkeyopt', 'ec_paramgen_curve:P-521', '-sha512'], 'ecdsa-p521'],
    [['ed25519'], 'ed25519'],
    [['ed448'], 'ed448'],
    [['ml-dsa-44'], 'ml-dsa-44'],
    [['ml-dsa-87'], 'ml-dsa-87'],
    [['slh-dsa-sha2-128f'], 'slh-dsa-sha2-128f'],
  ])('with %j is read and verified', async (key, name) => {
    const csr = parseCsr(request(key));
    expect(parseName(csr.subject)).toEqual([
      { type: 'O', value: 'Example' },
      { type: 'CN', value: 'a.example' },
    ]);
    expect(describeKey(csr.publicKey)).toBe(name);
    expect(csr.extensions).toEqual([]);
    expect(await verdictOf(csr)).toBeUndefined();
  });

  it('tells the extensions that it asks for', () => {
    const der = request(P256, '-addext', 'subjectAltName=DNS:a.example,IP:192.0.2.1');
    expect(knownExtensions(parseCsr(der).extensions).subjectAltName).toEqual([
      { type: 'dns', value: 'a.example' },
      { type: 'ip', value: '192.0.2.1' },
    ]);
  });

  it('does not hold when its signature or its subject was changed', async () => {
    const der = request(P256);
    const changed = (index: number) => {
      const copy = Uint8Array.from(der);
      copy[index] = (copy[index] ?? 0) ^ 1;
      return parseCsr(copy);
    };
    const verdict = 'its ecdsa-with-SHA256 signature does not verify';
    expect(await verdictOf(changed(der.length - 1))).toBe(verdict);
    const subject = Buffer.from(der).indexOf('a.example');
    expect(await verdictOf(changed(subject))).toBe(verdict);
  });

  it('does not hold with the key of somebody else', async () => {
    const [mine, theirs] = [parseCsr(request(P256)), parseCsr(request(P256))];
    const stolen = { ...mine, signed: { ...mine.signed, spki: theirs.publicKey } };
    expect(await verdictOf(stolen)).toBe('its ecdsa-with-SHA256 signature does not verify');
  });
});

describe('a request is refused', () => {
  const info = (version: number, ...rest: Uint8Array[]) =>
    sequence(integer(version), sequence(), sequence(), ...rest);
  const ED25519 = sequence(objectIdentifier('1.3.101.112'));
  const signed = (tbs: Uint8Array, ...rest: Uint8Array[]) =>
    sequence(tbs, ED25519, bitString(Uint8Array.of(1)), ...rest);
  const withAttributes = (...attributes: Uint8Array[]) =>
    signed(info(0, contextConstructed(0, ...attributes)));
  const attribute = (oid: string, ...values: Uint8Array[]) =>
    sequence(objectIdentifier(oid), setOf(...values));
  const extension = sequence(objectIdentifier('2.5.29.17'), octetString(sequence()));

  it('of another version than 1', () => {
    expect(() => parseCsr(signed(info(1)))).toThrow(new DerError('it is not of version 1'));
  });

  it.each([
    ['behind it', Buffer.concat([signed(info(0)), NULL])],
    ['behind its signature', signed(info(0), NULL)],
    ['behind its attributes', signed(info(0, Uint8Array.of(0xa0, 0), NULL))],
  ])('with something %s', (_, der) => {
    expect(() => parseCsr(der)).toThrow(new DerError('there is more than was expected'));
  });

  it('with parts missing', () => {
    expect(() => parseCsr(sequence(info(0)))).toThrow(new DerError('a value is missing'));
  });

  it('with an algorithm that cannot be named', () => {
    const der = sequence(info(0), sequence(NULL), bitString(Uint8Array.of(1)));
    expect(() => parseCsr(der)).toThrow(new DerError('tag 06 expected, 05 found'));
  });

  it.each([
    [
      'an attribute twice',
      withAttributes(attribute('1.2.3', NULL), attribute('1.2.3', NULL)),
      'its attribute 1.2.3 is there twice',
    ],
    ['no value', withAttributes(attribute('1.2.3')), 'its attribute 1.2.3 has no value'],
    [
      'two lists of extensions',
      withAttributes(attribute('1.2.840.113549.1.9.14', sequence(), sequence(extension))),
      'its attribute 1.2.840.113549.1.9.14 has more than one value',
    ],
    [
      'an extension twice',
      withAttributes(attribute('1.2.840.113549.1.9.14', sequence(extension, extension))),
      'its requested extension 2.5.29.17 is there twice',
    ],
    [
      'something behind the values',
      withAttributes(sequence(objectIdentifier('1.2.3'), setOf(NULL), NULL)),
      'there is more than was expected',
    ],
  ])('with %s', (_, der, message) => {
    expect(() => parseCsr(der)).toThrow(new DerError(message));
  });

  it('but not for attributes that others have not sorted', () => {
    const der = withAttributes(attribute('1.2.4', NULL), attribute('1.2.3', NULL));
    expect(parseCsr(der).attributes.map(({ oid }) => oid)).toEqual(['1.2.4', '1.2.3']);
  });

  it('but not for having no attributes', () => {
    expect(parseCsr(signed(info(0))).extensions).toEqual([]);
    expect(parseCsr(signed(info(0, Uint8Array.of(0xa0, 0)))).extensions).toEqual([]);
  });
});
