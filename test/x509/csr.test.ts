import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeKey } from '../../src/algorithms/spki.ts';
import { derFromFile } from '../../src/der/pem.ts';
import { DerError } from '../../src/der/reader.ts';
import { bitString, integer, NULL, sequence } from '../../src/der/writer.ts';
import { parseCsr, verifyCsr } from '../../src/x509/csr.ts';
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
  ])('with %j is read and verified', async (key, name) => {
    const csr = parseCsr(request(key));
    expect(parseName(csr.subject)).toEqual([
      { type: 'O', value: 'Example' },
      { type: 'CN', value: 'a.example' },
    ]);
    expect(describeKey(csr.publicKey)).toBe(name);
    expect(csr.extensions).toEqual([]);
    expect(await verifyCsr(csr)).toBeUndefined();
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
    expect(await verifyCsr(changed(der.length - 1))).toBe(verdict);
    const subject = Buffer.from(der).indexOf('a.example');
    expect(await verifyCsr(changed(subject))).toBe(verdict);
  });

  it('does not hold with the key of somebody else', async () => {
    const [mine, theirs] = [parseCsr(request(P256)), parseCsr(request(P256))];
    const stolen = { ...mine, signed: { ...mine.signed, spki: theirs.publicKey } };
    expect(await verifyCsr(stolen)).toBe('its ecdsa-with-SHA256 signature does not verify');
  });
});

describe('a request is refused', () => {
  const info = (version: number, ...rest: Uint8Array[]) =>
    sequence(integer(version), sequence(), sequence(), ...rest);
  const signed = (tbs: Uint8Array, ...rest: Uint8Array[]) =>
    sequence(tbs, sequence(), bitString(Uint8Array.of(1)), ...rest);

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

  it('but not for having no attributes', () => {
    expect(parseCsr(signed(info(0))).extensions).toEqual([]);
    expect(parseCsr(signed(info(0, Uint8Array.of(0xa0, 0)))).extensions).toEqual([]);
  });
});
