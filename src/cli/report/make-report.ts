import { DAY } from '../../der/time.ts';
import { serialText } from '../../x509/certificate.ts';
import type { CliContext } from '../context.ts';
import { pathOf } from '../options.ts';
import { OutputFile } from '../output-file.ts';
import { hierarchyOf } from '../overview/hierarchy.ts';
import {
  type CaFacts,
  keyCertifiedByOthers,
  mustBeReadable,
  readCas,
} from '../overview/read-cas.ts';
import { reportPage } from './page.ts';
import type { Ending } from './tables.ts';

/** How many certificates of a CA the page lists. */
const LISTED = 25;

interface MakeReportOptions {
  readonly caDir: readonly string[];
  /** Days. */
  readonly within: number;
}

/** The page, how many CAs it is about, and what throws STORE if a directory could not be read. */
export async function makeReport(context: CliContext, { caDir, within }: MakeReportOptions) {
  const { cas, asides } = await readCas(context, caDir);
  const now = context.clock();
  const until = new Date(now.getTime() + within * DAY);
  const nodes = hierarchyOf(cas, now);
  const ends = cas.flatMap(({ directory }) =>
    directory.store.endsByDay(now, keyCertifiedByOthers(directory)),
  );
  const endings = cas.map((facts) => endingOf(facts, now, until));
  return {
    page: reportPage({ nodes, asides, ends, endings, within, now }),
    cas: cas.length,
    mustBeWhole: () => mustBeReadable(asides),
  };
}

function endingOf(facts: CaFacts, endsFrom: Date, endsUntil: Date): Ending {
  const { certificate, store } = facts.directory;
  const query = { status: 'issued', order: 'end', endsFrom, endsUntil } as const;
  const listed = store.search({ ...query, limit: LISTED + 2, withNames: 'nameless' });
  const own = keyCertifiedByOthers(facts.directory) && serialText(certificate.tbs.serialNumber);
  const found = [...listed].flat().filter(({ serial }) => serial !== own); // told by who issued it
  return { facts, certificates: found.slice(0, LISTED), more: found.length > LISTED };
}

/** Opened first: that it cannot be written is to be known before the work. */
export const openReportFile = (
  context: CliContext,
  { html, force = false }: { readonly html: string; readonly force?: boolean },
): OutputFile | undefined =>
  html === '-'
    ? undefined
    : context.resources.use(new OutputFile(pathOf(context, html), { mode: 0o644, force }));
