import { DAY, wholeSeconds } from '../der/time.ts';
import { PkiError } from '../errors.ts';
import { CLOCK_TOLERANCE } from '../ports.ts';
import { altSignatureAlgorithm } from '../x509/alternative.ts';
import { auditHeadExtension } from '../x509/audit-head.ts';
import { type Crl, crlNumber, deltaCrlIndicator } from '../x509/crl.ts';
import { authorityKeyIdentifier } from '../x509/extensions.ts';
import { freshestCrlExtension, issuingDistributionPoint } from '../x509/pointers.ts';
import { encodeRevokedList, type RevokedEntry } from '../x509/revoked-list.ts';
import type { AuthorityParts } from './authority.ts';
import type { Issuer } from './issuer.ts';
import { approveCrl } from './lint.ts';
import { sealCrl } from './seal.ts';
import type { CrlPoint, IssuedCrl } from './store.ts';

type RevokedPages = AsyncIterable<readonly RevokedEntry[]>;

export interface CrlInput {
  /** Until the next one at the latest. */
  readonly days: number;
  /** Only what has changed since the last full CRL (RFC 5280 §5.2.4). */
  readonly delta?: boolean;
  /** Only of the certificates that name this point (RFC 5280 §5.2.5). */
  readonly point?: CrlPoint | undefined;
  /** Where a full CRL says that its delta CRLs are (RFC 5280 §5.2.6). URLs. */
  readonly freshestCrl?: readonly string[];
  /** Passes the rows of the store on, to tell how far it is. */
  readonly watch?: (pages: RevokedPages) => RevokedPages;
  /** Hears what comes after that. */
  readonly enter?: (phase: string) => void;
}

/**
 * Issues a CRL: the line of a certificate, drafted, approved and sealed, under a hybrid CA with both
 * signatures. Its entries are encoded while they are read from the store.
 */
export async function issueCrl(
  issuer: Issuer,
  { days, delta = false, point, freshestCrl = [], watch = (pages) => pages, enter }: CrlInput,
  { store, clock }: Pick<AuthorityParts, 'store' | 'clock'>,
): Promise<Crl> {
  const { signing, alternative } = issuer;
  const last = await store.lastIssuedCrl('full', point);
  const thisUpdate = notBefore(
    [last, await store.lastIssuedCrl('delta', point)],
    wholeSeconds(clock()),
  );
  const base = delta ? mustBeThere(last, point) : undefined;
  const head = await store.auditHead(); // before the list is read: rather twice than never
  const covers = head?.number ?? 0;
  const number = (await store.lastCrlNumber()) + 1n;
  const tbs = {
    signature: signing.algorithm.identifier,
    issuer: issuer.name,
    thisUpdate,
    nextUpdate: new Date(thisUpdate.getTime() + days * DAY),
    revoked: await encodeRevokedList(
      watch(base ? store.changedRevocations(base, point) : store.listedRevocations(last, point)),
    ),
    extensions: [
      authorityKeyIdentifier(issuer.keyIdentifier),
      crlNumber(number),
      ...(base ? [deltaCrlIndicator(base.number)] : []),
      ...(point ? [issuingDistributionPoint(point.urls)] : []),
      ...freshestCrlExtension(freshestCrl),
      ...(head ? [auditHeadExtension(head)] : []),
      ...(alternative ? [altSignatureAlgorithm(alternative.algorithm.identifier)] : []),
    ],
  };
  enter?.('checking what it says');
  const approved = approveCrl(tbs, issuer);
  enter?.('signing and verifying it');
  return sealCrl(approved, issuer, { store, clock, covers, point });
}

/** A clock that is a little late must not make a CRL that looks older than those before it. */
function notBefore(previous: readonly (IssuedCrl | undefined)[], now: Date): Date {
  const times = previous.map((crl) => crl?.thisUpdate.getTime() ?? 0);
  const last = Math.max(...times);
  return last > now.getTime() && last - now.getTime() <= CLOCK_TOLERANCE ? new Date(last) : now;
}

function mustBeThere(last: IssuedCrl | undefined, point: CrlPoint | undefined): IssuedCrl {
  if (last) return last;
  const what = point ? `full CRL of ${point.urls.join(' ')}` : 'full CRL';
  throw new PkiError('USAGE', `there is no ${what} that a delta CRL could build on`, {
    hints: ['make one first, without --delta'],
  });
}
