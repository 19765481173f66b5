import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem } from '../../../src/der/pem.ts';
import { openFileSigner } from '../../../src/signers/file-signer.ts';
import { serialText } from '../../../src/x509/certificate.ts';
import { encodeCsr, encodeRequestInfo, parseCsr } from '../../../src/x509/csr.ts';
import { ATTRIBUTE_OID } from '../../../src/x509/csr-attributes.ts';
import {
  relatedCertRequest,
  relatedCertRequestOf,
} from '../../../src/x509/related-cert-request.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';
import { relatedRequests } from '../related-requests.ts';

const cwd = temporaryDirectory();
const { later, pki, path, derOf, certificate, issue, create, prepare } = relatedRequests(cwd);
const refused = refusals(cwd, 'pq-ca');

beforeAll(prepare);

const named = (name: string) => {
  const { tbs } = certificate(`${name}.crt`);
  return `serial ${serialText(tbs.serialNumber)} of CN=${name === 'own' ? 'PQ Root' : 'Root'}`;
};

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
