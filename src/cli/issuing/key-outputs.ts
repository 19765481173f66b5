import { PkiError } from '../../errors.ts';
import type { OutputOptions } from './issue-outputs.ts';

type KeyOptions = OutputOptions & { readonly csr?: string; readonly keyAlgorithm?: string };

/** The option that has a key made and kept, if one does. */
export const keptBy = ({ keyOut, p12Out }: OutputOptions): string | undefined =>
  keyOut === undefined ? p12Out && '--p12-out' : '--key-out';

/** Throws USAGE unless the options about the key of a certificate agree with each other. */
export function mustAgreeOnKey(options: KeyOptions): void {
  const { csr, keyOut, p12Out } = options;
  const kept = keptBy(options);
  if (csr !== undefined && kept !== undefined) {
    throw new PkiError('USAGE', `give either --csr or ${kept}: a request has a key already`);
  }
  for (const [option, file] of [
    ['--key-out', keyOut],
    ['--p12-out', p12Out],
  ]) {
    if (file !== '-') continue;
    throw new PkiError('USAGE', 'private keys are not written to standard output', {
      hints: [`give ${option} a file`],
    });
  }
  mustNeed(options, kept);
}

/** Options that are about a file need that file. */
function mustNeed(options: KeyOptions, kept: string | undefined): void {
  const { keyOut, keyAlgorithm, keyPassphraseFile, p12Out, p12PassphraseFile, p12Name } = options;
  const stray = [
    ['--key-algorithm', keyAlgorithm, '--key-out', kept],
    ['--key-passphrase-file', keyPassphraseFile, '--key-out', keyOut],
    ['--p12-passphrase-file', p12PassphraseFile, '--p12-out', p12Out],
    ['--p12-name', p12Name, '--p12-out', p12Out],
  ].find(([, given, , needed]) => given !== undefined && needed === undefined);
  if (stray) throw new PkiError('USAGE', `${stray[0]} needs ${stray[2]}`);
}
