import { describeKey } from '../algorithms/spki.ts';
import { derFromFile, pemBlocks } from '../der/pem.ts';
import { DerError } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { PkiError } from '../errors.ts';
import { type CertificationRequest, parseCsr } from '../x509/csr.ts';
import { ATTRIBUTE_OID } from '../x509/csr-attributes.ts';
import { EXTENSION_OID, type Extension, knownExtensions } from '../x509/extensions.ts';
import { type GeneralName, parseGeneralNames } from '../x509/general-names.ts';
import { type NameAttribute, parseName } from '../x509/names.ts';
import { type PossessionStatement, possessionStatementOf } from '../x509/possession-statement.ts';
import { type RelatedCertRequest, relatedCertRequestOf } from '../x509/related-cert-request.ts';

/** What a request says, before anything of it is proven. */
export interface AskedRequest {
  readonly csr: CertificationRequest;
  /** For people: `ecdsa-p256`, or an OID. */
  readonly key: string;
  readonly subject: readonly NameAttribute[];
  readonly subjectAltName: readonly GeneralName[];
  /** OIDs of the extensions that are asked for besides subjectAltName. */
  readonly otherExtensions: readonly string[];
  /** OIDs of the attributes that mean nothing to us, such as a challengePassword. */
  readonly otherAttributes: readonly string[];
  /** Whether basicConstraints are asked for that say CA. */
  readonly asksForCa: boolean;
  readonly related: RelatedCertRequest | undefined;
  readonly statement: PossessionStatement | undefined;
}

const LABELS: readonly string[] = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];

const KNOWN_ATTRIBUTES: readonly string[] = Object.values(ATTRIBUTE_OID);

/** Reads a PKCS #10 request, in PEM or DER; throws USAGE for what is none. `name` is for that. */
export function readRequest(file: Uint8Array, name: string): AskedRequest {
  const der = derFromFile(file, LABELS);
  try {
    mustBeOne(file);
    if (!der) throw new DerError('there is no PEM block "CERTIFICATE REQUEST" in it');
    return asked(parseCsr(der));
  } catch (error) {
    if (!(error instanceof DerError) && !(error instanceof TypeError)) throw error;
    throw new PkiError('USAGE', `${name} is not a certificate request: ${error.message}`, {
      hints: ['it has to be PKCS #10, in PEM or DER, as "openssl req -new" makes it'],
      cause: error,
    });
  }
}

/** To take the first of several would leave the others out without a word. */
function mustBeOne(file: Uint8Array): void {
  if (file[0] === TAG.sequence) return;
  const blocks = pemBlocks(Buffer.from(file).toString('latin1'));
  const { length } = blocks.filter(({ label }) => LABELS.includes(label));
  if (length > 1)
    throw new DerError(`there are ${length} requests in it, and one is taken at a time`);
}

function asked(csr: CertificationRequest): AskedRequest {
  const isSan = ({ oid }: Extension) => oid === EXTENSION_OID.subjectAltName;
  const { extensions } = csr;
  return {
    csr,
    key: describeKey(csr.publicKey),
    subject: parseName(csr.subject),
    subjectAltName: extensions.filter(isSan).flatMap(({ value }) => parseGeneralNames(value)),
    otherExtensions: extensions.filter((item) => !isSan(item)).map(({ oid }) => oid),
    otherAttributes: csr.attributes
      .map(({ oid }) => oid)
      .filter((oid) => !KNOWN_ATTRIBUTES.includes(oid)),
    asksForCa:
      knownExtensions(extensions.filter(({ oid }) => oid === EXTENSION_OID.basicConstraints))
        .basicConstraints?.ca ?? false,
    related: relatedCertRequestOf(csr),
    statement: possessionStatementOf(csr),
  };
}
