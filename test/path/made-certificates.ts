import { pem } from '../../src/der/pem.ts';
import {
  boolean,
  contextConstructed,
  contextPrimitive,
  integer,
  namedBitString,
  objectIdentifier,
  octetString,
  sequence,
} from '../../src/der/writer.ts';
import type { Signer } from '../../src/signers/signer.ts';
import {
  altSignatureAlgorithm,
  preTbs,
  subjectAltPublicKeyInfo,
  withAltSignature,
} from '../../src/x509/alternative.ts';
import {
  type Certificate,
  encodeCertificate,
  encodeTbs,
  parseCertificate,
  type TbsCertificate,
} from '../../src/x509/certificate.ts';
import {
  authorityKeyIdentifier,
  EXTENSION_OID,
  type Extension,
  keyIdentifier,
  subjectKeyIdentifier,
} from '../../src/x509/extensions.ts';
import { encodeGeneralNames, type GeneralName } from '../../src/x509/general-names.ts';
import { encodeName } from '../../src/x509/names.ts';

/** Who issues: a name and keys. */
export interface Party {
  /** Name, DER. */
  readonly name: Uint8Array;
  readonly signer: Signer;
  readonly alternative?: Signer;
}

export const party = (commonName: string, signer: Signer, alternative?: Signer): Party => ({
  name: cn(commonName),
  signer,
  ...(alternative && { alternative }),
});

export const cn = (value: string): Uint8Array => encodeName([{ type: 'CN', value }]);

export interface MadeCertificate {
  readonly subject: Party;
  readonly issuer: Party;
  readonly extensions?: readonly Extension[];
  /** What is to differ from a sound certificate, before it is signed. */
  readonly tbs?: Partial<TbsCertificate>;
  /** The alternative signature is left out although the issuer has the key. */
  readonly withoutAlternative?: boolean;
}

let serial = 1000n;

/** Signs a certificate with these extensions and key identifiers, sound or not. */
export async function make(made: MadeCertificate): Promise<Certificate> {
  const { subject, issuer, extensions = [] } = made;
  serial += 1n;
  const alternative = made.withoutAlternative ? undefined : issuer.alternative;
  const tbs: TbsCertificate = {
    serialNumber: serial,
    signature: issuer.signer.algorithm.identifier,
    issuer: issuer.name,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-12-31T23:59:59Z'),
    subject: subject.name,
    publicKey: subject.signer.publicKey,
    extensions: [
      ...extensions,
      subjectKeyIdentifier(keyIdentifier(subject.signer.publicKey)),
      authorityKeyIdentifier(keyIdentifier(issuer.signer.publicKey)),
      ...(subject.alternative ? [subjectAltPublicKeyInfo(subject.alternative.publicKey)] : []),
      ...(alternative ? [altSignatureAlgorithm(alternative.algorithm.identifier)] : []),
    ],
    ...made.tbs,
  };
  const der = encodeTbs(tbs);
  const signed = alternative ? withAltSignature(der, await alternative.sign(preTbs(der))) : der;
  return sealed(signed, issuer);
}

/** Signs any TBS. */
export const sealed = async (tbs: Uint8Array, { signer }: Party): Promise<Certificate> =>
  parseCertificate(encodeCertificate(tbs, signer.algorithm.identifier, await signer.sign(tbs)));

export const pemOf = (...certificates: readonly Certificate[]): string =>
  certificates.map(({ der }) => pem('CERTIFICATE', der)).join('');

const extension = (oid: string, value: Uint8Array, critical: boolean): Extension => ({
  oid,
  critical,
  value,
});

/** basicConstraints of a CA. */
export const isCa = (pathLength?: number, critical = true): Extension =>
  extension(
    EXTENSION_OID.basicConstraints,
    sequence(boolean(true), ...(pathLength === undefined ? [] : [integer(pathLength)])),
    critical,
  );

/** keyUsage by the numbers of its bits; 5 is keyCertSign. */
export const usage = (...bits: readonly number[]): Extension =>
  extension(EXTENSION_OID.keyUsage, namedBitString(bits), true);

/** What each CA here has. */
export const CA: readonly Extension[] = [isCa(), usage(5, 6)];

export const caWith = (...more: readonly Extension[]): readonly Extension[] => [...CA, ...more];

export const san = (...names: readonly GeneralName[]): Extension =>
  extension(EXTENSION_OID.subjectAltName, encodeGeneralNames(names), false);

export const dns = (value: string): GeneralName => ({ type: 'dns', value });

export const unknown = (critical: boolean): Extension =>
  extension('1.3.6.1.4.1.99999.1', octetString(Uint8Array.of(1)), critical);

/** GeneralNames of subtrees in DER, as the functions below make them. */
export const constraints = (
  permitted: readonly Uint8Array[],
  excluded: readonly Uint8Array[] = [],
): Extension => {
  const subtrees = (number: number, bases: readonly Uint8Array[]) =>
    bases.length === 0 ? [] : [contextConstructed(number, ...bases.map((base) => sequence(base)))];
  return extension(
    '2.5.29.30',
    sequence(...subtrees(0, permitted), ...subtrees(1, excluded)),
    true,
  );
};

const text = (number: number) => (value: string) =>
  contextPrimitive(number, Buffer.from(value, 'latin1'));

export const email = text(1);
export const dnsBase = text(2);
export const uri = text(6);
export const ip = (...octets: readonly number[]) => contextPrimitive(7, Uint8Array.from(octets));
export const directory = (name: Uint8Array) => contextConstructed(4, name);
export const registeredId = contextPrimitive(8, objectIdentifier('1.2.3.4').subarray(2));
