import { pem } from '../../src/der/pem.ts';
import { time } from '../../src/der/time.ts';
import {
  contextConstructed,
  contextPrimitive,
  type Der,
  integer,
  namedBitString,
  sequence,
  TAG,
  tlv,
} from '../../src/der/writer.ts';
import { altSignatureAlgorithm, preTbs, withAltSignature } from '../../src/x509/alternative.ts';
import {
  type Crl,
  crlNumber,
  deltaCrlIndicator,
  encodeTbsCertList,
  parseCrl,
  type TbsCertList,
} from '../../src/x509/crl.ts';
import {
  authorityKeyIdentifier,
  EXTENSION_OID,
  type Extension,
  encodeExtension,
  keyIdentifier,
} from '../../src/x509/extensions.ts';
import { generalName } from '../../src/x509/general-names.ts';
import { ENTRY_REASONS, type EntryReason } from '../../src/x509/revoked-list.ts';
import { encodeSigned } from '../../src/x509/signed.ts';
import type { Party } from './made-certificates.ts';

export interface MadeCrl {
  readonly number?: bigint;
  /** Makes it a delta CRL. */
  readonly base?: bigint;
  /** Entries, DER. */
  readonly revoked?: readonly Uint8Array[];
  readonly extensions?: readonly Extension[];
  readonly tbs?: Partial<TbsCertList>;
}

/** Signs a CRL, sound or not, that holds on the day that chains are looked at. */
export async function makeCrl(issuer: Party, made: MadeCrl = {}): Promise<Crl> {
  const { number = 5n, base, revoked = [], extensions = [] } = made;
  const { signer, alternative, name } = issuer;
  const tbs = encodeTbsCertList({
    signature: signer.algorithm.identifier,
    issuer: name,
    thisUpdate: new Date('2026-06-01T00:00:00Z'),
    nextUpdate: new Date('2026-06-08T00:00:00Z'),
    revoked: Buffer.concat(revoked),
    extensions: [
      crlNumber(number),
      authorityKeyIdentifier(keyIdentifier(signer.publicKey)),
      ...(base === undefined ? [] : [deltaCrlIndicator(base)]),
      ...extensions,
      ...(alternative ? [altSignatureAlgorithm(alternative.algorithm.identifier)] : []),
    ],
    ...made.tbs,
  });
  const der = alternative ? withAltSignature(tbs, await alternative.sign(preTbs(tbs))) : tbs;
  return parseCrl(encodeSigned(der, signer.algorithm.identifier, await signer.sign(der)));
}

export const crlPem = (...crls: readonly Crl[]): string =>
  crls.map(({ der }) => pem('X509 CRL', der)).join('');

/** An entry with extensions of any kind. */
export const entryWith = (serial: bigint, ...extensions: readonly Extension[]): Der =>
  sequence(
    integer(serial),
    time(new Date('2026-05-01T00:00:00Z')),
    ...(extensions.length === 0 ? [] : [sequence(...extensions.map(encodeExtension))]),
  );

export const entry = (serial: bigint, reason: EntryReason = 'keyCompromise'): Der =>
  entryWith(serial, {
    oid: EXTENSION_OID.reasonCode,
    critical: false,
    value: tlv(TAG.enumerated, Uint8Array.of(ENTRY_REASONS[reason])),
  });

const fullName = (url: string): Der =>
  contextConstructed(0, contextConstructed(0, generalName({ type: 'uri', value: url })));

const reasonFlags = (tag: number, bits: readonly number[]): Der =>
  contextPrimitive(tag, namedBitString(bits).subarray(2));

/** cRLDistributionPoints of one point. */
export const pointsTo = (url: string, reasons: readonly number[] = []): Extension => ({
  oid: EXTENSION_OID.crlDistributionPoints,
  critical: false,
  value: sequence(
    sequence(fullName(url), ...(reasons.length === 0 ? [] : [reasonFlags(1, reasons)])),
  ),
});

/** cRLDistributionPoints of one point, whose CRL is signed by somebody of this name. */
export const pointOf = (crlIssuer: Uint8Array, url?: string): Extension => ({
  oid: EXTENSION_OID.crlDistributionPoints,
  critical: false,
  value: sequence(
    sequence(
      ...(url === undefined ? [] : [fullName(url)]),
      contextConstructed(2, contextConstructed(4, crlIssuer)),
    ),
  ),
});

interface Scope {
  readonly url?: string;
  /** Which of the BOOLEANs is TRUE, by its tag: 1 user, 2 CA, 4 indirect, 5 attribute certificates. */
  readonly flag?: 1 | 2 | 4 | 5;
  readonly reasons?: readonly number[];
}

/** issuingDistributionPoint. */
export const scope = ({ url, flag, reasons = [] }: Scope): Extension => ({
  oid: EXTENSION_OID.issuingDistributionPoint,
  critical: true,
  value: sequence(
    ...(url === undefined ? [] : [fullName(url)]),
    ...(flag !== undefined && flag < 3 ? [truth(flag)] : []),
    ...(reasons.length === 0 ? [] : [reasonFlags(3, reasons)]),
    ...(flag !== undefined && flag > 3 ? [truth(flag)] : []),
  ),
});

const truth = (tag: number): Der => contextPrimitive(tag, Uint8Array.of(0xff));
