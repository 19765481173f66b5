import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { derFromFile } from '../../../src/der/pem.ts';
import { keyFileText } from '../../../src/signers/key-file.ts';
import { encodePkcs8, parsePkcs8 } from '../../../src/signers/private-key.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { pathsIn, refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const init = (dir: string, ...options: readonly string[]) =>
  pki('init-ca', '--name', 'Hybrid', '--dir', dir, '--no-passphrase', ...options);
const config = (dir: string) =>
  readFileSync(join(cwd, dir, 'ca.yaml'), 'utf8')
    .split('\n')
    .slice(1, -1);
const readKey = (path: string) =>
  derFromFile(readFileSync(join(cwd, path)), ['PRIVATE KEY']) ?? new Uint8Array();

/** Issues a certificate and returns what `pki show --json` tells of it. */
const issued = async (dir: string) => {
  const files = ['--out', `${dir}.crt`, '--key-out', `${dir}.key`];
  await pki('issue', '--ca-dir', dir, '--cn', 'a.example', ...files);
  const { stdout } = await pki('show', '--json', `${dir}.crt`);
  return JSON.parse(stdout) as Record<string, unknown>;
};

describe('a hybrid CA with two keys in files', () => {
  it('signs each certificate with both: catalyst', async () => {
    const { stdout } = await init('catalyst', '--hybrid', 'catalyst');
    expect(stdout).toMatch(
      /^made the CA CN=Hybrid\n {2}directory {4}catalyst\n {2}key {10}ecdsa-p384 in file:keys\/ca.key\n {2}key {10}ml-dsa-65 in file:keys\/ml-dsa.key\n/,
    );
    expect(config('catalyst')).toEqual([
      'version: 1',
      'name: Hybrid',
      'algorithm: ecdsa-p384',
      'key: file:keys/ca.key',
      'hybrid: catalyst',
      'ml-dsa-algorithm: ml-dsa-65',
      'ml-dsa-key: file:keys/ml-dsa.key',
    ]);
    expect(pathsIn(join(cwd, 'catalyst/keys'))).toEqual(['ca.key', 'ml-dsa.key']);
    expect(await issued('catalyst')).toMatchObject({
      signature: 'ecdsa-with-SHA384',
      alternativeSignature: 'ml-dsa-65',
    });
  });

  it('signs each certificate with both as one: composite', async () => {
    await init(
      'composite',
      '--hybrid',
      'composite',
      '--algorithm',
      'ed25519',
      '--ml-dsa',
      'ml-dsa-44',
    );
    expect(config('composite').slice(2)).toEqual([
      'algorithm: MLDSA44-Ed25519-SHA512',
      'key: file:keys/ca.key',
    ]);
    const certificate = await issued('composite');
    expect(certificate).toMatchObject({ signature: 'MLDSA44-Ed25519-SHA512' });
    expect(certificate).not.toHaveProperty('alternativeSignature');
  });

  it('is a composite by the name of its algorithm alone', async () => {
    const { status, stdout } = await init(
      ...(['named', '--json', '--algorithm', 'mldsa65-ecdsa-p256-sha512'] as const),
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      key: 'MLDSA65-ECDSA-P256-SHA512',
      keys: [{ algorithm: 'MLDSA65-ECDSA-P256-SHA512', key: 'file:keys/ca.key' }],
    });
  });

  it('goes on where a composite was written as two keys', async () => {
    await init('two', '--algorithm', 'MLDSA44-Ed25519-SHA512');
    const composite = parsePkcs8(readKey('two/keys/ca.key'));
    if (composite.kind !== 'composite') throw new Error('no composite key');
    const { algorithm, mlDsaSeed, classical } = composite;
    const mlDsa = { kind: 'raw', algorithm: algorithm.mlDsa, forms: { seed: mlDsaSeed } } as const;
    writeFileSync(join(cwd, 'two/keys/ca.key'), keyFileText(classical));
    writeFileSync(join(cwd, 'two/keys/ml-dsa.key'), keyFileText(encodePkcs8(mlDsa)));
    const text = readFileSync(join(cwd, 'two/ca.yaml'), 'utf8').replace(
      /^algorithm: .*$/m,
      'algorithm: ed25519\nhybrid: composite\nml-dsa-algorithm: ml-dsa-44\nml-dsa-key: file:keys/ml-dsa.key',
    );
    writeFileSync(join(cwd, 'two/ca.yaml'), text);
    expect(await issued('two')).toMatchObject({ signature: 'MLDSA44-Ed25519-SHA512' });
  });

  it('needs both keys to sign', async () => {
    for (const dir of ['catalyst', 'two']) {
      const path = join(cwd, dir, 'keys/ml-dsa.key');
      renameSync(path, `${path}.away`);
      const issue = ['issue', '--ca-dir', dir, '--cn', 'a.example', '--key-out', 'both.key'];
      expect(await refusals(cwd, dir)(pki, ...issue)).toEqual({
        status: 4,
        stderr: [`pki: error: cannot read the key file ${path}: no such file or directory`],
      });
    }
  });
});
