import { timeText } from '../../der/time.ts';
import type { StoreStatistics } from '../../store/statistics.ts';
import type { CaNode } from '../overview/hierarchy.ts';
import { type Html, html } from './html.ts';
import { caTold, crlsTold } from './state.ts';

/** Of the boxes of CAs, and what is between them. Pixels. */
const BOX = { width: 640, height: 78, indent: 46, gap: 14 } as const;
const TEXT = 60; // characters that fit into a box

interface Placed {
  readonly node: CaNode;
  readonly x: number;
  readonly y: number;
  readonly above: Placed | undefined;
}

/** The hierarchy as a picture, each CA a box under the one that has certified it, and to its right. */
export function hierarchySvg(nodes: readonly CaNode[], now: Date): Html {
  const placed: Placed[] = [];
  const place = (node: CaNode, depth: number, above?: Placed): void => {
    const y = placed.length * (BOX.height + BOX.gap) + 1;
    const here = { node, x: depth * BOX.indent + 1, y, above };
    placed.push(here);
    for (const child of node.children) place(child, depth + 1, here);
  };
  for (const node of nodes) place(node, 0);
  const width = Math.max(...placed.map(({ x }) => x)) + BOX.width + 2;
  const height = placed.length * (BOX.height + BOX.gap) - BOX.gap + 2;
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Hierarchy of the CAs">
${placed.map(linkOf)}${placed.map((one) => boxOf(one, now))}</svg>`;
}

function linkOf({ x, y, above }: Placed): Html | undefined {
  if (!above) return undefined;
  const [from, middle] = [above.x + BOX.indent / 2, y + BOX.height / 2];
  return html`<path class="link" d="M${from} ${above.y + BOX.height} V${middle} H${x}"/>`;
}

function boxOf({ node, x, y }: Placed, now: Date): Html {
  const { mood, word } = caTold(node, now);
  const { facts, certificate, cross } = node;
  const outside = facts ? '' : ' outside';
  const where = facts ? facts.shown : cross ? 'cross-certificate' : 'no directory here';
  const keys = facts?.keys.map(({ algorithm }) => algorithm).join(' + ') ?? '';
  const line = [keys, `until ${timeText(certificate.tbs.notAfter).slice(0, 10)}`];
  const [left, right] = [x + 18, x + BOX.width - 12];
  return html`<g><title>${node.subject}</title>
<rect class="box${outside}" x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6"/>
<rect class="mark-${mood}" x="${x}" y="${y + 8}" width="4" height="${BOX.height - 16}" rx="2"/>
<text class="name" x="${left}" y="${y + 24}">${shortened(node.subject, TEXT)}</text>
<text class="mark-${mood}" x="${right}" y="${y + 64}" text-anchor="end">certificate ${word}</text>
${facts && factsOf(facts.statistics, right, y, now)}<text class="soft" x="${left}" y="${y + 44}">${line.filter((part) => part !== '').join(' · ')}</text>
<text class="soft" x="${left}" y="${y + 64}">${shortened(where, TEXT)}</text></g>
`;
}

/** At the right: how many certificates are good, and the worst CRL. */
function factsOf(statistics: StoreStatistics, x: number, y: number, now: Date): Html {
  const { counts, crl, pointCrls } = statistics;
  const { mood, word } = crlsTold(statistics, now);
  return html`<text class="soft" x="${x}" y="${y + 24}" text-anchor="end">${counts.good.toLocaleString('en')} good</text>
<text class="mark-${mood}" x="${x}" y="${y + 44}" text-anchor="end">${crl || pointCrls ? `CRL ${word}` : 'no CRL yet'}</text>
`;
}

function shortened(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
