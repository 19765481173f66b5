import { DerError } from '../../der/reader.ts';
import { PkiError } from '../../errors.ts';
import { validatePath } from '../../path/validate-path.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { type KnownExtensions, knownExtensions } from '../../x509/extensions.ts';
import type { CliContext } from '../context.ts';
import { nameOf, readCertificates } from '../read-certificates.ts';

/** The certificate of a CA that somebody else has issued, and what is above it. */
export interface ReceivedCertificate {
  readonly certificate: Certificate;
  readonly extensions: KnownExtensions;
  /** The certificates above it, its issuer's first, the root's last; none for a root. */
  readonly chain: readonly Certificate[];
  /** For errors: the file that it came from. */
  readonly name: string;
  /** Sentences about what holds, but should be known. */
  readonly warnings: readonly string[];
}

/** Profile under which a store has the certificate of its CA if it came from elsewhere. */
export const RECEIVED_PROFILE = 'imported';

/**
 * Reads the certificate of a CA from a file, and proves that it leads to a root: by the other
 * certificates in that file, and those in the files of `--chain`. Throws USAGE for what cannot be
 * read, POLICY for what no verifier would take as a CA.
 */
export async function receivedCertificate(
  context: CliContext,
  file: string,
  chainFiles: readonly string[] = [],
): Promise<ReceivedCertificate> {
  const name = nameOf(file);
  const [certificate, ...others] = await readCertificates(context, file);
  for (const path of chainFiles) others.push(...(await readCertificates(context, path)));
  const extensions = extensionsOf(certificate, name);
  mustBeCa(extensions, name);
  const trust = [certificate, ...others].filter(isSelfIssued);
  if (trust.length === 0) {
    throw new PkiError('USAGE', `the chain of ${name} does not reach a root`, {
      hints: ['give the certificates of all CAs above it with --chain, the root included'],
    });
  }
  const at = context.clock();
  const paths = { certificate, intermediates: others, trust, at, requireAlternative: false };
  const { path, problems, warnings } = await validatePath(paths);
  const chain = path.slice(1).map((step) => step.certificate);
  const refused = [...problems, ...pathLengthProblems(certificate, chain)];
  if (refused.length === 0) return { certificate, extensions, chain, name, warnings };
  throw new PkiError('POLICY', `${name} does not verify under its chain`, { hints: refused });
}

const isSelfIssued = ({ tbs }: Certificate): boolean =>
  Buffer.compare(tbs.subject, tbs.issuer) === 0;

function extensionsOf({ tbs }: Certificate, name: string): KnownExtensions {
  try {
    return knownExtensions(tbs.extensions);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('USAGE', `${name} cannot be read: ${error.message}`, { cause: error });
  }
}

function mustBeCa({ basicConstraints, keyUsage }: KnownExtensions, name: string): void {
  if (basicConstraints?.ca && (keyUsage?.includes('keyCertSign') ?? true)) return;
  throw new PkiError('POLICY', `${name} is not the certificate of a CA`, {
    hints: [
      'it needs cA in basicConstraints, and keyCertSign in keyUsage (RFC 5280 §4.2.1.3, §4.2.1.9)',
    ],
  });
}

/** Path validation counts what is between the end and the root; this end is a CA, and counts too. */
function pathLengthProblems(
  certificate: Certificate,
  chain: readonly Certificate[],
): readonly string[] {
  let below = isSelfIssued(certificate) ? 0 : 1;
  return chain.flatMap((issuer) => {
    const limit = knownExtensions(issuer.tbs.extensions).basicConstraints?.pathLength;
    const spent = limit !== undefined && limit < below;
    if (!isSelfIssued(issuer)) below++;
    return spent
      ? [
          `a CA above it has the path length ${limit}, which is spent (path-length, RFC 5280 §4.2.1.9)`,
        ]
      : [];
  });
}
