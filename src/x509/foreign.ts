import { DerError, type DerReader, enterDer, integerValue, type Tlv } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import type { TbsCertificate } from './certificate.ts';
import type { TbsCertList } from './crl.ts';
import { type Extension, parseExtensions } from './extensions.ts';
import { parseSigned, type Signed } from './signed.ts';

/** What others have signed, read with patience: what RFC 5280 forbids is told, not refused. */
interface Foreign<Tbs> {
  readonly signed: Signed;
  readonly tbs: Tbs;
  /** As the number in it says, plus one. */
  readonly version: number;
  /** Each `Time`, as it is encoded. */
  readonly times: readonly Tlv[];
  /** issuerUniqueID and subjectUniqueID (RFC 5280 §4.1.2.8). */
  readonly uniqueIds: boolean;
  /** Names of lists that are there, and hold nothing. */
  readonly emptyLists: readonly string[];
}

export type ForeignCertificate = Foreign<TbsCertificate>;

export type ForeignCrl = Foreign<
  Omit<TbsCertList, 'nextUpdate'> & { readonly nextUpdate: Date | undefined }
>;

/** Reads a certificate of any version; throws DerError where it has not the structure of one. */
export function parseForeignCertificate(der: Uint8Array): ForeignCertificate {
  const signed = parseSigned(der);
  const reader = enterDer(signed.tbsDer);
  const explicit = reader.optional(0xa0);
  const version = explicit ? enterDer(explicit.octets, 0xa0).smallInteger() + 1 : 1;
  const serialNumber = reader.integer();
  const signature = reader.read(TAG.sequence).octets;
  const issuer = reader.read(TAG.sequence).octets;
  const validity = reader.enter();
  const times = [validity.read(), validity.read()] as const;
  validity.end();
  const subject = reader.read(TAG.sequence).octets;
  const publicKey = reader.read(TAG.sequence).octets;
  const ids = [reader.optional(0x81), reader.optional(0x82)];
  const { extensions, emptyLists } = extensionsIn(reader, 0xa3);
  reader.end();
  const [notBefore, notAfter] = [anyTime(times[0]), anyTime(times[1])];
  const names = { issuer, subject, publicKey };
  return {
    signed,
    tbs: { serialNumber, signature, notBefore, notAfter, ...names, extensions },
    version,
    times,
    uniqueIds: ids.some(Boolean),
    emptyLists,
  };
}

/** Reads a CRL of either version; its entries are not read. */
export function parseForeignCrl(der: Uint8Array): ForeignCrl {
  const signed = parseSigned(der);
  const reader = enterDer(signed.tbsDer);
  const number = reader.optional(TAG.integer);
  const signature = reader.read(TAG.sequence).octets;
  const issuer = reader.read(TAG.sequence).octets;
  const times = [reader.read()];
  const next = TIME_TAGS.includes(reader.nextTag) ? reader.read() : undefined;
  const list = reader.optional(TAG.sequence);
  const { extensions, emptyLists } = extensionsIn(reader, 0xa0);
  reader.end();
  const [thisUpdate, nextUpdate] = [anyTime(times[0]), next && anyTime(next)];
  const revoked = list?.contents ?? new Uint8Array(0);
  return {
    signed,
    tbs: { signature, issuer, thisUpdate, nextUpdate, revoked, extensions },
    version: number ? Number(integerValue(number.contents)) + 1 : 1,
    times: next ? [...times, next] : times,
    uniqueIds: false,
    emptyLists: [...emptyLists, ...(list?.contents.length === 0 ? ['revokedCertificates'] : [])],
  };
}

const TIME_TAGS: readonly number[] = [TAG.utcTime, TAG.generalizedTime];

function extensionsIn(reader: DerReader, tag: number) {
  const nothing = { extensions: [] as readonly Extension[], emptyLists: [] as readonly string[] };
  const found = reader.optional(tag);
  if (!found) return nothing;
  const list = enterDer(found.contents);
  return list.done
    ? { ...nothing, emptyLists: ['extensions'] }
    : { ...nothing, extensions: parseExtensions(list) };
}

const ANY_TIME = /^(\d\d|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(Z|[+-]\d{4})?$/;

/** A UTCTime or GeneralizedTime in any of the forms of X.680 clauses 46 and 47. */
function anyTime(value: Tlv | undefined): Date {
  const text = Buffer.from(value?.contents ?? []).toString('latin1');
  const [found, year = '', month, day, hour, minute, second = '00', zone = 'Z'] =
    ANY_TIME.exec(text) ?? [];
  const digits = value?.tag === TAG.utcTime ? 2 : 4;
  const century = digits === 4 ? '' : year < '50' ? '20' : '19';
  const offset = zone.replace(/(\d\d)$/, ':$1');
  const time = new Date(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  if (found && year.length === digits && !Number.isNaN(time.getTime())) return time;
  throw new DerError('a time is none');
}
