import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const pki = world({ cwd, now, env: { PKI_PASSPHRASE: PASSPHRASE } });
/** Has a terminal, and nobody there: a question would be among the lines of an error. */
const asking = world({ cwd, now, answers: [] });
const silent = world({ cwd, now });
const refused = refusals(cwd, 'ca');
const issue = (...options: readonly string[]) => [
  ...['issue', '--ca-dir', 'ca', '--cn', 'a.example'],
  ...['--out', 'a.crt', '--key-out', 'a.key', ...options],
];
const inCwd = (...names: readonly string[]) => join(cwd, ...names);

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca');
  await pki('init-ca', '--name', 'Root', '--dir', 'other-ca', '--no-passphrase');
});

describe('a passphrase', () => {
  const WRONG = `pki: error: wrong passphrase for ${inCwd('ca/keys/ca.key')}`;

  it('that is wrong ends the command', async () => {
    const wrong = world({ cwd, now, env: { PKI_PASSPHRASE: 'wrong' } });
    expect(await refused(wrong, ...issue())).toEqual({ status: 5, stderr: [WRONG] });
  });

  it('that is wrong is not asked for a second time', async () => {
    const typing = world({ cwd, now, answers: ['wrong', PASSPHRASE] });
    expect(await refused(typing, ...issue())).toEqual({
      status: 5,
      stderr: ['passphrase of the CA key: ', WRONG],
    });
  });

  it('that nobody can be asked for is named, with the ways to give it', async () => {
    expect(await refused(silent, ...issue())).toEqual({
      status: 5,
      stderr: [
        'pki: error: the passphrase of the CA key is needed, and there is no terminal to ask at',
        'pki: hint: give it with --passphrase-file, or in the environment variable PKI_PASSPHRASE',
      ],
    });
  });

  it('in a file that cannot be read is not looked for elsewhere', async () => {
    expect(await refused(pki, ...issue('--passphrase-file', 'lost.txt'))).toEqual({
      status: 2,
      stderr: [
        `pki: error: cannot read the passphrase file ${inCwd('lost.txt')}: no such file or directory`,
      ],
    });
  });

  it('that is typed is asked for once', async () => {
    const typing = world({ cwd, now, answers: [PASSPHRASE] });
    const { status, stderr } = await typing(
      ...issue('--out', 'typed.crt', '--key-out', 'typed.key'),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'passphrase of the CA key: \n' });
  });
});

describe('what the policy refuses', () => {
  it('is refused before a secret is asked for: names', async () => {
    const { status, stderr } = await refused(asking, ...issue('--cn', 'no host name'));
    expect(status).toBe(3);
    expect(stderr[0]).toBe('pki: error: not signing a certificate for CN=no host name');
  });

  it("is refused before a secret is asked for: a validity beyond the issuer's", async () => {
    expect(await refused(asking, ...issue('--days', '7306'))).toEqual({
      status: 3,
      stderr: [
        'pki: error: not signing a certificate for CN=a.example',
        "pki: hint: validity must be within the issuer's, until 2050-01-01T11:54:59Z; it would last until 2050-01-02T11:54:59Z (validity-within-issuer, RFC 5280 §6.1.3)",
      ],
    });
  });

  it('is reported as JSON with --json, each reason a hint', async () => {
    const { status, stderr } = await refused(asking, ...issue('--json', '--cn', 'no host name'));
    expect(status).toBe(3);
    expect(JSON.parse(stderr.join('\n'))).toEqual({
      error: {
        code: 'POLICY',
        message: 'not signing a certificate for CN=no host name',
        hints: [
          expect.stringContaining('(common-name-in-subject-alt-name, '),
          expect.stringContaining('(profile-subject-alt-name, '),
        ],
      },
    });
  });

  it.each(['0', '-1', '1.5', '1e3', 'ten', '400000'])(
    'is not counted in days: %s',
    async (days) => {
      expect(await refused(asking, ...issue(`--days=${days}`))).toEqual({
        status: 2,
        stderr: [
          `pki: error: option '--days <days>' argument '${days}' is invalid. it has to be a whole number of days, at least 1`,
        ],
      });
    },
  );
});

describe('a CA', () => {
  const HINT = 'pki: hint: make one with "pki init-ca", or name its directory with --ca-dir';

  it.each(['lost-ca', 'empty'])('that is not there is missed: %s', async (name) => {
    mkdirSync(inCwd('empty'), { recursive: true });
    expect(await refused(asking, ...issue('--ca-dir', name))).toEqual({
      status: 6,
      stderr: [`pki: error: there is no CA in ${inCwd(name)}`, HINT],
    });
  });

  /** A copy of the CA without a passphrase, with a difference. */
  const damaged = (name: string, damage: (directory: string) => void) => {
    cpSync(inCwd('other-ca'), inCwd(name), { recursive: true });
    damage(inCwd(name));
    return refusals(cwd, name)(silent, ...issue('--ca-dir', name));
  };

  it('whose key file is missing signs nothing', async () => {
    const refusal = await damaged('keyless-ca', (path) => rmSync(join(path, 'keys/ca.key')));
    expect(refusal).toEqual({
      status: 4,
      stderr: [
        `pki: error: cannot read the key file ${inCwd('keyless-ca/keys/ca.key')}: no such file or directory`,
      ],
    });
  });

  it('whose key file holds another key signs nothing', async () => {
    await silent('init-ca', '--name', 'Root', '--dir', 'third-ca', '--no-passphrase');
    const refusal = await damaged('swapped-ca', (path) =>
      copyFileSync(inCwd('third-ca/keys/ca.key'), join(path, 'keys/ca.key')),
    );
    expect(refusal).toEqual({
      status: 4,
      stderr: [
        `pki: error: the ecdsa-p384 key is not the public key in ${inCwd('swapped-ca/ca.crt')}`,
        'pki: hint: nothing was signed; open the key that the CA certificate was made for',
      ],
    });
  });

  it('whose key file holds a key of another kind signs nothing', async () => {
    const refusal = await damaged('other-kind-ca', (path) =>
      copyFileSync(inCwd('typed.key'), join(path, 'keys/ca.key')),
    );
    const path = inCwd('other-kind-ca/keys/ca.key');
    expect(refusal).toEqual({
      status: 4,
      stderr: [`pki: error: ${path} holds a key for ecdsa-p256, not for ecdsa-p384`],
    });
  });

  it('whose key file holds no key signs nothing', async () => {
    const refusal = await damaged('no-key-ca', (path) =>
      writeFileSync(join(path, 'keys/ca.key'), 'no key'),
    );
    expect(refusal).toEqual({
      status: 4,
      stderr: [
        `pki: error: ${inCwd('no-key-ca/keys/ca.key')} holds no private key`,
        'pki: hint: it has to be PKCS #8: a PEM block "PRIVATE KEY" or "ENCRYPTED PRIVATE KEY"',
      ],
    });
  });
});
