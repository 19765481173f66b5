import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derFromFile, pem, pemBlocks } from '../../src/der/pem.ts';

const KEY = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x07);
const CERTIFICATE = Uint8Array.of(0x30, 0x00);

const read = (text: string, ...labels: string[]) => derFromFile(Buffer.from(text), labels);

describe('PEM', () => {
  it('is written in lines of 64 characters', () => {
    expect(pem('CERTIFICATE', new Uint8Array(50))).toBe(
      ['-----BEGIN CERTIFICATE-----', 'A'.repeat(64), 'AAA=', '-----END CERTIFICATE-----', ''].join(
        '\n',
      ),
    );
    expect(pem('X', new Uint8Array(48)).split('\n')).toHaveLength(4);
  });

  it('is read again, whatever it holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (der) => {
        expect(pemBlocks(pem('PRIVATE KEY', der))).toEqual([{ label: 'PRIVATE KEY', der }]);
      }),
    );
  });

  it('may have text and other blocks around it, and line ends of Windows', () => {
    const text = `Subject: CN=x\n${pem('CERTIFICATE', CERTIFICATE)}\nnotes\n${pem('PRIVATE KEY', KEY)}`;
    for (const variant of [text, text.replaceAll('\n', '\r\n')]) {
      expect(pemBlocks(variant).map(({ label }) => label)).toEqual(['CERTIFICATE', 'PRIVATE KEY']);
      expect(read(variant, 'PRIVATE KEY')).toEqual(KEY);
    }
  });

  it('has to end with the label that it begins with', () => {
    const text = pem('PRIVATE KEY', KEY).replace('END PRIVATE', 'END PUBLIC');
    expect(pemBlocks(text)).toEqual([]);
  });

  it('has to hold nothing but base64', () => {
    expect(pemBlocks('-----BEGIN X-----\nAA*=\n-----END X-----\n')).toEqual([]);
  });
});

describe('a file', () => {
  it('may hold DER', () => {
    expect(derFromFile(KEY, ['PRIVATE KEY'])).toEqual(KEY);
  });

  it('may hold PEM under any of the labels', () => {
    expect(
      read(pem('NEW CERTIFICATE REQUEST', KEY), 'CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'),
    ).toEqual(KEY);
  });

  it.each([
    ['PEM under another label', pem('CERTIFICATE', CERTIFICATE)],
    ['text', 'no key\n'],
    ['nothing', ''],
  ])('may hold neither, but %s', (_, text) => {
    expect(read(text, 'PRIVATE KEY')).toBeUndefined();
  });
});
