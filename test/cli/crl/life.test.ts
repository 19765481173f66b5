import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../../src/der/pem.ts';
import { octetString } from '../../../src/der/writer.ts';
import { encodeTbsCertList, parseCrl } from '../../../src/x509/crl.ts';
import { EXTENSION_OID } from '../../../src/x509/extensions.ts';
import { revokedCertificates } from '../../../src/x509/revoked-list.ts';
import { encodeSigned } from '../../../src/x509/signed.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const on = (day: string) => world({ cwd, now: new Date(`${day}T12:00:00Z`) });
const first = on('2030-01-01');
const refused = refusals(cwd);

async function newCa(dir: string, ...names: readonly string[]): Promise<void> {
  await first('init-ca', '--name', dir, '--dir', dir, '--no-passphrase');
  for (const name of names) {
    const files = ['--key-out', `${dir}-${name}.key`, '--out', `${dir}-${name}.crt`];
    await first('issue', '--ca-dir', dir, '--cn', name, ...files, '--dns', `${name}.example`);
  }
}

/** Makes a CRL on a day; how many entries it has. */
async function entries(day: string, dir: string, ...options: readonly string[]): Promise<number> {
  const { stdout } = await on(day)('crl', '--ca-dir', dir, '--json', ...options);
  const { crl, revoked } = JSON.parse(stdout) as { crl: string; revoked: number };
  const { tbs } = parseCrl(pemBlocks(crl)[0]?.der ?? new Uint8Array(0));
  expect([...revokedCertificates(tbs.revoked)]).toHaveLength(revoked);
  return revoked;
}

const revoke = (day: string, dir: string, name: string, ...options: readonly string[]) =>
  on(day)('revoke', '--ca-dir', dir, `${dir}-${name}.crt`, ...options);

describe('a revoked certificate', () => {
  it('is listed until a CRL after its end has listed it (RFC 5280 §3.3)', async () => {
    await newCa('expiry', 'a'); // until 2030-04-01
    await revoke('2030-01-02', 'expiry', 'a', '--reason', 'superseded');
    expect(await entries('2030-01-03', 'expiry')).toBe(1);
    expect(await entries('2030-03-31', 'expiry')).toBe(1);
    expect(await entries('2030-04-03', 'expiry')).toBe(1);
    expect(await entries('2030-04-04', 'expiry')).toBe(0);
  });

  it('is listed once if that was found out after its end', async () => {
    await newCa('late', 'a');
    expect(await entries('2030-05-01', 'late')).toBe(0);
    await revoke('2030-05-02', 'late', 'a', '--reason', 'keyCompromise');
    expect(await entries('2030-05-03', 'late')).toBe(1);
    expect(await entries('2030-05-04', 'late')).toBe(0);
  });

  it('is in each delta until a full CRL has it', async () => {
    await newCa('delta', 'a', 'b');
    await revoke('2030-01-02', 'delta', 'a', '--reason', 'superseded');
    expect(await entries('2030-01-03', 'delta')).toBe(1);
    expect(await entries('2030-01-03', 'delta', '--delta')).toBe(0);
    await revoke('2030-01-03', 'delta', 'b', '--reason', 'certificateHold');
    expect(await entries('2030-01-03', 'delta', '--delta')).toBe(1);
    expect(await entries('2030-01-04', 'delta', '--delta')).toBe(1);
    await revoke('2030-01-04', 'delta', 'b', '--release');
    expect(await entries('2030-01-04', 'delta', '--delta')).toBe(1);
    await revoke('2030-01-04', 'delta', 'a', '--reason', 'keyCompromise');
    expect(await entries('2030-01-05', 'delta', '--delta')).toBe(2);
    expect(await entries('2030-01-05', 'delta')).toBe(1);
    expect(await entries('2030-01-05', 'delta', '--delta')).toBe(0);
  });
});

describe('pki crl --delta', () => {
  beforeAll(() => newCa('base'));

  it('needs a full CRL', async () => {
    expect(await refused(first, 'crl', '--ca-dir', 'base', '--delta')).toEqual({
      status: 2,
      stderr: [
        'pki: error: there is no full CRL that a delta CRL could build on',
        'pki: hint: make one first, without --delta',
      ],
    });
  });

  it('tells its base', async () => {
    await first('crl', '--ca-dir', 'base', '--out', 'base.crl');
    expect((await first('crl', '--ca-dir', 'base', '--delta', '--out', 'd.crl')).stdout).toBe(
      'made delta CRL 2\n  CRL          d.crl\n  base         CRL 1\n  changed      0\n  next update  2030-01-08T12:00:00Z\n',
    );
    const { stdout } = await first('crl', '--ca-dir', 'base', '--delta', '--json', '--days', '1');
    expect(JSON.parse(stdout)).toMatchObject({
      number: '3',
      base: '1',
      nextUpdate: '2030-01-02T12:00:00Z',
    });
  });
});

