import { timeText, wholeSeconds } from '../der/time.ts';
import { PkiError } from '../errors.ts';
import type { RevocationReason } from '../x509/crl-reason.ts';
import type { CaStore, CertificateRecord, Revocation, RevocationChange } from './store.ts';

export interface RevocationRequest {
  readonly reason: RevocationReason;
  /** Since when the key was perhaps not the subject's alone (RFC 5280 §5.3.2). */
  readonly invalidityDate?: Date | undefined;
}

export interface RevocationOutcome {
  /** The certificate as it is now. */
  readonly record: CertificateRecord;
  /** False if it was so already. */
  readonly changed: boolean;
}

/**
 * Revokes a certificate or puts it on hold; the same once more changes nothing. Throws USAGE for a
 * serial number that is not in the store, POLICY for a change that a revocation does not allow.
 */
export async function revoke(
  store: CaStore,
  serial: string,
  { reason, invalidityDate }: RevocationRequest,
  now: Date,
): Promise<RevocationOutcome> {
  const at = wholeSeconds(now);
  if (invalidityDate && invalidityDate > at) {
    throw new PkiError(
      'USAGE',
      `the invalidity date ${timeText(invalidityDate)} is in the future`,
      {
        hints: ['it tells since when the key cannot be relied upon (RFC 5280 §5.3.2)'],
      },
    );
  }
  return changed(store, serial, now, ({ revocation: found }) => {
    if (!found) return { at, reason, invalidityDate };
    mustBeAllowed(serial, found, reason);
    const next = { at: found.at, reason, invalidityDate: invalidityDate ?? found.invalidityDate };
    return isSame(found, next) ? undefined : next;
  });
}

/** Ends a hold; a certificate that is not revoked stays as it is. Throws as {@link revoke} does. */
export function release(store: CaStore, serial: string, now: Date): Promise<RevocationOutcome> {
  return changed(store, serial, now, ({ revocation: found }) => {
    if (!found) return undefined;
    if (found.reason === 'certificateHold') return 'released';
    throw new PkiError(
      'POLICY',
      `certificate ${serial} is revoked (${found.reason}), not on hold`,
      {
        hints: ['a revocation is final; only certificateHold can be released (RFC 5280 §5.3.1)'],
      },
    );
  });
}

async function changed(
  store: CaStore,
  serial: string,
  now: Date,
  decide: (record: CertificateRecord) => RevocationChange | undefined,
): Promise<RevocationOutcome> {
  let outcome: RevocationOutcome | undefined;
  const decided = (record: CertificateRecord | undefined) => {
    const known = mustBeRevocable(record, serial);
    const change = decide(known);
    const revocation =
      change === undefined ? known.revocation : change === 'released' ? undefined : change;
    outcome = { record: { ...known, revocation }, changed: change !== undefined };
    return change;
  };
  await store.recordRevocation(serial, decided, now);
  if (!outcome) throw new TypeError('the store did not ask what to record');
  return outcome;
}

/** An intent without an outcome may have left a signature somewhere, so that it can be revoked. */
function mustBeRevocable(record: CertificateRecord | undefined, serial: string): CertificateRecord {
  if (!record) throw unknownSerial(serial);
  if (record.status !== 'failed') return record;
  throw new PkiError('USAGE', `no certificate was issued under the serial number ${serial}`);
}

export const unknownSerial = (serial: string): PkiError =>
  new PkiError('USAGE', `this CA has no certificate with the serial number ${serial}`, {
    hints: ['"pki list" shows what there is'],
  });

/** What is learnt later; all else of a revocation is final. */
const COMPROMISED: readonly RevocationReason[] = ['keyCompromise', 'cACompromise'];

function mustBeAllowed(serial: string, found: Revocation, reason: RevocationReason): void {
  if (found.reason === reason || found.reason === 'certificateHold') return;
  if (COMPROMISED.includes(reason) && !COMPROMISED.includes(found.reason)) return;
  const since = `${found.reason}, ${timeText(found.at)}`;
  throw new PkiError('POLICY', `certificate ${serial} is revoked already (${since})`, {
    hints: [
      'its reason can only become keyCompromise or cACompromise, when that is found out later (TLS BR §7.2.2)',
    ],
  });
}

const isSame = (one: Revocation, other: Revocation): boolean =>
  one.reason === other.reason && one.invalidityDate?.getTime() === other.invalidityDate?.getTime();
