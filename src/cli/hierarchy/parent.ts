import { PkiError } from '../../errors.ts';
import type { ActOptions } from '../act.ts';
import type { CliContext } from '../context.ts';
import { type OpenCa, openCa } from '../open-ca.ts';
import type { SecretOptions } from '../options.ts';
import { type CaSecrets, PARENT_SECRETS } from '../secrets.ts';

/** Options of the CA that shall certify another one. */
export interface ParentOptions extends SecretOptions, ActOptions {
  readonly parent?: string;
  readonly parentPassphraseFile?: string;
  readonly parentPinFile?: string;
}

/** The CA that shall certify the new one; undefined if that is a root. */
export async function openParent(
  context: CliContext,
  options: ParentOptions,
): Promise<OpenCa | undefined> {
  const { parent, parentPassphraseFile, parentPinFile } = options;
  if (parent === undefined) return undefined;
  const files = { passphraseFile: parentPassphraseFile, pinFile: parentPinFile };
  return openOther(context, parent, files, options, PARENT_SECRETS);
}

/** Files with the secrets of a CA. */
export interface SecretFiles {
  readonly passphraseFile: string | undefined;
  readonly pinFile: string | undefined;
}

/** A CA besides the one that `options` are about, with secrets of its own. */
export function openOther(
  context: CliContext,
  directory: string,
  { passphraseFile, pinFile }: SecretFiles,
  { passphraseFile: own, pkcs11PinEnv, debug, allowFinalTry, reason }: SecretOptions & ActOptions,
  secrets: CaSecrets,
): Promise<OpenCa> {
  if (passphraseFile === '-' && own === '-') throw oneInput();
  const given = {
    ...(passphraseFile !== undefined && { passphraseFile }),
    ...(pinFile !== undefined && { pkcs11PinFile: pinFile }),
    ...(debug !== undefined && { debug }),
    ...(allowFinalTry !== undefined && { allowFinalTry }),
    ...(reason !== undefined && { reason }),
  };
  const hidden = pkcs11PinEnv === undefined ? [] : [pkcs11PinEnv];
  return openCa(context, directory, given, { secrets: { ...secrets, hidden } });
}

const oneInput = (): PkiError =>
  new PkiError('USAGE', 'only one secret can be read from standard input');
