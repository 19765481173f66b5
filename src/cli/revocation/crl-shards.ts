import type { CaStore, CrlPoint } from '../../ca/store.ts';
import { PkiError } from '../../errors.ts';

/** What `--shard` names besides a URL. */
export const ALL_SHARDS = 'all';

/**
 * The points that `--shard` means: all, or that of a URL; undefined without it, which means the CRL
 * of all certificates. Throws USAGE if no certificate names such a point.
 */
export async function pointsOf(
  shard: string | undefined,
  store: CaStore,
  now: Date,
): Promise<readonly (CrlPoint | undefined)[]> {
  if (shard === undefined) return [undefined];
  const points = await store.crlPoints(now);
  const found = shard === ALL_SHARDS ? points : points.filter(({ urls }) => urls.includes(shard));
  if (found.length > 0) return found;
  if (points.length === 0) {
    throw new PkiError('USAGE', 'no certificate of this CA says where its CRL is', {
      hints: ['the key crl of a profile makes those say it that are issued from then on'],
    });
  }
  throw new PkiError('USAGE', `no certificate of this CA says that its CRL is at ${shard}`, {
    hints: [`"--shard ${ALL_SHARDS}" means all that certificates name`],
  });
}
