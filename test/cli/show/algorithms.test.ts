import { describe, expect, it } from 'vitest';
import { algorithmNamed, keyAlgorithmNamed } from '../../../src/algorithms/registry.ts';
import { encodeSpki } from '../../../src/algorithms/spki.ts';
import { bitString, NULL, objectIdentifier, sequence } from '../../../src/der/writer.ts';
import { anyKey, extension, madeCertificate } from '../made-certificate.ts';
import { ALTERNATIVE, pki, shown } from '../shown-extension.ts';

describe('show of an algorithm', () => {
  const identifier = (oid: string, ...parameters: readonly Uint8Array[]) =>
    sequence(objectIdentifier(oid), ...parameters);

  it.each(['ml-kem-512', 'ml-kem-768', 'ml-kem-1024'])('%s: its name', async (name) => {
    const row = keyAlgorithmNamed(name);
    if (row.family !== 'ml-kem') throw new TypeError(name);
    const publicKey = encodeSpki(row, new Uint8Array(row.publicKeyBytes));
    const { key, algorithms } = await shown(madeCertificate({ publicKey }));
    expect(key).toBe(name);
    expect(algorithms[0]).toMatchObject({ status: 'standard', cites: 'FIPS 203, RFC 9935 §3' });
  });

  it.each([
    ['sha1WithRSAEncryption', identifier('1.2.840.113549.1.1.5', NULL)],
    ['RSASSA-PSS', identifier('1.2.840.113549.1.1.10', sequence())],
    ['ecdsa-with-SHA1', identifier('1.2.840.10045.4.1')],
    ['ml-dsa-44 with other parameters', identifier('2.16.840.1.101.3.4.3.17', NULL)],
    ['sha256WithRSAEncryption with other parameters', identifier('1.2.840.113549.1.1.11')],
    ['1.2.3.4', identifier('1.2.3.4')],
  ])('of a signature that is not supported: %s', async (name, signature) => {
    const { algorithms } = await shown(madeCertificate({ signature }));
    expect(algorithms[1]).toEqual({
      ...{ role: 'signature', name, status: 'unsupported', octets: 70, parts: [] },
    });
    expect((await pki('show', 'made.der')).stdout).toContain(
      `  signature    ${name}\n                 70 octets; not supported\n`,
    );
  });

  it.each([
    ['ec on secp256k1', identifier('1.2.840.10045.2.1', objectIdentifier('1.3.132.0.10'))],
    ['ec on 1.2.3.4', identifier('1.2.840.10045.2.1', objectIdentifier('1.2.3.4'))],
    ['x25519', identifier('1.3.101.110')],
    ['1.2.3.4', identifier('1.2.3.4', NULL)],
  ])('of a key that is not supported: %s', async (name, found) => {
    const { key, algorithms } = await shown(
      madeCertificate({ publicKey: anyKey(found, new Uint8Array(32)) }),
    );
    expect(key).toBe(name);
    expect(algorithms[0]).toMatchObject({ status: 'unsupported', octets: 32 });
  });

  it('of an old composite: that it is one', async () => {
    const signature = identifier('2.16.840.1.114027.80.8.1.28');
    const { algorithms } = await shown(madeCertificate({ signature }));
    expect(algorithms[1]).toMatchObject({
      name: '2.16.840.1.114027.80.8.1.28',
      status: 'unsupported',
      reason: expect.stringMatching(/^it is a composite of an old draft /),
    });
  });

  it('of a composite with its halves in a SEQUENCE: that it is old, and no halves', async () => {
    const row = algorithmNamed('MLDSA44-ECDSA-P256-SHA256');
    const pair = sequence(bitString(new Uint8Array(2420)), bitString(new Uint8Array(70)));
    const parts = { signature: row.identifier, publicKey: encodeSpki(row, pair) };
    const { algorithms } = await shown(madeCertificate(parts, pair));
    const old = {
      name: row.name,
      status: 'unsupported',
      reason:
        'it is of an old draft, whose halves are in a SEQUENCE; draft 19 is what is supported',
      parts: [],
    };
    expect(algorithms).toMatchObject([old, old]);
  });

  it('of a composite too short for two halves: its length alone', async () => {
    const row = algorithmNamed('MLDSA44-Ed25519-SHA512');
    const parts = { signature: row.identifier, publicKey: encodeSpki(row, new Uint8Array(1312)) };
    const { algorithms } = await shown(madeCertificate(parts, new Uint8Array(2420)));
    expect(algorithms).toMatchObject([
      { name: row.name, octets: 1312, parts: [] },
      { name: row.name, octets: 2420, parts: [] },
    ]);
  });

  it('of an alternative signature without its value: no octets', async () => {
    const extensions = [extension(ALTERNATIVE[1], algorithmNamed('ml-dsa-44').identifier)];
    const { alternativeSignature, algorithms } = await shown(madeCertificate({ extensions }));
    expect(alternativeSignature).toBe('ml-dsa-44');
    expect(algorithms[2]).toMatchObject({ role: 'alternative signature', octets: 0 });
  });
});
