import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeEntriesOlder, makeOlder } from '../../support/older-store.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const database = (name: string) => join(cwd, name, 'ca.db');

describe('store check', () => {
  it('finds nothing wrong with a CA under another one', async () => {
    await pki('init-ca', '--name', 'Top', '--dir', 'top', '--no-passphrase');
    const under = ['--parent', 'top', '--no-passphrase'];
    expect(await pki('init-ca', '--name', 'Sub', '--dir', 'sub', ...under)).toMatchObject({
      status: 0,
    });
    expect(await pki('store', 'check', '--ca-dir', 'sub')).toMatchObject({ status: 0, stderr: '' });
  });

  it('finds nothing wrong with distribution points, whenever their certificates end', async () => {
    await pki('init-ca', '--name', 'Points', '--dir', 'points', '--no-passphrase');
    mkdirSync(join(cwd, 'points/profiles'));
    writeFileSync(
      join(cwd, 'points/profiles/web.yaml'),
      'extends: tls-server\ncrl: ["http://x.example/1"]\n',
    );
    const issue = ['issue', '--ca-dir', 'points', '--profile', 'web', '--cn', 'x.example'];
    for (const days of ['5', '9', '7']) {
      const made = await pki(...issue, '--days', days, '--key-out', `points-${days}.key`);
      expect(made).toMatchObject({ status: 0 });
    }
    const check = () => pki('store', 'check', '--ca-dir', 'points');
    expect(await check()).toMatchObject({ status: 0, stderr: '' });
    makeOlder(database('points'), 2);
    const migrate = ['store', 'migrate', '--ca-dir', 'points', '--backup', 'points-before'];
    expect(await pki(...migrate)).toMatchObject({ status: 0 });
    expect(await check()).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([1, 2, 3] as const)('finds nothing wrong with a store of version %i', async (version) => {
    const name = `version-${version}`;
    await pki('init-ca', '--name', 'Old', '--dir', name, '--no-passphrase');
    await pki('issue', '--ca-dir', name, '--cn', 'x.example', '--key-out', `${name}.key`);
    if (version < 3) makeEntriesOlder(database(name));
    makeOlder(database(name), version);
    expect(await pki('store', 'check', '--ca-dir', name)).toMatchObject({ status: 0, stderr: '' });
  });
});
