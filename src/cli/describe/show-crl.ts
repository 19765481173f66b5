import { pemBlocks } from '../../der/pem.ts';
import { DerError } from '../../der/reader.ts';
import { repaired } from '../../der/tolerant.ts';
import { PkiError } from '../../errors.ts';
import { type ForeignCrl, parseForeignCrl } from '../../x509/foreign.ts';
import { signedKind } from '../../x509/signed-kind.ts';
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

/** The CRL in a file; undefined where the first thing in it is no CRL. */
export function crlIn(contents: Uint8Array): Uint8Array | undefined {
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
