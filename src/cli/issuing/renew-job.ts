import { describeKey } from '../../algorithms/spki.ts';
import { mustBeRenewable, type RenewableCertificate, withNamesOf } from '../../ca/renewal.ts';
import { requestForRenewal } from '../../ca/request.ts';
import { timeText } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import type { Profile } from '../../profiles/profile-config.ts';
import { knownExtensions } from '../../x509/extensions.ts';
import type { CliContext } from '../context.ts';
import { differences } from '../describe/describe-differences.ts';
import { hasProfile } from '../load-profile.ts';
import { type OpenCa, openCa } from '../open-ca.ts';
import { pathOf } from '../options.ts';
import { nameOf } from '../read-certificates.ts';
import type { EvidenceOptions } from '../requests/evidence-options.ts';
import { recordedSerial } from '../revocation/revocable-serial.ts';
import type { IssueJob, Requested } from './issue-job.ts';
import type { SigningOptions } from './issue-options.ts';
import { givenDetails, issuableProfile, requestIn, requestWithNewKey } from './issue-request.ts';
import { keptBy } from './key-outputs.ts';

export interface RenewOptions extends SigningOptions, EvidenceOptions {
  readonly var?: readonly string[];
  readonly csr?: string;
  readonly keyAlgorithm?: string;
  /** Days. */
  readonly within?: number;
}

/** What `pki renew` is asked to renew, in a CA that is open. */
export interface Renewal {
  readonly ca: OpenCa;
  readonly old: RenewableCertificate;
}

/** Finds a certificate of this CA by its file or its serial number; throws unless it can be renewed. */
export async function renewalOf(
  context: CliContext,
  what: string,
  options: RenewOptions,
): Promise<Renewal> {
  const ca = await openCa(context, options.caDir, options, { readOnly: options.dryRun ?? false });
  const { directory } = ca;
  const serial = await recordedSerial(context, what, directory, 'renew');
  const record = await directory.store.find(serial);
  return { ca, old: mustBeRenewable(record, serial, directory.certificate) };
}

/** The job to issue a certificate like the old one. */
export async function renewJob(
  context: CliContext,
  { ca, old }: Renewal,
  options: RenewOptions,
): Promise<IssueJob> {
  const profile = await profileOf(context, old, options);
  const { notAfter } = old.certificate.tbs;
  const ended = notAfter < context.clock() ? [`the old one ended at ${timeText(notAfter)}`] : [];
  return {
    ca,
    profile,
    details: { subject: [], subjectAltName: [], ...givenDetails(options) },
    requested: () => requested(context, { ca, old }, options),
    remarks: (tbs) => [
      ...ended,
      ...differences(old.certificate.tbs, tbs).map((what) => `differs from the old one: ${what}`),
    ],
  };
}

async function profileOf(
  context: CliContext,
  { profile, serial }: RenewableCertificate,
  { caDir }: RenewOptions,
): Promise<Profile> {
  if (hasProfile(pathOf(context, caDir), profile)) {
    return issuableProfile(context, { caDir, profile });
  }
  const message = `the profile "${profile}" of certificate ${serial} is not there any more`;
  throw new PkiError('POLICY', message, {
    hints: [`put profiles/${profile}.yaml back, or issue a certificate under another profile`],
  });
}

/** For the same key, a request's, or one that is made. */
async function requested(
  context: CliContext,
  { ca, old }: Renewal,
  options: RenewOptions,
): Promise<Requested> {
  const { csr } = options;
  if (csr !== undefined) {
    const request = await requestIn(context, csr, options, ca);
    return { request: withNamesOf(old, request, nameOf(csr)) };
  }
  const kept = keptBy(options);
  if (kept === undefined) return { request: requestForRenewal(old) };
  const { publicKey, extensions } = old.certificate.tbs;
  if (knownExtensions(extensions).subjectAltPublicKeyInfo) throw oneKey(kept);
  const { keyAlgorithm = describeKey(publicKey) } = options;
  return requestWithNewKey(context, keyAlgorithm, old);
}

const oneKey = (option: string): PkiError =>
  new PkiError('USAGE', `the certificate has an alternative key, and ${option} makes one key`, {
    hints: ['give a request for both with --csr, as "pki csr create --hybrid catalyst" makes it'],
  });
