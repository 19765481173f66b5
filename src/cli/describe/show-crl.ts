import { readFileSync } from 'node:fs';
import { pemBlocks } from '../../der/pem.ts';
import { DerError } from '../../der/reader.ts';
import { repaired } from '../../der/tolerant.ts';
import { PkiError } from '../../errors.ts';
import { type ForeignCrl, parseForeignCrl } from '../../x509/foreign.ts';
import { signedKind } from '../../x509/signed-kind.ts';
import type { CliContext } from '../context.ts';
import { pathOf } from '../options.ts';
import { type CrlDescription, describeCrl } from './describe-crl.ts';

/** Describes the octets of a CRL; `name` is for errors. Throws USAGE. */
export function describedCrl(octets: Uint8Array, name: string): CrlDescription {
  try {
    return describeCrl(read(octets));
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('USAGE', `${name} cannot be read: ${error.message}`, {
      hints: ['it has to be a CRL, in PEM or DER'],
      cause: error,
    });
  }
}

/** The CRL in a file; undefined where there is no file, or where the first thing in it is no CRL. */
export function crlInFile(context: CliContext, file: string): Uint8Array | undefined {
  let contents: Uint8Array;
  try {
    contents = readFileSync(pathOf(context, file));
  } catch {
    return undefined; // whoever looks for a certificate then says why
  }
  if (contents[0] === 0x30) return isCrl(contents) ? contents : undefined;
  const [first] = pemBlocks(Buffer.from(contents).toString('latin1'));
  return first?.label === 'X509 CRL' ? first.der : undefined;
}

function isCrl(octets: Uint8Array): boolean {
  try {
    return parseForeignCrl(octets) !== undefined;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return signedKind(octets) === 'crl';
  }
}

/** As it is where it is DER: putting BER right takes a look at each of perhaps a million entries. */
function read(octets: Uint8Array): ForeignCrl {
  try {
    return parseForeignCrl(octets);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return parseForeignCrl(repaired(octets));
  }
}
