import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  pbkdf2Sync,
} from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BackupKeys } from '../../src/hsm/backup-keys.ts';
import { Secret } from '../../src/signers/secret.ts';
import { describeOnSoftHsm } from '../signers/on-softhsm.ts';
import { PIN } from '../support/softhsm.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { BACKUP_PASSPHRASE, backupWorld, tokenKeyPair } from './hsm-backups.ts';
import { pathsIn } from './refusal.ts';

const cwd = temporaryDirectory();
const pki = backupWorld(cwd);
const file = (name: string) => join(cwd, name);

describeOnSoftHsm('pki hsm backup and restore', (hsm) => {
  const token = (label: string) => ['--pkcs11-lib', hsm.module, '--pkcs11-token', label];
  const key = (label: string, object: string) => [...token(label), '--pkcs11-key-label', object];
  const backup = (object: string, out: string, ...options: readonly string[]) =>
    pki('hsm', 'backup', ...key('A', object), '--out', out, ...options);
  const restore = (name: string, label: string, ...options: readonly string[]) =>
    pki('hsm', 'restore', name, ...token(label), ...options);
  const made = (object: string, id: number) =>
    ({
      kind: 'pkcs11',
      modulePath: hsm.module,
      token: 'A',
      object,
      id: Uint8Array.of(id),
    }) as const;

  beforeAll(async () => {
    for (const label of ['A', 'B', 'C', 'D', 'E', 'F']) hsm.token(label);
    await tokenKeyPair(made('ca', 0x01), 'ecdsa-p384');
    await tokenKeyPair(made('stays', 0x02), 'ecdsa-p256', false);
    await tokenKeyPair(made('rsa', 0x03), 'rsa-2048');
    await tokenKeyPair(made('ed', 0x04), 'ed25519');
    await tokenKeyPair(made('p521', 0x05), 'ecdsa-p521');
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

  describe('refuses, and changes nothing,', () => {
    const refused = async (name: string, ...options: readonly string[]) => {
      const before = hsm.objects('E');
      const { status, stdout, stderr } = await restore(name, 'E', ...options);
      expect(stdout).toBe('');
      expect(hsm.objects('E')).toBe(before);
      return { status, stderr };
    };

    it('a label or an ID that is taken', async () => {
      const taken = (name: string) =>
        `pki: error: an object in the token "B" already has ${name}\npki: hint: choose another one; keys in the token are never overwritten\n`;
      const before = hsm.objects('B');
      expect(await restore('ca.backup', 'B')).toMatchObject({
        status: 4,
        stderr: taken('the label "ca"'),
      });
      expect(await restore('ca.backup', 'B', '--pkcs11-key-label', 'x')).toMatchObject({
        status: 4,
        stderr: taken('the ID 01'),
      });
      expect(hsm.objects('B')).toBe(before);
    });

    it('another passphrase, before a PIN is sent', async () => {
      const wrong = backupWorld(cwd, {
        PKI_BACKUP_PASSPHRASE: 'another passphrase',
        PKCS11_PIN: 'x',
      });
      expect(await wrong('hsm', 'restore', 'ca.backup', ...token('E'))).toEqual({
        status: 5,
        stdout: '',
        stderr: 'pki: error: wrong passphrase for ca.backup, or somebody changed the file\n',
      });
    });

    it('a short passphrase, and the option for that of key files', async () => {
      const short = backupWorld(cwd, { PKI_BACKUP_PASSPHRASE: 'elevenchars' });
      expect(await short('hsm', 'backup', ...key('A', 'ca'), '--out', 'short.backup')).toEqual({
        status: 5,
        stdout: '',
        stderr:
          'pki: error: the passphrase of the backup is shorter than 12 characters\n' +
          'pki: hint: whoever has the file can try as many passphrases as they like\n',
      });
      expect(await backup('ca', 'short.backup', '--passphrase-file', 'passphrase')).toEqual({
        status: 2,
        stdout: '',
        stderr:
          "pki: error: unknown option '--passphrase-file'\n" +
          'pki: hint: "pki hsm backup --help" tells what it takes\n',
      });
      expect(pathsIn(cwd).filter((path) => path.includes('short.backup'))).toEqual([]);
    });

    it('a file that was damaged', async () => {
      const text = readFileSync(file('ca.backup'), 'utf8');
      writeFileSync(file('damaged.backup'), text.replace('label: ca', 'label: cb'));
      expect(await refused('damaged.backup')).toEqual({
        status: 7,
        stderr:
          'pki: error: damaged.backup was changed or damaged: its checksum is another one\n' +
          'pki: hint: take another copy; line ends count too\n',
      });
    });

    it('a file that somebody changed, who could make the checksum fit', async () => {
      const text = readFileSync(file('ca.backup'), 'utf8').replace('label: ca', 'label: cb');
      const [before = ''] = text.split('checksum: ');
      const sealed = (part: string) =>
        `${part}checksum: sha256:${createHash('sha256').update(part).digest('hex')}\n`;
      writeFileSync(file('forged.backup'), sealed(before));
      expect(await refused('forged.backup')).toEqual({
        status: 5,
        stderr: 'pki: error: wrong passphrase for forged.backup, or somebody changed the file\n',
      });
      writeFileSync(file('stripped.backup'), sealed(before.split('authentication: ')[0] ?? ''));
      expect(await refused('stripped.backup')).toEqual({
        status: 2,
        stderr:
          'pki: error: stripped.backup is not a backup of "pki hsm backup": its parts contradict\n',
      });
    });

    it('a file of another version, or of another kind, or none', async () => {
      const text = readFileSync(file('ca.backup'), 'utf8');
      writeFileSync(file('newer.backup'), text.replace('version: 1', 'version: 2'));
      expect(await refused('newer.backup')).toEqual({
        status: 2,
        stderr:
          'pki: error: newer.backup is a backup of version 2\n' +
          'pki: hint: this pki reads version 1; take the one that made it, or a newer one\n',
      });
      writeFileSync(file('other'), 'hello\n');
      expect(await refused('other')).toEqual({
        status: 2,
        stderr: 'pki: error: other is not a backup of "pki hsm backup": it has no checksum\n',
      });
      expect(await refused('missing')).toEqual({
        status: 2,
        stderr: 'pki: error: cannot read missing: no such file or directory\n',
      });
    });

    it('to replace a file', async () => {
      const before = readFileSync(file('ca.backup'));
      expect(await backup('ca', 'ca.backup')).toEqual({
        status: 6,
        stdout: '',
        stderr: 'pki: error: ca.backup exists already\npki: hint: --force replaces it\n'.replace(
          'ca.backup',
          file('ca.backup'),
        ),
      });
      expect(readFileSync(file('ca.backup'))).toEqual(before);
      mkdirSync(file('folder'));
      expect(await backup('ca', '-')).toMatchObject({ status: 2 });
    });
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
