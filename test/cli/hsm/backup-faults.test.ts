import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseBackup } from '../../../src/hsm/backup-file.ts';
import { BackupKeys } from '../../../src/hsm/backup-keys.ts';
import { restoreKey } from '../../../src/hsm/restore.ts';
import { TokenConnection } from '../../../src/signers/pkcs11/connection.ts';
import { Secret } from '../../../src/signers/secret.ts';
import { tokenAccess } from '../../signers/on-softhsm.ts';
import { CKM } from '../../support/pkcs11-proxy/cryptoki.ts';
import type { Fault } from '../../support/pkcs11-proxy/plan.ts';
import { describeBehindProxy } from '../../support/pkcs11-proxy/proxy.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { pathsIn } from '../refusal.ts';
import { BACKUP_PASSPHRASE, backupWorld, tokenKeyPair } from './backups.ts';

const DEVICE_ERROR = 0x30;
const WRAPS = [0x2109, 0x210a];

const cwd = temporaryDirectory();
const pki = backupWorld(cwd);

describeBehindProxy('a token that fails', (hsm, proxy) => {
  const token = (label: string) => ['--pkcs11-lib', proxy.module, '--pkcs11-token', label];
  const backup = (...options: readonly string[]) =>
    pki('hsm', 'backup', ...token('A'), '--out', 'new.backup', '--force', ...options);
  const restore = (...options: readonly string[]) =>
    pki('hsm', 'restore', 'ca.backup', ...token('B'), ...options);

  beforeAll(async () => {
    for (const label of ['A', 'B']) hsm.token(label);
    const ref = { kind: 'pkcs11', modulePath: hsm.module, token: 'A', object: 'ca' } as const;
    await tokenKeyPair({ ...ref, id: Uint8Array.of(0xca) }, 'ecdsa-p256');
    expect(await backup()).toMatchObject({ status: 0 });
    expect(await pki('hsm', 'backup', ...token('A'), '--out', 'ca.backup')).toMatchObject({
      status: 0,
    });
  });
  beforeEach(() => proxy.clear());
  afterEach(() => {
    proxy.clear();
    for (const type of hsm.objects('B').match(/^(Private|Public)/gm) ?? []) {
      const half = type === 'Private' ? 'privkey' : 'pubkey';
      hsm.pkcs11Tool('B', '--delete-object', '--type', half, '--id', 'ca');
    }
  });

  const NOTHING_WRITTEN: readonly (readonly [name: string, fault: Fault, error: RegExp])[] = [
    [
      'C_CreateObject',
      { call: 'C_CreateObject', rv: 0xd1 },
      /takes no wrapping key.*CKR_TEMPLATE_INCONSISTENT/,
    ],
    ['C_WrapKey', { call: 'C_WrapKey', rv: DEVICE_ERROR }, /CKR_DEVICE_ERROR while wrapping/],
    ['C_UnwrapKey', { call: 'C_UnwrapKey', rv: 0x110 }, /CKR_WRAPPED_KEY_INVALID while unwrapping/],
    ['C_Sign', { call: 'C_Sign', rv: DEVICE_ERROR }, /CKR_DEVICE_ERROR while signing/],
    ['a corrupt C_Sign', { call: 'C_Sign', corrupt: true }, /does not sign for the public key/],
    [
      'the process',
      { call: 'C_WrapKey', abort: true },
      /process of the PKCS#11 module ended in C_WrapKey/,
    ],
  ];

  it.each(NOTHING_WRITTEN)('in %s gives no backup', async (_, fault, error) => {
    const [files, objects] = [pathsIn(cwd), hsm.objects('A')];
    proxy.faults(fault);
    const { status, stdout, stderr } = await backup('--out', 'none.backup');
    expect(stdout).toBe('');
    expect(stderr).toMatch(error);
    expect(status).toBe(fault.corrupt || fault.rv === 0x110 ? 7 : 4);
    expect(pathsIn(cwd)).toEqual(files);
    expect(hsm.objects('A')).toBe(objects);
  });

  const NOTHING_LEFT: readonly (readonly [name: string, fault: Fault, error: RegExp])[] = [
    ['C_UnwrapKey', { call: 'C_UnwrapKey', rv: DEVICE_ERROR }, /CKR_DEVICE_ERROR while unwrapping/],
    [
      'the answer of C_UnwrapKey',
      { call: 'C_UnwrapKey', rv: DEVICE_ERROR, after: true, count: 1 },
      /was deleted again/,
    ],
    ['the key', { call: 'C_CreateObject', rv: DEVICE_ERROR, count: 1 }, /takes no wrapping key/],
    [
      'the public object',
      { call: 'C_CreateObject', rv: DEVICE_ERROR, skip: 1 },
      /was deleted again/,
    ],
    [
      'the answer about it',
      { call: 'C_CreateObject', rv: DEVICE_ERROR, skip: 1, after: true },
      /was deleted again/,
    ],
    ['C_Sign', { call: 'C_Sign', rv: 0x06 }, /was deleted again/],
    [
      'a corrupt C_Sign',
      { call: 'C_Sign', corrupt: true },
      /does not sign for the public key.*\n.*\n.*was deleted again/,
    ],
    [
      'the process',
      { call: 'C_UnwrapKey', abort: true, count: 1 },
      /process of the PKCS#11 module ended in C_UnwrapKey/,
    ],
    [
      'the process, later',
      { call: 'C_Sign', abort: true },
      /process of the PKCS#11 module ended in C_Sign/,
    ],
  ];

  it.each(NOTHING_LEFT)('in %s leaves nothing of a restored key', async (_, fault, error) => {
    proxy.faults(fault);
    const { status, stdout, stderr } = await restore();
    expect(stdout).toBe('');
    expect(stderr).toMatch(error);
    expect([4, 7]).toContain(status);
    expect(hsm.objects('B')).toBe('');
  });

  it('says what is left when it cannot be deleted', async () => {
    proxy.faults(
      { call: 'C_Sign', corrupt: true },
      { call: 'C_DestroyObject', rv: DEVICE_ERROR, skip: 1 },
    );
    const { status, stderr } = await restore();
    expect(stderr).toContain('pki: hint: delete the key "ca" (ID ca) in the token "B" by hand');
    expect(status).toBe(7);
    expect(hsm.objects('B')).toContain('Private Key');
  });

  it('once in a signature is tried again', async () => {
    proxy.faults({ call: 'C_Sign', rv: DEVICE_ERROR, count: 1 });
    expect(await restore('--pkcs11-key-label', 'again')).toMatchObject({ status: 0, stderr: '' });
    expect(hsm.objects('B')).toContain('again');
  });

  it('is left as it was when the command is interrupted', async () => {
    const { backup: read } = parseBackup(readFileSync(join(cwd, 'ca.backup'), 'utf8'), 'ca.backup');
    if ('advice' in read.wrapped || 'label' in read.wrapped.under) throw new Error('no passphrase');
    using keys = new BackupKeys(new Secret(BACKUP_PASSPHRASE), read.wrapped.under);
    const ref = { kind: 'pkcs11', modulePath: proxy.module, token: 'B' } as const;
    await using connection = await TokenConnection.open(ref, tokenAccess());
    const restoring = restoreKey(connection, {
      backup: { ...read, wrapped: read.wrapped },
      wrappingKey: { kind: 'passphrase', octets: keys.wrapping },
      ref,
      exportable: false,
      interrupted: AbortSignal.abort(),
    });
    await expect(restoring).rejects.toMatchObject({
      code: 'INTERRUPTED',
      hints: ['the key was deleted again'],
    });
    expect(hsm.objects('B')).toBe('');
  });

  it('because it has no mechanism to wrap by says which it would need', async () => {
    proxy.personality({ mechanismsRemoved: WRAPS });
    const { status, stdout, stderr } = await backup('--out', 'none.backup');
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^pki: error: PKCS#11 error: CKR_MECHANISM_INVALID: the token "A" cannot wrap keys\npki: hint: it would need one of: CKM_AES_KEY_WRAP_KWP, CKM_AES_KEY_WRAP_PAD, CKM_AES_KEY_WRAP_PKCS7, CKM_AES_KEY_WRAP\npki: hint: it offers: CKM_/,
    );
    expect(status).toBe(4);
    expect((await restore()).stderr).toContain('the token "B" cannot wrap keys\n');
    expect((await backup('--public-only')).status).toBe(0);
  });

  it('to unwrap the format of a backup says so', async () => {
    proxy.personality({ mechanismsRemoved: [0x210a] });
    const { status, stderr } = await restore();
    expect(stderr).toBe(
      'pki: error: the token "B" cannot unwrap what CKM_AES_KEY_WRAP_PAD made: AES key wrap with padding (RFC 5649)\npki: hint: it offers: CKM_AES_KEY_WRAP\n',
    );
    expect(status).toBe(4);
  });

  it('offers only CKM_AES_KEY_WRAP, which is told apart', async () => {
    proxy.personality({ mechanismsRemoved: [0x210a] });
    const { stdout } = await backup();
    expect(stdout).toContain('CKM_AES_KEY_WRAP: AES key wrap (RFC 3394), filled up with zeros');
    const again = await pki('hsm', 'restore', 'new.backup', ...token('B'));
    expect(again).toMatchObject({ status: 0, stderr: '' });
  });

  it('and can sign for no algorithm of the key is refused', async () => {
    proxy.personality({ mechanismsRemoved: [CKM.ECDSA] });
    expect((await restore()).stderr).toMatch(
      /cannot sign with ecdsa-p256\n[\s\S]*was deleted again/,
    );
    expect(hsm.objects('B')).toBe('');
  });
});
