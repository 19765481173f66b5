import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { CliContext } from '../../src/cli/context.ts';
import { run } from '../../src/cli/main.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { pathsIn } from './refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });

/** What is printed when a command line is wrong. */
const wrong = (message: string, ...hints: readonly string[]) => ({
  status: 2,
  stdout: '',
  stderr: [`pki: error: ${message}`, ...hints.map((hint) => `pki: hint: ${hint}`), ''].join('\n'),
});

describe('the help', () => {
  it.each([['--help'], ['-h'], ['help']])('of the program lists the commands: %s', async (flag) => {
    const { status, stdout, stderr } = await pki(flag);
    expect(stdout).toMatch(/^Usage: pki \[options\] \[command\]\n/);
    const commands = /Commands:\n((?: {2}.*\n)+)/.exec(stdout)?.[1];
    expect(commands?.match(/^ {2}[a-z-]+/gm)).toEqual([
      '  init-ca',
      '  rekey-ca',
      '  issue',
      '  renew',
      '  cross-sign',
      '  profile',
      '  csr',
      '  revoke',
      '  crl',
      '  ocsp',
      '  audit',
      '  list',
      '  show',
      '  tree',
      '  report',
      '  verify',
      '  lint',
      '  key',
      '  algorithms',
      '  hsm',
      '  store',
      '  doctor',
      '  completion',
      '  help',
    ]);
    expect(stdout).toMatch(/Exit status: 0 done, 2 usage, (.*\n)?.*70 bug in pki\.\n$/);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each([
    ['init-ca', '[options]', ['--name', '--dir', '--pkcs11-lib', '--hybrid', '--passphrase-file']],
    ['rekey-ca', '[options]', ['--ca-dir', '--dir', '--parent', '--overlap', '--old-pin-file']],
    ['issue', '[options]', ['--ca-dir', '--csr', '--clamp', '--key-out', '--pkcs11-pin-file']],
    ['cross-sign', '[options] <certificate>', ['--ca-dir', '--csr', '--public-key', '--profile']],
    ['renew', '[options] <file|serial>', ['--ca-dir', '--within', '--csr', '--key-out']],
    ['list', '[options]', ['--ca-dir']],
    [
      'revoke',
      '[options] <file|serial>',
      ['--ca-dir', '--reason', '--invalidity-date', '--release'],
    ],
    ['crl', '[options]', ['--ca-dir', '--days', '--delta', '--check', '--within', '--out']],
    ['verify', '[options] <certificate> [intermediate...]', ['--trust', '--at', '--require-alt']],
    ['lint', '[options] <file>', ['--as', '--at', '--json']],
    ['algorithms', '[options]', ['--family']],
    ['show', '[options] <file|serial>', ['--ca-dir']],
    ['report', '[options]', ['--html', '--ca-dir', '--within', '--force']],
    ['tree', '[options] [directory...]', []],
    ['doctor', '[options]', ['--ca-dir']],
    ['completion', '[options] <shell>', []],
  ])('of %s has a synopsis, its options and examples', async (name, synopsis, options) => {
    const { status, stdout, stderr } = await pki(name, '--help');
    expect(stdout.startsWith(`Usage: pki ${name} ${synopsis}\n`)).toBe(true);
    for (const option of [...options, '--json', '-h, --help']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${option}[ ,]`, 'm'));
    }
    expect(stdout).toMatch(new RegExp(`\nExamples:\n(  .*\n)*  \\$ pki ${name} `));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect((await pki('help', name)).stdout).toBe(stdout);
  });

  it('of issue names every profile that it issues', async () => {
    const { stdout } = await pki('issue', '--help');
    expect(/\nProfiles:\n((?: {2}.*\n)+)/.exec(stdout)?.[1]?.match(/^ {2}[a-z-]+/gm)).toHaveLength(
      8,
    );
  });

  it('is the answer to no command at all, which is an error', async () => {
    const { status, stdout, stderr } = await pki();
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: pki (.*\n)+pki: error: a command is needed\n$/);
  });

  it.each(['--version', '-V'])('is not needed to know the version: %s', async (flag) => {
    const version = { status: 0, stdout: `${packageJson.version}\n`, stderr: '' };
    expect(await pki(flag)).toEqual(version);
  });
});

describe('a wrong command line', () => {
  it('has an unknown command: the nearest one is suggested', async () => {
    expect(await pki('isue')).toEqual(wrong("unknown command 'isue'", 'did you mean issue?'));
    expect(await pki('frobnicate')).toEqual(
      wrong("unknown command 'frobnicate'", '"pki --help" lists the commands'),
    );
    expect(await pki('ocsp', 'frobnicate')).toEqual(
      wrong("unknown command 'frobnicate'", '"pki ocsp --help" lists the commands'),
    );
  });

  it('has an unknown option: the nearest one is suggested', async () => {
    expect(await pki('list', '--ca-dir', 'ca', '--jsn')).toEqual(
      wrong("unknown option '--jsn'", 'did you mean --json?'),
    );
    expect(await pki('list', '--ca-dir', 'ca', '--frobnicate')).toEqual(
      wrong("unknown option '--frobnicate'", '"pki list --help" tells what it takes'),
    );
  });

  it('lacks an option that has to be there', async () => {
    expect(await pki('list')).toEqual(
      wrong(
        "required option '--ca-dir <directory>' not specified",
        '"pki list --help" tells what it takes',
      ),
    );
    expect(await pki('init-ca', '--dir', 'ca')).toEqual(
      wrong("required option '--name <name>' not specified"),
    );
  });

  it('lacks the value of an option', async () => {
    expect(await pki('list', '--ca-dir')).toEqual(
      wrong(
        "option '--ca-dir <directory>' argument missing",
        '"pki list --help" tells what it takes',
      ),
    );
  });

  it('lacks an argument, or has one too many', async () => {
    expect(await pki('show')).toEqual(
      wrong("missing required argument 'file|serial'", '"pki show --help" tells what it takes'),
    );
    expect(await pki('list', '--ca-dir', 'ca', 'all')).toEqual(
      wrong(
        "too many arguments for 'list'. Expected 0 arguments but got 1: all.",
        '"pki list --help" tells what it takes',
      ),
    );
  });

  it('is reported as one line of JSON with --json, without help or text', async () => {
    const { status, stdout, stderr } = await pki(
      'list',
      '--json',
      '--ca-dri',
      'ca',
      '--ca-dir',
      'ca',
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'USAGE',
        message: "unknown option '--ca-dri'",
        hints: ['did you mean --ca-dir?'],
      },
    });
  });

  it('has a failure of another kind in the same shape with --json', async () => {
    const { status, stderr } = await pki('list', '--json', '--ca-dir', 'lost');
    expect(status).toBe(6);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'STORE',
        message: `there is no CA in ${join(cwd, 'lost')}`,
        hints: ['make one with "pki init-ca", or name its directory with --ca-dir'],
      },
    });
  });
});

describe('what nobody has foreseen', () => {
  it('is reported as a bug with its stack, ends with 70, and leaves nothing behind', async () => {
    let told = '';
    let looks = 0;
    const context: CliContext = {
      env: {},
      cwd,
      account: () => ({ user: 'tester', host: 'ca.test' }),
      clock: () => {
        looks += 1;
        if (looks === 1) return new Date(); // for the rehearsal; then the directory is being made
        throw new RangeError('the clock is broken');
      },
      entropy: (length) => randomBytes(length),
      print: () => undefined,
      note: (text) => {
        told += `${text}\n`;
      },
      readStdin: async () => new Uint8Array(0),
      prompt: undefined,
      resources: new AsyncDisposableStack(),
      interrupted: new AbortController().signal,
    };
    const before = pathsIn(cwd);
    const argv = ['init-ca', '--name', 'Root', '--dir', 'bug-ca', '--no-passphrase'];
    expect(await run(argv, context)).toBe(70);
    expect(told).toMatch(/\nRangeError: the clock is broken\n {4}at /);
    expect(
      told.endsWith('\npki: error: this is a bug in pki; please report it with the lines above\n'),
    ).toBe(true);
    expect(pathsIn(cwd)).toEqual(before);
  });
});
