import { describe, expect, it } from 'vitest';
import { KEY_ALGORITHMS } from '../../src/algorithms/registry.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';

const pki = world({ cwd: temporaryDirectory() });
const listed = async (...options: readonly string[]) =>
  JSON.parse((await pki('algorithms', '--json', ...options)).stdout) as Record<string, unknown>[];

describe('pki algorithms', () => {
  it('lists every algorithm, one a line', async () => {
    const { status, stdout } = await pki('algorithms');
    const [head = '', ...lines] = stdout.trimEnd().split('\n');
    expect(status).toBe(0);
    expect(head).toMatch(/^name +OID +public key +signature +signs in +specified in$/);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(KEY_ALGORITHMS.map(({ name }) => name));
  });

  it('prints JSON, of one family if asked to', async () => {
    expect((await listed()).length).toBe(KEY_ALGORITHMS.length);
    expect((await listed('--family', 'composite')).length).toBe(18);
    expect((await listed('--family', 'ml-kem'))[0]).toEqual({
      name: 'ml-kem-512',
      family: 'ml-kem',
      keyOid: '2.16.840.1.101.3.4.4.1',
      publicKeyBytes: 800,
      places: [],
      status: 'standard',
      cites: 'FIPS 203, RFC 9935 §3',
    });
  });

  it('tells sizes as the composite draft does', async () => {
    const sizes = (await listed('--family', 'composite')).map(
      ({ publicKeyBytes, signatureBytes }) => [publicKeyBytes, signatureBytes],
    );
    // draft-ietf-lamps-pq-composite-sigs-19, table 4; RSA keys by the exponent 65537
    expect(sizes).toEqual([
      ...[
        [1582, 2676],
        [1582, 2676],
        [1344, 2484],
        [1377, 2492],
        [2350, 3693],
        [2350, 3693],
      ],
      ...[
        [2478, 3821],
        [2478, 3821],
        [2017, 3381],
        [2049, 3413],
        [2017, 3381],
        [1984, 3373],
      ],
      ...[
        [2689, 4731],
        [2689, 4731],
        [2649, 4741],
        [2990, 5011],
        [3118, 5139],
        [2725, 4766],
      ],
    ]);
  });

  it('tells where a key can sign', async () => {
    const places = Object.fromEntries((await listed()).map((row) => [row['name'], row['places']]));
    expect(places).toMatchObject({
      'ecdsa-p384': ['file', 'token'],
      'ml-dsa-65': ['file', 'token'],
      'slh-dsa-sha2-128s': ['file'],
      'MLDSA65-ECDSA-P384-SHA512': ['file', 'token'],
      'ml-kem-768': [],
    });
  });
});
