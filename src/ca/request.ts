import { derFromFile } from '../der/pem.ts';
import { DerError } from '../der/reader.ts';
import { PkiError } from '../errors.ts';
import { parseCsr, verifyCsr } from '../x509/csr.ts';
import { EXTENSION_OID, type Extension } from '../x509/extensions.ts';
import { type GeneralName, parseGeneralNames } from '../x509/general-names.ts';
import { type NameAttribute, parseName } from '../x509/names.ts';

declare const possessed: unique symbol; // has no value: exists in the type system only

/**
 * A public key whose private key the requester is known to have, and the names that they ask for.
 * Only {@link verifyRequest} and {@link requestForOwnKey} make one.
 */
export interface CertificateRequest {
  readonly [possessed]: true;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly subject: readonly NameAttribute[];
  readonly subjectAltName: readonly GeneralName[];
  /** OIDs of the extensions that are asked for besides subjectAltName. */
  readonly otherExtensions: readonly string[];
}

/** For a key pair that we hold ourselves; it asks for no names of its own. */
export const requestForOwnKey = (publicKey: Uint8Array): CertificateRequest =>
  possession({ publicKey, subject: [], subjectAltName: [], otherExtensions: [] });

const possession = (request: Omit<CertificateRequest, typeof possessed>): CertificateRequest =>
  request as CertificateRequest; // nowhere else is this cast

/**
 * Reads a PKCS #10 request, in PEM or DER, and checks its signature. `name` is for errors: USAGE
 * for what is no request, POLICY for one that does not prove possession of the key.
 */
export async function verifyRequest(file: Uint8Array, name: string): Promise<CertificateRequest> {
  const csr = readable(file, name);
  const verdict = await verifyCsr(csr.parsed);
  if (verdict !== undefined) {
    throw new PkiError('POLICY', `${name} does not prove possession of its key: ${verdict}`, {
      hints: ['the request has to be signed with the private key of its own public key'],
    });
  }
  return possession(csr.asked);
}

function readable(file: Uint8Array, name: string) {
  const der = derFromFile(file, ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']);
  try {
    if (!der) throw new DerError('there is no PEM block "CERTIFICATE REQUEST" in it');
    const parsed = parseCsr(der);
    const { extensions, publicKey } = parsed;
    const isSan = ({ oid }: Extension) => oid === EXTENSION_OID.subjectAltName;
    const asked = {
      publicKey,
      subject: parseName(parsed.subject),
      subjectAltName: extensions.filter(isSan).flatMap(({ value }) => parseGeneralNames(value)),
      otherExtensions: extensions.filter((item) => !isSan(item)).map(({ oid }) => oid),
    };
    return { parsed, asked };
  } catch (error) {
    if (!(error instanceof DerError) && !(error instanceof TypeError)) throw error;
    throw new PkiError('USAGE', `${name} is not a certificate request: ${error.message}`, {
      hints: ['it has to be PKCS #10, in PEM or DER, as "openssl req -new" makes it'],
      cause: error,
    });
  }
}
