import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { notBuilt, PKI } from '../built-program.ts';

const directory = temporaryDirectory();
const missing = notBuilt();

/** Runs a copy of the program that has no node_modules, as on a machine without a compiler. */
function pki(...argv: readonly string[]) {
  const program = join(directory, 'bin/pki.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], {
    cwd: directory,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe.skipIf(missing)(`the program without its packages${missing ? `: ${missing}` : ''}`, () => {
  beforeAll(() => {
    const root = dirname(dirname(PKI));
    for (const part of ['bin', 'dist', 'package.json']) {
      cpSync(join(root, part), join(directory, part), { recursive: true });
    }
  });

  it('makes a CA in files, hybrid even, and issues', () => {
    const made = pki(
      'init-ca',
      '--name',
      'Root',
      '--dir',
      'ca',
      '--hybrid',
      'catalyst',
      '--no-passphrase',
    );
    expect(made).toMatchObject({ status: 0 });
    const names = ['--cn', 'a.example.com', '--key-out', 'a.key'];
    expect(pki('issue', '--ca-dir', 'ca', ...names)).toMatchObject({ status: 0, stderr: '' });
  });

  it('says what to do where a key is in a token and pkcs11js is not built', () => {
    writeFileSync(join(directory, 'module.so'), '');
    const options = ['--name', 'Root', '--dir', 'hsm-ca', '--pkcs11-lib', 'module.so'];
    expect(pki('init-ca', ...options)).toEqual({
      status: 4,
      stdout: '',
      stderr: [
        'pki: error: PKCS#11 is not available: pkcs11js is not built',
        'pki: hint: it is compiled when it is installed, which takes python3, make and a C++ compiler',
        'pki: hint: in a checkout: npm rebuild pkcs11js',
        'pki: hint: installed globally: npm install --global --allow-scripts=pkcs11js hsm-pki',
        '',
      ].join('\n'),
    });
  });
});
