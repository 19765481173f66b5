import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { ocspPath } from '../../../src/x509/ocsp-request.ts';
import { parseOcspResponse } from '../../../src/x509/ocsp-response.ts';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { tool, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';
import { succeed } from './ca.ts';
import { servingIn } from './server.ts';

describeOnSoftHsm('a responder whose key is in a token', (hsm) => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
  const uri = `pkcs11:token=Responder;object=ocsp?module-path=${hsm.module}`;
  const by = ['--responder-cert', 'ocsp.crt', '--responder-key', uri];
  const respond = ['ocsp', 'respond', '--ca-dir', 'ca', '--request', 'server.req'];

  beforeAll(async () => {
    hsm.token('Responder');
    hsm.key('Responder', 'EC:secp256r1', 'ocsp', '01');
    await succeed(pki, 'init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
    await succeed(pki, 'csr', 'create', '--key', uri, '--cn', 'Responder', '--out', 'ocsp.csr');
    const issue = ['issue', '--ca-dir', 'ca'];
    const csr = ['--csr', 'ocsp.csr', '--profile', 'ocsp-signing', '--out', 'ocsp.crt'];
    await succeed(pki, ...issue, ...csr);
    const server = ['--cn', 'server.example.com', '--out', 'server.crt', '--key-out', 'server.key'];
    await succeed(pki, ...issue, ...server);
    const about = ['--cert', 'server.crt', '--issuer', 'ca/ca.crt', '--out', 'server.req'];
    await succeed(pki, 'ocsp', 'request', ...about);
  });

  it('answers, and OpenSSL verifies it', async () => {
    await succeed(pki, ...respond, '--out', 'server.resp', ...by);
    const openssl = tool('openssl-3.0');
    if (!openssl) return;
    const ca = join(cwd, 'ca/ca.crt');
    const about = ['-CAfile', ca, '-issuer', ca, '-cert', join(cwd, 'server.crt'), '-no_nonce'];
    const asked = ['-respin', join(cwd, 'server.resp'), ...about];
    expect(tryTool(openssl, 'ocsp', ...asked).output).toMatch(
      /: good\n(\t.*\n)*Response verify OK/,
    );
  });

  it('answers many at once over HTTP, in several sessions', async () => {
    const env = { PKCS11_PIN: PIN };
    const sessions = ['--pkcs11-sessions', '4'];
    const server = await servingIn({ cwd, env }, '--ca-dir', 'ca', ...sessions, ...by);
    const url = server.url + ocspPath(readFileSync(join(cwd, 'server.req')));
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const response = await fetch(url);
        return parseOcspResponse(Buffer.from(await response.arrayBuffer())).status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set(['successful']));
    expect(await server.stop()).toMatchObject({ status: 0, stderr: '' });
  });

  it('has its PIN tried once', async () => {
    const wrong = world({ cwd, env: { PKCS11_PIN: '9999' } });
    const { status, stderr } = await refusals(cwd, 'ca')(wrong, ...respond, ...by);
    expect({ status, first: stderr[0] }).toEqual({
      status: 5,
      first:
        'pki: error: PKCS#11 error: CKR_PIN_INCORRECT while logging in to the token "Responder"',
    });
  });
});
