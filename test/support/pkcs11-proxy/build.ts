import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';

const CACHE = resolve(import.meta.dirname, '../../../.cache/pkcs11-proxy');

/** Hidden by default, so that no name of ours meets one of the program that loads the module. */
const FLAGS = ['-std=gnu11', '-O1', '-fvisibility=hidden', '-shared', '-fPIC', '-pthread'];
const WARNINGS = ['-Wall', '-Wextra', '-Werror'];

const compiler = (): string => process.env['CC'] ?? 'cc';

/** Why the proxy cannot be used here; undefined if it can. */
export function noProxy(): string | undefined {
  if (existsSync(libraryPath())) return undefined;
  const { status } = spawnSync(compiler(), ['--version'], { stdio: 'ignore' });
  return status === 0
    ? undefined
    : `there is no C compiler (${compiler()}) to build the PKCS#11 proxy`;
}

/** Path of the proxy, which is compiled once for each state of its source. */
export function buildProxy(): string {
  const library = libraryPath();
  if (existsSync(library)) return library;
  mkdirSync(CACHE, { recursive: true });
  const unfinished = `${library}.${process.pid}`; // other test files may be building it too
  const files = sources().filter((path) => path.endsWith('.c'));
  execFileSync(compiler(), [...FLAGS, ...WARNINGS, '-o', unfinished, ...files, '-ldl'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  renameSync(unfinished, library);
  return library;
}

const sources = (): readonly string[] =>
  readdirSync(import.meta.dirname)
    .filter((name) => /\.[ch]$/.test(name))
    .toSorted()
    .map((name) => join(import.meta.dirname, name));

function libraryPath(): string {
  const hash = createHash('sha256').update([process.platform, process.arch, ...FLAGS].join());
  for (const path of sources()) hash.update(readFileSync(path));
  return join(CACHE, `${hash.digest('hex').slice(0, 16)}.so`);
}
