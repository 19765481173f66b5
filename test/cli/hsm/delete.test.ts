import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeBehindProxy } from '../../support/pkcs11-proxy/proxy.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

const TOKEN = 'CA Token';

describeBehindProxy('hsm delete', (hsm, proxy) => {
  const cwd = temporaryDirectory();
  const env = { PKCS11_PIN: PIN };
  const pki = world({ cwd, env });
  const inToken = ['--pkcs11-lib', proxy.module, '--pkcs11-token', TOKEN];
  const remove = (...options: readonly string[]) => pki('hsm', 'delete', ...inToken, ...options);
  const label = (text: string) => ['--pkcs11-key-label', text];
  /** Class, label and ID of each key. */
  const listed = async (): Promise<readonly string[]> => {
    const { objects } = JSON.parse((await pki('hsm', 'keys', ...inToken, '--json')).stdout);
    return objects.map(
      ({ class: name = '', label: text = '', id = '' }) => `${name} ${text} ${id}`,
    );
  };

  beforeAll(() => {
    hsm.token(TOKEN);
    hsm.token('Empty');
    hsm.key(TOKEN, 'EC:prime256v1', 'twin', '02');
    hsm.key(TOKEN, 'EC:prime256v1', 'twin', '03');
    hsm.key(TOKEN, 'EC:prime256v1', 'orphan', '04');
    hsm.pkcs11Tool(TOKEN, '--delete-object', '--type', 'privkey', '--id', '04');
    hsm.key(TOKEN, 'EC:prime256v1', 'no id');
  });

  beforeEach(async () => {
    proxy.clear();
    if ((await listed()).some((key) => key.includes('doomed'))) return;
    hsm.key(TOKEN, 'EC:prime256v1', 'doomed', '01');
  });

  it('deletes both halves, and says so', async () => {
    expect(await remove(...label('doomed'), '--yes')).toEqual({
      status: 0,
      stdout:
        'deleted the private key "doomed" (ID 01) from the token "CA Token"\ndeleted the public key "doomed" (ID 01) from the token "CA Token"\n',
      stderr: '',
    });
    expect((await listed()).filter((key) => key.includes('doomed'))).toEqual([]);
  });

  it('tells with --dry-run what it would delete', async () => {
    const before = await listed();
    expect(await remove('--pkcs11-key-id', '01', '--dry-run')).toEqual({
      status: 0,
      stdout:
        'would delete the private key "doomed" (ID 01) from the token "CA Token"\nwould delete the public key "doomed" (ID 01) from the token "CA Token"\n',
      stderr: '',
    });
    expect(await listed()).toEqual(before);
  });

  it('as JSON, by a URI', async () => {
    const uri = `pkcs11:token=CA%20Token;object=doomed;id=%01?module-path=${proxy.module.replaceAll(' ', '%20')}`;
    const { stdout } = await pki('hsm', 'delete', '--key', uri, '--yes', '--json');
    expect(JSON.parse(stdout)).toEqual({
      token: { label: TOKEN, serial: expect.stringMatching(/^[0-9a-f]{16}$/) },
      dryRun: false,
      deleted: [
        { class: 'private key', label: 'doomed', id: '01' },
        { class: 'public key', label: 'doomed', id: '01' },
      ],
    });
  });

  it('deletes the half of a pair, and keys without an ID', async () => {
    expect((await remove(...label('orphan'), '--yes')).stdout).toBe(
      'deleted the public key "orphan" (ID 04) from the token "CA Token"\n',
    );
    expect((await remove(...label('no id'), '--yes')).stdout).toBe(
      'deleted the private key "no id" (ID none) from the token "CA Token"\ndeleted the public key "no id" (ID none) from the token "CA Token"\n',
    );
  });

  describe('at a terminal asks for the label', () => {
    const QUESTION =
      'pki: note: to be deleted: the private key "doomed" (ID 01)\npki: note: to be deleted: the public key "doomed" (ID 01)\ntype its label to delete this key from the token "CA Token": \n';

    it('and deletes', async () => {
      const typing = world({ cwd, env, answers: ['doomed'] });
      const { status, stderr } = await typing('hsm', 'delete', ...inToken, ...label('doomed'));
      expect({ status, stderr }).toEqual({ status: 0, stderr: QUESTION });
    });

    it('and deletes nothing if it is another one', async () => {
      const before = await listed();
      const typing = world({ cwd, env, answers: ['y'] });
      expect(await typing('hsm', 'delete', ...inToken, ...label('doomed'))).toEqual({
        status: 2,
        stdout: '',
        stderr: `${QUESTION}pki: error: what was typed is not the label of the key\npki: hint: nothing was deleted\n`,
      });
      expect(await listed()).toEqual(before);
    });
  });

  describe('refuses', () => {
    it.each([
      [
        'to guess, without a terminal',
        label('doomed'),
        2,
        'deleting a key has to be confirmed, and there is no terminal\npki: hint: --yes confirms it; --dry-run says what would be deleted',
      ],
      [
        'a key without a name',
        ['--yes'],
        2,
        'name the key to delete with --pkcs11-key-label or --pkcs11-key-id\npki: hint: or with object=LABEL or id=ID in --key',
      ],
      [
        'several',
        [...label('twin'), '--yes'],
        4,
        '4 objects in the token "CA Token" have the label "twin", and are not one key pair\npki: hint: nothing was deleted; name one by both its label and its ID\npki: hint: they are: the private key "twin" (ID 02), the private key "twin" (ID 03), the public key "twin" (ID 02), the public key "twin" (ID 03)',
      ],
      [
        'a label with the ID of another key',
        [...label('doomed'), '--pkcs11-key-id', '02', '--yes'],
        4,
        'no key in the token "CA Token" has the label "doomed" and the ID 02\npki: hint: keys in the token: "doomed" (ID 01), "twin" (ID 02), "twin" (ID 03)',
      ],
    ])('%s', async (_, options, status, message) => {
      const before = await listed();
      const outcome = await remove(...options);
      expect(outcome).toEqual({ status, stdout: '', stderr: `pki: error: ${message}\n` });
      expect(await listed()).toEqual(before);
    });

    it('in a token without keys', async () => {
      const empty = ['--pkcs11-lib', proxy.module, '--pkcs11-token', 'Empty'];
      expect(await pki('hsm', 'delete', ...empty, ...label('x'), '--yes')).toEqual({
        status: 4,
        stdout: '',
        stderr:
          'pki: error: no key in the token "Empty" has the label "x"\npki: hint: the token has no key\n',
      });
    });
  });

  it('says what is left if the token fails in the middle', async () => {
    proxy.faults({ call: 'C_DestroyObject', skip: 1, rv: 0x30 });
    expect(await remove(...label('doomed'), '--yes')).toEqual({
      status: 4,
      stdout: '',
      stderr: [
        'error: PKCS#11 error: CKR_DEVICE_ERROR while deleting a key from the token',
        'hint: check that the HSM is connected and its client is running, then try again',
        'hint: the private key "doomed" (ID 01) was deleted',
        'hint: the public key "doomed" (ID 01) is still there',
      ]
        .map((text) => `pki: ${text}\n`)
        .join(''),
    });
    proxy.clear();
    expect((await remove(...label('doomed'), '--yes')).stdout).toBe(
      'deleted the public key "doomed" (ID 01) from the token "CA Token"\n',
    );
  });
});
