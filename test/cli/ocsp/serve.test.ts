import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpResponder } from '../../../src/cli/ocsp/http-responder.ts';
import { parseResponseData, type ResponseData } from '../../../src/x509/ocsp-data.ts';
import { ocspPath } from '../../../src/x509/ocsp-request.ts';
import { parseOcspResponse } from '../../../src/x509/ocsp-response.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { tool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { delegated, ocspCa, revokeIn, succeed } from './ca.ts';
import { accepts, type RunningServer, raw, serving } from './server.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
let server: RunningServer;

beforeAll(async () => {
  await ocspCa(pki, cwd, 'ca', '--algorithm', 'ecdsa-p256');
  server = await serving(cwd, '--ca-dir', 'ca', ...delegated('ca'));
}, 30_000);

afterAll(() => server.stop());

async function requestFor(
  name: string,
  ...options: readonly string[]
): Promise<Buffer<ArrayBuffer>> {
  const about = ['--cert', `ca-${name}.crt`, '--issuer', 'ca/ca.crt', ...options];
  return Buffer.from(await succeed(pki, 'ocsp', 'request', ...about), 'latin1');
}

const post = (body: Buffer<ArrayBuffer>) =>
  fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/ocsp-request' },
    body,
  });

async function said(response: Response): Promise<ResponseData | undefined> {
  const { basic } = parseOcspResponse(Buffer.from(await response.arrayBuffer()));
  return basic && parseResponseData(basic.tbsDer);
}

const statusIn = async (response: Response) => (await said(response))?.responses[0]?.status.kind;

