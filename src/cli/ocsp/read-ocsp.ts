import { DerError, enterDer } from '../../der/reader.ts';
import { TAG } from '../../der/writer.ts';
import { PkiError } from '../../errors.ts';
import { type OcspRequest, parseOcspRequest } from '../../x509/ocsp-request.ts';
import { type OcspResponse, parseOcspResponse } from '../../x509/ocsp-response.ts';
import type { CliContext } from '../context.ts';
import { nameOf } from '../read-certificates.ts';
import { readInput } from '../read-input.ts';

export type OcspMessage =
  | ({ readonly kind: 'request' } & OcspRequest)
  | ({ readonly kind: 'response' } & OcspResponse);

/** A request or a response, DER, whichever the file holds; throws USAGE. */
export async function readOcspMessage(context: CliContext, file: string): Promise<OcspMessage> {
  const der = await readInput(context, file);
  return readable<OcspMessage>(file, 'a request or a response of OCSP', () =>
    isResponse(der)
      ? { kind: 'response', ...parseOcspResponse(der) }
      : { kind: 'request', ...parseOcspRequest(der) },
  );
}

export async function readOcspRequest(context: CliContext, file: string): Promise<OcspRequest> {
  const der = await readInput(context, file);
  return readable(file, 'an OCSP request', () => parseOcspRequest(der));
}

export async function readOcspResponse(context: CliContext, file: string): Promise<OcspResponse> {
  const der = await readInput(context, file);
  return readable(file, 'an OCSP response', () => parseOcspResponse(der));
}

/** What `read` returns; where it throws a DerError, the file is not `what` it should be: USAGE. */
export async function readable<Result>(
  file: string,
  what: string,
  read: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('USAGE', `${nameOf(file)} cannot be read as ${what}: ${error.message}`, {
      hints: ['it has to be in DER, as it goes over the network'],
      cause: error,
    });
  }
}

/** A response begins with its status; a request with what is asked. */
const isResponse = (der: Uint8Array): boolean =>
  der.length > 0 && enterDer(der).nextTag === TAG.enumerated;
