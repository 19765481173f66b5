import { X509Certificate } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { StagedCaChange } from '../../../src/store/ca-change.ts';
import { parseCrl } from '../../../src/x509/crl.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';
import { interrupt } from './interrupted.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
let serial = '';

beforeAll(async () => {
  for (const [ca, ...hybrid] of [['ca', '--hybrid', 'catalyst'], ['other']] as const) {
    await pki('init-ca', '--name', 'Root', '--dir', ca, '--no-passphrase', ...hybrid);
    const files = ['--out', `${ca}.crt`, '--key-out', `${ca}.key`];
    await pki('issue', '--ca-dir', ca, '--cn', 'a.example', ...files);
  }
  serial = interrupt(join(cwd, 'ca/ca.db'));
});

let count = 0;
function copy(): string {
  const name = `copy-${count++}`;
  cpSync(join(cwd, 'ca'), join(cwd, name), { recursive: true });
  return name;
}

const check = async (ca: string) => (await pki('store', 'check', '--ca-dir', ca)).status;

describe('store settle', () => {
  it('records the certificate that somebody has after all', async () => {
    const ca = copy();
    expect(await check(ca)).toBe(3);
    const settled = await pki('store', 'settle', serial, '--ca-dir', ca, '--certificate', 'ca.crt');
    expect(settled).toEqual({
      status: 0,
      stdout: `settled certificate ${serial}: issued\n`,
      stderr: '',
    });
    const { stdout } = await pki('show', serial, '--ca-dir', ca, '--json');
    const { fingerprint256 } = new X509Certificate(readFileSync(join(cwd, 'ca.crt')));
    expect(JSON.parse(stdout).fingerprint).toBe(fingerprint256.replaceAll(':', '').toLowerCase());
    expect(await check(ca)).toBe(0);
  });

  it('revokes what is lost, so that the next CRL tells of it', async () => {
    const ca = copy();
    const lost = ['store', 'settle', serial.toUpperCase(), '--ca-dir', ca, '--lost', '--json'];
    expect(JSON.parse((await pki(...lost)).stdout)).toEqual({
      name: `certificate ${serial}`,
      status: 'revoked',
    });
    await pki('crl', '--ca-dir', ca, '--out', `${ca}.crl`);
    const crl = parseCrl(readFileSync(join(cwd, ca, 'crl/ca.crl')));
    expect(Buffer.from(crl.tbs.revoked).toString('hex')).toContain(serial);
    expect(await check(ca)).toBe(0);
  });

  it('takes an interrupted CRL for lost', async () => {
    const ca = copy();
    await pki('store', 'settle', serial, '--ca-dir', ca, '--lost');
    await pki('crl', '--ca-dir', ca, '--out', `${ca}.crl`);
    interrupt(join(cwd, ca, 'ca.db'), 'crl');
    const settled = await pki('store', 'settle', '1', '--ca-dir', ca, '--crl', '--lost');
    expect(settled).toMatchObject({ status: 0, stdout: 'settled CRL 1: failed\n' });
    const next = await pki('crl', '--ca-dir', ca, '--out', `${ca}-2.crl`, '--json');
    expect(JSON.parse(next.stdout).number).toBe('2');
    expect(await check(ca)).toBe(0);
  });
});

describe('store settle --leftovers', () => {
  const settle = (ca: string) => pki('store', 'settle', '--ca-dir', ca, '--leftovers');
  const change = (ca: string) => {
    const staged = new StagedCaChange(join(cwd, ca)); // as if the process had been killed
    staged.writeKey('new.key', 'a key that nobody has used');
    return staged;
  };

  it('removes what killed commands left in the directory, and nothing beside it', async () => {
    const ca = copy();
    const { path } = change(ca);
    const file = join(cwd, ca, 'keys/.ca.key.0123456789ab.tmp');
    writeFileSync(file, '');
    mkdirSync(join(cwd, `.${ca}.aB3dE6`));
    const before = readdirSync(join(cwd, ca), { recursive: true });
    expect(await settle(ca)).toEqual({
      status: 0,
      stdout: `removed ${file}\nremoved ${path}\n`,
      stderr: '',
    });
    expect(existsSync(join(cwd, `.${ca}.aB3dE6`))).toBe(true);
    const left = before.filter((name) => !/\.change\.|\.tmp$/.test(String(name)));
    expect(readdirSync(join(cwd, ca), { recursive: true })).toEqual(left);
    expect(await settle(ca)).toMatchObject({ stdout: 'there is nothing to remove\n' });
  });

  it('makes a command fail that was at work after all, and leaves the CA as it was', async () => {
    const ca = copy();
    const before = readFileSync(join(cwd, ca, 'ca.crt'));
    using staged = change(ca);
    await settle(ca);
    expect(() => staged.commit()).toThrow(
      `cannot change the CA in ${join(cwd, ca)}: no such file or directory`,
    );
    expect(existsSync(join(cwd, ca, 'change'))).toBe(false);
    expect(readFileSync(join(cwd, ca, 'ca.crt')).equals(before)).toBe(true);
  });

  it('removes a symbolic link, and not what it leads to', async () => {
    const ca = copy();
    const elsewhere = join(cwd, `${ca}-elsewhere`);
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'kept'), '');
    symlinkSync(elsewhere, join(cwd, ca, '.change.aB3dE6'));
    expect((await settle(ca)).status).toBe(0);
    expect(readdirSync(elsewhere)).toEqual(['kept']);
    expect(existsSync(join(cwd, ca, '.change.aB3dE6'))).toBe(false);
  });
});

