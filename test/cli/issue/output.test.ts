import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd, 'ca');
const inCwd = (name: string) => join(cwd, name);
const issue = (...options: readonly string[]) => [
  ...['issue', '--ca-dir', 'ca', '--cn', 'a.example', ...options],
];

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  writeFileSync(inCwd('precious'), 'precious');
  mkdirSync(inCwd('directory'));
  symlinkSync('nowhere', inCwd('dangling'));
});

describe('an output file that exists', () => {
  const exists = (name: string) => ({
    status: 6,
    stderr: [`pki: error: ${inCwd(name)} exists already`, 'pki: hint: --force replaces it'],
  });
  const notAFile = (path: string) => ({
    status: 6,
    stderr: [
      `pki: error: ${path} exists already, and is not a regular file`,
      'pki: hint: give the name of a file, or "--out -" for standard output',
    ],
  });

  it('is kept when it is in the place of the certificate', async () => {
    const options = ['--out', 'precious', '--key-out', 'a.key'];
    expect(await refused(pki, ...issue(...options))).toEqual(exists('precious'));
    expect(readFileSync(inCwd('precious'), 'utf8')).toBe('precious');
  });

  it('is kept when it is in the place of the key', async () => {
    const options = ['--out', 'a.crt', '--key-out', 'precious'];
    expect(await refused(pki, ...issue(...options))).toEqual(exists('precious'));
    expect(readFileSync(inCwd('precious'), 'utf8')).toBe('precious');
  });

  it('is kept when it is a symbolic link that leads nowhere', async () => {
    const options = ['--out', 'dangling', '--key-out', 'a.key'];
    expect(await refused(pki, ...issue(...options))).toEqual(exists('dangling'));
  });

  it('is kept, even with --force, when it is a directory', async () => {
    const options = ['--force', '--out', 'directory', '--key-out', 'a.key'];
    expect(await refused(pki, ...issue(...options))).toEqual(notAFile(inCwd('directory')));
  });

  it('is kept, even with --force, when it is a device', async () => {
    const options = ['--force', '--out', '/dev/null', '--key-out', 'a.key'];
    expect(await refused(pki, ...issue(...options))).toEqual(notAFile('/dev/null'));
  });

  it('is replaced with --force, both the certificate and the key', async () => {
    writeFileSync(inCwd('old.crt'), 'old');
    writeFileSync(inCwd('old.key'), 'old', { mode: 0o644 });
    const { status } = await pki(...issue('--force', '--out', 'old.crt', '--key-out', 'old.key'));
    expect(status).toBe(0);
    expect(readFileSync(inCwd('old.crt'), 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    expect(readFileSync(inCwd('old.key'), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  });

  it('is found out before a passphrase is asked for', async () => {
    const asking = world({ cwd, env: { PKI_PASSPHRASE: 'x' } });
    await asking('init-ca', '--name', 'Root', '--dir', 'closed-ca');
    const argv = ['issue', '--ca-dir', 'closed-ca', '--cn', 'a.example', '--key-out', 'precious'];
    expect(await refused(world({ cwd, answers: [] }), ...argv)).toEqual(exists('precious'));
  });
});

describe('an output file that cannot be made', () => {
  it('is one in a directory that does not exist', async () => {
    expect(await refused(pki, ...issue('--out', 'lost/a.crt', '--key-out', 'a.key'))).toEqual({
      status: 6,
      stderr: [`pki: error: cannot write ${inCwd('lost/a.crt')}: no such file or directory`],
    });
  });

  it('is one under a file', async () => {
    expect(await refused(pki, ...issue('--out', 'a.crt', '--key-out', 'precious/a.key'))).toEqual({
      status: 6,
      stderr: [
        `pki: error: cannot write ${inCwd('precious/a.key')}: a part of the path is not a directory`,
      ],
    });
  });

  it.skipIf(process.getuid?.() === 0)(
    'is one in a directory of others (root may write to it)',
    async () => {
      expect(await refused(pki, ...issue('--out', '/usr/a.crt', '--key-out', 'a.key'))).toEqual({
        status: 6,
        stderr: ['pki: error: cannot write /usr/a.crt: permission denied'],
      });
    },
  );
});

describe('the two outputs', () => {
  const SAME = {
    status: 2,
    stderr: ['pki: error: --out and --key-out name the same file'],
  };

  it('are not written to one file', async () => {
    expect(await refused(pki, ...issue('--out', 'both', '--key-out', 'both'))).toEqual(SAME);
    expect(
      await refused(pki, ...issue('--force', '--out', './both', '--key-out', inCwd('both'))),
    ).toEqual(SAME);
  });

  it.each([
    [[], 'give --csr, or --key-out to have a key made'],
    [
      ['--csr', 'a.csr', '--key-out', 'a.key'],
      'give either --csr or --key-out: a request has a key already',
    ],
    [['--csr', 'a.csr', '--key-algorithm', 'ed25519'], '--key-algorithm needs --key-out'],
    [['--csr', 'a.csr', '--key-passphrase-file', 'p.txt'], '--key-passphrase-file needs --key-out'],
  ])('are asked for without contradiction: %j', async (options, message) => {
    expect(await refused(pki, ...issue(...options))).toEqual({
      status: 2,
      stderr: [`pki: error: ${message}`],
    });
  });

  it('never put a private key on standard output', async () => {
    expect(await refused(pki, ...issue('--out', 'a.crt', '--key-out', '-'))).toEqual({
      status: 2,
      stderr: [
        'pki: error: private keys are not written to standard output',
        'pki: hint: give --key-out a file',
      ],
    });
  });
});
