import type { CaStore } from '../ca/store.ts';
import { timeText, wholeSeconds } from '../der/time.ts';
import { PkiError } from '../errors.ts';
import { CLOCK_TOLERANCE } from '../ports.ts';
import type { CliContext } from './context.ts';

/** Lets one command run with a clock that was set back; what it records is the time from then on. */
export const CLOCK_BACK_VARIABLE = 'PKI_ALLOW_CLOCK_BACK';

/**
 * Throws POLICY if it is earlier than the last thing that the CA has recorded: what is signed under
 * a clock that was set back is backdated, and a CRL looks older than the one before it.
 */
export async function mustNotRunBack(
  { clock, env }: Pick<CliContext, 'clock' | 'env'>,
  store: Pick<CaStore, 'lastAct'>,
): Promise<void> {
  const [last, now] = [await store.lastAct(), clock()];
  if (!last || now.getTime() >= last.getTime() - CLOCK_TOLERANCE || env[CLOCK_BACK_VARIABLE])
    return;
  const [is, was] = [timeText(wholeSeconds(now)), timeText(wholeSeconds(last))];
  throw new PkiError('POLICY', `it is ${is}, before the last act of the CA at ${was}`, {
    hints: [
      'set the clock of this machine',
      `if it was wrong then, and is right now: run this once with ${CLOCK_BACK_VARIABLE}=1`,
    ],
  });
}
