import { type AskedRequest, readRequest } from '../../ca/asked-request.ts';
import { type CsrCompanions, type CsrProof, csrProofs } from '../../x509/csr-proofs.ts';
import type { CliContext } from '../context.ts';
import { nameOf, readCertificates } from '../read-certificates.ts';
import { readInput } from '../read-input.ts';

/** Options of `pki csr show` and `pki csr verify`. */
export interface InspectCsrOptions {
  readonly related?: string;
  readonly signerCert?: string;
  readonly json?: boolean;
}

export interface InspectedCsr {
  /** For messages: the file. */
  readonly name: string;
  readonly asked: AskedRequest;
  readonly proofs: readonly CsrProof[];
}

/** Reads a request and checks what it proves; whom its certificates are from is for a CA to ask. */
export async function inspectCsr(
  context: CliContext,
  file: string,
  { related, signerCert }: InspectCsrOptions,
): Promise<InspectedCsr> {
  const name = nameOf(file);
  const asked = readRequest(await readInput(context, file), name);
  const first = async (path: string) => (await readCertificates(context, path))[0];
  const companions: CsrCompanions = {
    ...(related !== undefined && { related: await first(related) }),
    ...(signerCert !== undefined && { signer: await first(signerCert) }),
  };
  return { name, asked, proofs: await csrProofs(asked.csr, companions) };
}
