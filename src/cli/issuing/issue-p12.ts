import { encodePkcs12 } from '../../signers/pkcs12.ts';
import type { CaDirectory } from '../../store/ca-directory.ts';
import { subjectText } from '../../x509/alternative-names.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { CliContext } from '../context.ts';
import { chooseSecret, P12_PASSPHRASE } from '../secrets.ts';
import type { OutputOptions } from './issue-outputs.ts';
import { issuerChain } from './issuer-chain.ts';

/** Asks for what a PKCS #12 file needs, before anything is signed; what it returns makes the file. */
export async function newP12(
  context: CliContext,
  { p12PassphraseFile, p12Name }: OutputOptions,
  ca: CaDirectory,
): Promise<(pkcs8: Uint8Array, certificate: Certificate) => Uint8Array> {
  const chain = issuerChain(ca).map(({ der }) => der);
  const passphrase = await chooseSecret(
    context,
    P12_PASSPHRASE,
    p12PassphraseFile,
    'new passphrase for the PKCS #12 file',
  );
  return (pkcs8, { der, tbs }) => {
    const friendlyName = p12Name ?? subjectText(tbs.subject, tbs.extensions);
    return encodePkcs12({ pkcs8, certificate: der, chain, friendlyName }, passphrase);
  };
}
