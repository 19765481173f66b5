import { timeText } from '../der/time.ts';
import { PkiError } from '../errors.ts';
import { openCaDirectory } from '../store/ca-directory.ts';
import { parseCrlNumber } from '../x509/crl.ts';
import type { CliContext } from './context.ts';
import { type CrlKind, currentCrlPath, readCurrentCrl } from './current-crl.ts';
import { pathOf } from './options.ts';
import { json } from './present.ts';

const DAY = 86_400_000; // milliseconds

export interface CheckCrlOptions {
  readonly caDir: string;
  /** Days. */
  readonly within: number;
  readonly delta?: boolean;
  readonly json?: boolean;
}

/** Tells how long the current CRL lasts; throws EXPIRING if that is not long enough. */
export async function checkCrl(context: CliContext, options: CheckCrlOptions): Promise<void> {
  const kind = options.delta ? 'delta' : 'full';
  const caPath = pathOf(context, options.caDir);
  context.resources.use(await openCaDirectory(caPath, { readOnly: true }));
  const crl = readCurrentCrl(caPath, kind);
  if (!crl) throw expiring(`there is no ${currentCrlPath(caPath, kind)}`, kind);
  const number = String(parseCrlNumber(crl.tbs.extensions));
  const { nextUpdate } = crl.tbs;
  const [end, now] = [timeText(nextUpdate), context.clock()];
  const name = kind === 'full' ? `CRL ${number}` : `delta CRL ${number}`;
  const left = nextUpdate.getTime() - now.getTime();
  if (left <= 0) throw expiring(`${name} ran out at ${end}`, kind);
  if (left <= options.within * DAY) throw expiring(`${name} runs out at ${end}`, kind);
  const days = Math.floor(left / DAY);
  context.print(
    options.json
      ? json({ number, kind, nextUpdate: end, days })
      : `${name} is current until ${end}, ${days} days from now\n`,
  );
}

const expiring = (message: string, kind: CrlKind): PkiError =>
  new PkiError('EXPIRING', message, {
    hints: [`make the next one with "pki crl${kind === 'delta' ? ' --delta' : ''}"`],
  });
