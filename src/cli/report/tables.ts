import { timeText } from '../../der/time.ts';
import type { LastCrl } from '../../store/last-crls.ts';
import { type ListedCertificate, listedName } from '../../store/search.ts';
import type { CaNode } from '../overview/hierarchy.ts';
import type { Aside, CaFacts } from '../overview/read-cas.ts';
import { COUNT_WORDS } from '../overview/tree-text.ts';
import { type Html, html } from './html.ts';
import { caTold, crlTold, daysLeft, type Told } from './state.ts';

/** Certificates of one CA that end soon, the first one first; `more` are not among them. */
export interface Ending {
  readonly facts: CaFacts;
  readonly certificates: readonly ListedCertificate[];
  readonly more: boolean;
}

type Cell = Html | string;

/** Columns whose names begin with # hold numbers. */
function table(columns: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  const kind = (index: number) => (columns[index]?.startsWith('#') ? 'number' : '');
  return html`<div class="wide"><table>
<thead><tr>${columns.map((name, index) => html`<th class="${kind(index)}">${name.replace('#', '')}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell, index) => html`<td class="${kind(index)}">${cell}</td>`)}</tr>\n`)}</tbody></table></div>`;
}

const state = ({ mood, word }: Told): Html => html`<span class="state ${mood}">${word}</span>`;
const time = (date: Date): Html => html`<span class="time">${timeText(date)}</span>`;
const code = (text: string): Html => html`<code>${text}</code>`;
const number = (count: number): string => count.toLocaleString('en');

export const keysTable = (nodes: readonly CaNode[]): Html =>
  table(
    ['CA', 'algorithm', 'where the key is'],
    nodes.flatMap((node) =>
      (node.facts?.keys ?? []).map(({ algorithm, places }) => [
        node.subject,
        algorithm,
        html`${places.map((place) => html`<div>${code(place)}</div>`)}`,
      ]),
    ),
  );

export const certificatesTable = (nodes: readonly CaNode[], now: Date): Html =>
  table(
    ['CA', 'certificate', 'ends', ...COUNT_WORDS.map(([, word]) => `#${word}`)],
    nodes.flatMap((node) =>
      node.facts
        ? [
            [
              node.subject,
              state(caTold(node, now)),
              time(node.certificate.tbs.notAfter),
              ...COUNT_WORDS.map(([name]) => number(node.facts?.statistics.counts[name] ?? 0)),
            ],
          ]
        : [],
    ),
  );

export const crlTable = (nodes: readonly CaNode[], now: Date): Html =>
  table(
    ['CA', 'CRL', '#number', 'made', 'next at the latest', 'of'],
    nodes.flatMap(({ subject, facts }) =>
      facts ? crlRows(facts, now).map((row) => [subject, ...row]) : [],
    ),
  );

/** The CRL of all certificates, unless there are only those of distribution points; of these the first ones. */
function crlRows({ statistics: { crl, pointCrls } }: CaFacts, now: Date): readonly Cell[][] {
  const row = (one: LastCrl, of: string): Cell[] => [
    state(crlTold(one, now)),
    ...[one.number, time(one.thisUpdate), time(one.nextUpdate)],
    html`<div class="other">${of}</div>`,
  ];
  if (!pointCrls) return [crl ? row(crl, ALL) : [state(crlTold(crl, now)), '', '', '', '']];
  const { count, first, without } = pointCrls;
  const more = count - first.length;
  return [
    ...(crl ? [row(crl, ALL)] : []),
    ...first.map((one) => row(one, one.urls.join(' '))),
    ...(more > 0
      ? [['', '', '', '', `and ${number(more)} more, which last as long or longer`]]
      : []),
    ...(without > 0 && !crl
      ? [[state(crlTold(undefined, now)), '', '', '', `distribution points: ${number(without)}`]]
      : []),
  ];
}

const ALL = 'all certificates';

export const auditTable = (nodes: readonly CaNode[]): Html =>
  table(
    ['CA', '#entries', 'last one', 'head (SHA-256)'],
    nodes.flatMap(({ subject, facts }) => {
      const audit = facts?.statistics.audit;
      if (!audit) return [];
      const at = html`<span class="time">${audit.at}</span>`;
      return [[subject, number(audit.entry), at, html`<code class="whole">${audit.hash}</code>`]];
    }),
  );

export function endingTable(endings: readonly Ending[], now: Date): Html {
  const rows = endings
    .flatMap(({ facts, certificates }) => certificates.map((one) => ({ ...one, facts })))
    .toSorted((one, other) => one.notAfter.getTime() - other.notAfter.getTime())
    .map(({ facts, ...one }) => [
      html`<div class="other">${listedName(one)}</div>`,
      html`<span class="whole">${one.profile}</span>`,
      `${daysLeft(one.notAfter, now)}`,
      time(one.notAfter),
      html`<code class="whole">${one.serial}</code>`,
      html`<span class="whole">${facts.shown}</span>`,
    ]);
  if (rows.length === 0) return html`<p class="good">None.</p>`;
  return table(['subject', 'profile', '#days', 'ends', 'serial number', 'CA'], rows);
}

export const asidesTable = (asides: readonly Aside[]): Html =>
  table(
    ['directory', 'what is the matter'],
    asides.map(({ shown, why, waiting }) => [
      shown,
      html`<span class="${waiting ? 'due' : 'bad'}">${why}</span>`,
    ]),
  );
