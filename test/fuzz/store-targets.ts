import { cpSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeOlder } from '../support/older-store.ts';
import { Random } from './random.ts';
import { runCommand } from './run-command.ts';
import { tamperBackup } from './tamper-backup.ts';
import { tamperStore } from './tamper-store.ts';
import type { Target, Verdict } from './target.ts';

const OF_CA = ['--ca-dir', 'ca'];
const RESTORE = ['store', 'restore', 'backup', '--dir'];

/** Commands over what is too large to be an input: an input says how it is damaged. */
const ROWS: readonly {
  readonly name: string;
  readonly damage: (directory: string, random: Random) => void;
  readonly argv: readonly (readonly string[])[];
}[] = [
  {
    name: 'audit',
    damage: (directory, random) => tamperStore(join(directory, 'ca/ca.db'), random),
    argv: [
      ['audit', 'verify', ...OF_CA],
      ['audit', 'verify', ...OF_CA, '--against', 'ca/crl/ca.crl', '--json'],
      ['audit', 'show', ...OF_CA, '--limit', '100'],
      ['audit', 'show', ...OF_CA, '--json'],
      ['audit', 'export', ...OF_CA],
      ['audit', 'export', ...OF_CA, '--json'],
      ['audit', 'head', ...OF_CA],
    ],
  },
  {
    name: 'store-check',
    damage: (directory, random) => tamperStore(join(directory, 'ca/ca.db'), random),
    argv: [
      ['store', 'check', ...OF_CA],
      ['store', 'check', ...OF_CA, '--json'],
      ['store', 'backup', ...OF_CA, 'copied'],
      ['doctor', ...OF_CA],
    ],
  },
  {
    name: 'store-read',
    damage: (directory, random) => tamperStore(join(directory, 'ca/ca.db'), random),
    argv: [
      ['list', ...OF_CA],
      ['list', ...OF_CA, '--expiring', '9999', '--csv'],
      ['list', ...OF_CA, '--name', 'example', '--json'],
      ['show', 'own/a.crt', ...OF_CA],
      ['show', 'own/g.crt', ...OF_CA, '--json'],
      ['tree', 'ca'],
      ['report', '--ca-dir', 'ca', '--html', 'report.html'],
    ],
  },
  {
    name: 'store-change',
    damage: (directory, random) => tamperStore(join(directory, 'ca/ca.db'), random),
    argv: [
      ['issue', ...OF_CA, '--csr', 'own/a.csr', '--out', 'new.crt'],
      ['revoke', ...OF_CA, 'own/a.crt', '--reason', 'superseded'],
      ['crl', ...OF_CA, '--delta'],
      ['crl', ...OF_CA],
      ['ocsp', 'respond', ...OF_CA, '--request', 'own/a.orq', '--out', 'new.ors', '--force'],
      ['store', 'settle', '9', ...OF_CA, '--lost', '--crl'],
      ['renew', 'own/a.crt', ...OF_CA, '--out', 'renewed.crt'],
    ],
  },
  {
    name: 'store-migrate',
    damage: (directory, random) => {
      const store = join(directory, 'ca/ca.db');
      makeOlder(store, random.once(2) ? 1 : 2);
      tamperStore(store, random);
    },
    argv: [
      ['store', 'check', ...OF_CA],
      ['list', ...OF_CA],
      ['audit', 'verify', ...OF_CA],
      ['store', 'migrate', ...OF_CA, '--backup', 'before', '--json'],
      ['store', 'check', ...OF_CA, '--json'],
    ],
  },
  {
    name: 'store-restore',
    damage: (directory, random) => tamperBackup(join(directory, 'backup'), random),
    argv: [
      [...RESTORE, 'one', '--crl', 'ca/crl/ca.crl'],
      [...RESTORE, 'two', '--crl-number-at-least', '7', '--json'],
      ['store', 'check', '--ca-dir', 'one'],
    ],
  },
];

export const STORE_TARGETS: readonly Target[] = ROWS.map(({ name, damage, argv }) => ({
  name,
  seeds: [],
  form: { kind: 'choices' },
  seconds: 10, // of several commands
  open(directory) {
    const corpus = dirname(directory);
    return async (input) => {
      for (const left of readdirSync(directory)) {
        rmSync(join(directory, left), { recursive: true, force: true });
      }
      for (const part of ['ca', 'own', 'backup']) {
        cpSync(join(corpus, part), join(directory, part), { recursive: true });
      }
      damage(directory, new Random(Buffer.from(input).toString('hex')));
      const verdicts: Verdict[] = [];
      for (const line of argv) verdicts.push(await runCommand(directory, line));
      return verdicts.includes('read') ? 'read' : 'refused';
    };
  },
}));
