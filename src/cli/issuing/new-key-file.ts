import { PkiError } from '../../errors.ts';
import { keyFileText } from '../../signers/key-file.ts';
import type { Secret } from '../../signers/secret.ts';
import type { CliContext } from '../context.ts';
import { pathOf } from '../options.ts';
import { OutputFile } from '../output-file.ts';

/** Where a private key is written, and with what encryption. */
export interface NewKeyFileOptions {
  readonly out: string;
  readonly publicOut?: string;
  readonly force?: boolean;
}

/** The files of a key that is about to be made; a place that cannot be written to costs no key. */
export function newKeyFile(context: CliContext, options: NewKeyFileOptions) {
  const { out, publicOut, force = false } = options;
  if (out === '-') {
    throw new PkiError('USAGE', 'private keys are not written to standard output', {
      hints: ['give --out a file'],
    });
  }
  if (publicOut !== undefined && pathOf(context, out) === pathOf(context, publicOut)) {
    throw new PkiError('USAGE', '--out and --public-out name the same file');
  }
  const open = (path: string, mode: number) =>
    context.resources.use(new OutputFile(pathOf(context, path), { mode, force }));
  const keyFile = open(out, 0o600);
  const publicFile = publicOut === undefined ? undefined : open(publicOut, 0o644);
  return {
    write(pkcs8: Uint8Array, passphrase: Secret | undefined, publicKeyPem: string): void {
      keyFile.write(keyFileText(pkcs8, passphrase));
      publicFile?.write(publicKeyPem);
      keyFile.commit();
      publicFile?.commit();
    },
  };
}
