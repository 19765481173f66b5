import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** From the bottom to the top; a layer imports itself and what is below. */
const LAYERS: readonly (readonly string[])[] = [
  ['errors.ts', 'ports.ts'],
  ['der'],
  ['algorithms'],
  ['signers', 'x509'], // these two do not know each other
  ['path'],
  ['hsm'],
  ['profiles'],
  ['ca'],
  ['store'],
  ['cli'],
];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(SRC, path), 'utf8') }));

const folderOf = (path: string): string => path.split('/')[0] ?? '';
const layerOf = (folder: string): number => LAYERS.findIndex((layer) => layer.includes(folder));

/** Paths relative to src/ of what a file imports, statically or dynamically. */
function imports({ path, text }: { path: string; text: string }): readonly string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...found].map(([, target = '']) => relative(SRC, join(SRC, path, '..', target)));
}

describe('src/', () => {
  it('has no folder outside the layers', () => {
    expect(files.map(({ path }) => folderOf(path)).filter((name) => layerOf(name) < 0)).toEqual([]);
  });

  it('imports downwards only', () => {
    const wrong = files.flatMap((file) => {
      const from = folderOf(file.path);
      return imports(file)
        .filter((target) => !target.startsWith('..')) // package.json
        .filter((target) => {
          const to = folderOf(target);
          return to !== from && layerOf(to) >= layerOf(from);
        })
        .map((target) => `${file.path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('touches the outside world at its edge only', () => {
    const edge = [
      'cli/context.ts',
      'cli/prompt.ts',
      'cli/entry.ts',
      'signers/pkcs11/module-host.ts', // a process of its own
    ];
    const wrong = files
      .filter(({ path }) => !edge.includes(path))
      .filter(({ text }) =>
        /(?<![-/])\bprocess\.(?!versions|ts)[a-z]|\bconsole\.|new Date\(\)|Math\.random/.test(text),
      )
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it('loads @peculiar/x509 in one place, behind what that needs', () => {
    const direct = files.filter(({ text }) => /'@peculiar\/x509'|'reflect-metadata'/.test(text));
    expect(direct.map(({ path }) => path)).toEqual(['x509/peculiar.ts']);
  });

  it('ends the process nowhere', () => {
    expect(files.filter(({ text }) => /process\.exit\b/.test(text))).toEqual([]);
  });

  it('has no file over 300 lines', () => {
    const long = files.filter(({ text }) => text.split('\n').length > 301);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});
