import { DAY } from '../../der/time.ts';
import type { LastCrl } from '../../store/last-crls.ts';
import type { StoreStatistics } from '../../store/statistics.ts';
import type { CaNode } from '../overview/hierarchy.ts';

/** How a state is to be taken, with its colour. */
export type Mood = 'good' | 'due' | 'bad';

export interface Told {
  readonly mood: Mood;
  readonly word: string;
}

/** A CA certificate needs a successor in time. Days. */
const CA_DUE = 90;
/** A CRL is made anew a few days before it runs out. Days. */
const CRL_DUE = 3;

export function caTold({ state, certificate }: CaNode, now: Date): Told {
  if (state !== 'good') return { mood: 'bad', word: state };
  const left = daysLeft(certificate.tbs.notAfter, now);
  return left < CA_DUE
    ? { mood: 'due', word: `ends in ${left} days` }
    : { mood: 'good', word: 'good' };
}

export function crlTold(crl: LastCrl | undefined, now: Date): Told {
  if (!crl) return { mood: 'due', word: 'none yet' };
  if (crl.nextUpdate <= now) return { mood: 'bad', word: 'ran out' };
  const left = daysLeft(crl.nextUpdate, now);
  return left < CRL_DUE
    ? { mood: 'due', word: `due in ${left} days` }
    : { mood: 'good', word: 'current' };
}

/** The worst of the CRLs of a CA. */
export function crlsTold({ crl, pointCrls }: StoreStatistics, now: Date): Told {
  const all = crl || !pointCrls ? [crl] : [];
  const told = [...all, ...(pointCrls?.first ?? [])].map((one) => crlTold(one, now));
  const worst = (['bad', 'due'] as const).map((mood) => told.find((one) => one.mood === mood));
  return worst.find((one) => one) ?? crlTold(crl ?? pointCrls?.first[0], now);
}

/** Whole days. */
export const daysLeft = (end: Date, now: Date): number =>
  Math.floor((end.getTime() - now.getTime()) / DAY);
