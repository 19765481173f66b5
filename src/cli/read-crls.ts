import { pemBlocks } from '../der/pem.ts';
import { DerError } from '../der/reader.ts';
import { PkiError } from '../errors.ts';
import { type Crl, parseCrl } from '../x509/crl.ts';
import type { CliContext } from './context.ts';
import { holdsNone } from './holds-none.ts';
import { nameOf } from './read-certificates.ts';
import { readInput } from './read-input.ts';

/** One CRL in DER, or all that are in PEM, at least one; "-" is standard input. */
export async function readCrls(context: CliContext, file: string): Promise<readonly Crl[]> {
  const contents = await readInput(context, file);
  const encoded = contents[0] === 0x30 ? [contents] : inPem(contents);
  if (encoded.length === 0) throw holdsNone(nameOf(file), 'CRL', contents);
  return encoded.map((der, index) =>
    readable(der, encoded.length === 1 ? '' : `CRL ${index + 1} in `, nameOf(file)),
  );
}

const inPem = (contents: Uint8Array): readonly Uint8Array[] =>
  pemBlocks(Buffer.from(contents).toString('latin1'))
    .filter(({ label }) => label === 'X509 CRL')
    .map(({ der }) => der);

function readable(der: Uint8Array, which: string, name: string): Crl {
  try {
    return parseCrl(der);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('USAGE', `${which}${name} cannot be read: ${error.message}`, {
      hints: ['it has to be a CRL of version 2 with a nextUpdate, in PEM or DER'],
      cause: error,
    });
  }
}
