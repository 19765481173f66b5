import { DAY, timeText } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import { type Check, ok, problem, warning } from '../../hsm/check.ts';
import type { CaDirectory } from '../../store/ca-directory.ts';
import type { PointCrls } from '../../store/last-crls.ts';
import { parseCrlNumber } from '../../x509/crl.ts';
import { printable } from '../printable.ts';
import { readCurrentCrl, type WhichCrl } from '../revocation/current-crl.ts';

/** How long before the end of a CRL it is said that it comes. Milliseconds. */
const AHEAD = 3 * DAY;

type Kind = WhichCrl['kind'];

/** The CRLs of all certificates as they are published, and those of distribution points as recorded. */
export function* crlChecks({ path, store }: CaDirectory, now: Date): Generator<Check> {
  const whole = store.lastCrl();
  for (const kind of ['full', 'delta'] as const) {
    const points = store.pointCrls(kind, now);
    // where each certificate is in the CRL of its point, that of all need not be
    const isMissed = kind === 'full' && points === undefined;
    const found = crlCheck(path, kind, now, isMissed);
    if (found) yield found;
    if (points) yield pointsCheck(points, kind, now);
    if (points && kind === 'full' && points.without > 0 && !whole) yield withoutCheck(points);
  }
}

/** A delta CRL that is not there is not missed. */
function crlCheck(path: string, kind: Kind, now: Date, isMissed: boolean): Check | undefined {
  let crl: ReturnType<typeof readCurrentCrl>;
  try {
    crl = readCurrentCrl(path, { kind });
  } catch (error) {
    if (error instanceof PkiError) return problem('crl', error.message, error.hints);
    throw error;
  }
  if (!crl) return isMissed ? ok('crl', 'no CRL was made yet') : undefined;
  const { extensions, thisUpdate, nextUpdate } = crl.tbs;
  const name = `${nameOf(kind)} ${parseCrlNumber(extensions)}`;
  const hints = [`make the next one with "pki crl${optionOf(kind)}"`];
  if (nextUpdate <= now) return problem('crl', `${name} ran out at ${timeText(nextUpdate)}`, hints);
  const text = `${name} of ${timeText(thisUpdate)} is current until ${timeText(nextUpdate)}`;
  return endsSoon(nextUpdate, now) ? due(warning('crl', text, hints)) : ok('crl', text);
}

/** How many there are, and the one that runs out first. */
function pointsCheck(crls: PointCrls, kind: Kind, now: Date): Check {
  const { count, ranOut, first } = crls;
  const [worst] = first;
  const name = `${nameOf(kind)} ${worst.number} of ${printable(worst.urls.join(' '))}`;
  const end = timeText(worst.nextUpdate);
  const hints = [`make the next ones with "pki crl${optionOf(kind)} --shard all"`];
  const all = `${nameOf(kind)}s of distribution points: ${count}`;
  if (ranOut > 0) {
    return problem('crl', `${all}, of which ${ranOut} ran out; ${name} at ${end}`, hints);
  }
  const text = `${all}; the first to run out is ${name}, at ${end}`;
  return endsSoon(worst.nextUpdate, now) ? due(warning('crl', text, hints)) : ok('crl', text);
}

const withoutCheck = ({ without }: PointCrls): Check =>
  warning('crl', `distribution points that certificates name, and that have no CRL: ${without}`, [
    'make them with "pki crl --shard all", or one of all certificates with "pki crl"',
  ]);

const nameOf = (kind: Kind): string => (kind === 'full' ? 'CRL' : 'delta CRL');
const optionOf = (kind: Kind): string => (kind === 'full' ? '' : ' --delta');

const endsSoon = (end: Date, now: Date): boolean => end.getTime() - now.getTime() <= AHEAD;

const due = (check: Check): Check => ({ ...check, due: true });
