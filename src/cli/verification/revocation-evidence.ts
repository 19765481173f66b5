import { PkiError } from '../../errors.ts';
import type { PathOcsp } from '../../path/check-ocsp.ts';
import type { RevocationEvidence } from '../../path/check-revocation.ts';
import { parseResponseData } from '../../x509/ocsp-data.ts';
import type { CliContext } from '../context.ts';
import { readable, readOcspResponse } from '../ocsp/read-ocsp.ts';
import { nameOf } from '../read-certificates.ts';
import { readCrls } from '../read-crls.ts';

/** Options of `pki verify` about revocation. */
export interface RevocationOptions {
  readonly crl?: readonly string[];
  readonly ocsp?: readonly string[];
  readonly revocation?: 'leaf' | 'all';
}

/** The files read; nothing if there are none. */
export async function revocationEvidence(
  context: CliContext,
  { crl = [], ocsp = [], revocation }: RevocationOptions,
): Promise<{ readonly revocation?: RevocationEvidence }> {
  if (crl.length === 0 && ocsp.length === 0) {
    if (revocation === undefined) return {};
    throw new PkiError('USAGE', '--revocation needs something that tells of it', {
      hints: ['give --crl or --ocsp'],
    });
  }
  const required = revocation ?? (crl.length > 0 ? 'all' : 'leaf');
  const [crls, responses] = [
    (await Promise.all(crl.map((file) => readCrls(context, file)))).flat(),
    await Promise.all(ocsp.map((file) => readAnswer(context, file))),
  ];
  return { revocation: { crls, responses, required } };
}

/** A response that says something; throws USAGE, and POLICY for an error of the responder's. */
async function readAnswer(context: CliContext, file: string): Promise<PathOcsp> {
  const { basic, status } = await readOcspResponse(context, file);
  if (!basic) {
    throw new PkiError('POLICY', `${nameOf(file)} is no answer, but the error ${status}`, {
      hints: ['ask the responder again'],
    });
  }
  await readable(file, 'an OCSP response', () => parseResponseData(basic.tbsDer));
  return { basic, name: `the OCSP response in ${nameOf(file)}` };
}
