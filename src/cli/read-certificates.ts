import { readFileSync } from 'node:fs';
import { pemBlocks } from '../der/pem.ts';
import { DerError } from '../der/reader.ts';
import { PkiError, systemErrorText } from '../errors.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import type { CliContext } from './context.ts';
import { holdsNone } from './holds-none.ts';
import { pathOf } from './options.ts';

/** One certificate in DER, or all that are in PEM, at least one; "-" is standard input. */
export async function readCertificates(
  context: CliContext,
  file: string,
): Promise<readonly [Certificate, ...Certificate[]]> {
  const contents = await contentsOf(context, file);
  const [first, ...others] = readersOf(file, contents).map((read) => read());
  if (first) return [first, ...others];
  throw holdsNone(nameOf(file), 'certificate', contents);
}

/**
 * The same of trusted certificates, but of several those that can be read: nobody can mend what is in
 * the bundle of an operating system. `leftOut` tells of the others, a sentence each.
 */
export async function readTrusted(context: CliContext, file: string) {
  const contents = await contentsOf(context, file);
  const certificates: Certificate[] = [];
  const refusals: PkiError[] = [];
  for (const read of readersOf(file, contents)) {
    try {
      certificates.push(read());
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      refusals.push(error);
    }
  }
  if (certificates.length === 0) {
    throw refusals[0] ?? holdsNone(nameOf(file), 'certificate', contents);
  }
  return { certificates, leftOut: refusals.map(({ message }) => `${message}; it is left out`) };
}

/** What reads each certificate, or throws USAGE. */
function readersOf(file: string, contents: Uint8Array): readonly (() => Certificate)[] {
  const encoded = contents[0] === 0x30 ? [contents] : inPem(contents);
  const which = (index: number) => (encoded.length === 1 ? '' : `certificate ${index + 1} in `);
  return encoded.map((der, index) => () => readable(der, which(index), nameOf(file)));
}

/** How messages name a file argument. */
export const nameOf = (file: string): string => (file === '-' ? 'standard input' : file);

async function contentsOf(context: CliContext, file: string): Promise<Uint8Array> {
  if (file === '-') return context.readStdin();
  try {
    return readFileSync(pathOf(context, file));
  } catch (error) {
    throw new PkiError('USAGE', `cannot read ${file}: ${systemErrorText(error)}`, { cause: error });
  }
}

const inPem = (contents: Uint8Array): readonly Uint8Array[] =>
  pemBlocks(Buffer.from(contents).toString('latin1'))
    .filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE')
    .map(({ der }) => der);

const readable = (der: Uint8Array, which: string, name: string): Certificate =>
  orRefused(`${which}${name}`, () => parseCertificate(der));

/**
 * A part of a certificate that {@link readCertificates} has left in DER, such as a name or a key;
 * throws USAGE where it is malformed.
 */
export const partOf = <Result>(file: string, read: () => Result): Result =>
  orRefused(nameOf(file), read);

function orRefused<Result>(name: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('USAGE', `${name} cannot be read: ${error.message}`, {
      hints: ['it has to be X.509, version 3, in PEM or DER'],
      cause: error,
    });
  }
}
