import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem } from '../../../src/der/pem.ts';
import { openFileSigner } from '../../../src/signers/file-signer.ts';
import { encodeCertificate, encodeTbs } from '../../../src/x509/certificate.ts';
import { parseCsr } from '../../../src/x509/csr.ts';
import {
  authorityKeyIdentifier,
  EXTENSION_OID,
  keyIdentifier,
} from '../../../src/x509/extensions.ts';
import { relatedCertRequestOf } from '../../../src/x509/related-cert-request.ts';
import { isRelated, parseRelatedCertificate } from '../../../src/x509/related-certificate.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { tool, tryTool } from '../../support/tools.ts';
import { relatedRequests } from '../related-requests.ts';

const cwd = temporaryDirectory();
const { pki, path, derOf, certificate, issue, create, prepare } = relatedRequests(cwd);

beforeAll(prepare);

/** The same certificate as by another CA, which has `name.crt` and `name.key`. */
async function issuedBy(name: string, file: string) {
  const passphrase = () => Promise.reject(new TypeError('not encrypted'));
  const signer = await openFileSigner(path(`${name}.key`), { passphrase });
  const ca = certificate(`${name}.crt`).tbs;
  const { tbs } = certificate(file);
  const extensions = tbs.extensions.map((extension) =>
    extension.oid === EXTENSION_OID.authorityKeyIdentifier
      ? authorityKeyIdentifier(keyIdentifier(ca.publicKey))
      : extension,
  );
  const { identifier } = signer.algorithm;
  const der = encodeTbs({ ...tbs, issuer: ca.subject, signature: identifier, extensions });
  return encodeCertificate(der, identifier, await signer.sign(der));
}

describe('a related certificate', () => {
  it('under a trusted root is bound to the new one', async () => {
    const files = ['--related', 'ec.crt', '--trust', 'ca/ca.crt', '--out', 'bound.crt'];
    const { status, stderr } = await pki(...issue('ec-related.csr', ...files));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const found = certificate('bound.crt').tbs.extensions.find(
      ({ oid }) => oid === EXTENSION_OID.relatedCertificate,
    );
    expect(found?.critical).toBe(false);
    const related = parseRelatedCertificate(found?.value ?? Buffer.of());
    expect(related.hash).toBe('sha384'); // of ecdsa-with-SHA384, by which the related one is signed
    expect(isRelated(related, certificate('ec.crt'))).toBe(true);
    expect(isRelated(related, certificate('own.crt'))).toBe(false);
  });

  it('may come with certificates between it and the root', async () => {
    const made = ['--profile', 'issuing-ca', '--cn', 'Issuing', '--key-out', 'issuing.key'];
    await pki('issue', '--ca-dir', 'ca', ...made, '--out', 'issuing.crt');
    const leaf = await issuedBy('issuing', 'ec.crt');
    writeFileSync(path('leaf.crt'), pem('CERTIFICATE', leaf));
    const bundle = pem('CERTIFICATE', leaf) + readFileSync(path('issuing.crt'), 'utf8');
    writeFileSync(path('bundle.crt'), bundle);
    const related = ['--related-cert', 'bundle.crt', '--related-key', 'ec.key'];
    await create('ml-dsa.key', 'bundle.csr', ...related);
    const trust = ['--trust', 'ca/ca.crt', '--out', 'bundled.crt'];
    const alone = await pki(...issue('bundle.csr', '--related', 'leaf.crt', ...trust));
    expect(alone.stderr).toMatch(/^pki: error: leaf.crt does not chain to a root of --trust\n/);
    const { status, stderr } = await pki(
      ...issue('bundle.csr', '--related', 'bundle.crt', ...trust),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('of the same CA needs no root, and has SHA-256 where its signature names no hash', async () => {
    const files = ['--related', 'own.crt', '--out', 'own-bound.crt'];
    expect((await pki(...issue('own-related.csr', ...files))).status).toBe(0);
    const found = certificate('own-bound.crt').tbs.extensions.find(
      ({ oid }) => oid === EXTENSION_OID.relatedCertificate,
    );
    expect(parseRelatedCertificate(found?.value ?? Buffer.of()).hash).toBe('sha256');
  });

  const judge = tool('bc-judge');

  it.skipIf(!judge)('is what Bouncy Castle holds to be related, and its proof to be right', () => {
    const answer = (...args: readonly string[]): unknown =>
      JSON.parse(
        tryTool(judge ?? '', ...args)
          .output.trim()
          .split('\n')
          .at(-1) ?? '',
      );
    expect(answer('related', path('bound.crt'), path('ec.crt'))).toMatchObject({ related: 'true' });
    expect(answer('related', path('own-bound.crt'), path('own.crt'))).toMatchObject({
      related: 'true',
    });
    expect(answer('request', path('ec-related.csr'), path('ec.crt'))).toMatchObject({
      related: 'true',
    });
  });

  it('is sent along with the request, or where it is said to be', async () => {
    const uri = 'https://ca.example/ec.crt';
    await create(
      'ml-dsa.key',
      'located.csr',
      ...['--related-cert', 'ec.crt'],
      ...['--related-key', 'ec.key', '--related-uri', uri],
    );
    expect(relatedCertRequestOf(parseCsr(derOf('located.csr')))?.locations).toEqual([uri]);
    const [inline = ''] = relatedCertRequestOf(parseCsr(derOf('ec-related.csr')))?.locations ?? [];
    const [head, base64 = ''] = inline.split(',');
    expect(head).toBe('data:application/pkcs7-mime;base64');
    expect(Buffer.from(base64, 'base64').includes(Buffer.from(derOf('ec.crt')))).toBe(true);
    const openssl = tool('openssl-3.5');
    if (!openssl) return;
    writeFileSync(path('related.p7c'), Buffer.from(base64, 'base64'));
    const args = ['pkcs7', '-inform', 'DER', '-print_certs', '-noout', '-in', path('related.p7c')];
    expect(tryTool(openssl, ...args).output).toContain('subject=CN=client\nissuer=CN=Root\n');
  });
});
