import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const PASSPHRASE = 'of the server alone';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd, 'ca');
const inCwd = (name: string) => join(cwd, name);
const issue = (key: string, ...options: readonly string[]) => [
  ...['issue', '--ca-dir', 'ca', '--cn', 'a.example', '--key-out', key, ...options],
];

beforeAll(async () => {
  writeFileSync(inCwd('passphrase.txt'), `${PASSPHRASE}\n`);
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
});

describe.skipIf(noOpenssl())(
  `issue --key-passphrase-file${noOpenssl() ? ` (${noOpenssl()})` : ''}`,
  () => {
    const opened = (key: string, passphrase: string) =>
      openssl('pkey', '-in', inCwd(key), '-passin', `pass:${passphrase}`, '-noout', '-check');

    it('writes a key that OpenSSL opens with the passphrase, and not without', async () => {
      const { status } = await pki(...issue('file.key', '--key-passphrase-file', 'passphrase.txt'));
      expect(status).toBe(0);
      expect(opened('file.key', PASSPHRASE)).toBe('Key is valid\n');
      expect(() => opened('file.key', 'another one')).toThrow();
    });

    it('reads the first line of standard input for "-"', async () => {
      const typing = world({ cwd, stdin: `${PASSPHRASE}\nmore\n` });
      await typing(...issue('stdin.key', '--key-passphrase-file', '-'));
      expect(opened('stdin.key', PASSPHRASE)).toBe('Key is valid\n');
    });

    it('writes what everybody can read, when it is not given', async () => {
      await pki(...issue('plain.key'));
      expect(openssl('pkey', '-in', inCwd('plain.key'), '-noout', '-check')).toBe('Key is valid\n');
    });
  },
);

describe('a passphrase for the new key that is not there', () => {
  it('is missed when its file is', async () => {
    expect(await refused(pki, ...issue('a.key', '--key-passphrase-file', 'lost.txt'))).toEqual({
      status: 2,
      stderr: [
        `pki: error: cannot read the passphrase file ${inCwd('lost.txt')}: no such file or directory`,
      ],
    });
  });

  it('is missed when its file is empty', async () => {
    writeFileSync(inCwd('empty.txt'), '');
    expect(await refused(pki, ...issue('a.key', '--key-passphrase-file', 'empty.txt'))).toEqual({
      status: 2,
      stderr: [`pki: error: the passphrase file ${inCwd('empty.txt')} is empty`],
    });
  });

  it('is missed when standard input is empty', async () => {
    expect(await refused(pki, ...issue('a.key', '--key-passphrase-file', '-'))).toEqual({
      status: 5,
      stderr: ['pki: error: the passphrase is empty'],
    });
  });
});
