import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { runTool, tool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';

// long enough to be in nothing by accident
const PIN = 'a-PIN-of-the-token-4711';
const WRONG_PIN = 'a-wrong-PIN-0815-4712';
const PASSPHRASE = 'a passphrase of the backup 4713';
const SECRETS = [PIN, WRONG_PIN, PASSPHRASE];

describeOnSoftHsm('what pki hsm prints and writes', (hsm) => {
  const cwd = temporaryDirectory();
  const env = { PKCS11_PIN: PIN, PKI_BACKUP_PASSPHRASE: PASSPHRASE, PKI_DEBUG: 'pkcs11' };
  const pki = world({ cwd, env });
  const told: string[] = [];
  const on = (label: string) => ['--pkcs11-lib', hsm.module, '--pkcs11-token', label];
  const key = ['--pkcs11-key-label', 'ca'];

  beforeAll(() => {
    for (const label of ['secret', 'other']) {
      runTool(
        tool('softhsm2-util') ?? '',
        ...['--init-token', '--free', '--label', label, '--so-pin', '5678', '--pin', PIN],
      );
    }
    writeFileSync(join(cwd, 'wrong'), WRONG_PIN);
  });

  /** In the order in which an operator might. */
  const LINES: readonly [number, ...string[]][] = [
    [0, 'hsm', 'generate', ...on('secret'), ...key, '--exportable'],
    [0, 'hsm', 'list', ...on('secret')],
    [0, 'hsm', 'info', ...on('secret')],
    [0, 'hsm', 'mechanisms', ...on('secret')],
    [0, 'hsm', 'keys', ...on('secret')],
    [0, 'hsm', 'test', ...on('secret'), ...key],
    [0, 'hsm', 'doctor', ...on('secret'), '--sign'],
    [0, 'hsm', 'health', ...on('secret'), ...key],
    [0, 'hsm', 'backup', ...on('secret'), ...key, '--out', 'ca.backup'],
    [0, 'hsm', 'restore', 'ca.backup', ...on('other')],
    [0, 'init-ca', '--name', 'R', '--dir', 'ca', ...on('other'), ...key],
    [0, 'issue', '--ca-dir', 'ca', '--cn', 'a.example', '--key-out', 'a.key'],
    [5, 'hsm', 'keys', ...on('secret'), '--pkcs11-pin-file', 'wrong'],
    [5, 'hsm', 'health', ...on('secret'), '--pkcs11-pin-file', 'wrong', '--json'],
    [4, 'hsm', 'doctor', ...on('secret'), '--pkcs11-pin-file', 'wrong', '--json'],
    [
      5,
      'issue',
      '--ca-dir',
      'ca',
      '--cn',
      'b.example',
      '--key-out',
      'b.key',
      '--pkcs11-pin-file',
      'wrong',
    ],
    [0, 'hsm', 'delete', ...on('secret'), ...key, '--yes'],
  ];

  it.each(LINES)(
    'is no secret, with status %i, in pki %s %s',
    async (expected, ...argv: string[]) => {
      const { status, stdout, stderr } = await pki(...argv);
      told.push(stdout, stderr);
      expect(status).toBe(expected);
      expect(stderr).toContain('pkcs11: C_Initialize'); // the trace was on
      for (const secret of SECRETS) expect(`${stdout}${stderr}`).not.toContain(secret);
    },
  );

  describe('in the files', () => {
    it('is no secret either', () => {
      expect(told.length).toBe(2 * LINES.length);
      const files = readdirSync(cwd, { recursive: true, encoding: 'utf8' })
        .map((path) => join(cwd, path))
        .filter((path) => statSync(path).isFile() && !path.endsWith('/wrong'));
      expect(files.map((path) => path.slice(cwd.length + 1))).toEqual(
        expect.arrayContaining(['ca.backup', 'ca/ca.yaml', 'ca/ca.db']),
      );
      for (const path of files) {
        const text = readFileSync(path, 'latin1');
        for (const secret of SECRETS) expect(text.includes(secret), path).toBe(false);
      }
    });
  });
});
