import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { describeConsoleSession, noConsoleSession } from './support/console-session.ts';
import { world } from './support/world.ts';

const WALK = 'docs/walk.md';
const text = readFileSync(resolve(import.meta.dirname, '..', WALK), 'utf8');

interface KeyWorld {
  readonly name: string;
  /** The command that sets the variables. */
  readonly assignment: string;
}

/** The rows of the table with the options of each world. */
const worlds: readonly KeyWorld[] = [
  ...text.matchAll(/^\| ([^|`]+) \| `([^`]+)` \| `([^`]+)` \|$/gm),
]
  .slice(1) // the first one is the head of the table
  .map(([, name = '', root, ca]) => ({ name, assignment: `ROOT_KEYS='${root}' CA_KEYS='${ca}'` }));

it('has a row for each world, and runs the first', () => {
  expect(worlds.map(({ name }) => name)).toEqual([
    'in files',
    'in tokens',
    'in tokens and files, hybrid',
  ]);
  expect(text).toContain(`$ ${worlds[0]?.assignment}\n`);
});

/** What `ca.yaml` says of the keys of both CAs, and whether there are two signatures. */
const KEYS: Readonly<Record<string, readonly [RegExp, hybrid: boolean]>> = {
  'in files': [/^(?!.*pkcs11:).*file:keys\/ca\.key/s, false],
  'in tokens': [/^(?!.*file:).*pkcs11:/s, false],
  'in tokens and files, hybrid': [/pkcs11:.*file:keys\/ml-dsa\.key/s, true],
};

for (const { name, assignment } of worlds) {
  const directory = describeConsoleSession(WALK, {
    name: `with keys ${name}`,
    instead: (command) => (command.startsWith('ROOT_KEYS=') ? assignment : command),
  });

  it.skipIf(noConsoleSession())(`has its keys ${name}`, async () => {
    const [keys, hybrid] = KEYS[name] ?? [];
    for (const ca of ['root', 'issuing']) {
      expect(readFileSync(join(directory, ca, 'ca.yaml'), 'utf8')).toMatch(keys ?? '');
    }
    const chain = ['www.crt', 'issuing/ca.crt', '--trust', 'root/ca.crt', '--require-alt'];
    const { status } = await world({ cwd: directory })('verify', ...chain);
    expect(status).toBe(hybrid ? 0 : 3);
  });
}
