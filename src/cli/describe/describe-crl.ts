import { sha256Text } from '../../der/sha256.ts';
import { timeText } from '../../der/time.ts';
import { auditHeadText, parseAuditHead } from '../../x509/audit-head.ts';
import { parseBaseCrlNumber, parseCrlNumber } from '../../x509/crl.ts';
import { EXTENSION_OID, type Extension, encodeExtension } from '../../x509/extensions.ts';
import type { ForeignCrl } from '../../x509/foreign.ts';
import { nameText, parseName } from '../../x509/names.ts';
import * as x509 from '../../x509/peculiar.ts';
import { countRevoked } from '../../x509/revoked-list.ts';
import { table } from '../present.ts';
import { type AlgorithmDescription, algorithmRows, describeSigning } from './describe-algorithm.ts';
import { type CrlEntryDescription, describeEntries } from './describe-crl-entry.ts';
import {
  altSignature,
  describeExtension,
  type ExtensionDescription,
  extensionLines,
  understood,
} from './describe-extension.ts';

/** How many entries are told one by one; there may be a million. */
const ENTRIES_TOLD = 10;

/** Anybody's CRL in words. */
export interface CrlDescription {
  readonly issuer: string;
  /** Decimal. */
  readonly number?: string;
  /** Of a delta CRL, the number of the full one that it builds on. */
  readonly base?: string;
  readonly thisUpdate: string;
  readonly nextUpdate: string | null;
  /** How many entries there are. */
  readonly revoked: number;
  /** The first {@link ENTRIES_TOLD} of them. */
  readonly entries: readonly CrlEntryDescription[];
  /** The last entry of the CA's audit trail when the list was read, `NUMBER:HASH`. */
  readonly auditHead?: string;
  readonly signature: string;
  readonly alternativeSignature?: string;
  /** SHA-256 over the CRL, hexadecimal. */
  readonly fingerprint: string;
  readonly algorithms: readonly AlgorithmDescription[];
  readonly extensions: readonly ExtensionDescription[];
}

/** Throws DerError for what cannot be read. Of the entries, perhaps a million, a few are. */
export function describeCrl(crl: ForeignCrl): CrlDescription {
  const { extensions, revoked, nextUpdate, ...tbs } = crl.tbs;
  const [signature, alternative] = signaturesOf(crl);
  const numbers = {
    number: understood(() => parseCrlNumber(extensions)),
    base: understood(() => parseBaseCrlNumber(extensions)),
  };
  const head = understood(() => parseAuditHead(extensions));
  return {
    issuer: nameText(parseName(tbs.issuer)),
    ...(numbers.number !== undefined && { number: String(numbers.number) }),
    ...(numbers.base !== undefined && { base: String(numbers.base) }),
    thisUpdate: timeText(tbs.thisUpdate),
    nextUpdate: nextUpdate ? timeText(nextUpdate) : null,
    revoked: countRevoked(revoked),
    entries: describeEntries(revoked, ENTRIES_TOLD),
    ...(head && { auditHead: auditHeadText(head) }),
    signature: signature.name,
    ...(alternative && { alternativeSignature: alternative.name }),
    fingerprint: sha256Text(crl.signed.der),
    algorithms: alternative ? [signature, alternative] : [signature],
    extensions: extensions.map((extension) => describedExtension(extension, crl)),
  };
}

/** The signature, and the one beside it of ITU-T X.509 clause 9.8. */
function signaturesOf({ signed, tbs: { extensions } }: ForeignCrl) {
  const valueUnder = (wanted: string) => extensions.find(({ oid }) => oid === wanted)?.value;
  const signature = describeSigning('signature', signed.signatureAlgorithm, signed.signature);
  const identifier = valueUnder(EXTENSION_OID.altSignatureAlgorithm);
  const value = valueUnder(EXTENSION_OID.altSignatureValue);
  const octets = (value && understood(() => altSignature(value))) ?? new Uint8Array(0);
  const alternative =
    identifier && understood(() => describeSigning('alternative signature', identifier, octets));
  return [signature, alternative] as const;
}

function describedExtension(extension: Extension, { signed, tbs }: ForeignCrl) {
  const issuer = nameText(parseName(tbs.issuer));
  const [notBefore, notAfter] = [
    timeText(tbs.thisUpdate),
    timeText(tbs.nextUpdate ?? tbs.thisUpdate),
  ];
  const signatureIdentifier = signed.signatureAlgorithm;
  const base = { issuer, subject: issuer, notBefore, notAfter, signatureIdentifier };
  const encoded = Uint8Array.from(encodeExtension(extension));
  return describeExtension(knownToPeculiar(encoded) ?? new x509.Extension(encoded), base);
}

/** Undefined for a value that is not what its type should be. */
function knownToPeculiar(encoded: Uint8Array<ArrayBuffer>): x509.Extension | undefined {
  try {
    return x509.ExtensionFactory.create(encoded);
  } catch {
    return undefined;
  }
}

/** The description in lines, for people. */
export function crlText(crl: CrlDescription): string {
  const { number, base, thisUpdate, nextUpdate, revoked, auditHead, fingerprint } = crl;
  const optional = (label: string, value: string | undefined) =>
    value === undefined ? [] : [[label, value] as const];
  const summary = table([
    ...optional('number', number),
    ...optional('base', base && `CRL ${base}`),
    ['this update', thisUpdate],
    ['next update', nextUpdate ?? 'not told'],
    [base === undefined ? 'revoked' : 'changed', String(revoked)],
    ...optional('audit head', auditHead),
    ...crl.algorithms.flatMap(algorithmRows),
    ['SHA-256', fingerprint],
  ]);
  const kind = base === undefined ? 'CRL' : 'delta CRL';
  return `${kind} of ${crl.issuer}\n${summary}${extensionLines(crl.extensions)}${entryLines(crl)}`;
}

function entryLines({ entries, revoked }: CrlDescription): string {
  if (entries.length === 0) return '';
  const lines = entries.map(({ serial, revokedAt, reason, invalidityDate, certificateIssuer }) =>
    [
      `    ${serial}  ${revokedAt ?? 'at no time that can be read'}`,
      ...(reason === undefined ? [] : [reason]),
      ...(invalidityDate === undefined ? [] : [`invalid since ${invalidityDate}`]),
      ...(certificateIssuer === undefined ? [] : [`issued by ${certificateIssuer}`]),
    ].join(', '),
  );
  const more = revoked > entries.length ? [`    and ${revoked - entries.length} more`] : [];
  return `  Entries\n${[...lines, ...more].join('\n')}\n`;
}
