import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pemBlocks } from '../der/pem.ts';
import { DerError } from '../der/reader.ts';
import { PkiError, systemErrorText } from '../errors.ts';
import type { CaDirectory } from '../store/ca-directory.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';

/** The certificates above a CA, in its directory; there under a parent only. */
const CHAIN_FILE = 'chain.crt';

/** The CA's certificate and those above it, each once, the root last if it is there. */
export function issuerChain({ certificate, path }: CaDirectory): readonly Certificate[] {
  const file = join(path, CHAIN_FILE);
  const chain = [certificate, ...(existsSync(file) ? certificatesIn(file) : [])];
  const texts = chain.map(({ der }) => Buffer.from(der).toString('base64'));
  return chain.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
}

/** The same without self-signed roots, which whoever verifies has to have already. */
export const sentChain = (ca: CaDirectory): readonly Certificate[] =>
  issuerChain(ca).filter(({ tbs }) => Buffer.compare(tbs.subject, tbs.issuer) !== 0);

function certificatesIn(file: string): readonly Certificate[] {
  try {
    return pemBlocks(readFileSync(file, 'utf8'))
      .filter(({ label }) => label === 'CERTIFICATE')
      .map(({ der }) => parseCertificate(der));
  } catch (error) {
    const why = error instanceof DerError ? error.message : systemErrorText(error);
    throw new PkiError('STORE', `cannot read the chain in ${file}: ${why}`, { cause: error });
  }
}
