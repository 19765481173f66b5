import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { pathsIn } from '../refusal.ts';
import { backupCommands, backupWorld } from './backups.ts';

const cwd = temporaryDirectory();
const file = (name: string) => join(cwd, name);

describeOnSoftHsm('pki hsm backup and restore refuse, and change nothing,', (hsm) => {
  const { token, key, backup, restore, make } = backupCommands(hsm, cwd);

  beforeAll(async () => {
    for (const label of ['A', 'B', 'E']) hsm.token(label);
    await make('ca', 0x01, 'ecdsa-p384');
    await backup('ca', 'ca.backup');
    await restore('ca.backup', 'B');
  });

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
