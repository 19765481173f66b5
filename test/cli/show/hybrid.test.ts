import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../../src/der/pem.ts';
import { type Certificate, parseCertificate, serialText } from '../../../src/x509/certificate.ts';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, now: new Date('2030-01-01T12:00:00Z') });
const DRAFT =
  'Internet-Draft that may still change: draft-ietf-lamps-pq-composite-sigs-19 §6' as const;
const ML_DSA = 'standard: FIPS 204, RFC 9881 §2';
const EC = 'standard: RFC 5480 §2.1.1';

function read(file: string): Certificate {
  const [block] = pemBlocks(readFileSync(join(cwd, file), 'utf8'));
  return parseCertificate(block?.der ?? new Uint8Array());
}

/** The first lines of what is shown, down to the extensions. */
const summaryOf = (stdout: string): readonly string[] =>
  stdout.slice(0, stdout.indexOf('  Basic Constraints')).split('\n').slice(0, -1);

const init = (dir: string, ...options: readonly string[]) =>
  pki('init-ca', '--name', 'Hybrid', '--dir', dir, '--no-passphrase', ...options);

beforeAll(async () => {
  await init('composite', '--algorithm', 'MLDSA65-ECDSA-P384-SHA512');
  await init('catalyst', '--hybrid', 'catalyst', '--ml-dsa', 'ml-dsa-44');
  await init('plain');
  const files = ['--out', 'a.crt', '--key-out', 'a.key'];
  await pki('issue', '--ca-dir', 'composite', '--cn', 'a.example', ...files);
});

