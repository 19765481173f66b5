import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseOcspResponse } from '../../../src/x509/ocsp-response.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { tool, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { delegated, ocspCa, serialIn, succeed } from './ca.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const inCwd = (file: string) => join(cwd, file);

const CAS = {
  ca: ['--algorithm', 'ecdsa-p384'],
  rsa: ['--algorithm', 'rsa-3072'],
  'ml-dsa': ['--algorithm', 'ml-dsa-65'],
  catalyst: ['--hybrid', 'catalyst'],
  composite: ['--algorithm', 'MLDSA65-ECDSA-P384-SHA512'],
};

beforeAll(async () => {
  for (const [dir, options] of Object.entries(CAS)) await ocspCa(pki, cwd, dir, ...options);
}, 120_000);

/** Makes a request about a certificate and has it answered. */
async function ask(dir: string, name: string, ...options: readonly string[]) {
  const [request, response] = ['request.der', 'response.der'];
  const about = ['--cert', `${dir}-${name}.crt`, '--issuer', `${dir}/ca.crt`, '--nonce'];
  await succeed(pki, 'ocsp', 'request', ...about, '--out', request, '--force');
  const files = ['--request', request, '--out', response, '--force'];
  return succeed(pki, 'ocsp', 'respond', '--ca-dir', dir, ...files, ...options);
}

describe('pki ocsp respond', () => {
  it('says what became of a certificate', async () => {
    const serial = serialIn(cwd, 'ca-bad.crt');
    expect(await ask('ca', 'bad')).toMatch(
      new RegExp(
        `^answered successful\n  response     response.der\n  serial       ${serial}\n  status       revoked \\S+Z, keyCompromise\n  next update  \\S+Z\n$`,
      ),
    );
    expect(JSON.parse(await ask('ca', 'good', '--json'))).toEqual({
      status: 'successful',
      nonce: true,
      certificates: [
        {
          serial: serialIn(cwd, 'ca-good.crt'),
          status: 'good',
          thisUpdate: expect.any(String),
          nextUpdate: expect.any(String),
        },
      ],
      file: 'response.der',
      response: readFileSync(inCwd('response.der')).toString('base64'),
    });
  });

  it('signs with both halves of a composite, whoever answers', async () => {
    for (const by of [[], delegated('composite')]) {
      expect(await ask('composite', 'good', ...by)).toMatch(/\n {2}status {7}good\n/);
    }
  });

  it('writes the octets to standard output, and reads them from standard input', async () => {
    const about = ['--cert', 'ca-good.crt', '--issuer', 'ca/ca.crt'];
    const request = Buffer.from(await succeed(pki, 'ocsp', 'request', ...about), 'latin1');
    const piped = world({ cwd, stdin: request });
    const answer = await succeed(piped, 'ocsp', 'respond', '--ca-dir', 'ca', '--request', '-');
    expect(parseOcspResponse(Buffer.from(answer, 'latin1')).status).toBe('successful');
  });

  it.each([
    ['malformedRequest', 'what is no request', Buffer.from('hello')],
    ['malformedRequest', 'nothing', Buffer.alloc(0)],
  ])('answers %s to %s', async (status, _, request) => {
    writeFileSync(inCwd('wrong.der'), request);
    const options = ['--ca-dir', 'ca', '--request', 'wrong.der', '--json'];
    const { response, ...rest } = JSON.parse(await succeed(pki, 'ocsp', 'respond', ...options));
    expect(rest).toEqual({ status, nonce: false, certificates: [] });
    expect(Buffer.from(response, 'base64').toString('hex')).toBe('30030a0101');
  });

  it('answers unauthorized to a question about another CA', async () => {
    const about = ['--cert', 'rsa-good.crt', '--issuer', 'rsa/ca.crt', '--out', 'other.der'];
    await succeed(pki, 'ocsp', 'request', ...about);
    const options = ['--ca-dir', 'ca', '--request', 'other.der', '--out', 'other.resp'];
    expect(await succeed(pki, 'ocsp', 'respond', ...options)).toBe(
      'answered unauthorized\n  response  other.resp\n',
    );
    expect(readFileSync(inCwd('other.resp'), 'hex')).toBe('30030a0106');
  });
});

describe('pki ocsp sign', () => {
  it('signs a response for each certificate, named as clients ask for it', async () => {
    const signed = await succeed(pki, 'ocsp', 'sign', '--ca-dir', 'ca', '--out', 'responses');
    expect(signed).toMatch(
      /^signed 4 OCSP responses\n {2}directory {4}responses\n {2}good {9}3\n {2}revoked {6}1\n {2}next update {2}\S+Z\n$/,
    );
    const about = ['--cert', 'ca-bad.crt', '--issuer', 'ca/ca.crt', '--out', 'bad.req', '--json'];
    const { request } = JSON.parse(await succeed(pki, 'ocsp', 'request', ...about));
    expect(readdirSync(inCwd('responses'))).toHaveLength(4);
    expect(readdirSync(inCwd('responses'))).toContain(encodeURIComponent(request));
  });

  it('names them by serial number if it is asked to, for servers that staple', async () => {
    const options = ['--out', 'staples', '--names', 'serial', '--hash', 'sha256', '--json'];
    const told = JSON.parse(await succeed(pki, 'ocsp', 'sign', '--ca-dir', 'ca', ...options));
    expect(told).toEqual({
      directory: 'staples',
      good: 3,
      revoked: 1,
      nextUpdate: expect.any(String),
    });
    expect(readdirSync(inCwd('staples'))).toContain(`${serialIn(cwd, 'ca-bad.crt')}.ocsp`);
  });

  it('leaves out what is expired', async () => {
    const later = world({ cwd, now: new Date(Date.now() + 100 * 86_400_000) });
    const told = await succeed(later, 'ocsp', 'sign', '--ca-dir', 'ca', '--out', 'later', '--json');
    expect(JSON.parse(told)).toMatchObject({ good: 1, revoked: 0 }); // the CA's own
  });
});

