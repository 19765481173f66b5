import type { RevocationReason } from '../x509/crl-reason.ts';

/** Where an issuance stands. A row that stays `intent` was interrupted while the key was in use. */
export type CertificateStatus = 'intent' | 'issued' | 'failed';

/** What is known before the key is used. */
export interface Intent {
  /** Lower-case hexadecimal, as serialText() gives it; unique within the CA. */
  readonly serial: string;
  readonly profile: string;
  /** For people, as nameText() gives it. */
  readonly subject: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the approved TBSCertificate. */
  readonly tbsHash: Uint8Array;
}

/** What is known of a CRL before the key is used. */
export interface CrlIntent {
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Of a delta CRL, the number of the full one that it builds on. */
  readonly base: bigint | undefined;
  /** What {@link CaStore.lastChange} was before the list was read. */
  readonly covers: number;
  /** SHA-256 of the approved TBSCertList. */
  readonly tbsHash: Uint8Array;
}

/** A CRL that was released. */
export type IssuedCrl = Omit<CrlIntent, 'tbsHash'>;

/** How and since when a certificate is no longer good. */
export interface Revocation {
  /** When it was revoked or put on hold; another reason later does not change it. Whole seconds. */
  readonly at: Date;
  readonly reason: RevocationReason;
  /** Since when its key was perhaps not the subject's alone (RFC 5280 §5.3.2). Whole seconds. */
  readonly invalidityDate: Date | undefined;
}

/** What a CRL tells of a certificate. */
export interface ListedRevocation extends Omit<Revocation, 'reason'> {
  readonly serial: string;
  /** Undefined: it was on hold, and no longer is. */
  readonly reason: RevocationReason | undefined;
}

/** What becomes of a certificate: revoked in this way, or good again after a hold. */
export type RevocationChange = Revocation | 'released';

/** One certificate of the store. */
export interface CertificateRecord extends Intent {
  readonly status: CertificateStatus;
  /** When the intent was recorded. */
  readonly at: Date;
  /** The certificate, DER, once it is issued. */
  readonly der: Uint8Array | undefined;
  /** Undefined unless it is revoked or on hold now. */
  readonly revocation: Revocation | undefined;
}

/**
 * What a CA must never forget. Declared beside its only caller; `store/` implements it. Once a
 * promise resolves the entry is on disk, not in a cache. Failures are PkiErrors with code STORE.
 */
export interface CaStore extends Disposable {
  /** Records that a certificate is about to be signed; fails if the serial number was used. */
  recordIntent(intent: Intent, at: Date): Promise<void>;
  /** Records the certificate, and an audit entry, in one transaction. */
  recordIssued(serial: string, der: Uint8Array, at: Date): Promise<void>;
  /** Records that nothing was issued under the intent, and why. */
  recordFailed(serial: string, reason: string, at: Date): Promise<void>;
  /** The highest number of a CRL, whatever became of that; 0 if there is none. */
  lastCrlNumber(): Promise<bigint>;
  /** The last CRL of a kind that was released. */
  lastIssuedCrl(kind: 'full' | 'delta'): Promise<IssuedCrl | undefined>;
  /** Counts the entries of the audit trail: every change of a revocation is one. */
  lastChange(): Promise<number>;
  /**
   * What a full CRL has to list after `last`, in the order of issuing; rows are read as they are
   * asked for. A certificate that has ended is left out once a CRL that was made after its end has
   * listed it (RFC 5280 §3.3).
   */
  listedRevocations(last: IssuedCrl | undefined): AsyncIterable<ListedRevocation>;
  /** What has changed after `base`, holds that were released included (RFC 5280 §5.2.4). */
  changedRevocations(base: IssuedCrl): AsyncIterable<ListedRevocation>;
  /** Records that a CRL is about to be signed; fails unless its number is the highest. */
  recordCrlIntent(intent: CrlIntent, at: Date): Promise<void>;
  /** Records the CRL; only of the last full one and of the last delta the octets are kept. */
  recordCrlIssued(number: bigint, der: Uint8Array, at: Date): Promise<void>;
  recordCrlFailed(number: bigint, reason: string, at: Date): Promise<void>;
  /**
   * Records what `decide` makes of a certificate, with an audit entry; nothing if that is undefined.
   * All in one transaction, so that no other process changes the certificate in between. What
   * `decide` throws is thrown. Revoking goes through revoke() and release() of revoke.ts.
   */
  recordRevocation(
    serial: string,
    decide: (record: CertificateRecord | undefined) => RevocationChange | undefined,
    at: Date,
  ): Promise<void>;
  find(serial: string): Promise<CertificateRecord | undefined>;
  /**
   * When the last of the certificates ends that are, or may have been, issued to others than
   * `subject`, as nameText() gives it; undefined if there is none.
   */
  lastEnd(subject: string): Promise<Date | undefined>;
  /** All certificates, oldest first; rows are read as they are asked for. */
  list(): AsyncIterable<CertificateRecord>;
}
