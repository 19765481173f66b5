import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomSerialNumber } from '../../src/ca/draft.ts';
import { type Certificate, parseCertificate, serialText } from '../../src/x509/certificate.ts';
import { generalNameText } from '../../src/x509/general-names.ts';
import { ATTRIBUTES, encodeName, type NameAttribute } from '../../src/x509/names.ts';
import { noOpenssl, openssl } from '../cli/openssl.ts';
import { cn, make, pemOf, san } from '../path/made-certificates.ts';
import { newSigner } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const file = join(temporaryDirectory(), 'made.pem');
const signer = await newSigner('ed25519');
const issuer = { name: cn('Root'), signer };

/** What OpenSSL says of a certificate, in the order in which it prints. */
function shown(certificate: Certificate, ...options: readonly string[]): string {
  writeFileSync(file, pemOf(certificate));
  return openssl('x509', '-in', file, '-noout', ...options);
}

const RUNS = { numRuns: 40 };

describe.skipIf(noOpenssl())('random certificates', () => {
  it('have positive serial numbers of 20 octets at most, which OpenSSL reads', async () => {
    const drawn = fc.uint8Array({ minLength: 20, maxLength: 20 });
    const extreme = fc
      .constantFrom(0, 0x7f, 0x80, 0xff)
      .map((octet) => new Uint8Array(20).fill(octet));
    await fc.assert(
      fc.asyncProperty(fc.oneof(drawn, extreme), async (octets) => {
        const serialNumber = randomSerialNumber(() => octets);
        const made = await make({ subject: issuer, issuer, tbs: { serialNumber } });
        expect(serialNumber).toBeGreaterThan(0n);
        expect(serialNumber).toBeLessThan(1n << 159n);
        expect(parseCertificate(made.der).tbs.serialNumber).toBe(serialNumber);
        expect(shown(made, '-serial')).toBe(`serial=${serialText(serialNumber).toUpperCase()}\n`);
      }),
      RUNS,
    );
  });

  it('have the times that OpenSSL reads, on both sides of 2050', async () => {
    const border = Date.parse('2050-01-01T00:00:00Z');
    const near = fc.integer({ min: -10, max: 10 }).map((seconds) => border + 1000 * seconds);
    const far = fc
      .integer({ min: 0, max: Date.parse('9999-12-31T23:59:59Z') / 1000 })
      .map((seconds) => 1000 * seconds);
    const time = fc.oneof(near, far).map((milliseconds) => new Date(milliseconds));
    await fc.assert(
      fc.asyncProperty(time, time, async (notBefore, notAfter) => {
        const made = await make({ subject: issuer, issuer, tbs: { notBefore, notAfter } });
        const iso = (date: Date) => date.toISOString().replace('T', ' ').replace('.000Z', 'Z');
        expect(shown(made, '-dates', '-dateopt', 'iso_8601')).toBe(
          `notBefore=${iso(notBefore)}\nnotAfter=${iso(notAfter)}\n`,
        );
        writeFileSync(file, pemOf(made));
        const types = openssl('asn1parse', '-in', file).match(/UTCTIME|GENERALIZEDTIME/g);
        expect(types).toEqual(
          [notBefore, notAfter].map((date) => (+date < border ? 'UTCTIME' : 'GENERALIZEDTIME')),
        );
      }),
      RUNS,
    );
  });

  it('have names whose octets OpenSSL reads, in the right type of string', async () => {
    const hostile = fc.constantFrom(
      '\0',
      '\n',
      '\u001b[2J',
      ',',
      '+',
      '\\',
      '"',
      '#',
      '\u202e',
      '*',
    );
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      fc.tuple(fc.string({ maxLength: 5 }), hostile).map((parts) => parts.join('')),
      fc.stringMatching(/^[A-Za-z0-9 '()+,\-./:=?]{1,20}$/),
    );
    const attribute: fc.Arbitrary<NameAttribute> = fc.record({
      type: fc.constantFrom(...Object.keys(ATTRIBUTES)),
      value: text,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(attribute, { minLength: 1, maxLength: 4 }), async (attributes) => {
        const subject = { ...issuer, name: encodeName(attributes) };
        const made = await make({ subject, issuer });
        const read = shown(
          made,
          '-subject',
          '-nameopt',
          'sep_multiline,dump_all,dump_der,sname,space_eq',
        )
          .trimEnd()
          .split('\n')
          .slice(1)
          .map((line) => line.trim());
        expect(read).toEqual(
          attributes.map((one) => `${SHORT_NAMES[one.type] ?? one.type} = #${valueInDer(one)}`),
        );
      }),
      RUNS,
    );
  });

  it('have subjectAltNames that OpenSSL reads as they were meant', async () => {
    const host = fc.domain({ size: 'small' });
    const name = fc.oneof(
      host.map((value) => ({ type: 'dns', value }) as const),
      host.map((domain) => ({ type: 'email', value: `a.b@${domain}` }) as const),
      host.map((domain) => ({ type: 'uri', value: `https://${domain}/a?b=c` }) as const),
      fc.ipV4().map((value) => ({ type: 'ip', value }) as const),
    );
    const label = { dns: 'DNS', email: 'email', uri: 'URI', ip: 'IP Address' };
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 4 }), async (names) => {
        const made = await make({ subject: issuer, issuer, extensions: [san(...names)] });
        const [, read = ''] = shown(made, '-ext', 'subjectAltName').split('\n');
        expect(read.trim(), names.map(generalNameText).join()).toBe(
          names.map(({ type, value }) => `${label[type]}:${value}`).join(', '),
        );
      }),
      RUNS,
    );
  });
});

/** PrintableString where its letters allow that, UTF8String otherwise (RFC 5280 §4.1.2.4). */
/** What OpenSSL calls otherwise. */
const SHORT_NAMES: Readonly<Record<string, string>> = { STREET: 'street' };

/** Types that have an IA5String, unless their value has no place in one. */
const ASCII_TYPES: readonly string[] = ['DC', 'emailAddress'];

function valueInDer({ type, value }: NameAttribute): string {
  const directory = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value) ? '13' : '0C';
  const isAscii = ASCII_TYPES.includes(type) && Buffer.from(value).every((octet) => octet < 0x80);
  const tag = isAscii ? '16' : directory;
  const contents = Buffer.from(value);
  const length = contents.length < 128 ? '' : '81';
  const octet = contents.length.toString(16).padStart(2, '0');
  return `${tag}${length}${octet}${contents.toString('hex')}`.toUpperCase();
}
