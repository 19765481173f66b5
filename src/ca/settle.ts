import { sha256 } from '../der/sha256.ts';
import { timeText } from '../der/time.ts';
import { PkiError } from '../errors.ts';
import { withoutAltSignature } from '../x509/alternative.ts';
import { type Certificate, serialText } from '../x509/certificate.ts';
import type { Crl } from '../x509/crl.ts';
import { EXTENSION_OID } from '../x509/extensions.ts';
import { revoke } from './revoke.ts';
import type { CaStore, CertificateRecord } from './store.ts';
import { issuedVerdict } from './verify-issued.ts';

interface SettleParts {
  readonly store: CaStore;
  readonly now: Date;
}

/**
 * Records that an interrupted issuance has made `certificate`. It has to be what was approved then,
 * signed by the CA. Throws USAGE for an issuance that is settled, INTEGRITY for another certificate.
 */
export async function settleIssued(
  serial: string,
  { certificate, name }: { readonly certificate: Certificate; readonly name: string },
  ca: Certificate,
  { store, now }: SettleParts,
): Promise<CertificateRecord> {
  const record = await interrupted(serial, store);
  const { tbsHash } = record;
  if (
    serialText(certificate.tbs.serialNumber) !== serial ||
    !approvedHashes(certificate).some((hash) => hash.equals(tbsHash))
  ) {
    throw new PkiError('INTEGRITY', `${name} is not what was approved for ${serial}`, {
      hints: ['the SHA-256 of its TBSCertificate is not the one that was recorded'],
    });
  }
  const problem = await issuedVerdict(certificate, ca);
  if (problem !== undefined) {
    throw new PkiError('INTEGRITY', `${name} is not signed by this CA: ${problem}`);
  }
  await store.recordIssued(serial, certificate.der, now);
  return { ...record, status: 'issued', der: certificate.der };
}

/**
 * Records that nobody has what an interrupted issuance made, if it made anything. It is revoked
 * first: should the certificate turn up, everybody is told not to trust it. A process that is still
 * at work on it gets an error, and discards it.
 */
export async function settleLost(
  serial: string,
  { store, now }: SettleParts,
): Promise<CertificateRecord> {
  const { revocation } = await interrupted(serial, store);
  if (!revocation || revocation.reason === 'certificateHold') {
    await revoke(store, serial, { reason: 'unspecified' }, now);
  }
  await store.recordFailed(serial, 'interrupted, and settled as lost', now);
  return (await store.find(serial)) ?? interrupted(serial, store);
}

/**
 * The SHA-256 of the TBSCertificates that may have been approved: an alternative signature is put in
 * after that.
 */
export const approvedHashes = ({ tbs, tbsDer }: Certificate | Crl): readonly Buffer[] => [
  sha256(tbsDer),
  ...(tbs.extensions.some(({ oid }) => oid === EXTENSION_OID.altSignatureValue)
    ? [sha256(withoutAltSignature(tbsDer))]
    : []),
];

async function interrupted(serial: string, store: CaStore): Promise<CertificateRecord> {
  const record = await store.find(serial);
  if (!record) {
    throw new PkiError('USAGE', `this CA has no issuance with the serial number ${serial}`, {
      hints: ['"pki store check" names those that were interrupted'],
    });
  }
  if (record.status === 'intent') return record;
  const since = timeText(record.at);
  throw new PkiError('USAGE', `the issuance of ${serial} at ${since} is settled: ${record.status}`);
}
