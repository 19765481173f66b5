import { join } from 'node:path';
import { DAY, timeText, wholeSeconds } from '../../der/time.ts';
import { type Check, ok, problem, warning } from '../../hsm/check.ts';
import { CA_FILES } from '../../store/ca-directory.ts';
import { SCHEMA_VERSION } from '../../store/schema.ts';
import { RECENT, type StoreState, storeState } from '../../store/store-state.ts';
import type { Certificate } from '../../x509/certificate.ts';

/** How long before the end of a CA certificate it is said that it comes. Milliseconds. */
const AHEAD = 90 * DAY;

/** What the clocks of two machines may differ by. Milliseconds. */
const TOLERANCE = 60_000;

export function* certificateChecks({ tbs }: Certificate, now: Date): Generator<Check> {
  const [begin, end] = [timeText(tbs.notBefore), timeText(tbs.notAfter)];
  if (now < tbs.notBefore) {
    yield problem('clock', `it is ${told(now)}, before the CA certificate begins at ${begin}`, [
      SET_CLOCK,
    ]);
  }
  const left = tbs.notAfter.getTime() - now.getTime();
  if (left < 0) {
    yield problem('certificate', `the CA certificate ended at ${end}`, [RENEW]);
  } else if (left < AHEAD) {
    yield due(warning('certificate', `the CA certificate ends at ${end}`, [RENEW]));
  } else {
    yield ok('certificate', `the CA certificate is valid until ${end}`);
  }
}

const RENEW = 'nothing that it issues is valid any longer than that; make the next CA in time';
const SET_CLOCK = 'set the clock of this machine, or what is signed has wrong times';

export function* storeChecks(path: string, now: Date): Generator<Check> {
  const state = storeState(join(path, CA_FILES.store));
  yield state.version === SCHEMA_VERSION
    ? ok('store', `store: format ${state.version}`)
    : ok('store', `store: format ${state.version}; the next change brings it to ${SCHEMA_VERSION}`);
  yield* interruptedChecks(state);
  const { lastEntry } = state;
  if (!lastEntry) return;
  const last = told(lastEntry);
  yield now.getTime() < lastEntry.getTime() - TOLERANCE
    ? problem('clock', `it is ${told(now)}, before the last entry of the audit trail, ${last}`, [
        SET_CLOCK,
      ])
    : ok('clock', `it is ${told(now)}; the last entry of the audit trail is of ${last}`);
}

function* interruptedChecks({ interrupted }: StoreState): Generator<Check> {
  const { certificates, crls } = interrupted;
  if (certificates + crls === 0) {
    yield ok('store', `none of the last ${RECENT} issuances was interrupted`);
    return;
  }
  const what = [
    ...(certificates > 0 ? [`certificates: ${certificates}`] : []),
    ...(crls > 0 ? [`CRLs: ${crls}`] : []),
  ].join(', ');
  yield warning('store', `issuances that were interrupted while the key was in use: ${what}`, [
    'what was signed then was not handed out; "pki store check" names them',
  ]);
}

const told = (time: Date): string => timeText(wholeSeconds(time));

const due = (check: Check): Check => ({ ...check, due: true });
