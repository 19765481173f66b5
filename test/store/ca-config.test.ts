import { describe, expect, it } from 'vitest';
import { POLICIES } from '../../src/ca/policy/policy.ts';
import { type CaConfig, parseCaConfig, printCaConfig } from '../../src/store/ca-config.ts';

const TOKEN_KEY = {
  kind: 'pkcs11',
  modulePath: '/usr/lib/softhsm/libsofthsm2.so',
  token: 'CA; Token?',
  serial: '0123456789abcdef',
  object: 'schl\u00fcssel/1',
  id: Uint8Array.of(0, 1, 255),
} as const;
const FILE_KEY = { kind: 'file', path: 'keys/ca.key' } as const;
const ML_DSA = { algorithm: 'ml-dsa-65', key: { kind: 'file', path: 'keys/ml-dsa.key' } } as const;

const CONFIGS: readonly (CaConfig & { readonly kind: string })[] = [
  {
    kind: 'a key in a file',
    name: 'Root: "A" #1',
    keys: { signing: { algorithm: 'ecdsa-p384', key: FILE_KEY } },
  },
  {
    kind: 'a key in a token',
    name: '123',
    keys: { signing: { algorithm: 'rsa-3072-pss', key: TOKEN_KEY } },
  },
  ...(['catalyst', 'composite'] as const).map((scheme) => ({
    kind: `a hybrid, ${scheme}`,
    name: 'yes\nno',
    keys: {
      signing: { algorithm: 'ecdsa-p384', key: TOKEN_KEY },
      hybrid: { scheme, mlDsa: ML_DSA },
    },
  })),
];

const parse = (...lines: readonly string[]) => parseCaConfig(lines.join('\n'), '/ca/ca.yaml');
const SINGLE = ['version: 1', 'name: Root', 'algorithm: ecdsa-p384', 'key: file:keys/ca.key'];
const HYBRID = ['hybrid: catalyst', 'ml-dsa-algorithm: ml-dsa-65', 'ml-dsa-key: file:keys/m.key'];

describe('the configuration of a CA', () => {
  it.each(POLICIES)('is read as it was written: with the policy $name', async (policy) => {
    const keys = { signing: { algorithm: 'ml-dsa-87', key: FILE_KEY } };
    const written = { name: 'Root', keys, policy, hsm: { timeout: 5 } };
    const text = await printCaConfig(written);
    expect(text.split('\n').slice(-3)).toEqual([`policy: ${policy.name}`, 'hsm-timeout: 5', '']);
    expect(await parseCaConfig(text, 'ca.yaml')).toEqual(written);
  });

  it('has no policy where it names none', async () => {
    expect(await parse(...SINGLE, 'policy: none')).not.toHaveProperty('policy');
    expect(await parse(...SINGLE)).not.toHaveProperty('policy');
  });

  it.each(CONFIGS)('is read as it was written: $kind', async ({ name, keys }) => {
    const text = await printCaConfig({ name, keys });
    expect(await parseCaConfig(text, 'ca.yaml')).toEqual({ name, keys });
  });

  it('is a few lines that people can read', async () => {
    const [, , , hybrid] = CONFIGS;
    expect(hybrid && (await printCaConfig({ ...hybrid, name: 'Composite Root CA' }))).toBe(
      [
        '# Made by "pki init-ca". It holds no secret: PINs and passphrases are asked for.',
        'version: 1',
        'name: Composite Root CA',
        'algorithm: ecdsa-p384',
        'key: pkcs11:token=CA%3B%20Token%3F;serial=0123456789abcdef;object=schl%C3%BCssel/1;id=%00%01%FF;type=private?module-path=/usr/lib/softhsm/libsofthsm2.so',
        'hybrid: composite',
        'ml-dsa-algorithm: ml-dsa-65',
        'ml-dsa-key: file:keys/ml-dsa.key',
        '',
      ].join('\n'),
    );
  });

  it('may have comments and any order of fields', async () => {
    const reordered = ['# mine', ...SINGLE.toReversed(), ''];
    expect(await parse(...reordered)).toEqual(await parse(...SINGLE));
  });
});

describe('what is not the configuration of a CA', () => {
  it.each<[string, readonly string[], string]>([
    ['an unknown field', [...SINGLE, 'keys: none'], 'unknown field "keys"'],
    ['a field in another case', [...SINGLE, 'Hybrid: catalyst'], 'unknown field "Hybrid"'],
    ...SINGLE.map((line): [string, readonly string[], string] => {
      const field = line.split(':')[0] ?? '';
      return [
        `one without ${field}`,
        SINGLE.filter((item) => item !== line),
        `"${field}" is missing`,
      ];
    }),
    ...HYBRID.map((line): [string, readonly string[], string] => {
      const field = line.split(':')[0] ?? '';
      const others = HYBRID.filter((item) => item !== line);
      return [`a hybrid without ${field}`, [...SINGLE, ...others], `"${field}" is missing`];
    }),
    ['a newer version', ['version: 2', ...SINGLE.slice(1)], 'version is not 1'],
    ['a version in quotes', ['version: "1"', ...SINGLE.slice(1)], 'version is not 1'],
    [
      'an unknown hybrid',
      [...SINGLE, 'hybrid: chameleon', ...HYBRID.slice(1)],
      'hybrid is neither catalyst nor composite',
    ],
    ['nothing', [''], 'it has no fields'],
    ['a text', ['just a text'], 'it has no fields'],
    ['a list', ['- version: 1'], 'unknown field "0"'],
  ])('is refused: %s', async (_, lines, why) => {
    await expect(parse(...lines)).rejects.toMatchObject({
      code: 'STORE',
      message: `/ca/ca.yaml is not the configuration of a CA: ${why}`,
    });
  });

  it.each([
    ['what is no YAML', 'name: "Root'],
    ['a field that is there twice', 'name: Root\nname: Root'],
  ])('is refused, with the place: %s', async (_, text) => {
    await expect(parse(text)).rejects.toMatchObject({
      code: 'STORE',
      message: expect.stringMatching(
        /^\/ca\/ca.yaml is not the configuration of a CA: [^\n]+ at line \d+, column \d+/,
      ),
    });
  });

  it.each<[string, readonly string[], string]>([
    ['a key', [...SINGLE.slice(0, 3), 'key: ca.key'], 'unrecognised key "ca.key"'],
    [
      'a key in an unnamed module',
      [...SINGLE.slice(0, 3), 'key: pkcs11:object=ca-key'],
      'not a PKCS#11 URI that names a key: module-path is missing',
    ],
    [
      'an algorithm',
      [...SINGLE.filter((line) => !line.startsWith('algorithm')), 'algorithm: rsa-1024'],
      'unknown algorithm "rsa-1024"',
    ],
    [
      'a composite',
      [...SINGLE, 'hybrid: composite', 'ml-dsa-algorithm: ml-dsa-44', 'ml-dsa-key: file:m.key'],
      'there is no composite of ecdsa-p384 with ml-dsa-44',
    ],
    ['a policy', [...SINGLE, 'policy: nist'], 'unknown policy "nist"'],
  ])('is refused for a value that is not known: %s', async (_, lines, why) => {
    await expect(parse(...lines)).rejects.toMatchObject({
      code: 'STORE',
      message: `/ca/ca.yaml is not the configuration of a CA: ${why}`,
    });
  });
});
