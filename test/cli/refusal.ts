import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import type { world } from '../support/world.ts';

export type Pki = ReturnType<typeof world>;

export interface Refusal {
  readonly status: number;
  /** Lines of standard error. */
  readonly stderr: readonly string[];
}

/** Every path below a directory, hidden and temporary ones included; SQLite's own come and go. */
export const pathsIn = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => !/\.db-(wal|shm)$/.test(path))
    .toSorted();

/** What the store of a CA tells, as `pki list --json` prints it. */
export const listed = async (pki: Pki, ca: string): Promise<string> =>
  (await pki('list', '--ca-dir', ca, '--json')).stdout;

/**
 * Runs command lines that must fail, and proves that they print no result, leave no file below
 * `cwd`, and no row in the store of `ca`.
 */
export function refusals(cwd: string, ca?: string) {
  return async function refused(pki: Pki, ...argv: readonly string[]): Promise<Refusal> {
    const state = async () => [pathsIn(cwd), ca === undefined ? '' : await listed(pki, ca)];
    const before = await state();
    const { status, stdout, stderr } = await pki(...argv);
    expect(stdout).toBe('');
    expect(await state()).toEqual(before);
    return { status, stderr: stderr.split('\n').slice(0, -1) };
  };
}
