import type { OcspAnswer } from '../../ca/ocsp.ts';
import { sha256Text } from '../../der/sha256.ts';

type Headers = Readonly<Record<string, string>>;

/** For errors, and for answers to somebody who asked for a fresh one. */
export const NEVER_CACHED: Headers = { 'cache-control': 'no-store' };

/**
 * What tells caches how long they may give an answer to others (RFC 5019 §6.2). They may for half of
 * the time that is left, so that nobody gets one that is about to run out.
 */
export function cacheHeaders({ der, data }: OcspAnswer, now: Date): Headers {
  if (!data || data.extensions.length > 0) return NEVER_CACHED; // a nonce is for one client
  const [from, until] = [data.responses[0]?.thisUpdate, data.responses[0]?.nextUpdate];
  if (!from || !until) return NEVER_CACHED;
  const seconds = Math.max(0, Math.floor((until.getTime() - now.getTime()) / 2000));
  return {
    'cache-control': `max-age=${seconds}, public, no-transform, must-revalidate`,
    'last-modified': from.toUTCString(),
    expires: until.toUTCString(),
    etag: `"${sha256Text(der)}"`,
  };
}
