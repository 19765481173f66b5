import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { runTool, tool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';
import { delegated, ocspCa, serialIn, succeed } from './ca.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd);
const path = (name: string) => join(cwd, name);
const ISSUER = ['--issuer', 'ca/ca.crt'];

beforeAll(async () => {
  await ocspCa(pki, cwd, 'ca', '--algorithm', 'ecdsa-p256');
  await ocspCa(pki, cwd, 'hybrid', '--algorithm', 'MLDSA44-ECDSA-P256-SHA256');
  for (const dir of ['ca', 'hybrid']) await answered(dir, 'good', ...delegated(dir));
  await answered('ca', 'bad');
  writeFileSync(path('error.ocsp'), Buffer.from('30030a0106', 'hex'));
  writeFileSync(path('text.txt'), 'hello');
}, 30_000);

/** Asks about a certificate with a nonce: `DIR-NAME.req` and `DIR-NAME.ocsp`. */
async function answered(dir: string, name: string, ...by: readonly string[]) {
  const about = ['--cert', `${dir}-${name}.crt`, '--issuer', `${dir}/ca.crt`, '--nonce'];
  const [request, response] = [`${dir}-${name}.req`, `${dir}-${name}.ocsp`];
  await succeed(pki, 'ocsp', 'request', ...about, '--out', request);
  const files = ['--request', request, '--out', response];
  await succeed(pki, 'ocsp', 'respond', '--ca-dir', dir, ...files, ...by);
}

const verify = (...argv: readonly string[]) => pki('ocsp', 'verify', ...argv);

describe('pki ocsp verify', () => {
  it('tells who says what, and that it holds', async () => {
    const options = ['--cert', 'ca-good.crt', '--request', 'ca-good.req'];
    const { status, stdout, stderr } = await verify('ca-good.ocsp', ...ISSUER, ...options);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.replaceAll(/\d{4}-\S+Z/g, 'TIME')).toBe(
      [
        'ca-good.ocsp: OK',
        '  responder    CN=Responder, a delegated responder',
        '  produced at  TIME',
        `  serial       ${serialIn(cwd, 'ca-good.crt')}`,
        '  status       good',
        '  next update  TIME',
        '',
      ].join('\n'),
    );
  });

  it('verifies both halves of a composite', async () => {
    const issuer = ['--issuer', 'hybrid/ca.crt'];
    expect((await verify('hybrid-good.ocsp', ...issuer)).status).toBe(0);
    const octets = readFileSync(path('hybrid-good.ocsp'));
    const certificate = readFileSync(path('hybrid-ocsp.crt'), 'latin1');
    const der = Buffer.from(certificate.replaceAll(/-----.*-----|\n/g, ''), 'base64');
    const end = octets.indexOf(der) - 10; // within the ECDSA half
    octets[end] = (octets[end] ?? 0) ^ 1;
    writeFileSync(path('half.ocsp'), octets);
    const { status, stderr } = await verify('half.ocsp', ...issuer);
    expect(status).toBe(3);
    expect(stderr).toContain('its ecdsa-with-SHA256 signature does not verify (signature, ');
  });

  it('says as JSON what it found', async () => {
    const { status, stdout } = await verify('ca-bad.ocsp', ...ISSUER, '--json');
    expect({ status, ...JSON.parse(stdout) }).toEqual({
      status: 'successful',
      valid: true,
      at: expect.stringMatching(/^\S+Z$/),
      responder: { subject: 'CN=Root ca', serial: serialIn(cwd, 'ca/ca.crt'), delegated: false },
      producedAt: expect.any(String),
      certificates: [
        {
          serial: serialIn(cwd, 'ca-bad.crt'),
          status: 'revoked',
          revokedAt: expect.any(String),
          reason: 'keyCompromise',
          thisUpdate: expect.any(String),
          nextUpdate: expect.any(String),
        },
      ],
      problems: [],
      warnings: [],
    });
    expect(status).toBe(0);
  });

  it('refuses a certificate that is revoked, and says so', async () => {
    const options = ['--cert', 'ca-bad.crt'];
    const { status, stdout, stderr } = await verify('ca-bad.ocsp', ...ISSUER, ...options);
    expect(status).toBe(3);
    expect(stdout).toMatch(
      /^ca-bad.ocsp: refused\n {2}responder {4}CN=Root ca, the issuer itself\n/,
    );
    expect(stderr).toMatch(
      new RegExp(
        `^pki: error: ca-bad.ocsp does not verify\npki: hint: the certificate ${serialIn(cwd, 'ca-bad.crt')} is revoked since \\S+Z \\(status, RFC 6960 §2.2\\)\n$`,
      ),
    );
  });

  it.each([
    ['at another time', ['ca-good.ocsp', ...ISSUER, '--at', '2020-01-01'], 'it holds from '],
    [
      'for another issuer',
      ['ca-good.ocsp', '--issuer', 'hybrid/ca.crt'],
      'the certificate of the responder was issued by CN=Root ca, ',
    ],
    [
      'for another request',
      ['ca-good.ocsp', ...ISSUER, '--request', 'ca-bad.req'],
      'it does not tell of ',
    ],
    [
      'for another certificate',
      ['ca-good.ocsp', ...ISSUER, '--cert', 'ca-ocsp.crt'],
      'it does not tell of the certificate ',
    ],
    [
      'that is an error',
      ['error.ocsp', ...ISSUER],
      'the responder gave no answer, but the error unauthorized (response-status, RFC 6960 §2.3)',
    ],
  ])('refuses a response %s', async (_, argv, hint) => {
    const { status, stdout, stderr } = await verify(...argv);
    expect(status).toBe(3);
    expect(stdout).toMatch(/^(ca-good|error)\.ocsp: refused\n/);
    expect(stderr).toContain(`\npki: hint: ${hint}`);
  });

  it.each([
    [
      ['text.txt', ...ISSUER],
      'text.txt cannot be read as an OCSP response: tag 30 expected, 68 found',
    ],
    [['ca-good.req', ...ISSUER], 'ca-good.req cannot be read as an OCSP response: '],
    [
      ['ca-good.ocsp', ...ISSUER, '--request', 'ca-good.ocsp'],
      'ca-good.ocsp cannot be read as an OCSP request: ',
    ],
  ])('cannot read %j', async (argv, message) => {
    const { status, stderr } = await refused(pki, 'ocsp', 'verify', ...argv);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: [
        expect.stringContaining(`pki: error: ${message}`),
        'pki: hint: it has to be in DER, as it goes over the network',
      ],
    });
  });

  it('wants the issuer of the certificate', async () => {
    const argv = ['ca-good.ocsp', ...ISSUER, '--cert', 'hybrid-good.crt'];
    expect(await refused(pki, 'ocsp', 'verify', ...argv)).toEqual({
      status: 2,
      stderr: ['pki: error: hybrid-good.crt was not issued by the subject of ca/ca.crt'],
    });
  });
});

