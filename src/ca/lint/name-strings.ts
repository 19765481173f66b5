import { TAG } from '../../der/writer.ts';
import type { EncodedAttribute } from '../../x509/names.ts';

/** Attributes that have one string type only (RFC 5280 appendix A.1). */
// biome-ignore format: a table
const ONE_TYPE: Readonly<Record<string, readonly [tag: number, type: string]>> = {
  '2.5.4.5':                    [TAG.printableString, 'PrintableString'], // serialNumber
  '2.5.4.6':                    [TAG.printableString, 'PrintableString'], // countryName
  '2.5.4.46':                   [TAG.printableString, 'PrintableString'], // dnQualifier
  '0.9.2342.19200300.100.1.25': [TAG.ia5String, 'IA5String'], // domainComponent
  '1.2.840.113549.1.9.1':       [TAG.ia5String, 'IA5String'], // emailAddress
};

const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

/** What is wrong with the type of a string, for an attribute that has one only. */
export function stringTypeProblem({ oid, tag }: EncodedAttribute): string | undefined {
  const [wanted, type] = ONE_TYPE[oid] ?? [tag];
  return tag === wanted ? undefined : `the attribute ${oid} must be a ${type}`;
}

/** TeletexString, UniversalString and BMPString are for names that were there before 2004. */
export const isOldString = ({ oid, tag }: EncodedAttribute): boolean =>
  !(oid in ONE_TYPE) && [0x14, 0x1c, 0x1e].includes(tag);

/** Characters that its type does not have (X.680 clause 41.4). */
export function charactersProblem({ oid, tag, contents }: EncodedAttribute): string | undefined {
  const text = Buffer.from(contents).toString('latin1');
  if (tag === TAG.printableString && !PRINTABLE.test(text)) {
    return `the attribute ${oid} holds characters that a PrintableString has not`;
  }
  return tag === TAG.ia5String && /[^\0-\x7f]/.test(text)
    ? `the attribute ${oid} holds characters that an IA5String has not`
    : undefined;
}
