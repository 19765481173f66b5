import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem, pemBlocks } from '../../src/der/pem.ts';
import { openFileSigner } from '../../src/signers/file-signer.ts';
import {
  encodeCertificate,
  encodeTbs,
  parseCertificate,
  serialText,
} from '../../src/x509/certificate.ts';
import { encodeCsr, encodeRequestInfo, parseCsr } from '../../src/x509/csr.ts';
import { ATTRIBUTE_OID } from '../../src/x509/csr-attributes.ts';
import { authorityKeyIdentifier, EXTENSION_OID, keyIdentifier } from '../../src/x509/extensions.ts';
import { relatedCertRequest, relatedCertRequestOf } from '../../src/x509/related-cert-request.ts';
import { isRelated, parseRelatedCertificate } from '../../src/x509/related-certificate.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { tool, tryTool } from '../support/tools.ts';
import { world } from '../support/world.ts';
import { keyFile } from './key-files.ts';
import { refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const START = Date.UTC(2030, 0, 1, 12);
/** So many hours after the beginning. */
const later = (hours: number) => world({ cwd, now: new Date(START + hours * 3_600_000) });
const pki = later(0);
const refused = refusals(cwd, 'pq-ca');
const path = (name: string) => join(cwd, name);
const derOf = (name: string) => pemBlocks(readFileSync(path(name), 'utf8'))[0]?.der ?? Buffer.of();
const certificate = (name: string) => parseCertificate(derOf(name));
const issue = (csr: string, ...options: readonly string[]) => [
  ...['issue', '--ca-dir', 'pq-ca', '--csr', csr, '--profile', 'tls-client', ...options],
];
const create = (key: string, out: string, ...options: readonly string[]) =>
  pki('csr', 'create', '--key', key, '--cn', 'client', '--out', out, ...options);

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  const mlDsa = ['--algorithm', 'ml-dsa-65', '--no-passphrase'];
  await pki('init-ca', '--name', 'PQ Root', '--dir', 'pq-ca', ...mlDsa);
  await keyFile(cwd, 'ec', 'ecdsa-p256');
  await keyFile(cwd, 'ml-dsa', 'ml-dsa-65');
  await create('ec.key', 'ec.csr');
  await create('ml-dsa.key', 'plain.csr');
  const client = ['--csr', 'ec.csr', '--profile', 'tls-client'];
  await pki('issue', '--ca-dir', 'ca', ...client, '--out', 'ec.crt');
  await pki('issue', '--ca-dir', 'pq-ca', ...client, '--out', 'own.crt');
  await pki(
    'issue',
    '--ca-dir',
    'ca',
    '--csr',
    'ec.csr',
    '--profile',
    'code-signing',
    '--out',
    'code.crt',
  );
  for (const name of ['ec', 'own', 'code']) {
    const related = ['--related-cert', `${name}.crt`, '--related-key', 'ec.key'];
    await create('ml-dsa.key', `${name}-related.csr`, ...related);
  }
});

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

const named = (name: string) => {
  const { tbs } = certificate(`${name}.crt`);
  return `serial ${serialText(tbs.serialNumber)} of CN=${name === 'own' ? 'PQ Root' : 'Root'}`;
};

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

