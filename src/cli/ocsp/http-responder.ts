import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OcspAnswer } from '../../ca/ocsp.ts';
import { PkiError, systemErrorText } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import { encodeErrorResponse } from '../../x509/ocsp-response.ts';
import { printable } from '../printable.ts';
import { cacheHeaders, NEVER_CACHED } from './http-caching.ts';
import { type HttpRefusal, readHttpRequest } from './http-request.ts';

export interface HttpResponderParts {
  readonly host: string;
  /** 0 is any that is free. */
  readonly port: number;
  answer(request: Uint8Array): Promise<OcspAnswer>;
  readonly clock: Clock;
  /** Says what went wrong to whoever runs it. */
  note(text: string): void;
}

export interface HttpResponder extends AsyncDisposable {
  readonly url: string;
}

/** What strangers can make it hold or wait for. Times in milliseconds. */
const BOUNDS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8_192, // octets
};

/** A connection on which nothing moves, as of somebody who does not read. Milliseconds. */
const IDLE = 10_000;

const MAX_CONNECTIONS = 1_024;

/** Answers in the making; a slow token must not let them pile up. More are told to come later. */
const MAX_PENDING = 128;

/** How long connections that are busy may take when it ends. Milliseconds. */
const GRACE = 2_000;

/** Listens; disposing of it lets the answers in the making go out, and closes all connections. */
export async function startHttpResponder(parts: HttpResponderParts): Promise<HttpResponder> {
  const answer = bounded(parts);
  const server = createServer(BOUNDS, (request, response) => {
    void handle(request, response, answer, parts.clock);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(IDLE);
  await listening(server, parts);
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`,
    [Symbol.asyncDispose]: () => closed(server),
  };
}

function listening(server: Server, { host, port }: HttpResponderParts): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const why = systemErrorText(error);
      const message = `cannot listen on port ${port} of ${host}: ${why}`;
      reject(new PkiError('USAGE', message, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

function closed(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), GRACE);
  return new Promise((resolve) => {
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

type Answer = HttpResponderParts['answer'];

const failure = (status: 'internalError' | 'tryLater'): OcspAnswer => ({
  der: encodeErrorResponse(status),
  status,
  data: undefined,
});

/** Never rejects; what went wrong is noted, once until something else does. */
function bounded({ answer, note }: HttpResponderParts): Answer {
  let [pending, told] = [0, ''];
  return async (request) => {
    if (pending >= MAX_PENDING) return failure('tryLater');
    pending += 1;
    try {
      return await answer(request);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (text !== told) note(`pki: warning: ${printable(text)}`);
      told = text;
      return failure('internalError');
    } finally {
      pending -= 1;
    }
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  clock: Clock,
): Promise<void> {
  const asked = await readHttpRequest(request);
  if (asked.kind === 'gone') return;
  if (asked.kind === 'refused') return refuse(response, asked);
  const answered = await answer(asked.der);
  const cached = request.method === 'GET' ? cacheHeaders(answered, clock()) : NEVER_CACHED;
  response.writeHead(200, {
    'content-type': 'application/ocsp-response',
    'content-length': answered.der.length,
    ...cached,
  });
  response.end(answered.der);
}

/** The connection ends: what else comes on it is not read. */
function refuse(response: ServerResponse, { status, headers }: HttpRefusal): void {
  response.writeHead(status, {
    ...headers,
    ...NEVER_CACHED,
    'content-length': 0,
    connection: 'close',
  });
  response.end();
}
