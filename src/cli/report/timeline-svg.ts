import { DAY } from '../../der/time.ts';
import type { EndsOfDay } from '../../store/statistics.ts';
import { type Html, html } from './html.ts';

const MONTHS = 24;
const BAR = { width: 34, gap: 6, height: 150, top: 22, left: 4 } as const; // pixels
const NAMES = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

interface Month {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly count: number;
}

/** How many good certificates end in each of the next months; how many later is written below. */
export function timelineSvg(ends: readonly EndsOfDay[], now: Date): Html {
  const months = monthsOf(ends, now);
  const inside = months.reduce((sum, { count }) => sum + count, 0);
  const later = ends.reduce((sum, { count }) => sum + count, 0) - inside;
  const most = Math.max(1, ...months.map(({ count }) => count));
  const width = BAR.left * 2 + MONTHS * (BAR.width + BAR.gap);
  const base = BAR.top + BAR.height;
  return html`<svg viewBox="0 0 ${width} ${base + 42}" width="${width}" height="${base + 42}" role="img" aria-label="Certificates that end, by month">
${months.map((month, index) => barOf(month, index, most))}<line class="axis" x1="0" y1="${base}" x2="${width}" y2="${base}"/>
</svg>
<p class="note">${MONTHS} months from now, in Zulu; ${later.toLocaleString('en')} more ${later === 1 ? 'certificate ends' : 'certificates end'} later.</p>`;
}

function monthsOf(ends: readonly EndsOfDay[], now: Date): readonly Month[] {
  const first = now.getUTCFullYear() * 12 + now.getUTCMonth();
  const counts = new Map<number, number>();
  for (const { day, count } of ends) {
    const date = new Date(day * DAY);
    const index = date.getUTCFullYear() * 12 + date.getUTCMonth() - first;
    counts.set(index, (counts.get(index) ?? 0) + count);
  }
  return Array.from({ length: MONTHS }, (_, index) => ({
    year: Math.floor((first + index) / 12),
    month: (first + index) % 12,
    count: counts.get(index) ?? 0,
  }));
}

function barOf({ year, month, count }: Month, index: number, most: number): Html {
  const [x, base] = [BAR.left + index * (BAR.width + BAR.gap), BAR.top + BAR.height];
  // one in a million is to be seen too
  const height = count === 0 ? 0 : Math.max(2, Math.round((count / most) * BAR.height));
  const centre = x + BAR.width / 2;
  const isFirst = index === 0 || month === 0;
  return html`<g><title>${NAMES[month]} ${year}: ${count.toLocaleString('en')}</title>
<rect class="bar" x="${x}" y="${base - height}" width="${BAR.width}" height="${height}"/>
${count === 0 ? undefined : html`<text class="soft" x="${centre}" y="${base - height - 5}" text-anchor="middle">${short(count)}</text>`}
<text class="soft" x="${centre}" y="${base + 16}" text-anchor="middle">${NAMES[month]}</text>
${isFirst ? html`<text class="soft" x="${centre}" y="${base + 32}" text-anchor="middle">${year}</text>` : undefined}</g>
`;
}

const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const short = (count: number): string => COMPACT.format(count);
