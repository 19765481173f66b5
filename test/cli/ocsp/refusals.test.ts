import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';
import { delegated, ocspCa, succeed } from './ca.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd, 'ca');
const sign = ['ocsp', 'sign', '--ca-dir', 'ca', '--out', 'responses'];

beforeAll(async () => {
  await ocspCa(pki, cwd, 'ca', '--algorithm', 'ecdsa-p256');
  await ocspCa(pki, cwd, 'other', '--algorithm', 'ecdsa-p256');
  const about = ['--cert', 'ca-good.crt', '--issuer', 'ca/ca.crt', '--out', 'request.der'];
  await succeed(pki, 'ocsp', 'request', ...about);
});

describe('a responder', () => {
  it('of another CA is refused', async () => {
    expect(await refused(pki, ...sign, ...delegated('other'))).toEqual({
      status: 3,
      stderr: [
        'pki: error: not signing an OCSP response by CN=Responder',
        'pki: hint: the certificate of the responder must be issued by the CA itself (ocsp-responder-issued-by-ca, RFC 6960 §4.2.2.2)',
      ],
    });
  });

  it('without the purpose is refused', async () => {
    const by = ['--responder-cert', 'ca-good.crt', '--responder-key', 'ca-good.key'];
    expect(await refused(pki, ...sign, ...by)).toEqual({
      status: 3,
      stderr: [
        'pki: error: not signing an OCSP response by CN=good.example.com',
        'pki: hint: the certificate of the responder must have the extended key usage ocspSigning (ocsp-responder-purpose, RFC 6960 §4.2.2.2)',
      ],
    });
  });

  it('whose certificate ends before the answers do is refused', async () => {
    const { status, stderr } = await refused(pki, ...sign, ...delegated('ca'), '--days', '40');
    expect(status).toBe(3);
    expect(stderr[1]).toMatch(
      /^pki: hint: the response must be within the responder's validity, from \S+Z until \S+Z; it would last from \S+Z until \S+Z \(ocsp-within-responder, RFC 6960 §3.2, §4.2.2.1\)$/,
    );
  });

  it('with the key of another certificate is refused', async () => {
    const by = ['--responder-cert', 'ca-ocsp.crt', '--responder-key', 'ca-good.key'];
    expect(await refused(pki, ...sign, ...by)).toEqual({
      status: 4,
      stderr: [
        'pki: error: the ecdsa-p256 key is not the public key in ca-ocsp.crt',
        'pki: hint: nothing was signed; open the key that the CA certificate was made for',
      ],
    });
  });

  it.each([
    [['--responder-cert', 'ca-ocsp.crt'], '--responder-cert needs --responder-key'],
    [['--responder-key', 'ca-ocsp.key'], '--responder-key needs --responder-cert'],
    [[...delegated('ca'), '--key', 'file:ca.key'], 'give either --key or --responder-key'],
    [['--responder-cert', 'no.crt', '--responder-key', 'x'], 'cannot read no.crt: no such file'],
  ])('is named by %j: that is wrong', async (options, message) => {
    const { status, stderr } = await refused(pki, ...sign, ...options);
    expect({ status, first: stderr[0] }).toEqual({
      status: 2,
      first: expect.stringContaining(`pki: error: ${message}`),
    });
  });
});

describe('pki ocsp sign', () => {
  it('replaces nothing that is there', async () => {
    expect(await refused(pki, ...sign.slice(0, -1), 'other')).toEqual({
      status: 6,
      stderr: [
        `pki: error: ${join(cwd, 'other')} exists already`,
        'pki: hint: give a directory that does not exist',
      ],
    });
  });

  it('says where it cannot write', async () => {
    expect(await refused(pki, ...sign.slice(0, -1), 'lost/responses')).toEqual({
      status: 6,
      stderr: [expect.stringMatching(/^pki: error: cannot write .*lost\/responses: .*/)],
    });
  });
});

describe('pki ocsp respond', () => {
  it('says which request it cannot read', async () => {
    const options = ['--ca-dir', 'ca', '--request', 'no.der', '--out', 'response.der'];
    const { status, stderr } = await refused(pki, 'ocsp', 'respond', ...options);
    expect(status).toBe(2);
    expect(stderr[0]).toMatch(/^pki: error: cannot read no.der: /);
  });

  it('replaces no file without --force', async () => {
    const options = ['--ca-dir', 'ca', '--request', 'request.der', '--out', 'request.der'];
    expect(await refused(pki, 'ocsp', 'respond', ...options)).toEqual({
      status: 6,
      stderr: [
        `pki: error: ${join(cwd, 'request.der')} exists already`,
        'pki: hint: --force replaces it',
      ],
    });
  });

  it('wants a CA that is still valid', async () => {
    const later = world({ cwd, now: new Date('2080-01-01T00:00:00Z') });
    const options = ['--ca-dir', 'ca', '--request', 'request.der', '--out', 'response.der'];
    const { status, stderr } = await refused(later, 'ocsp', 'respond', ...options);
    expect({ status, first: stderr[0] }).toEqual({
      status: 3,
      first: 'pki: error: not signing an OCSP response by CN=Root ca',
    });
  });
});

describe('pki ocsp request', () => {
  it('wants the issuer of the certificate', async () => {
    const about = ['--cert', 'ca-good.crt', '--issuer', 'other/ca.crt'];
    expect(await refused(pki, 'ocsp', 'request', ...about)).toEqual({
      status: 2,
      stderr: ['pki: error: ca-good.crt was not issued by the subject of other/ca.crt'],
    });
  });

  it('wants a certificate', async () => {
    writeFileSync(join(cwd, 'empty.crt'), '');
    const about = ['--cert', 'empty.crt', '--issuer', 'ca/ca.crt'];
    expect((await refused(pki, 'ocsp', 'request', ...about)).stderr[0]).toBe(
      'pki: error: empty.crt holds no certificate',
    );
  });
});

describe('pki ocsp serve', () => {
  it.each(['http', '65536', '-1'])('takes no port %s', async (port) => {
    const { status, stderr } = await refused(
      pki,
      'ocsp',
      'serve',
      '--ca-dir',
      'ca',
      `--port=${port}`,
    );
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: [
        `pki: error: option '--port <number>' argument '${port}' is invalid. it has to be a number from 0 to 65535`,
      ],
    });
  });
});