describe('show of a composite CA', () => {
  it('tells both halves of the key and of the signature, and where the keys are', async () => {
    const { der, tbs, signature } = read('composite/ca.crt');
    const { status, stdout, stderr } = await pki(
      'show',
      '--ca-dir',
      'composite',
      'composite/ca.crt',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(summaryOf(stdout)).toEqual([
      'CN=Hybrid',
      `  serial       ${serialText(tbs.serialNumber)}`,
      '  issuer       CN=Hybrid',
      '  valid from   2030-01-01T11:55:00Z',
      `  valid until  ${tbs.notAfter.toISOString().replace('.000', '')}`,
      '  key          MLDSA65-ECDSA-P384-SHA512',
      `                 2049 octets; ${DRAFT}`,
      '                 in file:keys/ca.key',
      `                 ml-dsa-65: 1952 octets; ${ML_DSA}`,
      `                 ecdsa-p384: 97 octets; ${EC}`,
      '  signature    MLDSA65-ECDSA-P384-SHA512',
      `                 ${signature.length} octets; ${DRAFT}`,
      `                 ml-dsa-65: 3309 octets; ${ML_DSA}`,
      `                 ecdsa-p384: ${signature.length - 3309} octets; ${EC}`,
      `  SHA-256      ${createHash('sha256').update(der).digest('hex')}`,
    ]);
  });

  it('tells the same as JSON', async () => {
    const { signature } = read('composite/ca.crt');
    const argv = ['show', '--json', '--ca-dir', 'composite', 'composite/ca.crt'];
    const { key, algorithms } = JSON.parse((await pki(...argv)).stdout);
    const draft = { status: 'draft', cites: 'draft-ietf-lamps-pq-composite-sigs-19 §6' };
    const mlDsa = { name: 'ml-dsa-65', status: 'standard', cites: 'FIPS 204, RFC 9881 §2' };
    const ecdsa = { name: 'ecdsa-p384', status: 'standard', cites: 'RFC 5480 §2.1.1' };
    const name = 'MLDSA65-ECDSA-P384-SHA512';
    expect(key).toBe(name);
    expect(algorithms).toEqual([
      {
        role: 'key',
        name,
        ...draft,
        octets: 2049,
        places: ['file:keys/ca.key'],
        parts: [
          { ...mlDsa, octets: 1952 },
          { ...ecdsa, octets: 97 },
        ],
      },
      {
        role: 'signature',
        name,
        ...draft,
        octets: signature.length,
        parts: [
          { ...mlDsa, octets: 3309 },
          { ...ecdsa, octets: signature.length - 3309 },
        ],
      },
    ]);
  });
});

describe('show of a Catalyst CA', () => {
  it('tells both keys and both signatures, and where the keys are', async () => {
    const { der, tbs, signature } = read('catalyst/ca.crt');
    const { stdout } = await pki('show', '--ca-dir', 'catalyst', 'catalyst/ca.crt');
    expect(summaryOf(stdout)).toEqual([
      'CN=Hybrid',
      `  serial                 ${serialText(tbs.serialNumber)}`,
      '  issuer                 CN=Hybrid',
      '  valid from             2030-01-01T11:55:00Z',
      `  valid until            ${tbs.notAfter.toISOString().replace('.000', '')}`,
      '  key                    ecdsa-p384',
      `                           97 octets; ${EC}`,
      '                           in file:keys/ca.key',
      '  signature              ecdsa-with-SHA384',
      `                           ${signature.length} octets; standard: RFC 5758 §3.2`,
      '  alternative key        ml-dsa-44',
      `                           1312 octets; ${ML_DSA}`,
      '                           in file:keys/ml-dsa.key',
      '  alternative signature  ml-dsa-44',
      `                           2420 octets; ${ML_DSA}`,
      `  SHA-256                ${createHash('sha256').update(der).digest('hex')}`,
    ]);
    expect(stdout.slice(stdout.indexOf('  Subject Alternative Public Key Info'))).toBe(
      [
        '  Subject Alternative Public Key Info',
        '    ml-dsa-44, 1312 octets',
        '  Alternative Signature Algorithm',
        '    ml-dsa-44',
        '  Alternative Signature Value',
        '    2420 octets',
        '',
      ].join('\n'),
    );
  });

  it('tells the same as JSON, beside the names alone', async () => {
    const argv = ['show', '--json', '--ca-dir', 'catalyst', 'catalyst/ca.crt'];
    const shown = JSON.parse((await pki(...argv)).stdout);
    expect(shown).toMatchObject({
      key: 'ecdsa-p384',
      signature: 'ecdsa-with-SHA384',
      alternativeKey: 'ml-dsa-44',
      alternativeSignature: 'ml-dsa-44',
      algorithms: [
        { role: 'key', octets: 97, places: ['file:keys/ca.key'] },
        { role: 'signature' },
        { role: 'alternative key', octets: 1312, places: ['file:keys/ml-dsa.key'] },
        { role: 'alternative signature', octets: 2420, status: 'standard' },
      ],
    });
  });
});

describe('where a key is', () => {
  const places = async (...argv: readonly string[]) =>
    (await pki('show', ...argv)).stdout.match(/ in (file|pkcs11):\S+/g) ?? [];

  it('is told of the CA of --ca-dir only', async () => {
    expect(await places('--ca-dir', 'plain', 'plain/ca.crt')).toEqual([' in file:keys/ca.key']);
    expect(await places('plain/ca.crt')).toEqual([]);
    expect(await places('--ca-dir', 'composite', 'plain/ca.crt')).toEqual([]);
    expect(await places('--ca-dir', 'plain', 'catalyst/ca.crt')).toEqual([]);
    expect(await places('--ca-dir', 'composite', 'a.crt')).toEqual([]);
  });

  it('is told for a serial number too', async () => {
    const serial = serialText(read('plain/ca.crt').tbs.serialNumber);
    expect(await places('--ca-dir', 'plain', serial)).toEqual([' in file:keys/ca.key']);
  });

  it('is told of each place of a key that is in several', async () => {
    await init('replicas');
    const path = join(cwd, 'replicas/ca.yaml');
    const config = readFileSync(path, 'utf8').replace(
      'key: file:keys/ca.key',
      'key: [file:keys/ca.key, "file:/media/a\\e[2J/ca.key"]',
    );
    writeFileSync(path, config);
    const { stdout } = await pki('show', '--ca-dir', 'replicas', 'replicas/ca.crt');
    expect(stdout).toContain(
      '                 in file:keys/ca.key\n                 in file:/media/a\\x1b[2J/ca.key\n',
    );
  });

  it('is told of each half of a composite whose halves are apart', async () => {
    await init('apart', '--algorithm', 'MLDSA65-ECDSA-P384-SHA512');
    const config = [
      'version: 1',
      'name: Hybrid',
      'algorithm: ecdsa-p384',
      'key: file:keys/half.key',
      'hybrid: composite',
      'ml-dsa-algorithm: ml-dsa-65',
      'ml-dsa-key: file:keys/ml-dsa.key',
    ];
    writeFileSync(join(cwd, 'apart/ca.yaml'), `${config.join('\n')}\n`);
    const argv = ['show', '--json', '--ca-dir', 'apart', 'apart/ca.crt'];
    const [key] = JSON.parse((await pki(...argv)).stdout).algorithms;
    expect(key).not.toHaveProperty('places');
    expect(key.parts).toMatchObject([
      { name: 'ml-dsa-65', places: ['file:keys/ml-dsa.key'] },
      { name: 'ecdsa-p384', places: ['file:keys/half.key'] },
    ]);
  });

  it('is no place for a PIN: a URI that holds one is refused, and not repeated', async () => {
    await init('pin');
    const path = join(cwd, 'pin/ca.yaml');
    const uri = 'pkcs11:token=t;object=o?module-path=/m.so&pin-value=1234secret';
    const config = readFileSync(path, 'utf8').replace('file:keys/ca.key', `"${uri}"`);
    writeFileSync(path, config);
    expect(await refusals(cwd)(pki, 'show', '--ca-dir', 'pin', 'pin/ca.crt')).toEqual({
      status: 6,
      stderr: [
        `pki: error: ${path} is not the configuration of a CA: not a PKCS#11 URI that names a key: pin-value shows the PIN to everybody who sees the URI; use pin-source`,
      ],
    });
  });
});

describeOnSoftHsm('show of a composite with a half in a token', (hsm) => {
  it('tells the token of one half and the file of the other, and no PIN', async () => {
    hsm.token('CA Token');
    const inToken = world({ cwd, env: { PKCS11_PIN: PIN } });
    const generate = ['--pkcs11-lib', hsm.module, '--pkcs11-token', 'CA Token'];
    const label = ['--pkcs11-generate-key', '--pkcs11-key-label', 'half'];
    const made = await inToken(
      ...['init-ca', '--name', 'Half', '--dir', 'half', '--no-passphrase', ...generate, ...label],
      ...['--hybrid', 'composite', '--ml-dsa', 'ml-dsa-65'],
    );
    expect(made.status).toBe(0);
    const { stdout } = await pki('show', '--ca-dir', 'half', 'half/ca.crt');
    expect(stdout).toMatch(
      / ml-dsa-65: 1952 octets; [^\n]+\n {19}in file:keys\/ml-dsa\.key\n {17}ecdsa-p384: 97 octets; [^\n]+\n {19}in pkcs11:token=CA%20Token;serial=[0-9a-f]{16};object=half;[^\n]*\n/,
    );
    expect(stdout).not.toContain(`pin-value`);
  });
});
