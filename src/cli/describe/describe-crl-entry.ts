import { integerValue, readDer } from '../../der/reader.ts';
import { generalizedTimeValue, timeText, timeValue } from '../../der/time.ts';
import { TAG } from '../../der/writer.ts';
import { serialText } from '../../x509/certificate.ts';
import { EXTENSION_OID } from '../../x509/extensions.ts';
import { parseGeneralNames } from '../../x509/general-names.ts';
import {
  ENTRY_REASONS,
  type EntryBounds,
  entryBounds,
  entryExtensions,
} from '../../x509/revoked-list.ts';
import { printable } from '../printable.ts';
import { understood } from './describe-extension.ts';

export interface CrlEntryDescription {
  readonly serial: string;
  /** Null where it is in no form that RFC 5280 knows. */
  readonly revokedAt: string | null;
  readonly reason?: string;
  readonly invalidityDate?: string;
  /** In an indirect CRL, where it is another one than that of the entry before (RFC 5280 §5.3.3). */
  readonly certificateIssuer?: string;
}

/** The first entries of a list, which are read where they lie; throws DerError. */
export const describeEntries = (list: Uint8Array, count: number): readonly CrlEntryDescription[] =>
  Iterator.from(entryBounds(list))
    .take(count)
    .map((bounds) => describeEntry(list, bounds))
    .toArray();

function describeEntry(list: Uint8Array, bounds: Readonly<EntryBounds>): CrlEntryDescription {
  const { serialContents, serialEnd, date, dateEnd } = bounds;
  const revokedAt = understood(() => timeText(timeValue(readDer(list.subarray(date, dateEnd)))));
  const extensions = understood(() => entryExtensions(list, bounds)) ?? [];
  const read = (wanted: string, text: (value: Uint8Array) => string | undefined) => {
    const found = extensions.find(({ oid }) => oid === wanted);
    return found && (understood(() => text(found.value)) ?? 'not understood');
  };
  const reason = read(EXTENSION_OID.reasonCode, reasonText);
  const invalidityDate = read(EXTENSION_OID.invalidityDate, (value) =>
    timeText(generalizedTimeValue(readDer(value))),
  );
  const certificateIssuer = read(EXTENSION_OID.certificateIssuer, (value) =>
    parseGeneralNames(value)
      .map((name) => printable(name.value))
      .join(', '),
  );
  return {
    serial: serialText(integerValue(list.subarray(serialContents, serialEnd))),
    revokedAt: revokedAt ?? null,
    ...(reason !== undefined && { reason }),
    ...(invalidityDate !== undefined && { invalidityDate }),
    ...(certificateIssuer !== undefined && { certificateIssuer }),
  };
}

function reasonText(value: Uint8Array): string {
  const code = Number(integerValue(readDer(value, TAG.enumerated).contents));
  const named = Object.entries(ENTRY_REASONS).find(([, known]) => known === code);
  return named?.[0] ?? `reason ${code}`;
}
