import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, type WorldOptions, world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const inCwd = (name: string) => join(cwd, name);
const pki = (options: Omit<WorldOptions, 'cwd'> = {}) => world({ cwd, ...options });
const refused = refusals(cwd);
const init = (dir: string, ...options: readonly string[]) => [
  ...['init-ca', '--name', 'Root', '--dir', dir, '--algorithm', 'ecdsa-p256', ...options],
];
/** Throws if the passphrase is another one, or none. */
const openKey = (dir: string, passphrase: string) =>
  createPrivateKey({ key: readFileSync(inCwd(`${dir}/keys/ca.key`)), passphrase });

describe('the passphrase of a new CA', () => {
  it('comes from the environment', async () => {
    const { status, stderr } = await pki({ env: { PKI_PASSPHRASE: PASSPHRASE } })(...init('env'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(() => openKey('env', PASSPHRASE)).not.toThrow();
    expect(() => openKey('env', 'another one')).toThrow();
  });

  it('comes from a file rather than from the environment, without the line feed', async () => {
    writeFileSync(inCwd('passphrase.txt'), 'from the file \n');
    const argv = init('file', '--passphrase-file', 'passphrase.txt');
    await pki({ env: { PKI_PASSPHRASE: PASSPHRASE } })(...argv);
    expect(() => openKey('file', 'from the file ')).not.toThrow();
  });

  it('comes from the first line of standard input', async () => {
    await pki({ stdin: 'first line\nsecond line\n' })(...init('stdin', '--passphrase-file', '-'));
    expect(() => openKey('stdin', 'first line')).not.toThrow();
  });

  it('is typed twice at a terminal', async () => {
    const { status, stderr } = await pki({ answers: ['typed', 'typed'] })(...init('typed'));
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'new passphrase for the CA key: \nnew passphrase for the CA key, again: \n',
    });
    expect(() => openKey('typed', 'typed')).not.toThrow();
  });

  it('is one for both keys of a hybrid, asked for once', async () => {
    const typing = pki({ answers: ['typed', 'typed', 'never asked'] });
    const { stderr } = await typing(...init('hybrid', '--hybrid', 'catalyst'));
    expect(stderr.split('\n')).toHaveLength(3);
    const issue = ['issue', '--ca-dir', 'hybrid', '--cn', 'a.example', '--key-out', 'a.key'];
    const issued = await pki({ answers: ['typed'] })(...issue);
    expect({ status: issued.status, stderr: issued.stderr }).toEqual({
      status: 0,
      stderr: 'passphrase of the CA key: \n',
    });
  });

  it('is left out with --no-passphrase alone, which warns', async () => {
    const { status, stderr } = await pki()(...init('none', '--no-passphrase'));
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'pki: warning: --no-passphrase leaves the CA key unencrypted on the disk\n',
    });
    expect(readFileSync(inCwd('none/keys/ca.key'), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });
});

describe('without a passphrase nothing is left behind', () => {
  it('when the two entries differ', async () => {
    expect(await refused(pki({ answers: ['typed', 'tpyed'] }), ...init('ca'))).toEqual({
      status: 5,
      stderr: [
        'new passphrase for the CA key: ',
        'new passphrase for the CA key, again: ',
        'pki: error: the two entries of the passphrase differ',
      ],
    });
  });

  it('when nothing is typed', async () => {
    expect(await refused(pki({ answers: [''] }), ...init('ca'))).toEqual({
      status: 5,
      stderr: ['new passphrase for the CA key: ', 'pki: error: the passphrase is empty'],
    });
  });

  it.each([
    ['and no variable', {}],
    ['and an empty variable', { PKI_PASSPHRASE: '' }],
  ])('when there is no terminal %s', async (_, env) => {
    expect(await refused(pki({ env }), ...init('ca'))).toEqual({
      status: 5,
      stderr: [
        'pki: error: the new passphrase for the CA key is needed, and there is no terminal to ask at',
        'pki: hint: give it with --passphrase-file, or in the environment variable PKI_PASSPHRASE',
      ],
    });
  });

  it('when its file cannot be read, whatever the environment has', async () => {
    const env = { PKI_PASSPHRASE: PASSPHRASE };
    const why = {
      'lost.txt': 'no such file or directory',
      '.': 'it is a directory',
      'passphrase.txt/x': 'a part of the path is not a directory',
    };
    for (const [file, text] of Object.entries(why)) {
      const path = join(cwd, file).replace(/\/$/, '');
      expect(await refused(pki({ env }), ...init('ca', '--passphrase-file', file))).toEqual({
        status: 2,
        stderr: [`pki: error: cannot read the passphrase file ${path}: ${text}`],
      });
    }
  });

  it('when its file is empty but for a line feed', async () => {
    writeFileSync(inCwd('empty.txt'), '\r\n');
    expect(await refused(pki(), ...init('ca', '--passphrase-file', 'empty.txt'))).toEqual({
      status: 2,
      stderr: [`pki: error: the passphrase file ${inCwd('empty.txt')} is empty`],
    });
  });
});
