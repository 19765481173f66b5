import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeConsoleSession } from './support/console-session.ts';

const ROOT = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

describeConsoleSession('README.md');

describe('the README', () => {
  it('has at most 250 lines', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(251);
  });

  it('names scripts and files that exist', () => {
    const scripts = [...readme.matchAll(/^scripts\/\S+/gm)].map(([path]) => path);
    expect(scripts).toEqual(['scripts/demo', 'scripts/test']);
    for (const script of scripts) accessSync(join(ROOT, script), constants.X_OK);
    const links = [...readme.matchAll(/\]\((?!https:)([^)]+)\)/g)].map(([, path = '']) => path);
    expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
