import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { BOUNCY_CASTLE, OPENSSL_3_0 } from '../../interop/judges.ts';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { openssl } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const TOKEN = 'CA Token';

describeOnSoftHsm('rekey-ca with keys in a token', (hsm) => {
  const cwd = temporaryDirectory();
  const at = (file: string) => join(cwd, file);
  const env = { PKCS11_PIN: PIN, PKCS11_OLD_PIN: PIN, PKI_PASSPHRASE: PASSPHRASE };
  const pki = world({ cwd, env });
  const inToken = (label: string) => [
    ...['--pkcs11-lib', hsm.module, '--pkcs11-token', TOKEN, '--pkcs11-key-label', label],
  ];
  const generated = (label: string, ...options: readonly string[]) => [
    ...inToken(label),
    ...['--pkcs11-generate-key', ...options],
  ];
  const rekey = (dir: string, ...options: readonly string[]) =>
    pki('rekey-ca', '--ca-dir', 'old', '--dir', dir, ...options);
  const leaf = async (ca: string) => {
    const files = ['--out', `${ca}.crt`, '--key-out', `${ca}.key`];
    const { status, stderr } = await pki(
      'issue',
      '--ca-dir',
      ca,
      '--cn',
      `${ca}.example`,
      ...files,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  };
  const labels = () =>
    [...hsm.objects(TOKEN).matchAll(/label: +(.*)$/gm)].map(([, label]) => label).toSorted();
  const crosses = (dir: string) =>
    [`${dir}/cross/new-with-old.crt`, `${dir}/cross/old-with-new.crt`] as const;

  beforeAll(async () => {
    hsm.token(TOKEN);
    const made = ['--name', 'Root', '--dir', 'old', ...generated('old-key')];
    expect(await pki('init-ca', ...made)).toMatchObject({ status: 0, stderr: '' });
    await leaf('old');
  });

  it.skipIf(OPENSSL_3_0.missing)('goes over to another label in the same token', async () => {
    const { status, stdout, stderr } = await rekey('next', ...generated('next-key'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^ {2}key {10}ecdsa-p384 in pkcs11:token=CA%20Token;.*object=next-key/m);
    await leaf('next');
    const [newWithOld, oldWithNew] = crosses('next');
    const verify = (file: string, root: string, by: string) =>
      openssl('verify', '-x509_strict', '-CAfile', at(root), '-untrusted', at(by), at(file));
    expect(verify('next.crt', 'old/ca.crt', newWithOld)).toBe(`${at('next.crt')}: OK\n`);
    expect(verify('old.crt', 'next/ca.crt', oldWithNew)).toBe(`${at('old.crt')}: OK\n`);
  });

  it('goes over to a composite, as Bouncy Castle and pki see it', async () => {
    const { status, stderr } = await rekey(
      'composite',
      ...generated('composite-key', '--hybrid', 'composite'),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    await leaf('composite');
    const [newWithOld, oldWithNew] = crosses('composite');
    for (const argv of [
      ['composite.crt', newWithOld, '--trust', 'old/ca.crt'],
      ['old.crt', oldWithNew, '--trust', 'composite/ca.crt'],
    ]) {
      expect(await pki('verify', ...argv)).toMatchObject({ status: 0, stderr: '' });
    }
    if (BOUNCY_CASTLE.missing) return;
    const accepts = (certificate: string, issuer: string) =>
      BOUNCY_CASTLE.judge(at(certificate), at(issuer)).accepted;
    expect(accepts(newWithOld, 'old/ca.crt')).toBe(true);
    expect(accepts('composite.crt', newWithOld)).toBe(true);
    expect(accepts(oldWithNew, 'composite/ca.crt')).toBe(true);
    expect(accepts('old.crt', oldWithNew)).toBe(true);
    expect(accepts(newWithOld, 'composite/ca.crt')).toBe(false);
  });

  it('goes over to a Catalyst CA, and back from it', async () => {
    const catalyst = ['--hybrid', 'catalyst', '--ml-dsa', 'ml-dsa-44'];
    expect(await rekey('catalyst', ...generated('catalyst-key', ...catalyst))).toMatchObject({
      status: 0,
      stderr: '',
    });
    await leaf('catalyst');
    const [newWithOld] = crosses('catalyst');
    expect(await pki('verify', 'catalyst.crt', newWithOld, '--trust', 'old/ca.crt')).toMatchObject({
      status: 0,
    });
    const both = ['--trust', 'catalyst/ca.crt', '--require-alt'];
    expect(await pki('verify', 'catalyst.crt', ...both)).toMatchObject({ status: 0 });
    const secrets = { ...env, PKI_OLD_PASSPHRASE: PASSPHRASE };
    const argv = ['--ca-dir', 'catalyst', '--dir', 'plain', '--algorithm', 'ed25519'];
    expect(await world({ cwd, env: secrets })('rekey-ca', ...argv)).toMatchObject({ status: 0 });
    const [plainWithCatalyst, catalystWithPlain] = crosses('plain');
    expect(await pki('verify', plainWithCatalyst, ...both)).toMatchObject({ status: 0 });
    expect(
      await pki('verify', 'catalyst.crt', catalystWithPlain, '--trust', 'plain/ca.crt'),
    ).toMatchObject({ status: 0 });
  });

  it('adds an ML-DSA key in a file to the key in the token', async () => {
    const made = ['--name', 'Kept', '--dir', 'kept', ...generated('kept-key')];
    expect(await pki('init-ca', ...made)).toMatchObject({ status: 0 });
    const before = labels();
    const argv = ['rekey-ca', '--ca-dir', 'kept', '--hybrid', 'catalyst'];
    const { status, stdout, stderr } = await pki(...argv);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^ {2}key {10}ecdsa-p384 in pkcs11:.*object=kept-key/m);
    expect(stdout).toContain('  key          ml-dsa-65 in file:keys/ml-dsa.key\n');
    expect(labels()).toEqual(before);
    await leaf('kept');
    const trust = ['--trust', 'kept/ca.crt', '--require-alt'];
    expect(await pki('verify', 'kept.crt', ...trust)).toMatchObject({ status: 0 });
  });

  it('refuses the key that the CA has already, and leaves the token as it is', async () => {
    const refused = refusals(cwd, 'old');
    const before = labels();
    const argv = ['rekey-ca', '--ca-dir', 'old', '--dir', 'same', ...inToken('old-key')];
    expect(await refused(pki, ...argv)).toEqual({
      status: 3,
      stderr: [
        `pki: error: the key is one that the CA in ${at('old')} has already`,
        'pki: hint: name another key, or have one made with --pkcs11-generate-key',
        'pki: hint: two directories of one name and key would count their CRLs apart',
      ],
    });
    expect(labels()).toEqual(before);
  });

  it('takes the key away again that it has made, where the old one is missing', async () => {
    const refused = refusals(cwd);
    const argv = ['rekey-ca', '--ca-dir', 'gone', '--dir', 'new', ...generated('new-key')];
    const made = ['--name', 'Gone', '--dir', 'gone', ...generated('gone-key')];
    expect(await pki('init-ca', ...made)).toMatchObject({ status: 0 });
    hsm.pkcs11Tool(TOKEN, '--delete-object', '--type', 'privkey', '--label', 'gone-key');
    const before = labels();
    const { status, stderr } = await refused(pki, ...argv);
    expect(status).toBe(4);
    expect(stderr[0]).toMatch(/^pki: error: .*"gone-key"/);
    expect(labels()).toEqual(before);
  });
});
