import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AlgorithmDescription } from '../../../src/cli/describe/describe-algorithm.ts';
import type { CertificateDescription } from '../../../src/cli/describe/describe-certificate.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { vectors } from '../../support/tools.ts';
import { world } from '../../support/world.ts';

const pki = world({ cwd: temporaryDirectory() });
const path = vectors('hackathon-r5');
const absent = path ? '' : ' (test vectors are not here: set PKI_TEST_VECTORS)';

const trustAnchors = (provider: string): readonly string[] =>
  path ? readdirSync(join(path, provider)).filter((file) => file.endsWith('_ta.der')) : [];
const BC = trustAnchors('bc');
const of = (pattern: RegExp) => BC.filter((file) => pattern.test(file));

/** What is shown for people and for programs; both have to be there. */
async function shown(...file: readonly string[]): Promise<CertificateDescription> {
  const name = join(path ?? '', ...file);
  const { status, stdout, stderr } = await pki('show', name);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).not.toContain('not understood');
  return JSON.parse((await pki('show', '--json', name)).stdout);
}

const composites = ['bc', 'openssl-composite'].flatMap((provider) =>
  trustAnchors(provider)
    .filter((file) => /-1\.3\.6\.1\.5\.5\.7\.6\.\d+_ta/.test(file))
    .map((file) => [provider, file] as const),
);

