import { DerError, DerReader, enterDer, namedBits, readDer } from '../der/reader.ts';
import { sequence, TAG, tlv } from '../der/writer.ts';
import { EXTENSION_OID, type Extension } from '../x509/extensions.ts';
import { comparableName, nameKey } from './comparable-name.ts';
import { DIRECTORY_TAG } from './name-forms.ts';

/** One of cRLDistributionPoints (RFC 5280 §4.2.1.13), as CRLs are compared with it. */
export interface DistributionPoint {
  /** Names of the point, equal for those that match; undefined if it has none. */
  readonly names: readonly string[] | undefined;
  /** ReasonFlags as a mask, bit by bit. */
  readonly reasons: number;
  /** Whether another one than the issuer of the certificate signs the CRL. */
  readonly indirect: boolean;
}

/** What a CRL is about (issuingDistributionPoint, RFC 5280 §5.2.5); without one, about all. */
export interface CrlScope extends DistributionPoint {
  readonly only: 'user certificates' | 'CA certificates' | 'attribute certificates' | undefined;
}

/** All of ReasonFlags but its bit 0, which means nothing. */
export const ALL_REASONS = 0x1fe;

/** Names of the bits of ReasonFlags in a mask (RFC 5280 §4.2.1.13). */
export const reasonNames = (mask: number): readonly string[] =>
  REASON_FLAGS.filter((_, bit) => (mask & (1 << bit)) !== 0);

const REASON_FLAGS = [
  'unused',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

/**
 * Where a certificate says that its CRLs are, and last, as if it said so too, at its issuer's: what
 * is left open is told by the CRLs of that, about all reasons (§6.3.3).
 */
export function distributionPoints(
  extensions: readonly Extension[],
  issuer: Uint8Array,
): readonly DistributionPoint[] {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.crlDistributionPoints);
  const points: DistributionPoint[] = [];
  const reader = found ? enterDer(found.value) : new DerReader(new Uint8Array(0));
  while (!reader.done) {
    const point = reader.enter();
    const names = pointNames(point, issuer);
    const reasons = point.optional(0x81);
    const indirect = point.optional(0xa2) !== undefined;
    point.end();
    points.push({ names, reasons: maskOf(reasons?.contents), indirect });
  }
  const ofIssuer = [nameOf(DIRECTORY_TAG, issuer)];
  return [...points, { names: ofIssuer, reasons: ALL_REASONS, indirect: false }];
}

/** The scope of a CRL of this issuer; throws DerError. */
export function crlScope(extensions: readonly Extension[], issuer: Uint8Array): CrlScope {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.issuingDistributionPoint);
  if (!found) return { names: undefined, reasons: ALL_REASONS, indirect: false, only: undefined };
  const reader = enterDer(found.value);
  const names = pointNames(reader, issuer);
  const [user, ca] = [flag(reader, 0x81), flag(reader, 0x82)];
  const reasons = maskOf(reader.optional(0x83)?.contents);
  const [indirect, attribute] = [flag(reader, 0x84), flag(reader, 0x85)];
  reader.end();
  const kinds = [
    ...(user ? (['user certificates'] as const) : []),
    ...(ca ? (['CA certificates'] as const) : []),
    ...(attribute ? (['attribute certificates'] as const) : []),
  ];
  if (kinds.length > 1) throw new DerError('it is about several kinds of certificates only');
  return { names, reasons, indirect, only: kinds[0] };
}

/** DistributionPointName: names in full, or one that continues that of the issuer. */
function pointNames(point: DerReader, issuer: Uint8Array): readonly string[] | undefined {
  const outer = point.optional(0xa0);
  if (!outer) return undefined;
  const name = new DerReader(outer.contents);
  const { tag, contents } = name.read();
  name.end();
  if (tag === 0xa0) return generalNames(contents);
  if (tag !== 0xa1) throw new DerError('a distribution point has a name of another form');
  const relative = sequence(readDer(issuer, TAG.sequence).contents, tlv(TAG.set, contents));
  return [nameOf(DIRECTORY_TAG, relative)];
}

function generalNames(contents: Uint8Array): readonly string[] {
  const reader = new DerReader(contents);
  const names: string[] = [];
  while (!reader.done) {
    const { tag, contents: value } = reader.read();
    names.push(nameOf(tag, value));
  }
  return names;
}

/** URIs octet by octet: they were copied from one place to the other. */
const nameOf = (tag: number, contents: Uint8Array): string =>
  tag === DIRECTORY_TAG
    ? nameKey(comparableName(contents))
    : `${tag} ${Buffer.from(contents).toString('latin1')}`;

const flag = (reader: DerReader, tag: number): boolean =>
  reader.optional(tag)?.contents[0] === 0xff;

const maskOf = (bits: Uint8Array | undefined): number =>
  bits === undefined
    ? ALL_REASONS
    : namedBits(bits).reduce((mask, bit) => mask | (1 << bit), 0) & ALL_REASONS;
