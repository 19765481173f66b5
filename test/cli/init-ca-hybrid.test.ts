import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { pathsIn, refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const init = (dir: string, ...options: readonly string[]) =>
  pki('init-ca', '--name', 'Hybrid', '--dir', dir, '--no-passphrase', ...options);
const config = (dir: string) =>
  readFileSync(join(cwd, dir, 'ca.yaml'), 'utf8')
    .split('\n')
    .slice(1, -1);
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
      'algorithm: ed25519',
      'key: file:keys/ca.key',
      'hybrid: composite',
      'ml-dsa-algorithm: ml-dsa-44',
      'ml-dsa-key: file:keys/ml-dsa.key',
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
      keys: [
        { algorithm: 'ecdsa-p256', key: 'file:keys/ca.key' },
        { algorithm: 'ml-dsa-65', key: 'file:keys/ml-dsa.key' },
      ],
    });
  });

  it('needs both keys to sign', async () => {
    for (const dir of ['catalyst', 'composite']) {
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
