import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { tool, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl, request } from '../openssl.ts';

// Certificates and OCSP responses that OpenSSL has made, and its verdict beside ours.

const cwd = temporaryDirectory();
const pki = world({ cwd });
const path = (name: string): string => join(cwd, name);
const missing = noOpenssl();

const KEY_IDS = ['subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid'];
const OCSP_SIGNING = 'extendedKeyUsage=OCSPSigning';

/** Has OpenSSL's root certify `name`; without extensions that is of version 1. */
function certify(name: string, ...extensions: readonly string[]): void {
  const csr = request(cwd, name, '-subj', `/CN=${name}`);
  writeFileSync(path(`${name}.ext`), [...extensions, ''].join('\n'));
  const with3 = extensions.length > 0 ? ['-extfile', path(`${name}.ext`)] : [];
  const by = ['-CA', path('root.crt'), '-CAkey', path('root.key'), '-CAcreateserial'];
  openssl('x509', '-req', '-in', csr, ...by, '-days', '30', '-out', path(`${name}.crt`), ...with3);
}

const serialOf = (name: string): string =>
  openssl('x509', '-in', path(`${name}.crt`), '-noout', '-serial')
    .trim()
    .replace('serial=', '');

/** A response of OpenSSL's responder to what is asked about these certificates. */
function respond(file: string, about: readonly string[], ...signer: readonly string[]): void {
  const asked = about.flatMap((name) => ['-cert', path(`${name}.crt`)]);
  const issuer = ['-issuer', path('root.crt')];
  openssl('ocsp', ...issuer, ...asked, '-no_nonce', '-reqout', path('asked.der'));
  const from = ['-index', path('index.txt'), '-CA', path('root.crt'), '-ndays', '2'];
  const files = ['-reqin', path('asked.der'), '-respout', path(`${file}.der`)];
  openssl('ocsp', ...from, ...signer, ...files);
}

const signedBy = (name: string): readonly string[] => [
  ...['-rsigner', path(`${name}.crt`), '-rkey', path(`${name}.key`)],
];

