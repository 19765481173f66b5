import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { backupCommands } from './backups.ts';

const cwd = temporaryDirectory();
const file = (name: string) => join(cwd, name);

describeOnSoftHsm('pki hsm backup, by what tokens wrap,', (hsm) => {
  const { token, key, backup, restore, make } = backupCommands(hsm, cwd);

  beforeAll(async () => {
    for (const label of ['A', 'E', 'F']) hsm.token(label);
    await make('ca', 0x01, 'ecdsa-p384');
    await make('stays', 0x02, 'ecdsa-p256', false);
    await make('ed', 0x04, 'ed25519');
    await backup('ca', 'ca.backup');
  });

  describe('a key that cannot leave its token', () => {
    it('gives its public part, and how its vendor backs it up', async () => {
      const { status, stdout, stderr } = await backup('stays', 'stays.backup');
      expect(stdout).toMatch(
        /^wrote the public part of the key "stays"\n {2}file {7}stays\.backup\n {2}algorithm {2}ecdsa-p256\n {2}ID {9}02\n {2}SHA-256 {4}[0-9a-f]{64}\n {2}token {6}"A" \(serial \w+\)\n$/,
      );
      expect(stderr).toBe(
        'pki: note: the key cannot leave the token (CKA_EXTRACTABLE is false), so it is not in the file\n' +
          'pki: note: to back up the key itself: copy the token directory of SoftHSM while nothing uses it\n',
      );
      expect(status).toBe(0);
      expect(parse(readFileSync(file('stays.backup'), 'utf8'))).toMatchObject({
        version: 1,
        key: {
          label: 'stays',
          attributes: { CKA_SENSITIVE: true, CKA_EXTRACTABLE: false, CKA_NEVER_EXTRACTABLE: true },
        },
        from: { token: 'A', manufacturer: 'SoftHSM project' },
        wrapped: 'none',
      });
    });

    it('cannot be restored', async () => {
      expect(await restore('stays.backup', 'E')).toEqual({
        status: 4,
        stdout: '',
        stderr:
          'pki: error: stays.backup has no key in it, only its public part\n' +
          'pki: hint: the key could not leave its token: copy the token directory of SoftHSM while nothing uses it\n',
      });
    });

    it('is an error where the key was meant to leave, and the token does not wrap its kind', async () => {
      expect(await backup('ed', 'ed.backup')).toEqual({
        status: 4,
        stdout: '',
        stderr:
          'pki: error: PKCS#11 error: CKR_KEY_NOT_WRAPPABLE while wrapping the key\n' +
          'pki: hint: the token does not wrap keys of this kind\n',
      });
      const { status, stderr } = await backup('ed', 'ed.backup', '--public-only');
      expect(stderr).toContain('the key is not in the file, as --public-only says\n');
      expect(status).toBe(0);
    });
  });

  describe('under an AES key of the tokens', () => {
    const aes = (label: string, name: string, ...options: readonly string[]) =>
      hsm.pkcs11Tool(
        ...[label, '--write-object', file('kek'), '--type', 'secrkey', '--key-type', 'AES:32'],
        ...['--label', name, '--usage-wrap', '--sensitive', ...options],
      );

    beforeAll(() => {
      writeFileSync(file('kek'), Buffer.alloc(32, 7));
      aes('A', 'kek');
      aes('F', 'kek here');
      writeFileSync(file('kek'), Buffer.alloc(32, 8));
      aes('F', 'other kek');
    });

    it('needs no passphrase', async () => {
      const silent = world({ cwd, env: { PKCS11_PIN: PIN } });
      const options = [...key('A', 'ca'), '--wrapping-key', 'kek', '--out', 'kek.backup'];
      const { status, stdout, stderr } = await silent('hsm', 'backup', ...options);
      expect(stdout).toContain('  under      the key "kek" of the token\n');
      expect(stderr).toBe(
        'pki: note: who has this file and a token with the wrapping key has the key; keep them apart\n',
      );
      expect(status).toBe(0);
      const wrong = await silent(
        ...['hsm', 'restore', 'kek.backup', ...token('F'), '--wrapping-key', 'other kek'],
      );
      expect(wrong.stderr).toContain(
        'pki: hint: the backup was wrapped under the key "kek"; this may be another one\n',
      );
      expect(wrong.status).not.toBe(0);
      expect(hsm.objects('F')).not.toContain('Private Key');
      const right = await silent(
        ...['hsm', 'restore', 'kek.backup', ...token('F'), '--wrapping-key', 'kek here'],
      );
      expect(right).toMatchObject({ status: 0, stderr: '' });
    });

    it('has to be one, and the only one with its label', async () => {
      const { status, stderr } = await backup('ca', 'none.backup', '--wrapping-key', 'none');
      expect(stderr).toBe(
        'pki: error: there is no secret key with the label "none" in the token "A"\n',
      );
      expect(status).toBe(4);
      writeFileSync(file('short'), Buffer.alloc(16, 7));
      hsm.pkcs11Tool(
        ...['A', '--write-object', file('short'), '--type', 'secrkey', '--key-type', 'AES:16'],
        ...['--label', 'short', '--usage-wrap', '--sensitive'],
      );
      expect((await backup('ca', 'none.backup', '--wrapping-key', 'short')).stderr).toBe(
        'pki: error: the key with the label "short" in the token "A" cannot hold a backup\n' +
          'pki: hint: it has 128 bits; 256 are needed\n',
      );
    });

    it('does not go with a passphrase', async () => {
      expect(await restore('ca.backup', 'F', '--wrapping-key', 'kek here')).toEqual({
        status: 2,
        stdout: '',
        stderr:
          'pki: error: --wrapping-key does not go with this backup, which is under a passphrase\n',
      });
    });
  });
});