describe('pki ocsp serve', () => {
  it('answers GET, and says how long caches may keep it', async () => {
    const response = await fetch(server.url + ocspPath(await requestFor('good')));
    const headers = Object.fromEntries(response.headers);
    expect(response.status).toBe(200);
    const data = await said(response);
    const [single] = data?.responses ?? [];
    expect(single?.status).toEqual({ kind: 'good' });
    expect(headers).toMatchObject({
      'content-type': 'application/ocsp-response',
      'cache-control': expect.stringMatching(
        /^max-age=43\d{3}, public, no-transform, must-revalidate$/,
      ),
      'last-modified': single?.thisUpdate.toUTCString(),
      expires: single?.nextUpdate?.toUTCString(),
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    });
  });

  it('answers POST, which nobody caches', async () => {
    const response = await post(await requestFor('bad'));
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await statusIn(response)).toBe('revoked');
  });

  it('repeats a nonce, and lets nobody cache the answer', async () => {
    const request = await requestFor('good', '--nonce');
    const response = await fetch(server.url + ocspPath(request));
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('etag')).toBe(null);
    const [nonce] = (await said(response))?.extensions ?? [];
    expect(request.includes(Buffer.from(nonce?.value ?? 'no nonce'))).toBe(true);
  });

  it('knows of a revocation from the next request on', async () => {
    const files = ['--out', 'ca-soon.crt', '--key-out', 'ca-soon.key'];
    await succeed(pki, 'issue', '--ca-dir', 'ca', '--cn', 'soon.example.com', ...files);
    const request = await requestFor('soon');
    expect(await statusIn(await post(request))).toBe('good');
    await revokeIn(cwd, 'ca', 'ca-soon.crt', 'certificateHold');
    expect(await statusIn(await post(request))).toBe('revoked');
  });

  it.each(['', 'favicon.ico', 'MEow%', 'hello!'])(
    'answers malformedRequest to GET /%s',
    async (path) => {
      const response = await fetch(server.url + path);
      expect(Buffer.from(await response.arrayBuffer()).toString('hex')).toBe('30030a0101');
      expect(response.headers.get('cache-control')).toBe('no-store');
    },
  );

  it('refuses other methods, other types and long bodies', async () => {
    const [put, text, long] = await Promise.all([
      fetch(server.url, { method: 'PUT', body: 'x' }),
      fetch(server.url, { method: 'POST', body: 'x' }),
      post(Buffer.alloc(16_385)),
    ]);
    expect([put.status, text.status, long.status]).toEqual([405, 415, 413]);
    expect(put.headers.get('allow')).toBe('GET, POST');
  });

  it('stops reading a body that does not say how long it is', async () => {
    const head =
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/ocsp-request\r\ntransfer-encoding: chunked\r\n\r\n';
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    expect(await raw(server.port, head + chunk.repeat(64))).toMatch(/^HTTP\/1.1 413 /);
  });

  it('refuses headers that are too long, and what is no HTTP', async () => {
    const long = `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(10_000)}\r\n\r\n`;
    expect(await raw(server.port, long)).toMatch(/^HTTP\/1.1 431 /);
    expect(await raw(server.port, '\x16\x03\x01 hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe('under load', () => {
  it('answers thousands of requests', async () => {
    const request = await requestFor('good', '--nonce');
    const path = server.url + ocspPath(await requestFor('bad'));
    const counts = new Map<unknown, number>();
    let left = 2000;
    const client = async () => {
      while (left-- > 0) {
        const status = await statusIn(left % 2 === 0 ? await post(request) : await fetch(path));
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 40 }, client));
    expect(Object.fromEntries(counts)).toEqual({ good: 1000, revoked: 1000 });
  }, 120_000);

  it('answers others while hundreds send nothing, or slowly, and gets rid of those', async () => {
    const started = Date.now();
    const head = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/ocsp-request\r\n';
    const halfHead = Array.from({ length: 300 }, () => raw(server.port, head));
    const halfBody = Array.from({ length: 100 }, () =>
      raw(server.port, `${head}content-length: 100\r\n\r\n0`),
    );
    expect(await statusIn(await post(await requestFor('good')))).toBe('good');
    expect(Date.now() - started).toBeLessThan(4_000);
    const answers = await Promise.all([...halfHead, ...halfBody]);
    expect(answers.filter((text) => text !== '' && !/^HTTP\/1.1 408 /.test(text))).toEqual([]);
    expect(Date.now() - started).toBeLessThan(25_000);
    expect(await statusIn(await post(await requestFor('good')))).toBe('good');
  }, 40_000);
});

describe.each(['openssl-3.0', 'openssl-3.5'] as const)('%s', (name) => {
  const openssl = tool(name);

  it.skipIf(!openssl)('asks it about a certificate', async () => {
    const ca = join(cwd, 'ca/ca.crt');
    const about = ['-CAfile', ca, '-issuer', ca, '-cert', join(cwd, 'ca-bad.crt'), '-nonce'];
    const asked = ['ocsp', '-url', server.url, '-timeout', '10', ...about];
    const { stdout, stderr } = await promisify(execFile)(`${openssl}`, asked);
    expect(stdout).toMatch(/ca-bad.crt: revoked\n/);
    expect(stderr).toBe('Response verify OK\n');
  });
});

describe('while its key is slow', () => {
  it('says tryLater to more requests than can wait', async () => {
    const waiting: (() => void)[] = [];
    const answer = async () => {
      await new Promise<void>((resume) => waiting.push(resume));
      return { der: Uint8Array.of(5, 0), status: 'successful', data: undefined } as const;
    };
    const parts = { host: '127.0.0.1', port: 0, answer, clock: () => new Date(), note: () => {} };
    await using slow = await startHttpResponder(parts);
    const get = 'GET /MAA= HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';
    const asked = Array.from({ length: 130 }, async () => {
      const [, body = ''] = (await raw(Number(new URL(slow.url).port), get)).split('\r\n\r\n');
      return Buffer.from(body, 'latin1').toString('hex');
    });
    expect(await Promise.race(asked)).toBe('30030a0103');
    while (waiting.length < 128) await new Promise((resume) => setTimeout(resume, 10));
    for (const resume of waiting) resume();
    const answers = await Promise.all(asked);
    expect(answers.filter((hex) => hex === '30030a0103')).toHaveLength(2);
    expect(answers.filter((hex) => hex === '0500')).toHaveLength(128);
  });
});

describe('when it is interrupted', () => {
  it('closes its port and ends well, although a client does not', async () => {
    const other = await serving(cwd, '--ca-dir', 'ca', '--json');
    const stuck = raw(other.port, 'GET /');
    expect(await statusIn(await fetch(other.url + ocspPath(await requestFor('good'))))).toBe(
      'good',
    );
    expect(await other.stop()).toEqual({
      status: 0,
      stdout: `${JSON.stringify({ url: other.url, ca: 'CN=Root ca' }, null, 2)}\n`,
      stderr: '',
    });
    expect(await stuck).toBe('');
    expect(await accepts(other.port)).toBe(false);
  });
});

describe('a responder that may not answer', () => {
  it('does not start: its certificate is revoked', async () => {
    const files = ['--out', 'gone.crt', '--key-out', 'gone.key'];
    const names = ['--cn', 'Gone', '--profile', 'ocsp-signing'];
    await succeed(pki, 'issue', '--ca-dir', 'ca', ...names, ...files);
    await revokeIn(cwd, 'ca', 'gone.crt', 'superseded');
    const by = ['--responder-cert', 'gone.crt', '--responder-key', 'gone.key'];
    expect(await pki('ocsp', 'serve', '--ca-dir', 'ca', '--port', '0', ...by)).toEqual({
      status: 3,
      stdout: '',
      stderr: [
        'pki: error: not signing an OCSP response by CN=Gone',
        'pki: hint: the certificate of the responder is revoked (ocsp-responder-not-revoked, RFC 6960 §4.2.2.2.1)',
        '',
      ].join('\n'),
    });
  });

  it('does not start: the port is taken', async () => {
    const taken = ['--ca-dir', 'ca', '--port', `${server.port}`];
    expect(await pki('ocsp', 'serve', ...taken)).toEqual({
      status: 2,
      stdout: '',
      stderr: `pki: error: cannot listen on port ${server.port} of 127.0.0.1: the address is in use\n`,
    });
  });

  it('that is revoked later says internalError, and tells its operator once', async () => {
    const files = ['--out', 'late.crt', '--key-out', 'late.key'];
    const names = ['--cn', 'Late', '--profile', 'ocsp-signing'];
    await succeed(pki, 'issue', '--ca-dir', 'ca', ...names, ...files);
    const by = ['--responder-cert', 'late.crt', '--responder-key', 'late.key'];
    const late = await serving(cwd, '--ca-dir', 'ca', ...by);
    await revokeIn(cwd, 'ca', 'late.crt', 'superseded');
    for (let round = 0; round < 3; round++) {
      const response = await fetch(late.url + ocspPath(await requestFor('good')));
      expect(Buffer.from(await response.arrayBuffer()).toString('hex')).toBe('30030a0102');
    }
    const { status, stderr } = await late.stop();
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'pki: warning: not signing an OCSP response by CN=Late\n',
    });
  });
});
