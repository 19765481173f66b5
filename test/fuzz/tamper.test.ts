import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { Random } from './random.ts';
import { tamperBackup } from './tamper-backup.ts';
import { tamperStore } from './tamper-store.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  await pki('crl', '--ca-dir', 'ca', '--out', 'ca.pem');
  await pki('store', 'backup', '--ca-dir', 'ca', 'backup');
});

/** SHA-256 over what is in a directory after something was done to a copy of it. */
function after(from: string, change: (directory: string) => void): string {
  const directory = join(cwd, 'copy');
  rmSync(directory, { recursive: true, force: true });
  cpSync(join(cwd, from), directory, { recursive: true });
  change(directory);
  const hash = createHash('sha256');
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const path = join(directory, name);
    hash.update(name);
    if (statSync(path).isFile()) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

const SEEDS = Array.from({ length: 100 }, (_, index) => `${index}`);

describe.each([
  ['ca', (copy: string, random: Random) => tamperStore(join(copy, 'ca.db'), random)],
  ['backup', tamperBackup],
])('damage to %s', (from, tamper) => {
  const outcome = (seed: string) => after(from, (copy) => tamper(copy, new Random(seed)));

  it('is of many kinds', () => {
    expect(new Set(SEEDS.map(outcome)).size).toBeGreaterThan(70);
  });

  it('is the same for the same choices', () => {
    for (const seed of SEEDS.slice(0, 10)) expect(outcome(seed)).toBe(outcome(seed));
  });
});
