import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noSoftHsm } from './support/softhsm.ts';
import { temporaryDirectory } from './support/temporary.ts';
import { softhsmModule } from './support/tools.ts';

const ROOT = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

interface Step {
  readonly command: string;
  /** Expected lines; `...` stands for any number of them. */
  readonly expected: string;
}

/** The commands of all `console` blocks, in order: the README is one session. */
const steps: readonly Step[] = [...readme.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(
  ([, block = '']) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command = '', ...lines] = text.split('\n');
        return { command, expected: lines.join('\n') };
      }),
);

/** What differs from run to run, and from machine to machine, by its form. */
const normalised = (text: string): string =>
  text
    .replaceAll(/\b[0-9a-f]{64}\b/g, '<SHA-256>')
    .replaceAll(/\b[0-9a-f]{38,40}\b/g, '<serial>')
    .replaceAll(/ +<serial> {2}issued/g, '<serial>  issued')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
    .replaceAll(/serial=[^;]+/g, 'serial=<token>')
    .replaceAll(/module-path=\S+/g, 'module-path=<module>')
    .trimEnd();

/** The expected text as a pattern, with `...` for any lines. */
function pattern(expected: string): RegExp {
  const lines = normalised(expected).split('\n');
  const parts = lines.map((line) => (line === '...' ? '(?:.*\n)*' : `${RegExp.escape(line)}\n`));
  return new RegExp(`^${parts.join('')}$`);
}

const directory = temporaryDirectory();
const missing = noSoftHsm() ?? (existsSync(join(ROOT, 'dist')) ? undefined : 'run npm run build');

/** Runs the commands in one shell; a line of marks after each tells where its output ends. */
function session(): readonly string[] {
  const mark = '=====end-of-step=====';
  mkdirSync(join(directory, 'tokens'));
  writeFileSync(
    join(directory, 'softhsm2.conf'),
    `directories.tokendir = ${directory}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  const usual = '/usr/lib/softhsm/libsofthsm2.so'; // where Debian has it
  const commands = steps.map(
    ({ command }) =>
      `${command.replaceAll(usual, `'${softhsmModule()}'`)}\nkept=$?; echo '${mark}'; (exit $kept)`,
  );
  const script = [
    `pki() { "$NODE" '${ROOT}/bin/pki.js' "$@"; }`,
    `PATH='${ROOT}/.cache/tools/bin':$PATH`,
    ...commands,
  ].join('\n');
  const { stdout } = spawnSync('bash', ['-c', `exec 2>&1\n${script}`], {
    cwd: directory,
    encoding: 'utf8',
    input: '',
    env: {
      ...process.env,
      NODE: process.execPath,
      SOFTHSM2_CONF: join(directory, 'softhsm2.conf'),
    },
  });
  return stdout.split(`${mark}\n`);
}

describe.skipIf(missing)(`the session of the README${missing ? `: ${missing}` : ''}`, () => {
  const outputs = missing ? [] : session();

  it.each(steps.map((step, index) => ({ ...step, index })))('$command', ({ expected, index }) => {
    const output = normalised(outputs[index] ?? 'nothing');
    expect(output === '' ? '\n' : `${output}\n`).toMatch(pattern(expected));
  });
});

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
