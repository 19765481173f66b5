import { existsSync, readFileSync } from 'node:fs';
import { derFromFile } from '../der/pem.ts';
import { PkiError, systemErrorText } from '../errors.ts';
import { type CaDirectory, openCaDirectory } from '../store/ca-directory.ts';
import { serialText } from '../x509/certificate.ts';
import type { CliContext } from './context.ts';
import { holdsNone } from './holds-none.ts';
import { pathOf } from './options.ts';
import { revocationFields, statusOf } from './revocation/describe-revocation.ts';

export interface ShowOptions {
  readonly caDir?: string;
  readonly json?: boolean;
}

/** A row of the store, as it is shown. */
export interface RecordFields {
  readonly status: string;
  readonly profile: string;
  readonly revokedAt?: string;
  readonly reason?: string;
  readonly invalidityDate?: string;
}

export interface FoundCertificate {
  readonly der: Uint8Array;
  /** For errors: the path, or the serial number. */
  readonly name: string;
  /** What the store tells beyond the certificate. */
  readonly record?: RecordFields;
  /** The CA of the directory that was given. */
  readonly ca?: CaDirectory;
}

/** A file if there is one, else a serial number of the CA directory. */
export async function findCertificate(
  context: CliContext,
  what: string,
  { caDir }: ShowOptions,
): Promise<FoundCertificate> {
  const path = pathOf(context, what);
  if (what === '-') {
    const name = 'standard input';
    return { der: certificateIn(await context.readStdin(), name), name };
  }
  if (caDir === undefined) return { der: readCertificate(path, what), name: what };
  const ca = context.resources.use(
    await openCaDirectory(pathOf(context, caDir), { readOnly: true }),
  );
  if (existsSync(path)) return { der: readCertificate(path, what), name: what, ca };
  const serial = normalisedSerial(what);
  const row = await ca.store.find(serial);
  if (!row) {
    throw new PkiError(
      'USAGE',
      `there is no file and no certificate with the serial number ${what}`,
      {
        hints: [`"pki list --ca-dir ${caDir}" shows what there is`],
      },
    );
  }
  const { der, profile } = row;
  const status = statusOf(row);
  if (der)
    return {
      der,
      name: what,
      record: { status, profile, ...revocationFields(row.revocation) },
      ca,
    };
  throw new PkiError(
    'USAGE',
    `under the serial number ${what} no certificate was issued: ${status}`,
  );
}

/** However a serial number is written, as in `4F:D2:…` or `0x4fd2…`, the store has it in one form. */
export function normalisedSerial(text: string): string {
  const digits = text.replaceAll(/[:\s]|^0x/gi, '');
  return /^[0-9a-f]+$/i.test(digits) ? serialText(BigInt(`0x${digits}`)) : text;
}

function readCertificate(path: string, name: string): Uint8Array {
  let contents: Uint8Array;
  try {
    contents = readFileSync(path);
  } catch (error) {
    const hints = existsSync(path) ? [] : ['for a serial number, add --ca-dir'];
    const message = `cannot read ${name}: ${systemErrorText(error)}`;
    throw new PkiError('USAGE', message, { hints, cause: error });
  }
  return certificateIn(contents, name);
}

function certificateIn(contents: Uint8Array, name: string): Uint8Array {
  const der = derFromFile(contents, ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE']);
  if (der) return der;
  throw holdsNone(name, 'certificate', contents);
}
