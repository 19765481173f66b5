import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { OUTLINE } from '../scripts/cli-reference.ts';
import { GENERATED_FILES } from '../scripts/generated-docs.ts';
import { callable } from '../src/cli/outline.ts';
import { installed, tryTool } from './support/tools.ts';

const root = resolve(import.meta.dirname, '..');
const page = join(root, packageJson.man);

it.each(GENERATED_FILES)('$file is as the program has it', async ({ file, text }) => {
  expect(readFileSync(join(root, file), 'utf8')).toBe(await text());
});

describe('the manual page', () => {
  it.skipIf(!installed('mandoc'))('has nothing that mandoc complains of', () => {
    const { status, output } = tryTool('mandoc', '-T', 'lint', '-W', 'all', page);
    expect({ status, output }).toEqual({ status: 0, output: '' });
  });

  it.skipIf(!installed('man'))('has nothing that groff warns of', () => {
    const warnings = 'LC_ALL=C.UTF-8 man --warnings=all --local-file "$1" 2>&1 >/dev/null';
    const { status, output } = tryTool('sh', '-c', warnings, 'sh', page);
    expect({ status, output }).toEqual({ status: 0, output: '' });
  });

  it.skipIf(!installed('mandoc'))('shows every option, as it is typed', async () => {
    const { output } = tryTool('mandoc', '-T', 'utf8', page);
    const text = output.replaceAll(/.[\b]/gu, '').replaceAll(/\s+/g, ' '); // bold is struck twice
    const options = callable(await OUTLINE).flatMap((command) => command.options);
    const lacking = options.map(({ long }) => long).filter((long) => !text.includes(` ${long} `));
    expect([...new Set(lacking)]).toEqual([]);
  });
});
