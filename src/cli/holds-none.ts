import { pemBlocks } from '../der/pem.ts';
import { PkiError } from '../errors.ts';

/** For a file without what is looked for, such as `certificate`; tells what is there instead. */
export function holdsNone(name: string, what: string, contents: Uint8Array): PkiError {
  const text = Buffer.from(contents).toString('latin1');
  const labels = new Set(pemBlocks(text).map(({ label }) => `"${label}"`));
  const found = labels.size > 0 ? `; what is there is called ${[...labels].join(', ')}` : '';
  return new PkiError('USAGE', `${name} holds no ${what}`, {
    hints: [`it has to be in PEM or DER${found}`],
  });
}