describe.skipIf(!path)(`show of certificates of the IETF hackathon${absent}`, () => {
  it('is tried with all of them', () => {
    const kinds = [
      /^ml-dsa-\d\d-2\./,
      /^ml-dsa-\d\d-with/,
      /^slh-dsa-[^w]*-2\./,
      /^slh-dsa-.*with/,
    ];
    expect(kinds.map((kind) => of(kind).length)).toEqual([3, 3, 12, 12]);
    const others = [of(/^catalyst_/), of(/^chameleon_/), composites];
    expect(others.map(({ length }) => length)).toEqual([3, 3, 36]);
    const rest = BC.length + trustAnchors('openssl-composite').length - 36 - 36;
    expect(rest).toBe(0);
  });

  it.each(composites)('%s/%s: both halves', async (provider, file) => {
    const { key, signature, algorithms } = await shown(provider, file);
    const name = file.replace(/-1\.3\..*/, '').replaceAll('_', '-');
    expect(key.toLowerCase()).toBe(name.toLowerCase());
    expect(signature).toBe(key);
    expect(algorithms.map(({ role }) => role)).toEqual(['key', 'signature']);
    for (const { status, octets, parts } of algorithms) {
      expect(status).toBe('draft');
      const [mlDsa, classical] = parts;
      expect(mlDsa?.name).toBe(name.toLowerCase().replace(/^mldsa(\d\d)-.*/, 'ml-dsa-$1'));
      expect(classical?.name).toMatch(/^(rsa-\d{4}(-pss)?|ecdsa-\w+|ed25519|ed448)$/);
      expect((mlDsa?.octets ?? 0) + (classical?.octets ?? 0)).toBe(octets);
    }
  });

  it.each(of(/^(ml|slh)-dsa-(?!.*with)/))('%s: a standard', async (file) => {
    const name = file.replace(/-2\.16.*/, '');
    const { key, signature, algorithms } = await shown('bc', file);
    expect({ key, signature }).toEqual({ key: name, signature: name });
    const standard = { status: 'standard', cites: expect.stringMatching(/^FIPS 20[45], RFC 9/) };
    expect(algorithms).toMatchObject([standard, standard]);
  });

  it.each(of(/^(ml|slh)-dsa-.*with/))('%s: named, though not supported', async (file) => {
    const name = `hash-${file.replace(/-2\.16.*/, '')}`;
    const { key, signature, algorithms } = await shown('bc', file);
    expect({ key, signature }).toEqual({ key: name, signature: name });
    const reason = file.startsWith('ml-dsa')
      ? 'it is HashML-DSA, which is not allowed in certificates (RFC 9881 §8.3)'
      : 'it is HashSLH-DSA, which is not supported; SLH-DSA without pre-hash is (RFC 9909)';
    expect(algorithms).toMatchObject([
      { status: 'unsupported', reason },
      { status: 'unsupported', reason },
    ]);
  });

  const [p256, p521, rsa] = ['ecdsa-p256', 'ecdsa-p521', 'rsa-3072'];
  it.each([
    ['1.2.840.10045.4.3.2_with_2.16.840.1.101.3.4.3.17', p256, 'ecdsa-with-SHA256', 'ml-dsa-44'],
    ['1.2.840.10045.4.3.4_with_2.16.840.1.101.3.4.3.19', p521, 'ecdsa-with-SHA512', 'ml-dsa-87'],
    [
      '1.2.840.113549.1.1.11_with_2.16.840.1.101.3.4.3.17',
      rsa,
      'sha256WithRSAEncryption',
      'ml-dsa-44',
    ],
  ])(
    'catalyst and chameleon %s: both certificates in one',
    async (oids, key, signature, second) => {
      expect(await shown('bc', `catalyst_${oids}_ta.der`)).toMatchObject({
        ...{ key, signature, alternativeKey: second, alternativeSignature: second },
        algorithms: [
          ...[{ name: key }, { name: signature }],
          { role: 'alternative key', name: second, status: 'standard' },
          { role: 'alternative signature', name: second, status: 'standard' },
        ],
      });
      const { extensions, ...outer } = await shown('bc', `chameleon_${oids}_ta.der`);
      expect(outer).toMatchObject({ key, signature });
      const delta = extensions.find(({ name }) => name === 'Delta Certificate Descriptor');
      const inner = second.toUpperCase();
      expect(delta?.deltaCertificate).toMatchObject({
        serial: expect.stringMatching(/^[0-9a-f]{40}$/),
        subject: `CN=BC ${inner} Test Chameleon Inner TA`,
        issuer: `CN=BC ${inner} Test Chameleon Inner TA`,
        notBefore: outer.notBefore,
        notAfter: outer.notAfter,
        inherited: ['validity'],
        ...{ key: second, signature: second },
      });
    },
  );

  it('the delta of a chameleon in words', async () => {
    const [file = ''] = of(/^chameleon_1.2.840.10045.4.3.2/);
    const { extensions } = await shown('bc', file);
    expect(extensions.at(-1)?.value).toEqual([
      'serial       560c2243eece21df358091c17c7afeeb11e2c645',
      'subject      CN=BC ML-DSA-44 Test Chameleon Inner TA',
      'issuer       CN=BC ML-DSA-44 Test Chameleon Inner TA',
      'valid from   2026-07-20T12:28:30Z (as the certificate around it)',
      'valid until  2027-07-20T12:29:30Z (as the certificate around it)',
      'key          ml-dsa-44',
      '               1312 octets; standard: FIPS 204, RFC 9881 §2',
      'signature    ml-dsa-44',
      '               2420 octets; standard: FIPS 204, RFC 9881 §2',
    ]);
  });
});

const examples = vectors('rfc9881');
describe.skipIf(!examples)(`show of the examples of RFC 9881${absent}`, () => {
  it.each([
    ['ML-DSA-44', 1312, 2420],
    ['ML-DSA-65', 1952, 3309],
    ['ML-DSA-87', 2592, 4627],
  ])('%s', async (set, keyOctets, signatureOctets) => {
    const { status, stdout } = await pki('show', '--json', join(examples ?? '', `${set}.crt`));
    expect(status).toBe(0);
    const { algorithms } = JSON.parse(stdout) as { algorithms: readonly AlgorithmDescription[] };
    const name = set.toLowerCase();
    expect(algorithms.map((one) => [one.name, one.octets])).toEqual([
      [name, keyOctets],
      [name, signatureOctets],
    ]);
  });
});
