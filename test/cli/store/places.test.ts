import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { realPath } from '../../../src/store/looked-at.ts';
import { restore as restoreBackup } from '../../../src/store/restore.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { tryTool } from '../../support/tools.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { notBuilt, PKI } from '../built-program.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const at = (...names: readonly string[]) => join(cwd, ...names);
const env = { PKI_PASSPHRASE: PASSPHRASE };
const pki = world({ cwd, env });
const refused = refusals(cwd);

async function must(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return stdout;
}

let count = 0;
/** A copy of one CA. */
let ca = '';

beforeAll(async () => {
  await must('init-ca', '--name', 'Root', '--dir', 'made');
  await must('issue', '--ca-dir', 'made', '--cn', 'a', '--out', 'a.crt', '--key-out', 'a.key');
  await must('store', 'backup', '--ca-dir', 'made', 'kept');
});

beforeEach(() => {
  ca = `ca ${count++}`;
  cpSync(at('made'), at(ca), { recursive: true });
});

describe('a store under several names', () => {
  it('is not changed where they are hard links, and can be looked at', async () => {
    linkSync(at(ca, 'ca.db'), at(`${ca}.db`));
    const revoke = ['revoke', '--ca-dir', ca, 'a.crt', '--reason', 'superseded'];
    expect(await refused(pki, ...revoke)).toEqual({
      status: 6,
      stderr: [
        `pki: error: the store ${at(ca, 'ca.db')} has several names, which are hard links`,
        'pki: hint: what is written under one of them damages the file for those who open another (SQLite, write-ahead log)',
        'pki: hint: move it away and put a copy in its place; a backup of it is made by "pki store backup"',
      ],
    });
    expect(await must('list', '--ca-dir', ca)).toContain('CN=a\n');
  });

  it('is where a symbolic link leads, for what is asked of the place too', async () => {
    mkdirSync(at(`${ca} store`));
    const [link, real] = [at(ca, 'ca.db'), at(`${ca} store/real.db`)];
    renameSync(link, real);
    symlinkSync(real, link);
    expect(realPath(link)).toBe(real);
    await must('revoke', '--ca-dir', ca, 'a.crt', '--reason', 'superseded');
    expect(await must('store', 'check', '--ca-dir', ca)).not.toContain('problem');
    linkSync(real, at(`${ca}.db`));
    const again = await pki('revoke', '--ca-dir', ca, 'a.crt', '--reason', 'keyCompromise');
    expect(again.stderr).toContain(`the store ${real} has several names`);
  });
});

describe('a backup', () => {
  it('has what symbolic links lead to', async () => {
    mkdirSync(at(`${ca} elsewhere`));
    writeFileSync(at(`${ca} elsewhere/own.yaml`), 'base: tls-server\n');
    symlinkSync(at(`${ca} elsewhere`), at(ca, 'profiles'));
    renameSync(at(ca, 'keys/ca.key'), at(`${ca}.key`));
    symlinkSync(at(`${ca}.key`), at(ca, 'keys/ca.key'));
    await must('store', 'backup', '--ca-dir', ca, `${ca} kept`, '--keys');
    const kept = (name: string) => readFileSync(at(`${ca} kept`, name), 'utf8');
    expect(kept('profiles/own.yaml')).toBe('base: tls-server\n');
    expect(kept('keys/ca.key')).toBe(readFileSync(at(`${ca}.key`), 'utf8'));
  });

  const HINT =
    'pki: hint: it is a symbolic link that leads nowhere, or its name is not UTF-8; move it away';

  it('is not made without what a link leads to that is gone', async () => {
    symlinkSync('nowhere', at(ca, 'profiles'));
    expect(await refused(pki, 'store', 'backup', '--ca-dir', ca, 'new')).toEqual({
      status: 6,
      stderr: [`pki: error: cannot back up ${at(ca, 'profiles')}: no such file or directory`, HINT],
    });
  });

  it('is not made without a file whose name cannot be read', async () => {
    mkdirSync(at(ca, 'blocked-keys'));
    const name = Buffer.concat([Buffer.from(at(ca, 'blocked-keys/a')), Buffer.of(0xff)]);
    writeFileSync(name, '');
    expect(await refused(pki, 'store', 'backup', '--ca-dir', ca, 'new')).toEqual({
      status: 6,
      stderr: [
        `pki: error: cannot back up ${at(ca, 'blocked-keys/a\ufffd')}: no such file or directory`,
        HINT,
      ],
    });
  });
});

describe('store restore', () => {
  const restore = ['store', 'restore', 'kept', '--crl-number-at-least', '3'];

  it('refuses a file as the place of a CA', async () => {
    expect(await refused(pki, ...restore, '--dir', 'a.crt')).toEqual({
      status: 6,
      stderr: [
        `pki: error: ${at('a.crt')} exists already`,
        'pki: hint: give a directory that does not exist, or an empty one; a CA is never overwritten',
      ],
    });
  });

  it('leaves nothing when it is interrupted', async () => {
    const resources = new AsyncDisposableStack();
    await new Promise<void>((reached) => {
      void restoreBackup({
        ...{ backup: at('kept'), shown: 'kept', target: at('never'), numberAtLeast: 3n },
        ...{ now: new Date(), act: { user: 'tester', host: 'ca.test' }, resources },
        published: () => new Promise(() => reached()), // and never goes on
      });
    });
    const left = () => readdirSync(cwd).filter((name) => name.includes('never'));
    expect(left()).toEqual([expect.stringMatching(/^\.never\.\w{6}$/)]);
    await resources.disposeAsync();
    expect(left()).toEqual([]);
  });
});

const missing = notBuilt();

it.skipIf(missing)(
  `lets nobody else write under any umask${missing ? ` (${missing})` : ''}`,
  () => {
    const script = `umask 0; cd "$1"; pki() { '${process.execPath}' '${PKI}' "$@"; }
    pki init-ca --name Open --dir open --no-passphrase && pki crl --ca-dir open --out open.crl &&
    pki rekey-ca --ca-dir open`;
    expect(tryTool('bash', '-c', script, 'bash', cwd).status).toBe(0);
    const paths = ['', ...readdirSync(at('open'), { recursive: true, encoding: 'utf8' })];
    expect(paths).toContain('history');
    const open = paths.filter((path) => (statSync(at('open', path)).mode & 0o022) !== 0);
    expect(open).toEqual([]);
  },
);
