import { timeText } from '../../der/time.ts';
import type { PointCrls } from '../../store/last-crls.ts';
import type { CertificateCounts } from '../../store/statistics.ts';
import type { CaNode } from './hierarchy.ts';
import type { CaFacts } from './read-cas.ts';

/** The hierarchy with box characters: a line with the name of each CA, and what is known below it. */
export const treeText = (nodes: readonly CaNode[], now: Date): string =>
  nodes.flatMap((node) => linesOf(node, now, '', '')).join('');

function linesOf(node: CaNode, now: Date, first: string, rest: string): readonly string[] {
  const { children } = node;
  const bar = `${rest}${children.length > 0 ? '│' : ' '}  `;
  return [
    `${first}${node.subject}${placeOf(node)}\n`,
    ...detailsOf(node, now).map((line) => `${bar}${line}\n`),
    ...children.flatMap((child, index) => {
      const isLast = index === children.length - 1;
      return linesOf(
        child,
        now,
        `${rest}${isLast ? '└─ ' : '├─ '}`,
        `${rest}${isLast ? '   ' : '│  '}`,
      );
    }),
  ];
}

function placeOf({ facts, cross }: CaNode): string {
  if (facts) return `  ${facts.shown}`;
  return cross ? '  (cross-certificate)' : '  (no directory here)';
}

function detailsOf({ certificate, state, facts }: CaNode, now: Date): readonly string[] {
  const validity = `${state}, ends ${timeText(certificate.tbs.notAfter)}`;
  if (!facts) return [validity];
  const { counts } = facts.statistics;
  return [validity, ...keyLines(facts), countsText(counts), ...crlLines(facts, now)];
}

export const keyLines = ({ keys }: CaFacts): readonly string[] =>
  keys.map(({ algorithm, places }) => `${algorithm} in ${places.join(' and ')}`);

const WORDS: Readonly<Record<keyof CertificateCounts, string>> = {
  good: 'good',
  expired: 'expired',
  revoked: 'revoked',
  onHold: 'on hold',
  failed: 'failed',
  interrupted: 'interrupted',
};

/** What the fields of the counts are called, in the order in which they are shown. */
export const COUNT_WORDS = Object.entries(WORDS) as readonly (readonly [
  keyof CertificateCounts,
  string,
])[];

function countsText(counts: CertificateCounts): string {
  const parts = COUNT_WORDS.filter(([name]) => counts[name] > 0 || name === 'good');
  return `certificates: ${parts.map(([name, word]) => `${counts[name]} ${word}`).join(', ')}`;
}

function crlLines({ statistics: { crl, pointCrls } }: CaFacts, now: Date): readonly string[] {
  const lines: string[] = [];
  if (crl) {
    const verb = crl.nextUpdate <= now ? 'ran out at' : 'is current until';
    lines.push(`CRL ${crl.number} ${verb} ${timeText(crl.nextUpdate)}`);
  }
  if (pointCrls) lines.push(pointsText(pointCrls));
  return lines.length > 0 ? lines : ['no CRL yet'];
}

function pointsText({ count, ranOut, first: [worst] }: PointCrls): string {
  const end = timeText(worst.nextUpdate);
  return ranOut > 0
    ? `CRLs of distribution points: ${count}, of which ${ranOut} ran out, the first at ${end}`
    : `CRLs of distribution points: ${count}, all current until ${end}`;
}
