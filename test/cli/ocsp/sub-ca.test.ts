import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordOwn } from '../../../src/ca/record-own.ts';
import { derFromFile } from '../../../src/der/pem.ts';
import { SqliteStore } from '../../../src/store/sqlite-store.ts';
import { parseCertificate, serialText } from '../../../src/x509/certificate.ts';
import { certId } from '../../../src/x509/ocsp-cert-id.ts';
import { parseResponseData } from '../../../src/x509/ocsp-data.ts';
import { encodeOcspRequest } from '../../../src/x509/ocsp-request.ts';
import { parseOcspResponse } from '../../../src/x509/ocsp-response.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';
import { serialIn, succeed } from './ca.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });

beforeAll(async () => {
  const none = '--no-passphrase';
  await succeed(pki, 'init-ca', '--name', 'Root CA', '--dir', 'root', none);
  await succeed(pki, 'init-ca', '--name', 'Sub CA', '--dir', 'sub', '--parent', 'root', none);
  const files = ['--out', 'leaf.crt', '--key-out', 'leaf.key'];
  await succeed(pki, 'issue', '--ca-dir', 'sub', '--cn', 'leaf.example.com', ...files);
});

/** What the CA answers about a serial number of its own, as somebody would ask who mistakes the issuer. */
async function asked(ca: string, cert: string, issuer: string): Promise<string> {
  const request = join(cwd, 'request.der');
  const read = (file: string) => {
    const der = derFromFile(readFileSync(join(cwd, file)), ['CERTIFICATE']);
    return parseCertificate(der ?? new Uint8Array()).tbs;
  };
  writeFileSync(request, encodeOcspRequest(certId(read(issuer), read(cert).serialNumber, 'sha1')));
  const options = ['--ca-dir', ca, '--request', 'request.der', '--json'];
  const { certificates } = JSON.parse(await succeed(pki, 'ocsp', 'respond', ...options));
  return certificates[0].status;
}

describe('the certificate of a CA under a parent', () => {
  it('is in its store, and its parent answers for it', async () => {
    using store = SqliteStore.open(join(cwd, 'sub/ca.db'), { readOnly: true });
    expect((await store.find(serialIn(cwd, 'sub/ca.crt')))?.status).toBe('issued');
    expect(await asked('root', 'sub/ca.crt', 'root/ca.crt')).toBe('good');
    expect(await asked('sub', 'sub/ca.crt', 'sub/ca.crt')).toBe('unknown');
    expect(await asked('sub', 'leaf.crt', 'sub/ca.crt')).toBe('good');
    expect(await asked('root', 'root/ca.crt', 'root/ca.crt')).toBe('good');
  });

  it('has no answer signed beforehand', async () => {
    await succeed(pki, 'ocsp', 'sign', '--ca-dir', 'sub', '--names', 'serial', '--out', 'answers');
    expect(readdirSync(join(cwd, 'answers'))).toEqual([`${serialIn(cwd, 'leaf.crt')}.ocsp`]);
    const answer = readFileSync(join(cwd, 'answers', `${serialIn(cwd, 'leaf.crt')}.ocsp`));
    const { basic } = parseOcspResponse(answer);
    const [single] = parseResponseData(basic?.tbsDer ?? new Uint8Array()).responses;
    expect(serialText(single?.certId.serialNumber ?? 0n)).toBe(serialIn(cwd, 'leaf.crt'));
  });

  it('is shown, and cannot be revoked but by its parent', async () => {
    const serial = serialIn(cwd, 'sub/ca.crt');
    expect(await succeed(pki, 'list', '--ca-dir', 'sub')).toContain(serial);
    expect(await succeed(pki, 'show', '--ca-dir', 'sub', serial)).toContain('CN=Root CA');
    const { status } = await pki('revoke', '--ca-dir', 'sub', serial, '--reason', 'superseded');
    expect(status).toBe(3);
    await succeed(pki, 'revoke', '--ca-dir', 'root', serial, '--reason', 'superseded');
    expect(await asked('root', 'sub/ca.crt', 'root/ca.crt')).toBe('revoked');
  });
});

describe('a certificate of another CA in the store', () => {
  it('is not revoked here', async () => {
    const der = derFromFile(readFileSync(join(cwd, 'root/ca.crt')), ['CERTIFICATE']);
    const root = parseCertificate(der ?? new Uint8Array());
    using store = SqliteStore.open(join(cwd, 'sub/ca.db'));
    await recordOwn(root, 'received', { store, clock: () => new Date() });
    const serial = serialIn(cwd, 'root/ca.crt');
    const options = ['--ca-dir', 'sub', '--reason', 'superseded'];
    expect(await refusals(cwd, 'sub')(pki, 'revoke', serial, ...options)).toEqual({
      status: 2,
      stderr: [
        `pki: error: ${serial} is a certificate of another CA: CN=Root CA`,
        'pki: hint: only the CA that issued it can revoke it',
      ],
    });
    expect(await asked('sub', 'root/ca.crt', 'sub/ca.crt')).toBe('unknown');
  });
});
