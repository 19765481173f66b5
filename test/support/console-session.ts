import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { noSoftHsm } from './softhsm.ts';
import { temporaryDirectory } from './temporary.ts';
import { softhsmModule } from './tools.ts';

const ROOT = resolve(import.meta.dirname, '../..');

interface Step {
  readonly command: string;
  /** Expected lines; `...` stands for any number of them. */
  readonly expected: string;
}

/** The commands of all `console` blocks of a document, in order: it is one session. */
const stepsOf = (document: string): readonly Step[] =>
  [...document.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
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
    .replaceAll(/ +<serial> {2}(issued|revoked)/g, '<serial>  $1')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
    .replaceAll(/serial=[^;]+/g, 'serial=<token>')
    .replaceAll(/serial [0-9a-f]{16}\b/g, 'serial <token>')
    .replaceAll(/slot \d{4,}/g, 'slot <number>')
    .replaceAll(/\b\d+(\.\d+)? ms\b/g, '<duration>')
    .replaceAll(/module-path=\S+/g, 'module-path=<module>')
    .trimEnd();

/** The expected text as a pattern, with `...` for any lines. */
function pattern(expected: string): RegExp {
  const lines = normalised(expected).split('\n');
  const parts = lines.map((line) => (line === '...' ? '(?:.*\n)*' : `${RegExp.escape(line)}\n`));
  return new RegExp(`^${parts.join('')}$`);
}

/** Runs the commands in one shell; a line of marks after each tells where its output ends. */
function run(steps: readonly Step[], directory: string): readonly string[] {
  const mark = '=====end-of-step=====';
  mkdirSync(join(directory, 'tokens'));
  writeFileSync(
    join(directory, 'softhsm2.conf'),
    `directories.tokendir = ${directory}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  const usual = '/usr/lib/softhsm/libsofthsm2.so'; // where Debian has it
  const module = linkWithoutSpaces(softhsmModule() ?? '');
  const commands = steps.map(
    ({ command }) => `${command.replaceAll(usual, module)}\nkept=$?; echo '${mark}'; (exit $kept)`,
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

/** The commands have the path quoted, unquoted and in YAML; a checkout may be anywhere. */
function linkWithoutSpaces(path: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'pki-module-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  symlinkSync(path, join(directory, 'libsofthsm2.so'));
  return join(directory, 'libsofthsm2.so');
}

/** Why sessions cannot run here; undefined if they can. */
export const noConsoleSession = (): string | undefined =>
  noSoftHsm() ?? (existsSync(join(ROOT, 'dist')) ? undefined : 'run npm run build');

interface SessionVariant {
  /** What sets it apart, for the name of the test. */
  readonly name: string;
  /** The command that is run in the place of one of the document. */
  readonly instead: (command: string) => string;
}

/**
 * Tests that the commands of a document print what it says, or those of a variant of it; they need
 * the built program. Returns the directory that they ran in.
 */
export function describeConsoleSession(file: string, variant?: SessionVariant): string {
  const asWritten = stepsOf(readFileSync(join(ROOT, file), 'utf8'));
  const steps = asWritten.map(({ command, expected }) => ({
    command: variant?.instead(command) ?? command,
    expected,
  }));
  const title = `the session of ${file}${variant ? `, ${variant.name},` : ''}`;
  const missing = noConsoleSession();
  const directory = temporaryDirectory();

  describe.skipIf(missing)(`${title}${missing ? `: ${missing}` : ''}`, () => {
    const outputs = missing ? [] : run(steps, directory);

    it.each(steps.map((step, index) => ({ ...step, index })))('$command', ({ expected, index }) => {
      const output = normalised(outputs[index] ?? 'nothing');
      expect(output === '' ? '\n' : `${output}\n`).toMatch(pattern(expected));
    });
  });
  return directory;
}
