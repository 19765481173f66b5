import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd);
const PLAIN = '--no-passphrase';

beforeAll(() => writeFileSync(join(cwd, 'sub.csr'), 'somebody'));

describe('a request is not made', () => {
  const csr = (...options: readonly string[]) => [
    ...['init-ca', '--name', 'A', '--dir', 'refused', PLAIN, '--csr', ...options],
  ];

  it('over a file that exists', async () => {
    expect(await refused(pki, ...csr('sub.csr'))).toMatchObject({ status: 6 });
  });

  it('of a name that no certificate takes', async () => {
    expect(await refused(pki, ...csr('new.csr', '--country', 'Germany'))).toEqual({
      status: 3,
      stderr: [
        'pki: error: not signing a certificate for C=Germany, CN=A',
        'pki: hint: C must have at most 2 characters (attribute-length, RFC 5280 appendix A.1)',
        'pki: hint: C=Germany must be two upper-case letters (country-code, RFC 5280 appendix A.1, ISO 3166)',
      ],
    });
  });
});

describe('options that contradict each other are errors', () => {
  it.each([
    ['give either --parent or --csr', '--name', 'A', '--parent', 'root', '--csr', 'x'],
    ['give either --complete or --import', '--complete', 'a', '--import', 'b'],
    ['--days is not for --csr', '--name', 'A', '--csr', 'x', '--days', '3'],
    ['--clamp is not for --csr', '--name', 'A', '--csr', 'x', '--clamp'],
    ['--name is not for --complete', '--complete', 'x', '--name', 'A'],
    ['--no-passphrase is not for --complete', '--complete', 'x', PLAIN],
    ['--pkcs11-lib is not for --complete', '--complete', 'x', '--pkcs11-lib', 'x'],
    ['--name is not for --import', '--import', 'x', '--name', 'A'],
    ['--path-length is not for --import', '--import', 'x', '--path-length', '1'],
    ['--chain needs --complete or --import', '--name', 'A', '--chain', 'x'],
    ["required option '--name <name>' not specified", '--csr', 'x'],
  ])('%s', async (message, ...options) => {
    expect(await refused(pki, 'init-ca', '--dir', 'refused', ...options)).toEqual({
      status: 2,
      stderr: [`pki: error: ${message}`],
    });
  });
});
