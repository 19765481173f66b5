import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** Programs of other people that the tests use; `scripts/install-tools` puts them there. */
type Tool =
  | 'softhsm2-util'
  | 'pkcs11-tool'
  | 'openssl-3.0'
  | 'openssl-3.5'
  | 'bc-judge'
  | 'botan'
  | 'vfychain'
  | 'jq'
  | 'zlint';

/** Path of the program; undefined if it is not installed. */
export function tool(name: Tool): string | undefined {
  const path = join(ROOT, '.cache/tools/bin', name);
  return existsSync(path) ? path : undefined;
}

/** Whether this machine has a program that `scripts/install-tools` asks its packager for. */
export const installed = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, program)));

/** Path of SoftHSM's PKCS#11 module; undefined if it is not installed. */
export function softhsmModule(): string | undefined {
  const candidates = [
    join(ROOT, '.cache/tools/lib/libsofthsm2.so'),
    '/usr/lib/softhsm/libsofthsm2.so',
  ];
  return candidates.find((path) => existsSync(path));
}

/** Path of a file of another PKCS#11 token, as in `nss/libsoftokn3.so`; undefined if it is not there. */
export function hsmFile(name: string): string | undefined {
  const path = join(ROOT, '.cache/tools/hsms', name);
  return existsSync(path) ? path : undefined;
}

/** Other people's test data, which a plain clone does not have. */
export function vectors(...path: readonly string[]): string | undefined {
  const directory = process.env['PKI_TEST_VECTORS'] ?? resolve(ROOT, '../shared/vectors');
  const found = join(directory, ...path);
  return existsSync(found) ? found : undefined;
}

/** Runs a program to its end and returns what it printed; throws if it fails. */
export const runTool = (path: string, ...args: readonly string[]): string =>
  execFileSync(path, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Runs a program that may fail. */
export function tryTool(path: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(path, args, { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}
