import { statSync } from 'node:fs';
import { PkiError, systemErrorText } from '../../errors.ts';
import type { KeyAccess } from '../key-access.ts';
import { CKF } from './constants.ts';
import { call } from './errors.ts';
import { startHost } from './host-process.ts';
import type { Pkcs11Library } from './library.ts';
import { ModuleClient, ModuleLostError } from './module-client.ts';
import { modulePath } from './module-path.ts';

/** A PKCS#11 library that is loaded and initialised, in a process of its own. */
export interface Pkcs11Module extends AsyncDisposable {
  readonly path: string;
  readonly library: Pkcs11Library;
  /** Closes it after `last`, which it does not wait for long. */
  end(last: Promise<unknown>): Promise<void>;
}

/** Which module, and what it is given when it is initialised. */
export interface ModuleRef {
  readonly modulePath: string;
  /** `pReserved` of C_Initialize, which some modules take parameters in, as NSS does. */
  readonly initReserved?: string;
}

/** Loads and initialises the module; disposing finalises it and ends its process. */
export async function openModule(ref: ModuleRef, access: KeyAccess): Promise<Pkcs11Module> {
  const path = modulePath(ref.modulePath);
  mustBeFile(path);
  const { sessions } = access.hsm;
  const { environment, resources } = access;
  if (resources.disposed) throw new PkiError('KEY_UNAVAILABLE', 'the command has ended');
  const child = access.spareHost?.take(sessions) ?? startHost({ environment, sessions });
  const host = new ModuleClient(child, { timeout: access.hsm.timeout, trace: access.trace });
  resources.use(host); // an interruption must find it, even while it is being opened
  try {
    await load(host, path, access.secretVariables);
    await call(`initialising the module ${path}`, () =>
      host.library.C_Initialize({
        flags: CKF.osLockingOk,
        // pkcs11js drops the last character
        ...(ref.initReserved !== undefined && { libraryParameters: `${ref.initReserved} ` }),
      }),
    );
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
  return {
    path,
    library: host.library,
    end: (last) => host.end(last),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

function mustBeFile(path: string): void {
  try {
    if (statSync(path).isFile()) return;
  } catch (error) {
    const message = `cannot load the PKCS#11 module ${path}: ${systemErrorText(error)}`;
    throw new PkiError('KEY_UNAVAILABLE', message, {
      hints: ['give the path of the library (.so, .dylib or .dll) of your token'],
      cause: error,
    });
  }
  throw notAModule(path, 'it is not a file');
}

async function load(host: ModuleClient, path: string, hidden: readonly string[]): Promise<void> {
  try {
    await host.load(path, hidden);
  } catch (error) {
    if (error instanceof ModuleLostError || !(error instanceof Error)) throw error;
    if (error.name === 'MODULE_NOT_FOUND' || error.name === 'ERR_MODULE_NOT_FOUND') {
      throw bindingMissing(error);
    }
    throw notAModule(path, error.message.split('\n', 1)[0] ?? '', error);
  }
}

function notAModule(path: string, why: string, cause?: unknown): PkiError {
  return new PkiError('KEY_UNAVAILABLE', `${path} is not a PKCS#11 module: ${why}`, {
    hints: ['give the path of the library (.so, .dylib or .dll) of your token'],
    cause,
  });
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
