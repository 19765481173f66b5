import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeEntriesOlder } from '../../support/older-store.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, now: new Date('2030-01-01T12:00:00Z') });

describe('list --requester', () => {
  const requested = async (requester: string) => {
    const argv = ['list', '--ca-dir', 'asked', '--requester', requester, '--json'];
    const { stdout } = await pki(...argv);
    return (JSON.parse(stdout) as { subject: string }[]).map(({ subject }) => subject);
  };

  beforeAll(async () => {
    await pki('init-ca', '--name', 'Asked', '--no-passphrase', '--dir', 'asked');
    for (const operator of ['Ada Lovelace', 'grace']) {
      const by = world({ cwd, env: { PKI_OPERATOR: operator } });
      const cn = `${operator.slice(0, 3).toLowerCase()}.example`;
      await by('issue', '--ca-dir', 'asked', '--cn', cn, '--key-out', `${cn}.key`);
    }
  });

  it.each([
    ['lovelace', ['CN=ada.example']],
    ['GRACE', ['CN=gra.example']],
    ['a%e', []],
    ['nobody else', []],
  ])('finds what %s had issued', async (requester, subjects) => {
    expect(await requested(requester)).toEqual(subjects);
  });

  it('finds accounts, too', async () => {
    const [, user = ''] =
      /"user":"([^"]+)"/.exec(
        (await pki('audit', 'export', '--ca-dir', 'asked')).stdout.replaceAll('\\"', '"'),
      ) ?? [];
    expect(user).not.toBe('');
    expect(await requested(user)).toEqual(['CN=Asked', 'CN=ada.example', 'CN=gra.example']);
  });

  it('finds nothing where older versions have not told', async () => {
    makeEntriesOlder(join(cwd, 'asked/ca.db'));
    expect(await requested('grace')).toEqual([]);
  });
});
