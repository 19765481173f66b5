import { timeText, wholeSeconds } from '../../der/time.ts';
import type { EndsOfDay } from '../../store/statistics.ts';
import type { CaNode } from '../overview/hierarchy.ts';
import type { Aside } from '../overview/read-cas.ts';
import { COUNT_WORDS } from '../overview/tree-text.ts';
import { hierarchySvg } from './hierarchy-svg.ts';
import { Html, html } from './html.ts';
import { STYLE } from './style.ts';
import {
  asidesTable,
  auditTable,
  certificatesTable,
  crlTable,
  type Ending,
  endingTable,
  keysTable,
} from './tables.ts';
import { timelineSvg } from './timeline-svg.ts';

export interface ReportParts {
  readonly nodes: readonly CaNode[];
  readonly asides: readonly Aside[];
  /** Of all CAs together. */
  readonly ends: readonly EndsOfDay[];
  readonly endings: readonly Ending[];
  /** How soon the certificates of `endings` end. Days. */
  readonly within: number;
  readonly now: Date;
}

/** The page allows itself its own styles, and nothing else: no script, no picture, no network. */
const POLICY = new Html(
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
);

/** One page that needs nothing besides itself. */
export function reportPage(parts: ReportParts): string {
  const { nodes, asides, ends, endings, within, now } = parts;
  const all = flat(nodes);
  const own = all.filter(({ facts }) => facts);
  const more = endings.some((ending) => ending.more);
  const title = own.length === 1 ? `Report on ${own[0]?.subject}` : `Report on ${own.length} CAs`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><h1>${title}</h1>
<p>As of ${timeText(wholeSeconds(now))}, made by pki from what the stores have; no key was used.</p></header>
<main>
${figures(own)}
${section('Hierarchy', html`<div class="wide">${hierarchySvg(nodes, now)}</div>`)}
${asides.length === 0 ? undefined : section('Other directories', asidesTable(asides))}
${section('Certificates that end', html`<div class="wide">${timelineSvg(ends, now)}</div>`)}
${section('Certificates by CA', certificatesTable(own, now))}
${section('Algorithms and keys', keysTable(own))}
${section('Revocation lists', crlTable(own, now))}
${section('Audit trail', html`${auditTable(own)}<p class="note">A copy of a head shows later whether entries were changed or cut off.</p>`)}
${section(`Ending within ${within} ${within === 1 ? 'day' : 'days'}`, html`${endingTable(endings, now)}${more ? html`<p class="note">Of each CA the first ones; "pki list --expiring" has all.</p>` : undefined}`)}
</main>
<footer>Each certificate is counted once. What ends leaves out what is revoked or on hold.</footer>
</body>
</html>
`.text;
}

const section = (title: string, contents: Html): Html =>
  html`<section><h2>${title}</h2>\n${contents}</section>`;

function figures(own: readonly CaNode[]): Html {
  const sums = COUNT_WORDS.map(([name, word]) => {
    const counts = own.map(({ facts }) => facts?.statistics.counts[name] ?? 0);
    return [word, counts.reduce((sum, count) => sum + count, 0)] as const;
  });
  return html`<dl class="figures">${[['CAs', own.length] as const, ...sums].map(
    ([word, count]) => html`<div><dt>${word}</dt><dd>${count.toLocaleString('en')}</dd></div>`,
  )}</dl>`;
}

const flat = (nodes: readonly CaNode[]): readonly CaNode[] =>
  nodes.flatMap((node) => [node, ...flat(node.children)]);
