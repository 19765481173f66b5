import type { KeyConfig, KeysConfig } from '../../ca/issuer-keys.ts';
import { PkiError } from '../../errors.ts';
import { type Check, problem } from '../../hsm/check.ts';
import { runtimeCheck } from '../../hsm/runtime-checks.ts';
import { type CaDirectory, mustBeCa, openCaDirectory } from '../../store/ca-directory.ts';
import { crlChecks } from './crls.ts';
import { fileChecks, keyFileChecks } from './files.ts';
import { addonCheck, engineCheck } from './runtime.ts';
import { certificateChecks, storeChecks } from './state.ts';

/**
 * Looks at what pki depends on, and with the path of a CA directory at what that CA depends on.
 * It opens no key, and changes nothing. A directory that holds no CA is an error.
 */
export async function* diagnose(path: string | undefined, now: Date): AsyncGenerator<Check> {
  if (path !== undefined) mustBeCa(path);
  yield runtimeCheck();
  yield engineCheck();
  if (path === undefined) return yield addonCheck(false);
  const opened = await openDirectory(path);
  if ('error' in opened) {
    yield addonCheck(false);
    yield* fileChecks(path);
    return yield failure(opened.error);
  }
  using directory = opened.directory;
  const places = placesOf(directory.config.keys);
  yield addonCheck(places.some(({ kind }) => kind === 'pkcs11'));
  yield* fileChecks(path);
  yield* keyFileChecks(path, places);
  yield* certificateChecks(directory.certificate, now);
  yield* storeChecks(path, now);
  yield* crlChecks(directory, now);
}

const placesOf = ({ signing, hybrid }: KeysConfig) =>
  [signing, hybrid?.mlDsa]
    .filter((config): config is KeyConfig => config !== undefined)
    .flatMap(({ key, replicas = [] }) => [key, ...replicas]);

/** Opening reads everything but the keys; what is wrong with it is what doctor is there to tell. */
async function openDirectory(
  path: string,
): Promise<{ readonly directory: CaDirectory } | { readonly error: PkiError }> {
  try {
    return { directory: await openCaDirectory(path, { readOnly: true }) };
  } catch (error) {
    if (error instanceof PkiError) return { error };
    throw error;
  }
}

const failure = ({ message, hints }: PkiError): Check => problem('directory', message, hints);
