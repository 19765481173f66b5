import { existsSync, readFileSync } from 'node:fs';
import { derFromFile } from '../der/pem.ts';
import { PkiError, systemErrorText } from '../errors.ts';
import { type CaDirectory, openCaDirectory } from '../store/ca-directory.ts';
import { serialText } from '../x509/certificate.ts';
import type { CliContext } from './context.ts';
import { holdsNone } from './holds-none.ts';
import { pathOf } from './options.ts';
import { nameOf } from './read-certificates.ts';
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

/**
 * What is in the file, or in standard input; undefined where a serial number is meant: there is no
 * such file, and a CA directory is given.
 */
export async function shownFile(
  context: CliContext,
  what: string,
  { caDir }: ShowOptions,
): Promise<Uint8Array | undefined> {
  if (what === '-') return context.readStdin();
  const path = pathOf(context, what);
  const exists = existsSync(path);
  if (caDir !== undefined && !exists) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    const hints = exists ? [] : ['for a serial number, add --ca-dir'];
    const message = `cannot read ${what}: ${systemErrorText(error)}`;
    throw new PkiError('USAGE', message, { hints, cause: error });
  }
}

/** The certificate in a file, or that with a serial number of the CA directory. */
export async function findCertificate(
  context: CliContext,
  what: string,
  contents: Uint8Array | undefined,
  { caDir }: ShowOptions,
): Promise<FoundCertificate> {
  const directory = what === '-' ? undefined : caDir;
  const ca =
    directory === undefined
      ? undefined
      : context.resources.use(
          await openCaDirectory(pathOf(context, directory), { readOnly: true }),
        );
  const ofCa = ca && { ca };
  if (contents) {
    const name = nameOf(what);
    return { der: certificateIn(contents, name), name, ...ofCa };
  }
  const row = await ca?.store.find(normalisedSerial(what));
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
      ...ofCa,
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

function certificateIn(contents: Uint8Array, name: string): Uint8Array {
  const der = derFromFile(contents, ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE']);
  if (der) return der;
  throw holdsNone(name, 'certificate', contents);
}
