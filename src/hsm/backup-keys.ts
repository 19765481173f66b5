import { createHmac, hkdfSync, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../signers/secret.ts';

/** OWASP's number for PBKDF2-HMAC-SHA256. */
const ITERATIONS = 600_000;
const SALT_BYTES = 32;

/** How the keys of a backup come from its passphrase; no secret. */
export interface Derivation {
  /** Of PBKDF2-HMAC-SHA256 (RFC 8018 §5.2). */
  readonly iterations: number;
  readonly salt: Uint8Array;
}

export const newDerivation = (): Derivation => ({
  iterations: ITERATIONS,
  salt: randomBytes(SALT_BYTES),
});

/** What a passphrase becomes. Disposing overwrites it. */
export class BackupKeys implements Disposable {
  /** AES-256, to wrap the key with. */
  readonly wrapping: Buffer;
  readonly #authentication: Buffer;

  constructor(passphrase: Secret, { iterations, salt }: Derivation) {
    const root = pbkdf2Sync(passphrase.reveal(), salt, iterations, 32, 'sha256');
    this.wrapping = expanded(root, 'pki key backup 1: wrapping');
    this.#authentication = expanded(root, 'pki key backup 1: authentication');
    root.fill(0);
  }

  /** HMAC-SHA256 over what the file says, hexadecimal. */
  authenticate(text: string): string {
    return createHmac('sha256', this.#authentication).update(text).digest('hex');
  }

  verifies(text: string, tag: string): boolean {
    return timingSafeEqual(Buffer.from(this.authenticate(text)), Buffer.from(tag));
  }

  [Symbol.dispose](): void {
    this.wrapping.fill(0);
    this.#authentication.fill(0);
  }
}

/** HKDF (RFC 5869): two uses of one passphrase get keys that have nothing to do with each other. */
const expanded = (root: Uint8Array, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', root, '', use, 32));
