import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { printCaConfig } from '../../src/store/ca-config.ts';
import { readPlainYaml } from '../../src/store/plain-yaml.ts';

/** What a YAML parser makes of the text. */
const parsed = (text: string) => new Map(Object.entries(parse(text) as object));

/** Texts near the border between what is plain and what is not. */
const scalar = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.stringMatching(/^[A-Za-z/0-9][A-Za-z0-9 :#,.%=?'"[\]{}&*!|>@`~-]{0,12}$/),
  fc.constantFrom('true', 'No', 'NULL', '~', '0x1f', '1e3', '.inf', '2026-11-22', '0o17', 'a: b'),
);

describe('readPlainYaml', () => {
  it('agrees with a YAML parser about all that it reads', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(scalar, { minLength: 1, maxLength: 3 }), (values) => {
        const text = values.map((value, index) => `${'abc'[index]}: ${value}\n`).join('');
        const fields = readPlainYaml(text);
        if (!fields) return;
        read += 1;
        expect(fields).toEqual(parsed(text));
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it('reads what init-ca writes', async () => {
    const key = {
      kind: 'pkcs11' as const,
      modulePath: '/usr/lib/softhsm/libsofthsm2.so',
      token: 'CA Token: 1',
      object: 'ca-key',
      id: Uint8Array.of(1, 255),
    };
    const text = await printCaConfig({
      name: 'Example Root CA',
      keys: {
        signing: { algorithm: 'ecdsa-p384', key },
        hybrid: {
          scheme: 'catalyst',
          mlDsa: { algorithm: 'ml-dsa-65', key: { kind: 'file', path: 'keys/ml-dsa.key' } },
        },
      },
    });
    expect(readPlainYaml(text)).toEqual(parsed(text));
  });

  it.each([
    '',
    '# only a comment\n',
    'a: "b"\n',
    'a:\n  b: c\n',
    '- a\n',
    'a: b\na: c\n',
    'a: ü\n',
  ])('leaves %j to the parser', (text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });
});
