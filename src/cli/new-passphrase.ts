import { PkiError } from '../errors.ts';
import type { Secret } from '../signers/secret.ts';
import type { CliContext } from './context.ts';
import { chooseSecret, PASSPHRASE } from './secrets.ts';

export interface NewPassphraseOptions {
  readonly passphraseFile?: string;
  /** False by `--no-passphrase`. */
  readonly passphrase: boolean;
}

/** The passphrase of a key file that is being made; undefined if it was asked to have none. */
export async function newPassphrase(
  context: CliContext,
  { passphrase, passphraseFile }: NewPassphraseOptions,
  what = 'the key',
): Promise<Secret | undefined> {
  if (!passphrase && passphraseFile !== undefined) {
    throw new PkiError('USAGE', 'give either --no-passphrase or --passphrase-file');
  }
  if (passphrase) {
    return chooseSecret(context, PASSPHRASE, passphraseFile, `new passphrase for ${what}`);
  }
  context.note(`pki: warning: --no-passphrase leaves ${what} unencrypted on the disk`);
  return undefined;
}
