import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCrl } from '../../../src/x509/crl.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const at = (time: string, env: Readonly<Record<string, string>> = {}) =>
  world({ cwd, env: { PKI_ALLOW_CLOCK_BACK: '', ...env }, now: new Date(time) });
const ISSUE = [
  'issue',
  '--ca-dir',
  'ca',
  '--cn',
  'a.example',
  '--out',
  'a.crt',
  '--key-out',
  'a.key',
];

beforeAll(async () => {
  const pki = at('2030-01-02T12:00:00Z');
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  await pki('crl', '--ca-dir', 'ca', '--out', 'first.pem');
});

describe('a clock that was set back', () => {
  const refused = refusals(cwd, 'ca');
  const error = {
    status: 3,
    stderr: [
      'pki: error: it is 2030-01-02T11:54:59Z, before the last act of the CA at 2030-01-02T12:00:00Z',
      'pki: hint: set the clock of this machine',
      'pki: hint: if it was wrong then, and is right now: run this once with PKI_ALLOW_CLOCK_BACK=1',
    ],
  };

  it.each([ISSUE, ['crl', '--ca-dir', 'ca', '--out', 'b.pem']])(
    'is no time for pki %s',
    async (...argv) => {
      expect(await refused(at('2030-01-02T11:54:59Z'), ...argv)).toEqual(error);
    },
  );

  it('may be a few minutes late, but no CRL looks older than the one before it', async () => {
    const pki = at('2030-01-02T11:55:00Z');
    expect(await pki('crl', '--ca-dir', 'ca', '--out', 'c.pem')).toMatchObject({ status: 0 });
    const { thisUpdate } = parseCrl(readFileSync(join(cwd, 'ca/crl/ca.crl'))).tbs;
    expect(thisUpdate.toISOString()).toBe('2030-01-02T12:00:00.000Z');
  });

  it('does not keep anybody from revoking and looking', async () => {
    const pki = at('2030-01-01T00:00:00Z');
    expect(await pki('list', '--ca-dir', 'ca')).toMatchObject({ status: 0 });
    expect(await pki('store', 'check', '--ca-dir', 'ca')).toMatchObject({ status: 0 });
  });

  it('is allowed once, where the clock was wrong before', async () => {
    const early = '2030-01-02T11:00:00Z';
    const once = await at(early, { PKI_ALLOW_CLOCK_BACK: '1' })(...ISSUE);
    expect(once).toMatchObject({ status: 0 });
    const again = await at(early)(...ISSUE, '--force');
    expect(again).toMatchObject({ status: 0 });
  });
});
