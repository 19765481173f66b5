import { parseCertificatePolicies } from '../../x509/certificate-policies.ts';
import { EXTENSION_OID, type Extension } from '../../x509/extensions.ts';

/** The edition of the CA/Browser Forum's Baseline Requirements for TLS servers that is meant. */
export const TLS_BR = 'TLS BR 2.2.6';

/** DV, OV, IV and EV: whoever names one of them claims to follow TLS BR (§7.1.6.1). */
const RESERVED_POLICIES: readonly string[] = [
  '2.23.140.1.2.1',
  '2.23.140.1.2.2',
  '2.23.140.1.2.3',
  '2.23.140.1.1',
];

export const isReservedPolicy = (oid: string): boolean => RESERVED_POLICIES.includes(oid);

/** Policies that a certificate or a profile names; none where they cannot be read. */
export function policiesIn(extensions: readonly Extension[]): readonly string[] {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.certificatePolicies);
  return found ? parseCertificatePolicies(found.value) : [];
}

/** What a certificate of a TLS server may last at most, if it is issued from one day on to another. */
export interface ValidityLimit {
  /** Days, UTC; the last row has no end. */
  readonly from: string;
  readonly until?: string;
  /** Days of 86,400 seconds, both ends included. */
  readonly days: number;
  /** What it should not exceed. */
  readonly recommendedDays: number;
}

/** TLS BR §6.3.2. */
// biome-ignore format: a table
export const VALIDITY_LIMITS: readonly ValidityLimit[] = [
  { from: '2020-09-01', until: '2026-03-15', days: 398, recommendedDays: 397 },
  { from: '2026-03-15', until: '2027-03-15', days: 200, recommendedDays: 199 },
  { from: '2027-03-15', until: '2029-03-15', days: 100, recommendedDays: 99 },
  { from: '2029-03-15',                      days: 47,  recommendedDays: 46 },
];

/** The row for what is issued at a moment; none before there was one of these. */
export const validityLimitAt = (at: Date): ValidityLimit | undefined =>
  VALIDITY_LIMITS.findLast(({ from }) => at >= new Date(from));
