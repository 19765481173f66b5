import { PkiError } from '../../errors.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { CliContext } from '../context.ts';
import { nameOf, readCertificates } from '../read-certificates.ts';

/** Reads a certificate and its issuer's; throws USAGE if it names another issuer. */
export async function readWithIssuer(
  context: CliContext,
  files: { readonly cert: string; readonly issuer: string },
): Promise<{ readonly certificate: Certificate; readonly issuer: Certificate }> {
  const [certificate] = await readCertificates(context, files.cert);
  const [issuer] = await readCertificates(context, files.issuer);
  if (Buffer.compare(certificate.tbs.issuer, issuer.tbs.subject) === 0) {
    return { certificate, issuer };
  }
  const [cert, other] = [nameOf(files.cert), nameOf(files.issuer)];
  throw new PkiError('USAGE', `${cert} was not issued by the subject of ${other}`);
}
