import type { IncomingMessage } from 'node:http';
import { parseOcspPath } from '../../x509/ocsp-request.ts';

/** What HTTP itself refuses, before anything is asked. */
export interface HttpRefusal {
  readonly kind: 'refused';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

export type HttpQuestion =
  | { readonly kind: 'asked'; readonly der: Uint8Array }
  | HttpRefusal
  /** The client went away. */
  | { readonly kind: 'gone' };

/** The longest request in a body, with room for a signature and its certificates. Octets. */
export const MAX_BODY = 16_384;

/** What is asked by GET (RFC 6960 §A.1) or POST; a path that is no base64 is an empty request. */
export async function readHttpRequest(request: IncomingMessage): Promise<HttpQuestion> {
  const { method, url = '/', headers } = request;
  if (method === 'GET') {
    const [path = ''] = url.slice(1).split('?', 1);
    return { kind: 'asked', der: parseOcspPath(path) ?? new Uint8Array(0) };
  }
  if (method !== 'POST') return refused(405, { allow: 'GET, POST' });
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/ocsp-request') return refused(415);
  if (Number(headers['content-length'] ?? 0) > MAX_BODY) return refused(413);
  return body(request);
}

function body(request: IncomingMessage): Promise<HttpQuestion> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BODY) chunks.push(chunk);
      else resolve(refused(413));
    });
    request.once('end', () => resolve({ kind: 'asked', der: Buffer.concat(chunks) }));
    request.once('close', () => resolve({ kind: 'gone' }));
    request.once('error', () => resolve({ kind: 'gone' }));
  });
}

const refused = (status: number, headers: HttpRefusal['headers'] = {}): HttpRefusal => ({
  kind: 'refused',
  status,
  headers,
});
