import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { encodeName } from '../../src/x509/names.ts';
import { pemOf } from '../path/made-certificates.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { madeCertificate } from './made-certificate.ts';
import { succeed } from './ocsp/ca.ts';
import { refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd, 'ca');
const name = encodeName([{ type: 'CN', value: 'A' }]);

/** A SEQUENCE with half a SET in it. */
const HALF = Uint8Array.of(0x30, 2, 0x31, 5);
const HINT = 'pki: hint: it has to be X.509, version 3, in PEM or DER';

const write = (file: string, parts: Parameters<typeof madeCertificate>[0]) =>
  writeFileSync(join(cwd, file), pemOf(parseCertificate(madeCertificate(parts))));

beforeAll(async () => {
  await succeed(pki, 'init-ca', '--name', 'A', '--dir', 'ca', '--no-passphrase');
  write('name.crt', { issuer: HALF });
  write('subject.crt', { subject: HALF });
  write('key.crt', { issuer: name, subject: name, publicKey: Uint8Array.of(0x30, 2, 0x30, 5) });
});

describe('a certificate of which a part cannot be read', () => {
  it.each([
    ['to revoke', 'name.crt', ['revoke', '--ca-dir', 'ca', 'name.crt', '--reason', 'superseded']],
    ['to renew', 'name.crt', ['renew', '--ca-dir', 'ca', 'name.crt', '--dry-run']],
    [
      'of an issuer, to ask about',
      'key.crt',
      ['ocsp', 'request', '--cert', 'key.crt', '--issuer', 'key.crt'],
    ],
    [
      'of a responder, by its name',
      'subject.crt',
      [
        ...['ocsp', 'sign', '--ca-dir', 'ca', '--out', 'responses'],
        ...['--responder-cert', 'subject.crt', '--responder-key', 'ca/keys/ca.key'],
      ],
    ],
    [
      'of a responder',
      'key.crt',
      [
        ...['ocsp', 'sign', '--ca-dir', 'ca', '--out', 'responses'],
        ...['--responder-cert', 'key.crt', '--responder-key', 'ca/keys/ca.key'],
      ],
    ],
  ])('is refused: %s', async (_, file, argv) => {
    const { status, stderr } = await refused(pki, ...argv);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: [`pki: error: ${file} cannot be read: a length exceeds what is there`, HINT],
    });
  });
});
