import { existsSync } from 'node:fs';
import { sameOctets } from '../../der/same-octets.ts';
import { PkiError } from '../../errors.ts';
import type { CaDirectory } from '../../store/ca-directory.ts';
import { type Certificate, parseCertificate, serialText } from '../../x509/certificate.ts';
import { nameText, parseName } from '../../x509/names.ts';
import type { CliContext } from '../context.ts';
import { normalisedSerial } from '../find-certificate.ts';
import { pathOf } from '../options.ts';
import { partOf, readCertificates } from '../read-certificates.ts';

/**
 * As {@link recordedSerial}; throws USAGE also for what the store has of another CA, and POLICY for
 * the certificate of the CA itself.
 */
export async function revocableSerial(
  context: CliContext,
  what: string,
  ca: CaDirectory,
): Promise<string> {
  const serial = await recordedSerial(context, what, ca, 'revoke');
  const der = (await ca.store.find(serial))?.der;
  if (equal(der, ca.certificate.der)) throw itsOwn();
  if (der) mustBeIssuedBy(ca.certificate, parseCertificate(der), what, 'revoke');
  return serial;
}

/**
 * The serial number of the certificate that is meant: a file, the first certificate in it, if there
 * is one of that name. Throws USAGE for a certificate that this CA did not issue, octet for octet;
 * `verb` is what is going to happen to it.
 */
export async function recordedSerial(
  context: CliContext,
  what: string,
  { certificate: own, store }: CaDirectory,
  verb: 'revoke' | 'renew',
): Promise<string> {
  const isFile = existsSync(pathOf(context, what));
  const file = isFile ? (await readCertificates(context, what))[0] : undefined;
  if (file) mustBeIssuedBy(own, file, what, verb);
  const serial = file ? serialText(file.tbs.serialNumber) : normalisedSerial(what);
  if (!isSerial(serial)) {
    throw new PkiError('USAGE', `there is no file ${what}, and it is no serial number`, {
      hints: ['"pki list" shows what there is'],
    });
  }
  const der = (await store.find(serial))?.der;
  if (file && !equal(der, file.der)) {
    throw new PkiError('USAGE', `${what} is not a certificate that this CA has issued`, {
      hints: [
        der
          ? `under its serial number ${serial} another one was issued`
          : `nothing was issued under its serial number ${serial}`,
      ],
    });
  }
  return serial;
}

const isSerial = (text: string): boolean => /^[0-9a-f]+$/.test(text);

const itsOwn = (): PkiError =>
  new PkiError('POLICY', 'a CA cannot revoke its own certificate', {
    hints: [
      'its CRLs are worth nothing without it; take it out of the trust stores, or have it revoked by the CA above',
    ],
  });

function mustBeIssuedBy(
  own: Certificate,
  { tbs: { issuer } }: Certificate,
  what: string,
  verb: string,
): void {
  if (equal(issuer, own.tbs.subject)) return;
  throw new PkiError(
    'USAGE',
    `${what} is a certificate of another CA: ${partOf(what, () => nameText(parseName(issuer)))}`,
    {
      hints: [`only the CA that issued it can ${verb} it`],
    },
  );
}

const equal = (one: Uint8Array | undefined, other: Uint8Array): boolean =>
  one !== undefined && sameOctets(one, other);
