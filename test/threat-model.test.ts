import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const text = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');

/** The rows of the table under a heading, without its head. */
const rowsUnder = (heading: string): readonly (readonly string[])[] => {
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  return [...table.matchAll(/^\| (.+) \|$/gm)].map(([, row = '']) => row.split(' | ')).slice(1);
};

describe('docs/threat-model.md', () => {
  it('is short', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(201);
  });

  it.each(rowsUnder('What is promised'))('shows that %s', (_, __, shown = '') => {
    const files = [...shown.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !/\.test\.ts$/.test(file))).toEqual([]);
  });

  it('names files that exist', () => {
    const files = [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('has a promise for each actor that it thinks of, and for no other', () => {
    const actors = rowsUnder('Who is thought of').map(([actor = '']) => actor);
    const against = rowsUnder('What is promised').flatMap(([, whom = '']) => whom.split(', '));
    const isMeant = (actor: string) => against.some((whom) => actor.endsWith(whom));
    expect(actors.filter((actor) => !isMeant(actor))).toEqual([]);
    const known = (whom: string) => actors.some((actor) => actor.endsWith(whom));
    expect(against.filter((whom) => !known(whom) && whom !== 'our own mistakes')).toEqual([]);
  });
});
