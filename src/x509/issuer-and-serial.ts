import type { DerReader } from '../der/reader.ts';
import { type Der, integer, sequence, TAG } from '../der/writer.ts';
import { type Certificate, serialText } from './certificate.ts';
import { nameText, parseName } from './names.ts';

/** IssuerAndSerialNumber (RFC 5652 §10.2.4): names one certificate, and says no more of it. */
export interface IssuerAndSerialNumber {
  /** Name, DER. */
  readonly issuer: Uint8Array;
  readonly serialNumber: bigint;
}

export const issuerAndSerialNumber = ({ tbs }: Certificate): IssuerAndSerialNumber => ({
  issuer: tbs.issuer,
  serialNumber: tbs.serialNumber,
});

export const encodeIssuerAndSerialNumber = ({ issuer, serialNumber }: IssuerAndSerialNumber): Der =>
  sequence(issuer, integer(serialNumber));

export function readIssuerAndSerialNumber(reader: DerReader): IssuerAndSerialNumber {
  const pair = reader.enter();
  const issuer = pair.read(TAG.sequence).octets;
  parseName(issuer); // that it can be told
  const serialNumber = pair.integer();
  pair.end();
  return { issuer, serialNumber };
}

/** True if the certificate is the one that is named; names are compared octet by octet. */
export const isNamedBy = (
  { tbs }: Certificate,
  { issuer, serialNumber }: IssuerAndSerialNumber,
): boolean => tbs.serialNumber === serialNumber && Buffer.compare(tbs.issuer, issuer) === 0;

/** For people: `serial 4fd2… of CN=Example CA`. */
export const issuerAndSerialText = ({ issuer, serialNumber }: IssuerAndSerialNumber): string =>
  `serial ${serialText(serialNumber)} of ${nameText(parseName(issuer))}`;
