import { existsSync, realpathSync, statSync } from 'node:fs';
import type { PKCS11 } from 'pkcs11js';
import { PkiError, systemErrorText } from '../../errors.ts';
import type { Trace } from '../key-access.ts';
import { CKF } from './constants.ts';
import { CKR_CRYPTOKI_ALREADY_INITIALIZED, call, pkcs11Error, returnCode } from './errors.ts';
import { traced } from './trace.ts';

/** A PKCS#11 library that is loaded and initialised. */
export interface Pkcs11Module extends AsyncDisposable {
  readonly path: string;
  readonly library: PKCS11;
}

interface Loaded {
  readonly library: PKCS11;
  /** False if somebody else in this process initialised it, who then also finalises it. */
  readonly ours: boolean;
  users: number;
}

/** C_Initialize is once a process, so two keys in one module have to share it. */
const loaded = new Map<string, Loaded>();

/** Loads and initialises the module, or shares it if it is already; disposing gives it back. */
export async function openModule(module: string, trace?: Trace): Promise<Pkcs11Module> {
  const path = modulePath(module);
  const real = existing(path);
  const { PKCS11: Library } = await binding();
  // nothing is awaited from here on: two that open at the same moment must not both initialise
  const made = () => (trace ? traced(new Library(), trace) : new Library());
  const entry = loaded.get(real) ?? load(path, made());
  loaded.set(real, entry);
  entry.users += 1;
  let released = false;
  return {
    path,
    library: entry.library,
    async [Symbol.asyncDispose]() {
      if (released) return;
      released = true;
      entry.users -= 1;
      if (entry.users > 0) return;
      loaded.delete(real);
      finalise(entry);
    },
  };
}

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

function existing(path: string): string {
  try {
    if (statSync(path).isFile()) return realpathSync(path);
  } catch (error) {
    const message = `cannot load the PKCS#11 module ${path}: ${systemErrorText(error)}`;
    throw new PkiError('KEY_UNAVAILABLE', message, {
      hints: ['give the path of the library (.so, .dylib or .dll) of your token'],
      cause: error,
    });
  }
  throw notAModule(path, undefined);
}

function load(path: string, library: PKCS11): Loaded {
  try {
    library.load(path);
  } catch (error) {
    throw notAModule(path, error);
  }
  try {
    library.C_Initialize({ flags: CKF.osLockingOk });
    return { library, ours: true, users: 0 };
  } catch (error) {
    if (returnCode(error) === CKR_CRYPTOKI_ALREADY_INITIALIZED) {
      return { library, ours: false, users: 0 };
    }
    library.close();
    throw pkcs11Error(error, `initialising the module ${path}`);
  }
}

function finalise({ library, ours }: Loaded): void {
  try {
    if (ours) call('finalising the module', () => library.C_Finalize());
  } finally {
    library.close();
  }
}

function notAModule(path: string, error: unknown): PkiError {
  const why = error instanceof Error ? error.message.split('\n')[0] : 'it is not a file';
  return new PkiError('KEY_UNAVAILABLE', `${path} is not a PKCS#11 module: ${why}`, {
    hints: ['give the path of the library (.so, .dylib or .dll) of your token'],
    cause: error,
  });
}

/** The native addon, which a machine without a compiler does not have. */
async function binding() {
  try {
    const imported = await import('pkcs11js');
    return 'default' in imported ? (imported.default as typeof imported) : imported;
  } catch (error) {
    throw bindingMissing(error);
  }
}

/** Exported for its test: the addon cannot be missing and present in one installation. */
export const bindingMissing = (error: unknown): PkiError =>
  new PkiError('KEY_UNAVAILABLE', 'PKCS#11 is not available: pkcs11js is not built', {
    hints: [
      'it is compiled when it is installed, which takes python3, make and a C++ compiler',
      'in a checkout: npm rebuild pkcs11js',
      'installed globally: npm install --global --allow-scripts=pkcs11js hsm-pki',
    ],
    cause: error,
  });