describe('a related certificate is refused', () => {
  const files = ['--related', 'ec.crt', '--trust', 'ca/ca.crt'];

  it('that the request does not speak of', async () => {
    expect(await refused(pki, ...issue('plain.csr', ...files))).toEqual({
      status: 3,
      stderr: [
        'pki: error: plain.csr does not prove possession of the key of ec.crt',
        'pki: hint: make the request with "pki csr create --related-cert FILE --related-key KEY" (RFC 9763 §3.1)',
      ],
    });
  });

  it('that is not given', async () => {
    expect(await refused(pki, ...issue('ec-related.csr'))).toEqual({
      status: 2,
      stderr: [
        `pki: error: ec-related.csr refers to a related certificate: ${named('ec')}`,
        'pki: hint: give that certificate with --related: nothing is fetched from the network',
      ],
    });
  });

  it('that is another one than the request names', async () => {
    expect(await refused(pki, ...issue('ec-related.csr', '--related', 'own.crt'))).toEqual({
      status: 3,
      stderr: [
        `pki: error: own.crt is not the certificate that ec-related.csr refers to: ${named('ec')}`,
      ],
    });
  });

  it('under a root that nobody trusts', async () => {
    expect(await refused(pki, ...issue('ec-related.csr', '--related', 'ec.crt'))).toEqual({
      status: 3,
      stderr: [
        'pki: error: ec.crt is not a certificate that this CA has issued',
        'pki: hint: give the root that it chains to with --trust',
      ],
    });
    const other = ['--related', 'ec.crt', '--trust', 'pq-ca/ca.crt'];
    const { status, stderr } = await refused(pki, ...issue('ec-related.csr', ...other));
    expect(stderr[0]).toBe('pki: error: ec.crt does not chain to a root of --trust');
    expect(stderr).toHaveLength(2);
    expect(status).toBe(3);
  });

  it('whose proof is old, or of tomorrow', async () => {
    const time = '2030-01-01T12:00:00Z';
    expect((await later(23.9)(...issue('ec-related.csr', ...files))).status).toBe(0);
    expect(await refused(later(24.1), ...issue('ec-related.csr', ...files))).toEqual({
      status: 3,
      stderr: [
        `pki: error: the proof for the related certificate in ec-related.csr is older than 24 hours: ${time}`,
        'pki: hint: make the request anew (RFC 9763 §3.2)',
      ],
    });
    expect((await later(-0.05)(...issue('ec-related.csr', ...files))).status).toBe(0);
    expect(await refused(later(-0.1), ...issue('ec-related.csr', ...files))).toEqual({
      status: 3,
      stderr: [
        `pki: error: the proof for the related certificate in ec-related.csr is more than 5 minutes ahead: ${time}`,
        'pki: hint: make the request anew (RFC 9763 §3.2)',
      ],
    });
  });

  it('whose proof somebody else made', async () => {
    const csr = parseCsr(derOf('ec-related.csr'));
    const request = relatedCertRequestOf(csr);
    if (!request) throw new TypeError('no request');
    const signature = Uint8Array.from(request.signature);
    signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    await writeResigned('forged.csr', relatedCertRequest({ ...request, signature }));
    expect(await refused(pki, ...issue('forged.csr', ...files))).toEqual({
      status: 3,
      stderr: [
        'pki: error: forged.csr does not prove possession of the key of ec.crt: its ecdsa-with-SHA256 signature does not verify',
      ],
    });
  });

  it('whose proof is malformed', async () => {
    const csr = parseCsr(derOf('ec-related.csr'));
    const request = relatedCertRequestOf(csr);
    if (!request) throw new TypeError('no request');
    await writeResigned('nowhere.csr', relatedCertRequest({ ...request, locations: [] }));
    expect(await refused(pki, ...issue('nowhere.csr', ...files))).toEqual({
      status: 2,
      stderr: [
        'pki: error: nowhere.csr is not a certificate request: its locationInfo is empty',
        'pki: hint: it has to be PKCS #10, in PEM or DER, as "openssl req -new" makes it',
      ],
    });
  });

  /** The same request with another proof. */
  async function writeResigned(name: string, proof: Uint8Array): Promise<void> {
    const { attributes, ...csr } = parseCsr(derOf('ec-related.csr'));
    const others = attributes.filter(({ oid }) => oid !== ATTRIBUTE_OID.relatedCertRequest);
    const octets = others.map((attribute) => attribute.octets);
    const info = encodeRequestInfo({ ...csr, attributes: [...octets, proof] });
    const passphrase = () => Promise.reject(new TypeError('not encrypted'));
    const signer = await openFileSigner(path('ml-dsa.key'), { passphrase });
    const der = encodeCsr(info, signer.algorithm.identifier, await signer.sign(info));
    writeFileSync(path(name), pem('CERTIFICATE REQUEST', der));
  }

  it('that has expired', async () => {
    const hours = 100 * 24;
    const late = later(hours);
    const related = ['--related-cert', 'ec.crt', '--related-key', 'ec.key'];
    await late(
      'csr',
      'create',
      '--key',
      'ml-dsa.key',
      '--cn',
      'client',
      ...related,
      '--out',
      'late.csr',
    );
    expect(await refused(late, ...issue('late.csr', ...files))).toEqual({
      status: 3,
      stderr: ['pki: error: ec.crt was valid until 2030-04-01T11:54:59Z'],
    });
    const early = world({ cwd, now: new Date(Date.UTC(2029, 0)) });
    await early(
      'csr',
      'create',
      '--key',
      'ml-dsa.key',
      '--cn',
      'client',
      ...related,
      '--out',
      'early.csr',
    );
    expect(await refused(early, ...issue('early.csr', ...files))).toEqual({
      status: 3,
      stderr: ['pki: error: ec.crt is not valid before 2030-01-01T11:55:00Z'],
    });
  });

  it('that is for other purposes', async () => {
    const code = ['--related', 'code.crt', '--trust', 'ca/ca.crt'];
    expect(await refused(pki, ...issue('code-related.csr', ...code))).toEqual({
      status: 3,
      stderr: [
        'pki: error: not signing a certificate for CN=client',
        'pki: hint: the related certificate must have the same usages, and lacks clientAuth (related-certificate-usages, RFC 9763 §4.1)',
      ],
    });
  });

  it('that is of a CA, or for a CA', async () => {
    const related = ['--related-cert', 'ca/ca.crt', '--related-key', 'ca/keys/ca.key'];
    await create('ml-dsa.key', 'of-ca.csr', ...related);
    const given = ['--related', 'ca/ca.crt', '--trust', 'ca/ca.crt'];
    expect(await refused(pki, ...issue('of-ca.csr', ...given))).toEqual({
      status: 3,
      stderr: [
        'pki: error: ca/ca.crt is the certificate of a CA',
        'pki: hint: related certificates are those of end entities (RFC 9763 §4.1)',
      ],
    });
    const asCa = [...files, '--profile', 'issuing-ca'];
    const { status, stderr } = await refused(pki, ...issue('ec-related.csr', ...asCa));
    expect(stderr).toContain(
      'pki: hint: RelatedCertificate must not be there in the certificate of a CA (related-certificate-end-entity, RFC 9763 §4.1)',
    );
    expect(status).toBe(3);
  });

  it('whose key is another one, before the request is made', async () => {
    const related = ['--related-cert', 'ec.crt', '--related-key', 'ml-dsa.key'];
    const command = ['csr', 'create', '--key', 'ml-dsa.key', '--cn', 'client', ...related];
    expect(await refused(pki, ...command, '--out', 'no.csr')).toEqual({
      status: 4,
      stderr: ['pki: error: the ml-dsa-65 key is not that of the related certificate'],
    });
  });
});
