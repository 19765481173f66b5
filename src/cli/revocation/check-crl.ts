import { DAY, timeText } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import { openCaDirectory } from '../../store/ca-directory.ts';
import { parseCrlNumber } from '../../x509/crl.ts';
import type { CliContext } from '../context.ts';
import { pathOf } from '../options.ts';
import { json } from '../present.ts';
import { pointsOf } from './crl-shards.ts';
import { currentCrlPath, readCurrentCrl, type WhichCrl } from './current-crl.ts';

export interface CheckCrlOptions {
  readonly caDir: string;
  /** Days. */
  readonly within: number;
  readonly delta?: boolean;
  readonly shard?: string;
  readonly json?: boolean;
}

/** Tells how long the current CRLs last; throws EXPIRING if that is not long enough. */
export async function checkCrl(context: CliContext, options: CheckCrlOptions): Promise<void> {
  const kind = options.delta ? 'delta' : 'full';
  const { shard, within } = options;
  const caPath = pathOf(context, options.caDir);
  // a store of an older version has to be told first what certificates name
  const readOnly = shard === undefined;
  const { store } = context.resources.use(await openCaDirectory(caPath, { readOnly }));
  const now = context.clock();
  const points = await pointsOf(shard, store, now);
  const states = points.map((point) => stateOf(caPath, { kind, point }, within, now));
  mustLast(states, kind, shard);
  const current = states.flatMap((state) => ('problem' in state ? [] : state));
  if (options.json) {
    return context.print(json(shard === undefined ? { ...current[0] } : { crls: current }));
  }
  for (const { kind: _, number, nextUpdate, days, urls } of current) {
    const name = nameOf(kind, number, urls);
    context.print(`${name} is current until ${nextUpdate}, ${days} days from now\n`);
  }
}

type State =
  | { readonly problem: string }
  | {
      readonly number: string;
      readonly kind: WhichCrl['kind'];
      readonly nextUpdate: string;
      readonly days: number;
      readonly urls?: readonly string[];
    };

function stateOf(caPath: string, which: WhichCrl, within: number, now: Date): State {
  const { kind, point } = which;
  const crl = readCurrentCrl(caPath, which);
  if (!crl) return { problem: `there is no ${currentCrlPath(caPath, which)}` };
  const number = String(parseCrlNumber(crl.tbs.extensions));
  const end = timeText(crl.tbs.nextUpdate);
  const name = nameOf(kind, number, point?.urls);
  const left = crl.tbs.nextUpdate.getTime() - now.getTime();
  if (left <= 0) return { problem: `${name} ran out at ${end}` };
  if (left <= within * DAY) return { problem: `${name} runs out at ${end}` };
  const days = Math.floor(left / DAY);
  return { number, kind, nextUpdate: end, days, ...(point && { urls: point.urls }) };
}

function nameOf(kind: WhichCrl['kind'], number: string, urls?: readonly string[]): string {
  const name = kind === 'full' ? `CRL ${number}` : `delta CRL ${number}`;
  return urls ? `${name} of ${urls.join(' ')}` : name;
}

function mustLast(
  states: readonly State[],
  kind: WhichCrl['kind'],
  shard: string | undefined,
): void {
  const problems = states.flatMap((state) => ('problem' in state ? state.problem : []));
  const [first, ...others] = problems;
  if (first === undefined) return;
  const options = `${kind === 'delta' ? ' --delta' : ''}${shard === undefined ? '' : ` --shard ${shard}`}`;
  const hint = `make the next one with "pki crl${options}"`;
  throw others.length === 0
    ? new PkiError('EXPIRING', first, { hints: [hint] })
    : new PkiError('EXPIRING', `${problems.length} of ${states.length} CRLs have to be made`, {
        hints: [...problems, hint],
      });
}
