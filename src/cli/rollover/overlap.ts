import { timeText } from '../../der/time.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { nameText, parseName } from '../../x509/names.ts';
import type { OpenCa } from '../open-ca.ts';
import { columns, table } from '../present.ts';

/** How the old key of a CA and its new one, or its old certificate and its new one, overlap. */
export interface Overlap {
  /** Until when the old certificate can be relied on. */
  readonly oldUntil: Date;
  readonly newFrom: Date;
  readonly newUntil: Date;
  /** When the last certificate ends that the old CA has issued to others. */
  readonly lastEnd: Date | undefined;
  /**
   * Until when CRLs have to be signed with the old key: until all that it has signed has ended.
   * Undefined where the key is the same.
   */
  readonly crlsUntil: Date | undefined;
}

/** A file that has to go to others. */
export interface Distribution {
  /** As it is named on the command line. */
  readonly file: string;
  readonly to: string;
  readonly until: Date;
}

export async function overlapOf(
  { directory: { certificate, store } }: OpenCa,
  { tbs }: Certificate,
  newWithOld?: Certificate,
): Promise<Overlap> {
  const lastEnd = await store.lastEnd(nameText(parseName(certificate.tbs.subject)));
  const sameKey = Buffer.compare(certificate.tbs.publicKey, tbs.publicKey) === 0;
  const ends = [lastEnd, newWithOld?.tbs.notAfter].filter((end) => end !== undefined);
  return {
    oldUntil: certificate.tbs.notAfter,
    newFrom: tbs.notBefore,
    newUntil: tbs.notAfter,
    lastEnd,
    crlsUntil: sameKey
      ? undefined
      : ends.toSorted((one, other) => other.getTime() - one.getTime())[0],
  };
}

/** For people: when what ends, and which file goes where. */
export const overlapText = (overlap: Overlap, files: readonly Distribution[]): string =>
  [
    'the old one and the new one overlap\n',
    table([
      ['old until', timeText(overlap.oldUntil)],
      ['new from', timeText(overlap.newFrom)],
      ['new until', timeText(overlap.newUntil)],
      ...row('last certificate of the old one until', overlap.lastEnd),
      ...row('CRLs of the old one until', overlap.crlsUntil),
    ]),
    'to be distributed\n',
    columns(files.map(({ file, to, until }) => [`  ${file}`, to, `until ${timeText(until)}`])),
  ].join('');

const row = (label: string, date: Date | undefined) =>
  date ? [[label, timeText(date)] as const] : [];

/** The same as JSON. */
export const overlapFields = (overlap: Overlap, files: readonly Distribution[]) => ({
  overlap: {
    oldUntil: timeText(overlap.oldUntil),
    newFrom: timeText(overlap.newFrom),
    newUntil: timeText(overlap.newUntil),
    lastCertificateUntil: overlap.lastEnd ? timeText(overlap.lastEnd) : null,
    crlsUntil: overlap.crlsUntil ? timeText(overlap.crlsUntil) : null,
  },
  distribute: files.map(({ file, to, until }) => ({ file, to, until: timeText(until) })),
});
