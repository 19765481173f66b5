import type { AskedRequest } from '../../ca/asked-request.ts';
import { DerError, DerReader } from '../../der/reader.ts';
import { timeText } from '../../der/time.ts';
import { serialText } from '../../x509/certificate.ts';
import type { CertificationRequest } from '../../x509/csr.ts';
import { ATTRIBUTE_OID, onlyValue } from '../../x509/csr-attributes.ts';
import type { CsrProof } from '../../x509/csr-proofs.ts';
import { EXTENSION_OID } from '../../x509/extensions.ts';
import { generalNameText } from '../../x509/general-names.ts';
import type { IssuerAndSerialNumber } from '../../x509/issuer-and-serial.ts';
import { nameText, parseName } from '../../x509/names.ts';
import { printable } from '../printable.ts';
import {
  type AlgorithmDescription,
  describePublicKey,
  describeSigning,
} from './describe-algorithm.ts';
import { describeProof, type ProofDescription } from './describe-proof.ts';
import type { RequestedExtension } from './describe-requested.ts';

/** A request in words. */
export interface CsrDescription {
  readonly subject: string;
  /** As `dns:server.example.com`. */
  readonly names: readonly string[];
  readonly key: string;
  readonly signature: string;
  readonly alternativeKey?: string;
  readonly alternativeSignature?: string;
  readonly algorithms: readonly AlgorithmDescription[];
  /** Extensions that are asked for besides subjectAltName. */
  readonly extensions: readonly RequestedExtension[];
  /** By what they are called, or their OIDs. */
  readonly attributes: readonly string[];
  /** RFC 9763. */
  readonly relatedCertificate?: CertificateName & {
    readonly requestTime: string;
    readonly locations: readonly string[];
  };
  /** RFC 9883. */
  readonly statementOfPossession?: CertificateName & {
    /** Whether the certificate of the signer is in the request. */
    readonly included: boolean;
  };
  readonly proofs: readonly ProofDescription[];
}

interface CertificateName {
  readonly issuer: string;
  readonly serial: string;
}

export async function describeCsr(
  asked: AskedRequest,
  proofs: readonly CsrProof[],
): Promise<CsrDescription> {
  const { csr, related, statement } = asked;
  const algorithms = algorithmsOf(csr);
  const named = (wanted: AlgorithmDescription['role']) =>
    algorithms.find(({ role }) => role === wanted)?.name;
  const [alternativeKey, alternativeSignature] = [
    named('alternative key'),
    named('alternative signature'),
  ];
  return {
    subject: nameText(asked.subject),
    names: asked.subjectAltName.map((name) => printable(generalNameText(name))),
    key: named('key') ?? '',
    signature: named('signature') ?? '',
    ...(alternativeKey && { alternativeKey }),
    ...(alternativeSignature && { alternativeSignature }),
    algorithms,
    extensions: await extensionsOf(csr),
    attributes: csr.attributes.map(({ oid }) => NAMES.get(oid) ?? oid),
    ...(related && {
      relatedCertificate: {
        ...certificateName(related.certID),
        requestTime: timeText(related.requestTime),
        locations: related.locations.map(printable),
      },
    }),
    ...(statement && {
      statementOfPossession: {
        ...certificateName(statement.signer),
        included: statement.certificate !== undefined,
      },
    }),
    proofs: proofs.map(describeProof),
  };
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(ATTRIBUTE_OID).map(([name, oid]) => [oid, name] as const),
  ['1.2.840.113549.1.9.7', 'challengePassword'],
  ['1.2.840.113549.1.9.2', 'unstructuredName'],
]);

const certificateName = ({ issuer, serialNumber }: IssuerAndSerialNumber): CertificateName => ({
  issuer: nameText(parseName(issuer)),
  serial: serialText(serialNumber),
});

const NOTHING = new Uint8Array(0);

/** Both keys and both signatures; of the alternative ones, what can be read. */
function algorithmsOf({ signed, attributes }: CertificationRequest) {
  const alternative = (
    name: keyof typeof ATTRIBUTE_OID,
    describe: (value: Uint8Array) => AlgorithmDescription,
  ) =>
    understood(() => {
      const value = onlyValue(attributes, ATTRIBUTE_OID[name]);
      return value && describe(value);
    });
  return [
    describePublicKey('key', signed.spki),
    describeSigning('signature', signed.identifier, signed.signature),
    alternative('subjectAltPublicKeyInfo', (value) => describePublicKey('alternative key', value)),
    alternative('altSignatureAlgorithm', (identifier) => {
      const value = onlyValue(attributes, ATTRIBUTE_OID.altSignatureValue);
      const octets = value ? new DerReader(value).bitString() : NOTHING;
      return describeSigning('alternative signature', identifier, octets);
    }),
  ].filter((item) => item !== undefined);
}

/** What is wrong with an alternative part is told by its proof. */
function understood<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** Those besides subjectAltName, which is told among the names. */
async function extensionsOf({
  extensions,
}: CertificationRequest): Promise<readonly RequestedExtension[]> {
  const others = extensions.filter(({ oid }) => oid !== EXTENSION_OID.subjectAltName);
  if (others.length === 0) return [];
  const { describeRequested } = await import('./describe-requested.ts'); // its library loads slowly
  return others.map(describeRequested);
}
