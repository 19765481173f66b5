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
  /** SHA-256 of the approved TBSCertList. */
  readonly tbsHash: Uint8Array;
}

/** One certificate of the store. */
export interface CertificateRecord extends Intent {
  readonly status: CertificateStatus;
  /** When the intent was recorded. */
  readonly at: Date;
  /** The certificate, DER, once it is issued. */
  readonly der: Uint8Array | undefined;
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
  /** Records that a CRL is about to be signed; fails unless its number is the highest. */
  recordCrlIntent(intent: CrlIntent, at: Date): Promise<void>;
  recordCrlIssued(number: bigint, der: Uint8Array, at: Date): Promise<void>;
  recordCrlFailed(number: bigint, reason: string, at: Date): Promise<void>;
  find(serial: string): Promise<CertificateRecord | undefined>;
  /** All certificates, oldest first; rows are read as they are asked for. */
  list(): AsyncIterable<CertificateRecord>;
}
