import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  pbkdf2Sync,
} from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BackupKeys } from '../../../src/hsm/backup-keys.ts';
import { Secret } from '../../../src/signers/secret.ts';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { BACKUP_PASSPHRASE, backupCommands } from './backups.ts';

const cwd = temporaryDirectory();
const file = (name: string) => join(cwd, name);

describeOnSoftHsm('pki hsm backup and restore', (hsm) => {
  const { pki, token, key, backup, restore, make } = backupCommands(hsm, cwd);

  beforeAll(async () => {
    for (const label of ['A', 'B', 'C', 'D', 'E']) hsm.token(label);
    await make('ca', 0x01, 'ecdsa-p384');
    await make('rsa', 0x03, 'rsa-2048');
    await make('p521', 0x05, 'ecdsa-p521');
    await backup('ca', 'ca.backup');
  });

  it('says what was backed up, under what, and that it was proved', async () => {
    const { status, stdout, stderr } = await backup('ca', 'first.backup');
    expect(stdout).toMatch(
      new RegExp(
        [
          '^backed up the key "ca"',
          '  file       first.backup',
          '  algorithm  ecdsa-p384',
          '  ID         01',
          '  SHA-256    [0-9a-f]{64}',
          '  token      "A" \\(serial [0-9a-f]{16}\\)',
          '  under      a passphrase',
          '  by         CKM_AES_KEY_WRAP_PAD: AES key wrap with padding \\(RFC 5649\\)',
          '  proved     the token unwrapped it again, and it signed\n$',
        ].join('\n'),
      ),
    );
    expect(stderr).toBe(
      'pki: note: who has this file and its passphrase has the key; keep them apart\n',
    );
    expect(status).toBe(0);
    expect(statSync(file('first.backup')).mode & 0o777).toBe(0o600);
  });

  it('leaves no copy in the token', async () => {
    const before = hsm.objects('A');
    await backup('ca', 'again.backup');
    expect(hsm.objects('A')).toBe(before);
  });

  it('restores a key that a CA issues with', async () => {
    const init = ['--name', 'Root', '--dir', 'ca', ...key('A', 'ca')];
    expect(await pki('init-ca', ...init)).toMatchObject({ status: 0 });
    const { status, stdout, stderr } = await restore('ca.backup', 'B');
    expect(stdout).toMatch(
      new RegExp(
        [
          '^restored the key "ca"',
          '  key         pkcs11:token=B;serial=[0-9a-f]{16};object=ca;id=%01;type=private\\?module-path=\\S+',
          '  algorithm   ecdsa-p384',
          '  ID          01',
          '  SHA-256     [0-9a-f]{64}',
          '  exportable  no',
          '  proved      it signed, and its public key is that of the backup\n$',
        ].join('\n'),
      ),
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const moved = `pkcs11:token=B;object=ca?module-path=${hsm.module}`;
    const issue = ['--ca-dir', 'ca', '--cn', 'a.example.com', '--key-out', 'a.key'];
    expect(await pki('issue', ...issue, '--key', moved)).toMatchObject({ status: 0, stderr: '' });
  });

  it('restores keys that sign and do nothing else, and stay in the token', async () => {
    await restore('ca.backup', 'C');
    const listed = hsm.objects('C');
    expect(listed.match(/^ {2}Usage: .*$/gm)?.toSorted()).toEqual([
      '  Usage:      sign',
      '  Usage:      verify',
    ]);
    expect(listed.match(/^ {2}Access: .*$/gm)?.toSorted()).toEqual([
      '  Access:     none',
      '  Access:     sensitive',
    ]);
    const { stdout } = await pki('hsm', 'backup', ...key('C', 'ca'), '--out', 'c.backup');
    expect(stdout).toMatch(/^wrote the public part of the key "ca"\n/);
  });

  it('restores under another name, exportable again, and answers in JSON', async () => {
    const named = ['--pkcs11-key-label', 'copy', '--pkcs11-key-id', 'aabb', '--exportable'];
    const { stdout } = await restore('ca.backup', 'C', ...named, '--json');
    expect(JSON.parse(stdout)).toEqual({
      label: 'copy',
      id: 'aabb',
      token: 'C',
      key: expect.stringMatching(/^pkcs11:token=C;serial=\w+;object=copy;id=%AA%BB;/),
      algorithm: 'ecdsa-p384',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      exportable: true,
    });
    const again = await pki('hsm', 'backup', ...key('C', 'copy'), '--out', 'copy.backup', '--json');
    expect(JSON.parse(again.stdout)).toEqual({
      file: 'copy.backup',
      label: 'copy',
      id: 'aabb',
      algorithm: 'ecdsa-p384',
      sha256: JSON.parse(stdout).sha256,
      token: 'C',
      wrapped: true,
      mechanism: 'CKM_AES_KEY_WRAP_PAD',
      format: 'kwp',
      passphrase: true,
    });
  });

  it.each(['rsa', 'p521'])('restores %s', async (object) => {
    expect(await backup(object, `${object}.backup`)).toMatchObject({ status: 0 });
    expect(await restore(`${object}.backup`, 'D')).toMatchObject({ status: 0, stderr: '' });
  });

  it('asks for the passphrase twice where there is a terminal', async () => {
    const answers = [BACKUP_PASSPHRASE, 'another one'];
    const typing = world({ cwd, env: { PKCS11_PIN: PIN }, answers });
    expect(await typing('hsm', 'backup', ...key('A', 'ca'), '--out', 'typed.backup')).toEqual({
      status: 5,
      stdout: '',
      stderr:
        'passphrase of the backup: \npassphrase of the backup, again: \npki: error: the two entries of the backup passphrase differ\n',
    });
    const once = world({ cwd, env: { PKCS11_PIN: PIN }, answers });
    const { stderr } = await once('hsm', 'restore', 'ca.backup', ...token('E'));
    expect(stderr).toBe('passphrase of the backup ca.backup: \n');
    const fromFile = world({ cwd, env: { PKCS11_PIN: PIN } });
    writeFileSync(file('passphrase'), `${BACKUP_PASSPHRASE}\n`);
    const options = [...key('A', 'ca'), '--backup-passphrase-file', 'passphrase'];
    const outcome = await fromFile('hsm', 'backup', ...options, '--out', 'file.backup');
    expect(outcome.status).toBe(0);
  });

  it('can be read without pki, as the decision about it says', async () => {
    const text = readFileSync(file('ca.backup'), 'utf8');
    const { key: described, wrapped } = parse(text);
    const salt = Buffer.from(wrapped.under.salt, 'base64');
    const root = pbkdf2Sync(BACKUP_PASSPHRASE, salt, wrapped.under.iterations, 32, 'sha256');
    const wrapping = hkdfSync('sha256', root, '', 'pki key backup 1: wrapping', 32);
    const icv = Buffer.from('a65959a6', 'hex');
    const decipher = createDecipheriv('id-aes256-wrap-pad', Buffer.from(wrapping), icv);
    const octets = Buffer.from(wrapped.octets, 'base64');
    const pkcs8 = Buffer.concat([decipher.update(octets), decipher.final()]);
    const publicKey = createPublicKey(
      createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }),
    );
    expect(publicKey.export({ format: 'pem', type: 'spki' })).toBe(described['public-key']);
    const [before = '', checksum] = text.split('checksum: sha256:');
    expect(`${createHash('sha256').update(before).digest('hex')}\n`).toBe(checksum);
  });

  it('shows neither the wrapping key nor the wrapped key in the trace', async () => {
    const trace = ['--debug', 'pkcs11'];
    const first = await backup('ca', 'traced.backup', ...trace);
    const second = await restore('traced.backup', 'E', '--pkcs11-key-label', 'traced', ...trace);
    const { under, octets } = parse(readFileSync(file('traced.backup'), 'utf8')).wrapped;
    const salt = Buffer.from(under.salt, 'base64');
    using keys = new BackupKeys(new Secret(BACKUP_PASSPHRASE), { ...under, salt });
    const said = first.stderr + second.stderr;
    expect(said).toContain('pkcs11: C_WrapKey(');
    expect(said).toContain('pkcs11: C_UnwrapKey(');
    expect(said).toMatch(/C_CreateObject\(#\d+, \{CKA_CLASS=4 .*CKA_VALUE[ }]/);
    for (const secret of [keys.wrapping, Buffer.from(octets, 'base64')]) {
      for (const encoding of ['hex', 'base64', 'latin1'] as const) {
        expect(said).not.toContain(secret.toString(encoding).slice(0, 16));
      }
    }
    expect(said).not.toContain(BACKUP_PASSPHRASE);
  });
});
