import { describe, expect, it } from 'vitest';
import { algorithmNamed } from '../../../src/algorithms/registry.ts';
import { encodeSpki } from '../../../src/algorithms/spki.ts';
import { time } from '../../../src/der/time.ts';
import { bitString, contextConstructed, integer, NULL, sequence } from '../../../src/der/writer.ts';
import { encodeExtension } from '../../../src/x509/extensions.ts';
import { encodeName } from '../../../src/x509/names.ts';
import { extension, P256_KEY } from '../made-certificate.ts';
import { DELTA, shownExtension } from '../shown-extension.ts';

describe('show of a delta certificate descriptor', () => {
  const mlDsa = algorithmNamed('ml-dsa-44');
  const name = (text: string) => encodeName([{ type: 'CN', value: text }]);
  const [from, until] = [new Date('2032-01-01T00:00:00Z'), new Date('2033-01-01T00:00:00Z')];
  const key = encodeSpki(mlDsa, new Uint8Array(1312));
  const usage = encodeExtension(extension('2.5.29.15', Uint8Array.of(3, 2, 7, 0x80)));
  const unknown = encodeExtension(extension('1.2.3.4', NULL));
  const parts = [
    mlDsa.identifier,
    name('Delta Issuer'),
    sequence(time(from), time(until)),
    name('Delta Subject'),
  ];
  /** Without tag and length, which are those of short SEQUENCEs. */
  const contents = (octets: Uint8Array) => octets.subarray(octets[1] === 0x81 ? 3 : 2);
  const delta = (
    tagged: (number: number, octets: Uint8Array) => Uint8Array,
    extensions: Uint8Array,
  ) =>
    sequence(
      integer(255n),
      ...parts.map((octets, number) => tagged(number, octets)),
      key,
      tagged(4, extensions),
      bitString(new Uint8Array(2420)),
    );
  const implicit = (number: number, octets: Uint8Array) =>
    contextConstructed(number, contents(octets));

  it.each([
    ['IMPLICIT', 'one', implicit, sequence(usage), ['2.5.29.15']],
    ['EXPLICIT', 'one', contextConstructed, sequence(usage), ['2.5.29.15']],
    ['IMPLICIT', 'two', implicit, sequence(unknown, usage), ['1.2.3.4', '2.5.29.15']],
    ['EXPLICIT', 'two', contextConstructed, sequence(unknown, usage), ['1.2.3.4', '2.5.29.15']],
  ] as const)('with %s tags and %s extensions', async (_, __, tagged, list, extensions) => {
    const found = await shownExtension(DELTA, delta(tagged, list));
    expect(found?.deltaCertificate).toMatchObject({
      serial: 'ff',
      subject: 'CN=Delta Subject',
      issuer: 'CN=Delta Issuer',
      notBefore: '2032-01-01T00:00:00Z',
      notAfter: '2033-01-01T00:00:00Z',
      inherited: [],
      key: 'ml-dsa-44',
      signature: 'ml-dsa-44',
      algorithms: [{ octets: 1312 }, { octets: 2420 }],
      extensions,
    });
    expect(found?.value.slice(-extensions.length)).toEqual(
      extensions.map((oid, index) => {
        const label = index === 0 ? 'extensions ' : '           ';
        return `${label}  ${oid === '1.2.3.4' ? oid : 'Key Usages'}`;
      }),
    );
  });

  it('that differs in its key alone: the rest as the certificate around it', async () => {
    const value = sequence(integer(1n), P256_KEY, bitString(new Uint8Array(70)));
    const found = await shownExtension(DELTA, value);
    expect(found?.deltaCertificate).toMatchObject({
      subject: 'CN=Subject',
      issuer: 'CN=Issuer',
      notBefore: '2030-01-01T00:00:00Z',
      inherited: ['issuer', 'subject', 'validity', 'signature'],
      signature: 'ecdsa-with-SHA256',
    });
    expect(found?.value).toContain('issuer       CN=Issuer (as the certificate around it)');
    expect(found?.value).toContain('signature    ecdsa-with-SHA256 (as the certificate around it)');
  });

  it('with hostile text: escaped', async () => {
    const subject = contextConstructed(3, name('a\u001b[2J\n\u202e'));
    const value = sequence(integer(1n), subject, P256_KEY, bitString(new Uint8Array(70)));
    expect((await shownExtension(DELTA, value))?.value[1]).toBe(
      'subject      CN=a\\1b[2J\\0a\\e2\\80\\ae',
    );
  });
});
