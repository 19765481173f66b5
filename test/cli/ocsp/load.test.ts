import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseResponseData } from '../../../src/x509/ocsp-data.ts';
import { ocspPath } from '../../../src/x509/ocsp-request.ts';
import { parseOcspResponse } from '../../../src/x509/ocsp-response.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { notBuilt, outcome, start } from '../built-program.ts';
import { ocspCa, succeed } from './ca.ts';
import { accepts, freePort } from './server.ts';

const missing = notBuilt() ?? (existsSync('/proc/self/fd') ? undefined : 'there is no /proc');

/** What the server may take beyond what it had before. */
const MORE = { megabytes: 150, handles: 5 } as const;

/** Longer than any connection may last that does nothing. Milliseconds. */
const PATIENCE = 20_000;

describe.skipIf(missing)(`pki ocsp serve as a process${missing ? ` (${missing})` : ''}`, () => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd });
  let [port, pid] = [0, 0];
  let [plain, fresh] = [Buffer.alloc(0), Buffer.alloc(0)];
  let child: ReturnType<typeof start> | undefined;
  let ended: ReturnType<typeof outcome> | undefined;

  beforeAll(async () => {
    await ocspCa(pki, cwd, 'ca', '--algorithm', 'ecdsa-p256');
    const about = ['ocsp', 'request', '--cert', 'ca-good.crt', '--issuer', 'ca/ca.crt'];
    plain = Buffer.from(await succeed(pki, ...about), 'latin1');
    fresh = Buffer.from(await succeed(pki, ...about, '--nonce'), 'latin1');
    port = await freePort();
    child = start({ cwd }, 'ocsp', 'serve', '--ca-dir', 'ca', '--port', `${port}`);
    pid = child.pid ?? 0;
    ended = outcome(child);
    while (!(await accepts(port))) await delay(50);
  });

  afterAll(() => {
    ended?.catch(() => undefined); // a test that failed leaves it running
    child?.kill('SIGKILL');
  });

  const url = () => `http://127.0.0.1:${port}/`;
  const handles = () => readdirSync(`/proc/${pid}/fd`).length;
  const megabytes = () => {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  };
  const get = async (request: Uint8Array) => answerIn(await fetch(url() + ocspPath(request)));
  const post = async (body: Buffer) =>
    answerIn(
      await fetch(url(), {
        method: 'POST',
        headers: { 'content-type': 'application/ocsp-request' },
        body: Uint8Array.from(body),
      }),
    );

  /** Status of the certificate, or of the response if that is an error, or of HTTP. */
  async function answerIn(response: Response): Promise<string> {
    const octets = Buffer.from(await response.arrayBuffer());
    if (response.status !== 200) return `${response.status}`;
    const { status, basic } = parseOcspResponse(octets);
    return basic ? `${parseResponseData(basic.tbsDer).responses[0]?.status.kind}` : status;
  }

  /** Opens a connection and writes; an error of a connection is the end of it. */
  function opened(...chunks: readonly (string | Uint8Array)[]): Socket {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    for (const chunk of chunks) socket.write(chunk);
    return socket;
  }

  async function received(socket: Socket): Promise<string> {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.once('end', () => socket.end());
    if (!socket.closed) await once(socket, 'close');
    return text;
  }

  const HEAD = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/ocsp-request\r\n';
  const answersIn = (text: string) => text.match(/HTTP\/1\.1 200 OK\r\n/g)?.length ?? 0;
  const GET = () => `GET /${ocspPath(plain)} HTTP/1.1\r\nhost: a\r\n`;

  it('answers after thousands of requests, and of attacks, with what it had before', async () => {
    for (let round = 0; round < 100; round++) expect(await get(plain)).toBe('good');
    const before = { handles: handles(), megabytes: megabytes() };

    const idle = Array.from({ length: 200 }, () => opened(HEAD)); // slow, as "slowloris" is
    const half = Array.from({ length: 100 }, () => opened(`${HEAD}content-length: 99\r\n\r\n0`));
    const drip = setInterval(() => {
      for (const socket of idle) socket.write('x: y\r\n');
    }, 500);
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const oversized = Array.from({ length: 50 }, (_, index) =>
      received(
        index % 2
          ? opened(`${HEAD}content-length: 99999999\r\n\r\n`, 'x'.repeat(99_999))
          : opened(`${HEAD}transfer-encoding: chunked\r\n\r\n`, chunk.repeat(64)),
      ),
    );
    const gone = Array.from({ length: 100 }, () => opened(`${GET()}\r\n`));
    for (const socket of gone) socket.once('connect', () => socket.destroy());
    const closing = Array.from({ length: 50 }, () => {
      const socket = opened(`${GET()}\r\n`);
      socket.end(); // half-closed: it sends no more, but listens
      return received(socket);
    });
    const [one, last] = [`${GET()}\r\n`, `${GET()}connection: close\r\n\r\n`];
    const pipelined = Array.from({ length: 20 }, () => received(opened(one.repeat(49), last)));

    const counts = new Map<string, number>();
    let left = 2000;
    const questions = [
      () => get(plain),
      () => post(randomBytes(100)),
      () => post(plain.subarray(0, -1)),
      () => post(fresh),
    ];
    const client = async () => {
      while (left-- > 0) {
        const answer = await (questions[left % 4] as () => Promise<string>)();
        counts.set(answer, (counts.get(answer) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 40 }, client));
    expect(Object.fromEntries(counts)).toEqual({ good: 1000, malformedRequest: 1000 });

    expect(new Set((await Promise.all(closing)).map(answersIn))).toEqual(new Set([1]));
    expect(new Set((await Promise.all(pipelined)).map(answersIn))).toEqual(new Set([50]));
    const refused = await Promise.all(oversized);
    expect(refused.filter((text) => text !== '' && !text.startsWith('HTTP/1.1 413 '))).toEqual([]);

    const deadline = Date.now() + PATIENCE;
    while (handles() > before.handles + MORE.handles && Date.now() < deadline) await delay(200);
    expect(handles()).toBeLessThanOrEqual(before.handles + MORE.handles); // the slow ones are gone
    clearInterval(drip);
    for (const socket of [...idle, ...half]) socket.destroy();
    expect(megabytes()).toBeLessThan(before.megabytes + MORE.megabytes);
    expect(await get(plain)).toBe('good');
    child?.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
  }, 120_000);
});
