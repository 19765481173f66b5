import { createPrivateKey, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  NO_CONTEXT,
  nativeEngine,
  nativeIsThere,
  nobleEngine,
  type PostQuantumEngine,
  postQuantumEngine,
} from '../../src/algorithms/post-quantum.ts';
import { SLH_DSA_ROWS } from '../../src/algorithms/post-quantum-rows.ts';
import { parsePrivateKey, rawPkcs8 } from '../../src/algorithms/private-key-forms.ts';
import { mlDsaNamed } from '../../src/algorithms/registry.ts';
import { encodeSpki } from '../../src/algorithms/spki.ts';
import { enterDer } from '../../src/der/reader.ts';
import { generatePkcs8 } from '../../src/signers/generate-key.ts';

const CONTEXT = Buffer.from('COMPSIG-MLDSA65-ECDSA-P256-SHA512');
const message = Buffer.from('message');

describe.each(['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const)('%s', (name) => {
  const algorithm = mlDsaNamed(name);
  const seed = randomBytes(32);
  let engines: readonly PostQuantumEngine[] = [];

  beforeAll(async () => {
    engines = [nativeEngine, await nobleEngine()];
  });

  it('has one public key a seed, whichever engine computes it', () => {
    const [native, noble] = engines.map((engine) => engine.open(algorithm, { seed }).publicKey);
    expect(native?.length).toBe(algorithm.publicKeyBytes);
    expect(Buffer.from(noble ?? [])).toEqual(Buffer.from(native ?? []));
  });

  it.each([
    ['no context', NO_CONTEXT],
    ['a context', CONTEXT],
    ['the longest context', Buffer.alloc(255, 1)],
  ])('signs with %s so that each engine verifies it', async (_, context) => {
    for (const signing of engines) {
      const key = signing.open(algorithm, { seed });
      const signature = await key.sign(message, context);
      expect(signature.length).toBe(algorithm.maxSignatureBytes);
      for (const engine of engines) {
        const verifies = (about: Uint8Array, under: Uint8Array) =>
          engine.verify(algorithm, key.publicKey, about, signature, under);
        expect(verifies(message, context)).toBe(true);
        expect(verifies(Buffer.from('massage'), context)).toBe(false);
        expect(verifies(message, Buffer.from('another context'))).toBe(false);
      }
    }
  });

  it('has no signature of a wrong length', async () => {
    const key = nativeEngine.open(algorithm, { seed });
    const signature = await key.sign(message, NO_CONTEXT);
    const wrong = [signature.subarray(1), Buffer.concat([signature, Buffer.of(0)]), NO_CONTEXT];
    for (const engine of engines) {
      const verdicts = wrong.map((octets) =>
        engine.verify(algorithm, key.publicKey, message, octets, NO_CONTEXT),
      );
      expect(verdicts).toEqual([false, false, false]);
    }
  });

  it('has no seed or expanded key of a wrong length', () => {
    for (const engine of engines) {
      expect(() => engine.open(algorithm, { seed: Buffer.alloc(31) })).toThrow();
      const expanded = Buffer.alloc(algorithm.expandedKeyBytes - 1);
      expect(() => engine.open(algorithm, { expanded })).toThrow();
    }
  });

  it('is not opened with a seed and an expanded key of different keys, nor unchecked', async () => {
    const [native, noble] = engines;
    const secretKey = Buffer.alloc(algorithm.expandedKeyBytes, 7);
    expect(() => native?.open(algorithm, { seed, expanded: secretKey })).toThrow('invalid key');
    expect(() => noble?.open(algorithm, { seed, expanded: secretKey })).toThrow(
      'the parts of the private key disagree',
    );
    expect(() => noble?.open(algorithm, { expanded: secretKey })).toThrow(
      'without its seed, an ML-DSA key needs OpenSSL 3.5',
    );
  });

  it('is hedged: no two signatures of a message are the same', async () => {
    for (const engine of engines) {
      const key = engine.open(algorithm, { seed });
      const [one, other] = [
        await key.sign(message, NO_CONTEXT),
        await key.sign(message, NO_CONTEXT),
      ];
      expect(one).not.toEqual(other);
    }
  });

  it('is written as PKCS #8 and SubjectPublicKeyInfo that OpenSSL reads', () => {
    const pkcs8 = rawPkcs8(algorithm, { seed });
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    expect(key.asymmetricKeyType).toBe(name);
    const { publicKey } = nativeEngine.open(algorithm, { seed });
    expect(encodeSpki(algorithm, publicKey).length).toBe(publicKey.length + 22);
  });
});

describe.each(SLH_DSA_ROWS)('$name', (algorithm) => {
  let key: { expanded: Uint8Array } = { expanded: NO_CONTEXT };

  beforeAll(async () => {
    const reader = enterDer(await generatePkcs8(algorithm));
    reader.integer();
    reader.read();
    const { expanded } = parsePrivateKey(algorithm, reader.octetString());
    if (expanded) key = { expanded };
  });

  it('signs natively what both engines verify, under its context alone', {
    timeout: 60_000,
  }, async () => {
    const { publicKey, sign } = nativeEngine.open(algorithm, key);
    const signature = await sign(message, CONTEXT);
    expect(publicKey.length).toBe(algorithm.publicKeyBytes);
    expect(signature.length).toBe(algorithm.maxSignatureBytes);
    for (const engine of [nativeEngine, await nobleEngine()]) {
      const verifies = (about: Uint8Array, under: Uint8Array) =>
        engine.verify(algorithm, publicKey, about, signature, under);
      expect(verifies(message, CONTEXT)).toBe(true);
      expect(verifies(Buffer.from('massage'), CONTEXT)).toBe(false);
      expect(verifies(message, NO_CONTEXT)).toBe(false);
    }
  });
});

describe('the other engine for SLH-DSA', () => {
  const [, algorithm] = SLH_DSA_ROWS; // sha2-128f
  if (!algorithm) throw new Error('no row');

  it('signs what OpenSSL verifies, and refuses a key whose PK.root is wrong', async () => {
    const reader = enterDer(await generatePkcs8(algorithm));
    reader.integer();
    reader.read();
    const expanded = Uint8Array.from(reader.octetString());
    const noble = await nobleEngine();
    const key = noble.open(algorithm, { expanded });
    const signature = await key.sign(message, NO_CONTEXT);
    expect(nativeEngine.verify(algorithm, key.publicKey, message, signature, NO_CONTEXT)).toBe(
      true,
    );
    expanded[63] = (expanded[63] ?? 0) ^ 1;
    expect(() => noble.open(algorithm, { expanded })).toThrow(
      'the parts of the private key disagree',
    );
  });
});

describe('the choice of the engine', () => {
  it.each([
    ['3.5.0', true],
    ['3.5.8', true],
    ['3.6.0-dev', true],
    ['3.10.1', true],
    ['4.0.0', true],
    ['3.4.9', false],
    ['3.0.17', false],
    ['1.1.1w', false],
    ['', false],
    ['0.0.0', false],
  ])('finds ML-DSA in OpenSSL %s: %s', (version, there) => {
    expect(nativeIsThere(version)).toBe(there);
  });

  it('goes by the OpenSSL of this runtime, and is made once', async () => {
    const engine = await postQuantumEngine();
    expect(engine.name).toBe(nativeIsThere() ? 'node:crypto' : '@noble/post-quantum');
    expect(await postQuantumEngine()).toBe(engine);
  });
});
