import { PkiError } from '../../errors.ts';
import type { CliContext } from '../context.ts';
import { type OpenCa, openCa } from '../open-ca.ts';
import { PARENT_SECRETS } from '../secrets.ts';
import type { InitCaOptions } from './init-ca-options.ts';

/** The CA that shall certify the new one; undefined if that is a root. */
export async function openParent(
  context: CliContext,
  options: InitCaOptions,
): Promise<OpenCa | undefined> {
  const { parent, parentPassphraseFile, parentPinFile, debug, allowFinalTry } = options;
  if (parent === undefined) return undefined;
  if (parentPassphraseFile === '-' && options.passphraseFile === '-') throw oneInput();
  const given = {
    ...(parentPassphraseFile !== undefined && { passphraseFile: parentPassphraseFile }),
    ...(parentPinFile !== undefined && { pkcs11PinFile: parentPinFile }),
    ...(debug !== undefined && { debug }),
    ...(allowFinalTry !== undefined && { allowFinalTry }),
  };
  const hidden = options.pkcs11PinEnv === undefined ? [] : [options.pkcs11PinEnv];
  return openCa(context, parent, given, { secrets: { ...PARENT_SECRETS, hidden } });
}

const oneInput = (): PkiError =>
  new PkiError('USAGE', 'only one secret can be read from standard input');
