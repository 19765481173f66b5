import type { AuditHead } from '../x509/audit-head.ts';
import type { RevocationReason } from '../x509/crl-reason.ts';
import type { GeneralName } from '../x509/general-names.ts';
import type { RevokedEntry } from '../x509/revoked-list.ts';
import type { ActFacts, UsedKey } from './audit.ts';

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
  /** SHA-256 of the SubjectPublicKeyInfo, DER. */
  readonly publicKeyHash: Uint8Array;
  /** Where this CA's CRL is, by each URL that the certificate names; none if it names none. */
  readonly crlUrls?: readonly string[];
  /** In the order of the certificate. */
  readonly alternativeNames?: readonly GeneralName[];
  /** SHA-256 of the CertificationRequest, DER, if there was one. */
  readonly requestHash?: Uint8Array | undefined;
  /** Which keys are about to sign; none where somebody else has signed. */
  readonly keys?: readonly UsedKey[];
}

/** A distribution point that certificates name. A CRL of it tells of those alone (RFC 5280 §5.2.5). */
export interface CrlPoint {
  /** Small, and never another point's. */
  readonly id: number;
  /** All of them lead to the same CRL. */
  readonly urls: readonly string[];
}

/** What is known of a CRL before the key is used. */
export interface CrlIntent {
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Of a delta CRL, the number of the full one that it builds on. */
  readonly base: bigint | undefined;
  /** Undefined: it tells of all certificates. */
  readonly point?: CrlPoint | undefined;
  /** The number of {@link CaStore.auditHead} before the list was read; 0 if there was none. */
  readonly covers: number;
  /** SHA-256 of the approved TBSCertList. */
  readonly tbsHash: Uint8Array;
  readonly keys?: readonly UsedKey[];
}

/** A CRL that was released. */
export type IssuedCrl = Omit<CrlIntent, 'tbsHash' | 'point' | 'keys'>;

/** How and since when a certificate is no longer good. */
export interface Revocation {
  /** When it was revoked or put on hold; another reason later does not change it. Whole seconds. */
  readonly at: Date;
  readonly reason: RevocationReason;
  /** Since when its key was perhaps not the subject's alone (RFC 5280 §5.3.2). Whole seconds. */
  readonly invalidityDate: Date | undefined;
}

/** What becomes of a certificate: revoked in this way, or good again after a hold. */
export type RevocationChange = Revocation | 'released';

/** One certificate of the store. */
export interface CertificateRecord
  extends Omit<Intent, 'publicKeyHash' | 'crlUrls' | 'alternativeNames' | 'requestHash' | 'keys'> {
  readonly status: CertificateStatus;
  /** When the intent was recorded. */
  readonly at: Date;
  /** The certificate, DER, once it is issued. */
  readonly der: Uint8Array | undefined;
  /** Undefined unless it is revoked or on hold now. */
  readonly revocation: Revocation | undefined;
}

/** What an intent may collide with, without those that failed; rows are read as they are asked for. */
export interface OtherIssuances {
  /** For the same key, newest first. */
  readonly ofKey: Iterable<CertificateRecord>;
  /** For the same subject, compared without case, and another key; newest first. */
  readonly ofSubject: Iterable<CertificateRecord>;
}

/**
 * What a CA must never forget. Declared beside its only caller; `store/` implements it. Once a
 * promise resolves the entry is on disk, not in a cache. Failures are PkiErrors with code STORE.
 */
export interface CaStore extends Disposable {
  /**
   * Records that a certificate is about to be signed; fails if the serial number was used. In the same
   * transaction `decide` sees what else there is by then, and what it throws is thrown.
   */
  recordIntent(intent: Intent, at: Date, decide?: (others: OtherIssuances) => void): Promise<void>;
  /** Records the certificate, and an audit entry, in one transaction. */
  recordIssued(serial: string, der: Uint8Array, at: Date, keys?: readonly UsedKey[]): Promise<void>;
  /** Records that nothing was issued under the intent, and why. */
  recordFailed(serial: string, reason: string, at: Date): Promise<void>;
  /** The highest number of a CRL, whatever became of that; 0 if there is none. */
  lastCrlNumber(): Promise<bigint>;
  /** The last CRL of a kind that was released, of a point or of all certificates. */
  lastIssuedCrl(kind: 'full' | 'delta', point?: CrlPoint): Promise<IssuedCrl | undefined>;
  /** The points that have to have a CRL, since a certificate that has not ended names them. */
  crlPoints(now: Date): Promise<readonly CrlPoint[]>;
  /** The last entry of the audit trail, of which every change of a revocation is one. */
  auditHead(): Promise<AuditHead | undefined>;
  /** When the last of those entries was made. */
  lastAct(): Promise<Date | undefined>;
  /** Records an act that changes nothing else in the store. */
  recordAct(facts: ActFacts, at: Date): Promise<void>;
  /**
   * What a full CRL has to list after `last`, in the order of issuing, in pages that are read as they
   * are asked for. A certificate that has ended is left out once a CRL that was made after its end has
   * listed it (RFC 5280 §3.3).
   */
  listedRevocations(
    last: IssuedCrl | undefined,
    point?: CrlPoint,
  ): AsyncIterable<readonly RevokedEntry[]>;
  /** What has changed after `base`, holds that were released included (RFC 5280 §5.2.4). */
  changedRevocations(base: IssuedCrl, point?: CrlPoint): AsyncIterable<readonly RevokedEntry[]>;
  /** Records that a CRL is about to be signed; fails unless its number is the highest. */
  recordCrlIntent(intent: CrlIntent, at: Date): Promise<void>;
  /** Records the CRL; of a point only of the last full one and the last delta the octets are kept. */
  recordCrlIssued(
    number: bigint,
    der: Uint8Array,
    at: Date,
    keys?: readonly UsedKey[],
  ): Promise<void>;
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
   * The certificates that were issued for a key, whatever became of them since, newest first; by the
   * SHA-256 of its SubjectPublicKeyInfo. Rows are read as they are asked for.
   */
  findByKey(publicKeyHash: Uint8Array): AsyncIterable<CertificateRecord>;
  /** The same by their subject, as nameText() gives it, compared without case. */
  findBySubject(subject: string): AsyncIterable<CertificateRecord>;
  /**
   * When the last of the certificates ends that are, or may have been, issued to others than
   * `subject`, as nameText() gives it; undefined if there is none.
   */
  lastEnd(subject: string): Promise<Date | undefined>;
  /** All certificates, oldest first; rows are read as they are asked for. */
  list(): AsyncIterable<CertificateRecord>;
}
