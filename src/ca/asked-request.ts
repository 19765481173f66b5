import { describeKey } from '../algorithms/spki.ts';
import { derFromFile } from '../der/pem.ts';
import { DerError } from '../der/reader.ts';
import { PkiError } from '../errors.ts';
import { type CertificationRequest, parseCsr } from '../x509/csr.ts';
import { EXTENSION_OID, type Extension } from '../x509/extensions.ts';
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
  readonly related: RelatedCertRequest | undefined;
  readonly statement: PossessionStatement | undefined;
}

/** Reads a PKCS #10 request, in PEM or DER; throws USAGE for what is none. `name` is for that. */
export function readRequest(file: Uint8Array, name: string): AskedRequest {
  const der = derFromFile(file, ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']);
  try {
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

function asked(csr: CertificationRequest): AskedRequest {
  const isSan = ({ oid }: Extension) => oid === EXTENSION_OID.subjectAltName;
  const { extensions } = csr;
  return {
    csr,
    key: describeKey(csr.publicKey),
    subject: parseName(csr.subject),
    subjectAltName: extensions.filter(isSan).flatMap(({ value }) => parseGeneralNames(value)),
    otherExtensions: extensions.filter((item) => !isSan(item)).map(({ oid }) => oid),
    related: relatedCertRequestOf(csr),
    statement: possessionStatementOf(csr),
  };
}