describe('the current CRL', () => {
  const read = (name: string) => readFileSync(join(cwd, 'current/crl', name));
  beforeAll(() => newCa('current'));

  it('is in the CA directory in DER and PEM, and replaced by the next one', async () => {
    await first('crl', '--ca-dir', 'current', '--out', 'current.crl');
    expect(pemBlocks(read('ca.pem').toString('latin1'))[0]?.der).toEqual(
      Uint8Array.from(read('ca.crl')),
    );
    expect(read('ca.pem')).toEqual(readFileSync(join(cwd, 'current.crl')));
    const before = read('ca.crl');
    await first('crl', '--ca-dir', 'current');
    expect(read('ca.crl')).not.toEqual(before);
    expect(existsSync(join(cwd, 'current/crl/delta.crl'))).toBe(false);
  });

  it('stays when the next one is refused', async () => {
    const before = read('ca.crl');
    await refused(first, 'crl', '--ca-dir', 'current', '--days', '9000');
    expect(read('ca.crl')).toEqual(before);
  });

  it('cannot be written where something else is', async () => {
    await newCa('blocked');
    mkdirSync(join(cwd, 'blocked/crl/ca.crl'), { recursive: true });
    expect((await refused(first, 'crl', '--ca-dir', 'blocked')).stderr[0]).toBe(
      `pki: error: ${join(cwd, 'blocked/crl/ca.crl')} exists already, and is not a regular file`,
    );
    rmSync(join(cwd, 'blocked/crl'), { recursive: true });
    writeFileSync(join(cwd, 'blocked/crl'), '');
    expect(await refused(first, 'crl', '--ca-dir', 'blocked')).toEqual({
      status: 6,
      stderr: [`pki: error: cannot make ${join(cwd, 'blocked/crl')}: it exists already`],
    });
  });
});

describe('pki crl --check', () => {
  const check = (day: string, ...options: readonly string[]) =>
    on(day)('crl', '--ca-dir', 'checked', '--check', ...options);
  const hint = 'pki: hint: make the next one with "pki crl"\n';
  beforeAll(() => newCa('checked'));

  it('fails with 8 if there is none', async () => {
    expect(await check('2030-01-01')).toEqual({
      status: 8,
      stdout: '',
      stderr: `pki: error: there is no ${join(cwd, 'checked/crl/ca.crl')}\n${hint}`,
    });
  });

  it('tells how long it lasts, without a key', async () => {
    await first('crl', '--ca-dir', 'checked', '--out', 'checked.crl'); // until 2030-01-31
    rmSync(join(cwd, 'checked/keys'), { recursive: true });
    expect(await check('2030-01-27')).toEqual({
      status: 0,
      stdout: 'CRL 1 is current until 2030-01-31T12:00:00Z, 4 days from now\n',
      stderr: '',
    });
    expect(JSON.parse((await check('2030-01-27', '--json')).stdout)).toEqual({
      number: '1',
      kind: 'full',
      nextUpdate: '2030-01-31T12:00:00Z',
      days: 4,
    });
  });

  it.each([
    ['2030-01-28', [], 'CRL 1 runs out at 2030-01-31T12:00:00Z'],
    ['2030-01-24', ['--within', '7'], 'CRL 1 runs out at 2030-01-31T12:00:00Z'],
    ['2030-01-31', [], 'CRL 1 ran out at 2030-01-31T12:00:00Z'],
  ] as const)('fails with 8 when it is time: %s %j', async (day, options, message) => {
    expect(await check(day, ...options)).toEqual({
      status: 8,
      stdout: '',
      stderr: `pki: error: ${message}\n${hint}`,
    });
  });

  it('looks at the delta too', async () => {
    expect(await check('2030-01-01', '--delta')).toMatchObject({
      status: 8,
      stderr: `pki: error: there is no ${join(cwd, 'checked/crl/delta.crl')}\npki: hint: make the next one with "pki crl --delta"\n`,
    });
  });

  it('fails with 6 if the file is damaged', async () => {
    writeFileSync(join(cwd, 'checked/crl/ca.crl'), 'what');
    expect(await check('2030-01-01')).toEqual({
      status: 6,
      stdout: '',
      stderr: `pki: error: ${join(cwd, 'checked/crl/ca.crl')} is damaged: tag 30 expected, 77 found\n`,
    });
  });

  it.each([
    ['is malformed', octetString(new Uint8Array(0)), 'tag 02 expected, 04 found'],
    ['is missing', undefined, 'it has no CRL number'],
  ])('fails with 6 if the number of the CRL %s', async (_, value, why) => {
    const path = join(cwd, 'checked/crl/ca.crl');
    const [made] = pemBlocks(readFileSync(join(cwd, 'checked.crl'), 'latin1'));
    if (!made) throw new Error('no CRL');
    const { tbs, signatureAlgorithm, signature } = parseCrl(made.der);
    const extensions = tbs.extensions
      .filter(({ oid }) => oid !== EXTENSION_OID.crlNumber || value)
      .map((one) => (one.oid === EXTENSION_OID.crlNumber && value ? { ...one, value } : one));
    const changed = encodeTbsCertList({ ...tbs, extensions });
    writeFileSync(path, encodeSigned(changed, signatureAlgorithm, signature));
    expect(await check('2030-01-01')).toEqual({
      status: 6,
      stdout: '',
      stderr: `pki: error: ${path} is damaged: ${why}\n`,
    });
  });

  it('has --within to itself', async () => {
    expect(await refused(first, 'crl', '--ca-dir', 'current', '--within', '7')).toEqual({
      status: 2,
      stderr: ['pki: error: --within is for --check'],
    });
  });
});
