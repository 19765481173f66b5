import { verifySignature } from '../../algorithms/verify.ts';
import { derFromFile } from '../../der/pem.ts';
import { DerError } from '../../der/reader.ts';
import { PkiError } from '../../errors.ts';
import type { KnownHead } from '../../store/audit/chain.ts';
import type { CaDirectory } from '../../store/ca-directory.ts';
import { type AuditHead, parseAuditHead, parseAuditHeadText } from '../../x509/audit-head.ts';
import { type Crl, parseCrl, parseCrlNumber } from '../../x509/crl.ts';
import type { CliContext } from '../context.ts';
import { readInput } from '../read-input.ts';

/**
 * A copy of a head: `NUMBER:HASH`, a file that holds such a line or what `pki audit head --json`
 * prints, or a CRL of the CA, whose signature is verified.
 */
export async function knownHead(
  context: CliContext,
  text: string,
  directory: CaDirectory,
): Promise<KnownHead> {
  const given = parseAuditHeadText(text);
  if (given) return { name: text, head: given };
  const contents = await readInput(context, text);
  const written = headIn(Buffer.from(contents).toString('latin1'));
  if (written) return { name: text, head: written };
  const crl = crlIn(contents, text);
  const head = headOfCrl(crl, text);
  if (!head) throw new PkiError('USAGE', `${text} is a CRL without an audit head`);
  await mustBeOf(directory, crl, text);
  return { name: text, head };
}

/** The heads in the CRLs that the store keeps, which nobody without the CA's key can have changed. */
export async function headsOfKeptCrls(directory: CaDirectory): Promise<readonly KnownHead[]> {
  const known: KnownHead[] = [];
  for await (const der of directory.store.keptCrls()) {
    const crl = crlIn(der, 'a CRL in the store');
    const name = `CRL ${parseCrlNumber(crl.tbs.extensions)} in the store`;
    const head = headOfCrl(crl, name);
    if (!head) continue; // of an older version
    await mustBeOf(directory, crl, name);
    known.push({ name, head });
  }
  return known;
}

/** In PEM or DER; throws USAGE for what is none. */
export function crlIn(contents: Uint8Array, name: string): Crl {
  try {
    const der = derFromFile(contents, ['X509 CRL', 'CRL']);
    if (!der) throw new DerError('there is neither a head nor a CRL in it');
    return parseCrl(der);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('USAGE', `${name} is no copy of an audit head: ${error.message}`, {
      hints: ['give NUMBER:HASH, a file from "pki audit head", or a CRL of this CA'],
      cause: error,
    });
  }
}

/** Throws USAGE for a malformed one. */
export function headOfCrl({ tbs }: Crl, name: string): AuditHead | undefined {
  try {
    return parseAuditHead(tbs.extensions);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('USAGE', `${name} cannot be read: ${error.message}`, { cause: error });
  }
}

function headIn(text: string): AuditHead | undefined {
  const line = parseAuditHeadText(text);
  if (line || !text.trimStart().startsWith('{')) return line;
  try {
    const { number, hash } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return parseAuditHeadText(`${number}:${hash}`);
  } catch {
    return undefined; // then it is nothing else either, and the error tells
  }
}

async function mustBeOf(
  { certificate: { tbs }, path }: CaDirectory,
  { tbs: list, tbsDer: message, signatureAlgorithm: identifier, signature }: Crl,
  name: string,
): Promise<void> {
  if (Buffer.compare(tbs.subject, list.issuer) !== 0) {
    throw new PkiError('USAGE', `${name} is a CRL of another CA than that in ${path}`);
  }
  const problem = await verifySignature({ spki: tbs.publicKey, identifier, message, signature });
  if (problem === undefined) return;
  throw new PkiError('INTEGRITY', `${name} is not signed by the CA in ${path}: ${problem}`);
}
