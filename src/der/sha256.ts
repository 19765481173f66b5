import { createHash } from 'node:crypto';

/** SHA-256, 32 octets: how keys, requests and what was approved are named. */
export const sha256 = (octets: Uint8Array): Buffer => createHash('sha256').update(octets).digest();

/** The same for people, in hexadecimal. */
export const sha256Text = (octets: Uint8Array): string => sha256(octets).toString('hex');
