import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { listed, pathsIn, refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const at = (file: string) => join(cwd, file);
const env = {
  PKI_PASSPHRASE: 'of the new key',
  PKI_OLD_PASSPHRASE: 'of the old key',
  PKI_PARENT_PASSPHRASE: 'of the old key',
};
const pki = world({ cwd, env });
const asOld = world({ cwd, env: { ...env, PKI_PASSPHRASE: env.PKI_OLD_PASSPHRASE } });
const refused = refusals(cwd, 'old');
const rekey = (ca: string, ...options: readonly string[]) => [
  ...['rekey-ca', '--ca-dir', ca, '--dir', 'new', ...options],
];
const says = (status: number, message: string, ...hints: readonly string[]) => ({
  status,
  stderr: [`pki: error: ${message}`, ...hints.map((hint) => `pki: hint: ${hint}`)],
});

beforeAll(async () => {
  for (const argv of [
    ['--name', 'Root', '--dir', 'old', '--days', '400'],
    ['--name', 'Other Root', '--dir', 'other'],
    ['--name', 'Issuing', '--dir', 'issuing', '--parent', 'old', '--days', '100'],
    ['--name', 'Waiting', '--dir', 'waiting', '--csr', 'waiting.csr'],
    ['--name', 'Hybrid', '--dir', 'hybrid', '--hybrid', 'catalyst'],
    ['--name', 'Strict', '--dir', 'strict', '--policy', 'cnsa2'],
  ]) {
    expect(await asOld('init-ca', ...argv)).toMatchObject({ status: 0 });
  }
});

describe('rekey-ca leaves nothing where', () => {
  it('there is no CA', async () => {
    expect(await refused(pki, ...rekey('none'))).toEqual(
      says(
        6,
        `there is no CA in ${at('none')}`,
        'make one with "pki init-ca", or name its directory with --ca-dir',
      ),
    );
  });

  it('the CA waits for its certificate', async () => {
    expect(await refused(pki, ...rekey('waiting'))).toEqual(
      says(
        6,
        `the CA in ${at('waiting')} waits for its certificate`,
        'have ca.csr in it signed, and finish it with "pki init-ca --complete"',
      ),
    );
  });

  it('the old certificate has expired', async () => {
    const later = world({ cwd, env, now: new Date(Date.now() + 401 * 86_400_000) });
    const { status, stderr } = await refused(later, ...rekey('old'));
    expect(status).toBe(3);
    expect(stderr[0]).toMatch(/^pki: error: the CA in .*\/old expired at 20\d\d-.*Z$/);
    expect(stderr[1]).toBe(
      'pki: hint: nothing is left to go over from; make a new CA with "pki init-ca"',
    );
  });

  it('the directory exists', async () => {
    expect(await refused(pki, 'rekey-ca', '--ca-dir', 'old', '--dir', 'other')).toEqual(
      says(
        6,
        `${at('other')} exists already and holds a CA`,
        'give a directory that does not exist, or an empty one; a CA is never overwritten',
      ),
    );
  });

  it('a CA under another one is given no parent', async () => {
    expect(await refused(pki, ...rekey('issuing'))).toEqual(
      says(
        2,
        `the CA in ${at('issuing')} is under CN=Root`,
        'name the directory of that with --parent',
      ),
    );
  });

  it('the parent is another CA', async () => {
    expect(await refused(pki, ...rekey('issuing', '--parent', 'other'))).toEqual(
      says(
        3,
        `the CA in ${at('issuing')} is under CN=Root, not under CN=Other Root`,
        'the new key has to be certified by the CA that certified the old one',
      ),
    );
  });

  it('a root is given a parent', async () => {
    expect(await refused(pki, ...rekey('old', '--parent', 'other'))).toEqual(
      says(2, `the CA in ${at('old')} is a root, and --parent is not for that`),
    );
  });

  it('a hybrid CA is not told which keys it gets', async () => {
    expect(await refused(pki, ...rekey('hybrid'))).toEqual(
      says(
        2,
        `the CA in ${at('hybrid')} is a hybrid, catalyst`,
        'say with --hybrid or --algorithm which keys the new one gets',
      ),
    );
  });

  it.each([
    [['--clamp'], '--clamp needs --parent'],
    [
      ['--days', '0'],
      "option '--days <days>' argument '0' is invalid. it has to be a whole number of days, at least 1",
    ],
    [
      ['--passphrase-file', '-', '--old-passphrase-file', '-'],
      'only one secret can be read from standard input',
    ],
  ])('options do not go together: %s', async (options, message) => {
    expect(await refused(pki, ...rekey('old', ...options))).toEqual(says(2, message));
  });

  it('cross-certificates are given an end that there are none of', async () => {
    expect(await refused(pki, ...rekey('issuing', '--parent', 'old', '--overlap', '9'))).toEqual(
      says(
        2,
        '--overlap is not for --parent',
        'under a parent there are no cross-certificates, whose end it would be',
      ),
    );
  });

  it('the new key is refused by the policy of the old CA', async () => {
    const { status, stderr } = await refused(pki, ...rekey('strict', '--algorithm', 'ed25519'));
    expect({ status, first: stderr[0] }).toEqual({
      status: 3,
      first: 'pki: error: not signing a certificate for CN=Strict',
    });
  });

  it('the passphrase of the old key is not given', async () => {
    const { PKI_PASSPHRASE } = env;
    expect(await refused(world({ cwd, env: { PKI_PASSPHRASE } }), ...rekey('old'))).toEqual(
      says(
        5,
        'the passphrase of the old CA key is needed, and there is no terminal to ask at',
        'give it with --old-passphrase-file, or in the environment variable PKI_OLD_PASSPHRASE',
      ),
    );
  });

  it('the passphrase of the old key is wrong', async () => {
    const wrong = world({ cwd, env: { ...env, PKI_OLD_PASSPHRASE: 'wrong' } });
    const { status } = await refused(wrong, ...rekey('old'));
    expect(status).toBe(5);
  });
});

describe('rekey-ca whose directory cannot be made at the end', () => {
  /** While the new key is being made, somebody else takes its place. */
  const taking = world({
    cwd,
    env: {
      ...env,
      get PKI_PASSPHRASE() {
        mkdirSync(at('new/taken'), { recursive: true });
        return 'of the new key';
      },
    },
  });
  afterEach(() => rmSync(at('new'), { recursive: true }));

  it.each([
    ['the CA in old', []],
    ['the parent', ['--parent', 'old', '--days', '90']],
  ])('tells what %s has recorded', async (who, options) => {
    const ca = options.length === 0 ? 'old' : 'issuing';
    const { status, stdout, stderr } = await taking(...rekey(ca, ...options));
    const { serial } = JSON.parse(await listed(pki, 'old')).at(-1);
    expect({ status, stdout }).toEqual({ status: 6, stdout: '' });
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      `pki: warning: ${who} has recorded the certificate ${serial}, whose key is gone; revoke it there`,
      expect.stringMatching(/^pki: error: cannot make the CA directory .*\/new: /),
    ]);
    expect(pathsIn(cwd).filter((path) => path.startsWith('.new'))).toEqual([]);
  });
});