describe('store settle refuses', () => {
  const refused = refusals(cwd, 'ca');
  const settle = (...argv: readonly string[]) =>
    refused(pki, 'store', 'settle', '--ca-dir', 'ca', ...argv);

  it('a certificate that another CA has made', async () => {
    expect(await settle(serial, '--certificate', 'other.crt')).toEqual({
      status: 7,
      stderr: [
        `pki: error: other.crt is not what was approved for ${serial}`,
        'pki: hint: the SHA-256 of its TBSCertificate is not the one that was recorded',
      ],
    });
  });

  it('what was approved, under another signature', async () => {
    const der = Buffer.from(new X509Certificate(readFileSync(join(cwd, 'ca.crt'))).raw);
    der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
    writeFileSync(join(cwd, 'forged.der'), der);
    expect(await settle(serial, '--certificate', 'forged.der')).toEqual({
      status: 7,
      stderr: [
        'pki: error: forged.der is not signed by this CA: its ecdsa-with-SHA384 signature does not verify',
      ],
    });
  });

  it('what is settled, or was never begun', async () => {
    const own = new X509Certificate(
      readFileSync(join(cwd, 'ca/ca.crt')),
    ).serialNumber.toLowerCase();
    const { status, stderr } = await settle(own, '--lost');
    expect(status).toBe(2);
    expect(stderr[0]).toMatch(/^pki: error: the issuance of [0-9a-f]+ at \S+Z is settled: issued$/);
    expect(await settle('0badcafe', '--lost')).toEqual({
      status: 2,
      stderr: [
        'pki: error: this CA has no issuance with the serial number 0badcafe',
        'pki: hint: "pki store check" names those that were interrupted',
      ],
    });
    expect(await settle('5', '--crl', '--lost')).toEqual({
      status: 2,
      stderr: [
        'pki: error: no CRL 5 was interrupted',
        'pki: hint: "pki store check" names those that were',
      ],
    });
  });

  it('leftovers of anything else than a directory of a CA', async () => {
    const alone = {
      status: 2,
      stderr: ['pki: error: --leftovers goes with --ca-dir and --json alone'],
    };
    expect(await settle('--leftovers', serial)).toEqual(alone);
    expect(await settle('--leftovers', '--reason', 'tidy')).toEqual(alone);
    expect(await refused(pki, 'store', 'settle', '--ca-dir', '.', '--leftovers')).toEqual({
      status: 6,
      stderr: [
        `pki: error: there is no CA in ${cwd}`,
        'pki: hint: make one with "pki init-ca", or name its directory with --ca-dir',
      ],
    });
  });

  it('to guess', async () => {
    expect(await settle('--lost')).toEqual({
      status: 2,
      stderr: [
        'pki: error: give a serial number, or --leftovers',
        'pki: hint: "pki store check" names what was interrupted',
      ],
    });
    const wanted = {
      status: 2,
      stderr: ['pki: error: give either --certificate or --lost'],
    };
    expect(await settle(serial)).toEqual(wanted);
    expect(await settle(serial, '--lost', '--certificate', 'ca.crt')).toEqual(wanted);
    expect(await settle('1', '--crl', '--certificate', 'ca.crt')).toEqual({
      status: 2,
      stderr: ['pki: error: --certificate is not for a CRL'],
    });
  });
});
