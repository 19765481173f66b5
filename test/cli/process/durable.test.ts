import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { installed, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { notBuilt, PKI } from '../built-program.ts';
import { notUnprivileged, UNPRIVILEGED } from '../unprivileged.ts';

const noTracing = (): string | undefined => {
  if (!installed('strace')) return 'strace is not installed';
  return tryTool('strace', '-o', '/dev/null', 'true').status === 0
    ? undefined
    : 'nobody may trace here';
};

const missing = notBuilt() ?? noTracing();
const cwd = temporaryDirectory();
const pki = world({ cwd });

/** A call that has succeeded; of `fsync` the path is of what was open. */
interface Call {
  readonly name: 'fsync' | 'rename' | 'mkdir' | 'unlink';
  readonly path: string;
  /** Of `rename`. */
  readonly target?: string;
}

const LINE = /(fsync|rename|mkdir|unlink)\((?:\d+<([^>]*)>|"([^"]*)"(?:, "([^"]*)")?).*\) += 0$/;

/** Runs a command under strace; returns what it did below `cwd`, in that order. */
function traced(...argv: readonly string[]): readonly Call[] {
  const log = join(cwd, 'calls.log');
  const options = ['-f', '-y', '-s', '4096', '-e', 'trace=fsync,rename,mkdir,unlink', '-o', log];
  const script = 'cd "$1" && shift && exec "$@"';
  const command = ['-c', script, 'sh', cwd, 'strace', ...options, process.execPath, PKI, ...argv];
  const { status, output } = tryTool('sh', ...command);
  expect(status, output).toBe(0);
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line): readonly Call[] => {
      const [, name, open, path = open ?? '', target] = LINE.exec(line) ?? [];
      if (name === undefined || !`${path}/`.startsWith(`${cwd}/`)) return [];
      return [{ name: name as Call['name'], path, ...(target !== undefined && { target }) }];
    });
}

/** Paths of all files below, or of the file itself. */
const filesAt = (path: string): readonly string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path).flatMap((name) => filesAt(join(path, name)))
    : [path];

/** The names that a file has had, the newest first. */
const namesOf = (path: string, before: readonly Call[]): readonly string[] =>
  before.reduceRight<readonly string[]>(
    ([last = '', ...others], { path: from, target }) =>
      target !== undefined && `${last}/`.startsWith(`${target}/`)
        ? [from + last.slice(target.length), last, ...others]
        : [last, ...others],
    [path],
  );

/** What a power failure could take away, although the command has ended well. */
function volatile(calls: readonly Call[]): readonly string[] {
  const synchronised = (path: string, from: number, to?: number) =>
    calls.slice(from, to).some((call) => call.name === 'fsync' && call.path === path);
  return calls.flatMap(({ name, path, target = path }, index) => {
    const shown = relative(cwd, target);
    if (name === 'mkdir' && !/\/\.[^/]+$/.test(path) && statSync(path, { throwIfNoEntry: false })) {
      return synchronised(dirname(path), index) ? [] : [`the name of ${shown}/`];
    }
    if (name !== 'rename' || !statSync(target, { throwIfNoEntry: false })) return [];
    const before = calls.slice(0, index + 1);
    const contents = filesAt(target).filter(
      (file) => !namesOf(file, before).some((former) => synchronised(former, 0, index)),
    );
    return [
      ...(synchronised(dirname(target), index) ? [] : [`the name of ${shown}`]),
      ...contents.map((file) => `the contents of ${relative(cwd, file)}`),
    ];
  });
}

const renamed = (calls: readonly Call[]): readonly string[] =>
  calls.flatMap(({ target }) => (target === undefined ? [] : relative(cwd, target)));

describe.skipIf(missing)(`after a power failure${missing ? ` (${missing})` : ''}`, () => {
  beforeAll(async () => {
    await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
    await pki('store', 'backup', '--ca-dir', 'ca', 'kept');
    const asked = ['--csr', 'sub.csr', '--no-passphrase'];
    await pki('init-ca', '--name', 'Sub', '--dir', 'sub', ...asked);
    const files = ['--csr', 'sub.csr', '--profile', 'issuing-ca', '--out', 'sub.crt'];
    await pki('issue', '--ca-dir', 'ca', ...files);
  });

  it.for<readonly [string, readonly string[], ...string[]]>([
    ['init-ca', ['--name', 'New', '--dir', 'new', '--no-passphrase'], 'new'],
    [
      'init-ca',
      ['--complete', 'sub.crt', '--dir', 'sub', '--chain', 'ca/ca.crt'],
      'sub/chain.crt',
      'sub/ca.crt',
    ],
    [
      'issue',
      ['--ca-dir', 'ca', '--cn', 'a.example', '--out', 'a.crt', '--key-out', 'a.key'],
      'a.key',
      'a.crt',
    ],
    ['crl', ['--ca-dir', 'ca', '--out', 'ca.crl'], 'ca/crl/ca.crl', 'ca/crl/ca.pem', 'ca.crl'],
    ['ocsp sign', ['--ca-dir', 'ca', '--out', 'responses'], 'responses'],
    ['store backup', ['--ca-dir', 'ca', 'copy'], 'copy'],
    ['store restore', ['kept', '--dir', 'again', '--crl-number-at-least', '9'], 'again'],
    ['rekey-ca', ['--ca-dir', 'ca'], 'ca/change', 'ca/ca.yaml', 'ca/ca.crt'],
  ])('all that "pki %s" has made is there: %j', ([command, argv, ...names]) => {
    const calls = traced(...command.split(' '), ...argv);
    expect(renamed(calls)).toEqual(expect.arrayContaining(names));
    expect(volatile(calls)).toEqual([]);
  });
});

const noRights = notBuilt() ?? notUnprivileged();

it.skipIf(noRights)(
  `writes to a directory that cannot be read${noRights ? ` (${noRights})` : ''}`,
  () => {
    mkdirSync(join(cwd, 'drop'));
    chmodSync(join(cwd, 'drop'), 0o300);
    const [out, made] = [join(cwd, 'drop/a.key'), [process.execPath, PKI]];
    const argv = ['key', 'generate', '--out', out, '--no-passphrase'];
    const [program, ...options] = UNPRIVILEGED;
    const { status, output } = tryTool(program, ...options, ...made, ...argv);
    chmodSync(join(cwd, 'drop'), 0o700);
    expect(status, output).toBe(0);
    expect(readdirSync(join(cwd, 'drop'))).toEqual(['a.key']);
  },
);
