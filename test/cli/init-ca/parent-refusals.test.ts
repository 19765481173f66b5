import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { childWorld } from '../child-world.ts';
import { succeed } from '../ocsp/ca.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const { now, secrets, pki, asRoot, at, sub, issue } = childWorld(cwd);
const read = (...names: readonly string[]) => readFileSync(at(...names), 'latin1');
const refused = refusals(cwd, 'root');

/** Below the root `sub`, which issues, and `upper`; below that `lower`. */
beforeAll(async () => {
  await succeed(asRoot, 'init-ca', '--name', 'Root CA', '--dir', 'root');
  await succeed(pki, ...sub('sub'));
  await issue('sub', 'leaf');
  const options = ['--profile', 'cross-ca', '--path-length', '1', '--days', '30'];
  await succeed(pki, ...sub('upper', ...options, '--no-passphrase'));
  const below = ['--name', 'CA 2', '--dir', 'lower', '--parent', 'upper', '--clamp'];
  await succeed(pki, 'init-ca', ...below, '--no-passphrase');
});

describe('init-ca --parent makes nothing, and has nothing recorded, if', () => {
  const SUBJECT = 'pki: error: not signing a certificate for CN=Issuing CA 1';
  /** A copy of the root, with a difference. */
  const changed = (name: string, change: (directory: string) => void) => {
    cpSync(at('root'), at(name), { recursive: true });
    change(at(name));
    const argv = ['init-ca', '--name', 'Issuing CA 1', '--dir', 'refused', '--parent', name];
    return refusals(cwd, name)(pki, ...argv);
  };

  it('there is no parent', async () => {
    expect(await refused(pki, ...sub('refused', '--parent', 'nowhere'))).toEqual({
      status: 6,
      stderr: [
        `pki: error: there is no CA in ${at('nowhere')}`,
        'pki: hint: make one with "pki init-ca", or name its directory with --ca-dir',
      ],
    });
  });

  it('the passphrase of the parent is wrong, or that of the CA was meant for it', async () => {
    const WRONG = `pki: error: wrong passphrase for ${at('root/keys/ca.key')}`;
    const wrong = world({ cwd, now, env: { ...secrets, PKI_PARENT_PASSPHRASE: 'wrong' } });
    expect(await refused(wrong, ...sub('refused'))).toEqual({ status: 5, stderr: [WRONG] });
    expect(await refused(asRoot, ...sub('refused'))).toEqual({
      status: 5,
      stderr: [
        'pki: error: the passphrase of the parent CA key is needed, and there is no terminal to ask at',
        'pki: hint: give it with --parent-passphrase-file, or in the environment variable PKI_PARENT_PASSPHRASE',
      ],
    });
    writeFileSync(at('wrong.txt'), 'wrong');
    const file = ['--parent-passphrase-file', 'wrong.txt'];
    expect(await refused(pki, ...sub('refused', ...file))).toEqual({ status: 5, stderr: [WRONG] });
  });

  it('the key of the parent is gone', async () => {
    const refusal = await changed('keyless', (path) =>
      copyFileSync(at('leaf.key'), join(path, 'keys/ca.key')),
    );
    expect(refusal).toEqual({
      status: 4,
      stderr: [
        `pki: error: ${at('keyless/keys/ca.key')} holds a key for ecdsa-p256, not for ecdsa-p384`,
      ],
    });
  });

  it('the parent has expired', async () => {
    const later = world({ cwd, now: new Date('2051-01-01T00:00:00Z'), env: secrets });
    const HINT =
      'pki: hint: the certificate of the issuer expired at 2050-01-01T11:54:59Z (issuer-not-expired, RFC 5280 §6.1.3)';
    expect(await refused(later, ...sub('refused'))).toEqual({
      status: 3,
      stderr: [
        SUBJECT,
        "pki: hint: validity must be within the issuer's, until 2050-01-01T11:54:59Z; it would last until 2055-12-31T23:54:59Z (validity-within-issuer, RFC 5280 §6.1.3)",
        HINT,
      ],
    });
    const { status, stderr } = await refused(later, ...sub('refused', '--clamp'));
    expect(status).toBe(3);
    expect(stderr).toContain(HINT);
  });

  it('it would be valid for longer than the parent', async () => {
    expect(await refused(pki, ...sub('refused', '--days', '7400'))).toEqual({
      status: 3,
      stderr: [
        SUBJECT,
        "pki: hint: validity must be within the issuer's, until 2050-01-01T11:54:59Z; it would last until 2050-04-06T11:54:59Z (validity-within-issuer, RFC 5280 §6.1.3)",
      ],
    });
  });

  it('the path length of the parent is spent', async () => {
    const below = ['init-ca', '--name', 'Issuing CA 1', '--dir', 'refused', '--parent', 'sub'];
    const hint =
      'pki: hint: the issuer may only issue end-entity certificates (path length 0) (issuer-path-length, RFC 5280 §4.2.1.9)';
    expect(await refusals(cwd, 'sub')(pki, ...below)).toEqual({
      status: 3,
      stderr: [SUBJECT, hint],
    });
  });

  it('it asks for a path length that the parent does not have', async () => {
    const below = ['init-ca', '--name', 'Issuing CA 1', '--dir', 'refused', '--parent', 'upper'];
    const options = ['--path-length', '1', '--clamp'];
    expect(await refusals(cwd, 'upper')(pki, ...below, ...options)).toEqual({
      status: 3,
      stderr: [
        SUBJECT,
        'pki: hint: the path length must be below that of the issuer, 1; it would be 1 (path-length-below-issuer, RFC 5280 §4.2.1.9, §6.1.4)',
      ],
    });
  });

  it('a CA above the parent allows no more', async () => {
    const limited = ['--name', 'Limited Root', '--dir', 'limited', '--path-length', '1'];
    await pki('init-ca', ...limited, '--no-passphrase');
    const middle = ['--name', 'Middle', '--dir', 'middle', '--parent', 'limited'];
    await pki('init-ca', ...middle, '--profile', 'cross-ca', '--no-passphrase');
    const below = ['init-ca', '--name', 'Issuing CA 1', '--dir', 'refused', '--parent', 'middle'];
    expect(await refusals(cwd, 'middle')(pki, ...below)).toEqual({
      status: 3,
      stderr: [
        SUBJECT,
        'pki: hint: the path length of CN=Limited Root, above the issuer, is 1 and allows no further CA (path-length-above-issuer, RFC 5280 §4.2.1.9, §6.1.4)',
      ],
    });
  });

  it('the parent is not a CA', async () => {
    const key = ['--key', 'root/keys/ca.key', '--cn', 'Root CA', '--out', 'root.csr'];
    await asRoot('csr', 'create', ...key);
    await asRoot('init-ca', '--name', 'Other Root', '--dir', 'other');
    const issued = ['--profile', 'tls-client', '--csr', 'root.csr', '--out', 'client.crt'];
    await asRoot('issue', '--ca-dir', 'other', '--days', '7000', ...issued);
    const { status, stderr } = await changed('no-ca', (path) =>
      copyFileSync(at('client.crt'), join(path, 'ca.crt')),
    );
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: [
        SUBJECT,
        'pki: hint: the issuer is not a CA by its basicConstraints (issuer-is-ca, RFC 5280 §4.2.1.9, §6.1.4)',
        'pki: hint: the key usage of the issuer has no keyCertSign (issuer-may-sign-certificates, RFC 5280 §4.2.1.3, §6.1.4)',
      ],
    });
  });

  it('the profile is not for it', async () => {
    for (const profile of ['tls-server', 'root-ca']) {
      expect(await refused(pki, ...sub('refused', '--profile', profile))).toEqual({
        status: 2,
        stderr: [
          `pki: error: profile "${profile}" is not for a CA under another one`,
          'pki: hint: use one of: issuing-ca, cross-ca, or one of the parent that says "ca: true"',
        ],
      });
    }
  });

  it('options of an HSM name no library', async () => {
    expect(await refused(pki, ...sub('refused', '--pkcs11-token', 'CA Token'))).toEqual({
      status: 2,
      stderr: [
        'pki: error: --pkcs11-token needs --pkcs11-lib',
        'pki: hint: a CA that was meant for an HSM is not made with a key in a file',
      ],
    });
  });

  it('both passphrases are to be read from standard input', async () => {
    const files = ['--passphrase-file', '-', '--parent-passphrase-file', '-'];
    expect(await refused(pki, ...sub('refused', ...files))).toEqual({
      status: 2,
      stderr: ['pki: error: only one secret can be read from standard input'],
    });
  });

  it.each([
    ['--profile', 'issuing-ca'],
    ['--var', 'a=b'],
    ['--clamp'],
    ['--parent-passphrase-file', 'x'],
    ['--parent-pin-file', 'x'],
  ])('there is no --parent, but %s', async (...option) => {
    const argv = ['init-ca', '--name', 'A', '--dir', 'refused', ...option];
    expect(await refused(pki, ...argv)).toEqual({
      status: 2,
      stderr: [`pki: error: ${option[0]} needs --parent`],
    });
  });

  it('the chain of the parent is damaged', async () => {
    cpSync(at('lower'), at('damaged'), { recursive: true });
    writeFileSync(at('damaged/chain.crt'), read('damaged/chain.crt').replace(/MI[^\n]*/, 'AAAA'));
    const argv = ['init-ca', '--name', 'A', '--dir', 'refused', '--parent', 'damaged'];
    const { status, stderr } = await refusals(cwd)(pki, ...argv);
    expect(status).toBe(6);
    expect(stderr[0]).toMatch(/^pki: error: .*damaged\/chain.crt is damaged: /);
  });
});