describe.skipIf(missing)(`what OpenSSL has made${missing ? `: ${missing}` : ''}`, () => {
  beforeAll(() => {
    const root = ['-x509', '-subj', '/CN=Root', '-days', '60'];
    const usage = 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature';
    request(cwd, 'root', ...root, '-out', path('root.crt'), '-addext', usage);
    certify('a', ...KEY_IDS, 'subjectAltName=DNS:*.example.com,DNS:xn--mnchen-3ya.example');
    certify('b', ...KEY_IDS);
    certify('c', ...KEY_IDS);
    certify('v1');
    certify('marked', ...KEY_IDS, OCSP_SIGNING, 'noCheck=ignored');
    certify('unmarked', ...KEY_IDS, OCSP_SIGNING);
    certify('other', ...KEY_IDS, 'extendedKeyUsage=serverAuth');
    const index = [
      `V\t491231235959Z\t\t${serialOf('a')}\tunknown\t/CN=a`,
      `R\t491231235959Z\t260101000000Z,keyCompromise\t${serialOf('b')}\tunknown\t/CN=b`,
    ];
    writeFileSync(path('index.txt'), `${index.join('\n')}\n`);
  });

  const WARNED = 'whether the certificate of the responder is revoked was not checked';
  const UNKNOWN = 'neither the issuer nor a certificate in the response is the responder';
  const NOT_CERTIFIED = 'has not the extended key usage ocspSigning';

  it.each([
    ['by the CA, by name', 'a', ['a'], signedBy('root'), ''],
    ['by the CA, by key hash', 'a', ['a'], [...signedBy('root'), '-resp_key_id'], ''],
    ['by a responder, by name', 'a', ['a'], signedBy('marked'), ''],
    ['by a responder, by key hash', 'a', ['a'], [...signedBy('marked'), '-resp_key_id'], ''],
    ['by a responder without nocheck', 'a', ['a'], signedBy('unmarked'), WARNED],
    ['about others too', 'a', ['b', 'a', 'c'], signedBy('root'), ''],
    ['without certificates', 'a', ['a'], [...signedBy('marked'), '-resp_no_certs'], UNKNOWN],
    ['by no responder', 'a', ['a'], signedBy('other'), NOT_CERTIFIED],
    ['about others alone', 'a', ['b', 'c'], signedBy('root'), 'none of the OCSP responses tells'],
    ['about a revoked one', 'b', ['a', 'b'], signedBy('root'), 'it is revoked since 2026-01-01T'],
    ['about an unknown one', 'c', ['c'], signedBy('root'), 'the responder does not know it'],
  ] as const)('an OCSP response %s', async (_, subject, about, signer, told) => {
    respond('response', about, ...signer);
    const trust = ['--trust', 'root.crt', '--ocsp', 'response.der'];
    const { status, stderr } = await pki('verify', `${subject}.crt`, ...trust);
    expect(stderr).toEqual(told === '' ? '' : expect.stringContaining(told));
    const asked = ['-issuer', path('root.crt'), '-cert', path(`${subject}.crt`), '-no_nonce'];
    const files = ['-respin', path('response.der'), '-CAfile', path('root.crt')];
    const { output } = tryTool(tool('openssl-3.0') ?? '', 'ocsp', ...files, ...asked);
    const isGood = output.includes('Response verify OK') && output.includes('.crt: good');
    expect(status).toBe(isGood ? 0 : 3);
  });

  it.each([
    ['WWW.Example.com', true],
    ['example.com', false],
    ['a.b.example.com', false],
    ['xn--mnchen-3ya.example.com', true],
    ['XN--MNCHEN-3YA.example', true],
    ['www.xn--mnchen-3ya.example', false],
  ])('a certificate for *.example.com: %s', async (host, isFor) => {
    const { status } = await pki('verify', 'a.crt', '--trust', 'root.crt', '--dns', host);
    expect(status).toBe(isFor ? 0 : 3);
    const asked = ['-CAfile', path('root.crt'), '-verify_hostname', host, path('a.crt')];
    const theirs = tryTool(tool('openssl-3.0') ?? '', 'verify', ...asked);
    expect(theirs.status === 0).toBe(isFor);
  });

  it('a certificate of version 1 is refused, wherever it stands alone', async () => {
    const hint = 'pki: hint: it has to be X.509, version 3, in PEM or DER\n';
    const stderr = `pki: error: v1.crt cannot be read: it is not of version 3\n${hint}`;
    const refused = { status: 2, stdout: '', stderr };
    expect(await pki('verify', 'v1.crt', '--trust', 'root.crt')).toEqual(refused);
    expect(await pki('verify', 'a.crt', 'v1.crt', '--trust', 'root.crt')).toEqual(refused);
    expect(await pki('verify', 'a.crt', '--trust', 'v1.crt')).toEqual(refused);
  });

  it('a root that is trusted is so for its key, whatever it was signed with', async () => {
    const root = ['-x509', '-sha1', '-key', path('root.key'), '-subj', '/CN=Root'];
    const usage = 'keyUsage=critical,keyCertSign,cRLSign';
    openssl('req', ...root, '-days', '60', '-out', path('old.crt'), '-addext', usage);
    expect(await pki('verify', 'a.crt', '--trust', 'old.crt')).toMatchObject({
      status: 0,
      stderr: 'pki: warning: CN=Root is trusted as it is, its own signature cannot be checked\n',
    });
    const { stderr } = await pki('verify', 'a.crt', 'old.crt', '--trust', 'b.crt');
    expect(stderr).toContain('pki: hint: CN=Root: it is not one of the trusted certificates');
  });

  const bundle = (name: string, ...files: readonly string[]) =>
    writeFileSync(path(name), files.map((file) => readFileSync(path(file), 'utf8')).join(''));

  it('a bundle of trusted certificates is good for those of it that can be read', async () => {
    bundle('bundle.crt', 'v1.crt', 'root.crt', 'v1.crt');
    const leftOut = (number: number) =>
      `certificate ${number} in bundle.crt cannot be read: it is not of version 3; it is left out`;
    const argv = ['verify', 'a.crt', '--trust', 'bundle.crt'];
    expect(await pki(...argv)).toMatchObject({
      status: 0,
      stderr: [1, 3].map((number) => `pki: warning: ${leftOut(number)}\n`).join(''),
    });
    const { stdout } = await pki(...argv, '--json');
    expect(JSON.parse(stdout).warnings).toEqual([leftOut(1), leftOut(3)]);
  });

  it('a bundle of which nothing can be read is refused', async () => {
    bundle('none.crt', 'v1.crt', 'v1.crt');
    expect(await pki('verify', 'a.crt', '--trust', 'none.crt')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'pki: error: certificate 1 in none.crt cannot be read: it is not of version 3\npki: hint: it has to be X.509, version 3, in PEM or DER\n',
    });
  });
});