describe.each(['openssl-3.0', 'openssl-3.5'] as const)('%s', (name) => {
  const openssl = tool(name);
  const dirs = Object.keys(CAS).filter(
    (dir) => dir !== 'composite' && (dir !== 'ml-dsa' || name === 'openssl-3.5'),
  );
  /** OpenSSL's verdict on a response; without a request it makes one of its own. */
  const verdict = (dir: string, cert: string, response: string, ...options: readonly string[]) => {
    const ca = inCwd(`${dir}/ca.crt`);
    const about = ['-CAfile', ca, '-issuer', ca, '-cert', inCwd(`${dir}-${cert}.crt`)];
    const files = ['-respin', inCwd(response), ...options];
    return tryTool(`${openssl}`, 'ocsp', ...about, ...files).output.replaceAll(cwd, '');
  };

  it.skipIf(!openssl).each(dirs)(
    'verifies responses of %s by its CA and by a delegate',
    async (dir) => {
      for (const by of [[], delegated(dir)]) {
        await ask(dir, 'good', ...by);
        const good = verdict(dir, 'good', 'response.der', '-no_nonce');
        expect(good).toMatch(new RegExp(`^/${dir}-good.crt: good\n(\t.*\n)*Response verify OK\n$`));
        await ask(dir, 'bad', ...by);
        expect(verdict(dir, 'bad', 'response.der', '-no_nonce')).toMatch(
          /^\S+: revoked\n\tThis Update: .*\n\tNext Update: .*\n\tReason: keyCompromise\n\tRevocation Time: .*\nResponse verify OK\n$/,
        );
      }
    },
  );

  it.skipIf(!openssl)('finds its nonce again, and knows an unknown certificate', async () => {
    const ca = inCwd('ca/ca.crt');
    const request = inCwd('openssl.req');
    const asked = ['-issuer', ca, '-serial', '0x1234', '-nonce', '-reqout', request];
    tryTool(`${openssl}`, 'ocsp', ...asked);
    const files = ['--request', request, '--out', 'openssl.resp', '--force'];
    await succeed(pki, 'ocsp', 'respond', '--ca-dir', 'ca', ...files);
    const answer = ['-reqin', request, '-respin', inCwd('openssl.resp')];
    // without -no_nonce it would put another nonce into the request that it reads
    const about = ['-issuer', ca, '-serial', '0x1234', '-CAfile', ca, '-no_nonce'];
    const { output } = tryTool(`${openssl}`, 'ocsp', ...answer, ...about);
    expect(output).toMatch(/^0x1234: unknown\n(\t.*\n)*Response verify OK\n$/); // no warning about the nonce
  });

  it.skipIf(!openssl).each(['sha1', 'sha256'])(
    'makes the request that we make, by %s',
    async (hash) => {
      const [cert, issuer] = ['ca-good.crt', 'ca/ca.crt'];
      const about = ['-issuer', inCwd(issuer), `-${hash}`, '-cert', inCwd(cert), '-no_nonce'];
      tryTool(`${openssl}`, 'ocsp', ...about, '-reqout', inCwd('theirs.req'));
      const options = ['--cert', cert, '--issuer', issuer, '--hash', hash];
      const ours = await succeed(pki, 'ocsp', 'request', ...options);
      expect(Buffer.from(ours, 'latin1')).toEqual(readFileSync(inCwd('theirs.req')));
    },
  );

  it.skipIf(!openssl)(
    'verifies what was signed beforehand, under the name of its own request',
    async () => {
      const out = `beforehand-${name}`;
      const options = ['--ca-dir', 'rsa', '--out', out, ...delegated('rsa')];
      await succeed(pki, 'ocsp', 'sign', ...options);
      const about = ['-issuer', inCwd('rsa/ca.crt'), '-cert', inCwd('rsa-bad.crt'), '-no_nonce'];
      tryTool(`${openssl}`, 'ocsp', ...about, '-reqout', inCwd('bad.req'));
      const path = encodeURIComponent(readFileSync(inCwd('bad.req'), 'base64'));
      expect(verdict('rsa', 'bad', join(out, path), '-no_nonce')).toMatch(
        /^\S+: revoked\n(\t.*\n)*Response verify OK\n$/,
      );
    },
  );
});