const openssl = tool('openssl-3.5');

describe.skipIf(!openssl)('the responder of OpenSSL', () => {
  const respond = (...options: readonly string[]) => {
    const serial = serialIn(cwd, 'ca-good.crt').toUpperCase();
    writeFileSync(path('index.txt'), `V\t301231235959Z\t\t${serial}\tunknown\t/CN=good\n`);
    const signer = ['-rsigner', path('ca-ocsp.crt'), '-rkey', path('ca-ocsp.key')];
    const files = ['-reqin', path('ca-good.req'), '-respout', path('openssl.ocsp')];
    const about = ['-index', path('index.txt'), '-CA', path('ca/ca.crt')];
    runTool(openssl ?? '', 'ocsp', ...about, ...signer, ...files, ...options);
  };
  const asked = ['--cert', 'ca-good.crt', '--request', 'ca-good.req'];

  it.each([[], ['-resp_key_id'], ['-rmd', 'sha512']])('is understood: %j', async (...options) => {
    respond('-ndays', '1', ...options);
    expect(await verify('openssl.ocsp', ...ISSUER, ...asked)).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('may leave out how long its answer holds', async () => {
    respond();
    expect(await verify('openssl.ocsp', ...ISSUER, ...asked)).toMatchObject({
      status: 0,
      stderr: 'pki: warning: the response does not say how long it holds\n',
    });
  });
});
