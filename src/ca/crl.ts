import { wholeSeconds } from '../der/time.ts';
import { PkiError } from '../errors.ts';
import { altSignatureAlgorithm } from '../x509/alternative.ts';
import { type Crl, crlNumber, deltaCrlIndicator } from '../x509/crl.ts';
import { authorityKeyIdentifier } from '../x509/extensions.ts';
import { encodeRevokedList, type RevokedEntry } from '../x509/revoked-list.ts';
import type { AuthorityParts } from './authority.ts';
import type { Issuer } from './issuer.ts';
import { approveCrl } from './lint.ts';
import { sealCrl } from './seal.ts';
import type { IssuedCrl, ListedRevocation } from './store.ts';

const DAY = 86_400_000; // milliseconds

export interface CrlInput {
  /** Until the next one at the latest. */
  readonly days: number;
  /** Only what has changed since the last full CRL (RFC 5280 §5.2.4). */
  readonly delta?: boolean;
  /** Passes the rows of the store on, to tell how far it is. */
  readonly watch?: (rows: AsyncIterable<ListedRevocation>) => AsyncIterable<ListedRevocation>;
}

/**
 * Issues a CRL: the line of a certificate, drafted, approved and sealed, under a hybrid CA with both
 * signatures. Its entries are encoded while they are read from the store.
 */
export async function issueCrl(
  issuer: Issuer,
  { days, delta = false, watch = (rows) => rows }: CrlInput,
  { store, clock }: Pick<AuthorityParts, 'store' | 'clock'>,
): Promise<Crl> {
  const thisUpdate = wholeSeconds(clock());
  const { signing, alternative } = issuer;
  const last = await store.lastIssuedCrl('full');
  const base = delta ? mustBeThere(last) : undefined;
  const covers = await store.lastChange(); // before the list is read: rather twice than never
  const number = (await store.lastCrlNumber()) + 1n;
  const tbs = {
    signature: signing.algorithm.identifier,
    issuer: issuer.name,
    thisUpdate,
    nextUpdate: new Date(thisUpdate.getTime() + days * DAY),
    revoked: await encodeRevokedList(
      entries(watch(base ? store.changedRevocations(base) : store.listedRevocations(last))),
    ),
    extensions: [
      authorityKeyIdentifier(issuer.keyIdentifier),
      crlNumber(number),
      ...(base ? [deltaCrlIndicator(base.number)] : []),
      ...(alternative ? [altSignatureAlgorithm(alternative.algorithm.identifier)] : []),
    ],
  };
  return sealCrl(approveCrl(tbs, issuer), issuer, { store, clock, covers });
}

function mustBeThere(last: IssuedCrl | undefined): IssuedCrl {
  if (last) return last;
  throw new PkiError('USAGE', 'there is no full CRL that a delta CRL could build on', {
    hints: ['make one first, without --delta'],
  });
}

async function* entries(rows: AsyncIterable<ListedRevocation>): AsyncIterable<RevokedEntry> {
  for await (const { serial, at, reason, invalidityDate } of rows) {
    yield {
      serialNumber: Buffer.from(serial, 'hex'),
      revocationDate: at,
      reason: reason ?? 'removeFromCRL',
      invalidityDate,
    };
  }
}
