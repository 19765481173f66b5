import { existsSync } from 'node:fs';

/** Where a `module-name` (RFC 7512 §2.3) is looked for. */
const MODULE_DIRECTORIES = [
  '/usr/lib/x86_64-linux-gnu/pkcs11',
  '/usr/lib/aarch64-linux-gnu/pkcs11',
  '/usr/lib64/pkcs11',
  '/usr/lib/pkcs11',
  '/usr/lib/softhsm',
  '/usr/lib64',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/local/lib',
  '/opt/homebrew/lib',
];

/** The path of a module that may be named without a path; unchanged if it is found nowhere. */
export function modulePath(module: string): string {
  if (module.includes('/')) return module;
  const names = [module, `${module}.so`, `lib${module}.so`, `lib${module}.dylib`];
  const paths = MODULE_DIRECTORIES.flatMap((directory) =>
    names.map((name) => `${directory}/${name}`),
  );
  return paths.find((path) => existsSync(path)) ?? module;
}
