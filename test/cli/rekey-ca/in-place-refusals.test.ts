import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { derFromFile } from '../../../src/der/pem.ts';
import { parseCertificate } from '../../../src/x509/certificate.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { succeed } from '../ocsp/ca.ts';
import { pathsIn, refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const at = (file: string) => join(cwd, file);
const pki = world({ cwd, env: { PKI_PASSPHRASE: PASSPHRASE } });
const must = (...argv: readonly string[]): Promise<string> => succeed(pki, ...argv);

const certificate = (file: string) =>
  parseCertificate(derFromFile(readFileSync(at(file)), ['CERTIFICATE']) ?? new Uint8Array());

describe('rekey-ca leaves a CA as it is where', () => {
  const refused = refusals(cwd, 'plain');
  const says = (status: number, message: string, ...hints: readonly string[]) => ({
    status,
    stderr: [`pki: error: ${message}`, ...hints.map((hint) => `pki: hint: ${hint}`)],
  });

  beforeAll(async () => {
    await must('init-ca', '--name', 'Plain', '--dir', 'plain');
    await must('init-ca', '--name', 'PQ', '--dir', 'pq', '--algorithm', 'ml-dsa-44');
    await must('init-ca', '--name', 'Both', '--dir', 'both', '--hybrid', 'catalyst');
  });

  it.each([
    [
      'plain',
      ['--algorithm', 'ed25519'],
      says(
        2,
        '--algorithm needs --dir',
        'a new key gets a directory of its own; without --dir the key stays',
      ),
    ],
    [
      'plain',
      ['--hybrid', 'composite'],
      says(
        3,
        'a composite key must not reuse a key that exists',
        'name a directory for the new key with --dir, or add an ML-DSA key with --hybrid catalyst',
      ),
    ],
    ['plain', ['--exportable'], says(2, '--exportable needs --ml-dsa-generate-key')],
    [
      'plain',
      ['--ml-dsa', 'ml-dsa-65'],
      says(
        2,
        '--ml-dsa needs --hybrid',
        'for a CA with an ML-DSA key alone: --algorithm ml-dsa-65',
      ),
    ],
    [
      'both',
      ['--hybrid', 'catalyst'],
      says(
        2,
        `the CA in ${at('both')} has an ML-DSA key already`,
        'leave --hybrid out to renew its certificate, or name a new directory with --dir',
      ),
    ],
    [
      'pq',
      ['--hybrid', 'catalyst'],
      says(
        2,
        '--hybrid pairs a classical key with an ML-DSA key',
        `the key of the CA in ${at('pq')} is ml-dsa-44`,
      ),
    ],
    [
      'none',
      [],
      says(
        6,
        `there is no CA in ${at('none')}`,
        'make one with "pki init-ca", or name its directory with --ca-dir',
      ),
    ],
  ])('%s is given %j', async (ca, options, refusal) => {
    expect(await refused(pki, 'rekey-ca', '--ca-dir', ca, ...options)).toEqual(refusal);
  });

  it('the new certificate would end before the old one', async () => {
    const end = certificate('plain/ca.crt').tbs.notAfter.toISOString().replace('.000Z', 'Z');
    expect(await refused(pki, 'rekey-ca', '--ca-dir', 'plain', '--days', '9')).toEqual(
      says(
        3,
        `the new certificate would end before the old one, which lasts until ${end}`,
        'give more days: what the CA has issued may last as long',
      ),
    );
  });

  it('a key file is in the way', async () => {
    writeFileSync(at('plain/keys/ml-dsa.key'), 'somebody');
    expect(await refused(pki, 'rekey-ca', '--ca-dir', 'plain', '--hybrid', 'catalyst')).toEqual(
      says(
        6,
        `${at('plain/keys/ml-dsa.key')} exists already`,
        'a key is never overwritten; move the file away',
      ),
    );
    rmSync(at('plain/keys/ml-dsa.key'));
  });

  it('another command has changed it meanwhile, and tells what was recorded', async () => {
    const before = readFileSync(at('plain/ca.yaml'));
    const meanwhile = world({
      cwd,
      env: {
        get PKI_PASSPHRASE() {
          cpSync(at('both/ca.crt'), at('plain/ca.crt'));
          return PASSPHRASE;
        },
      },
    });
    const { status, stderr } = await meanwhile('rekey-ca', '--ca-dir', 'plain');
    const { serial } = JSON.parse(await must('list', '--ca-dir', 'plain', '--json')).at(-1);
    expect({ status, stderr: stderr.split('\n') }).toEqual({
      status: 6,
      stderr: [
        `pki: warning: the CA in plain has recorded the certificate ${serial}, which has not taken its place; revoke it there`,
        `pki: error: the certificate of the CA in ${at('plain')} was replaced meanwhile`,
        'pki: hint: another "pki rekey-ca" was faster; see what it has made',
        '',
      ],
    });
    expect(readFileSync(at('plain/ca.yaml'))).toEqual(before);
    expect(pathsIn(at('plain')).filter((path) => path.includes('change'))).toEqual([]);
  });
});
