import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { installed, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { notBuilt, PKI } from '../built-program.ts';
import { notUnprivileged, UNPRIVILEGED } from '../unprivileged.ts';
import { mounting, noMounts } from './mounting.ts';
import type { Finding } from './short-of-room.ts';

const WORKER = join(import.meta.dirname, 'short-of-room.ts');
const cwd = temporaryDirectory();

/** A directory of its own for a worker. */
function place(name: string): string {
  for (const folder of ['disk', 'template'])
    mkdirSync(join(cwd, name, folder), { recursive: true });
  return join(cwd, name);
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whatever the room was: a refusal that says so, nothing left, a sound store, and it works later. */
function expectSound({ status, stdout, stderr }: Ended, leastFailures: number): void {
  expect(status, stderr).toBe(0);
  const findings: readonly Finding[] = JSON.parse(stdout);
  expect(findings.flatMap(({ command, problems }) => problems.map((it) => [command, it]))).toEqual(
    [],
  );
  const steps = findings.map(({ command, failed }) => [command, failed >= leastFailures]);
  expect(steps.length).toBe(10);
  expect(steps.filter(([, enough]) => !enough)).toEqual([]);
}

const MINUTES = 5 * 60_000;
const noDisk = noMounts();

describe.skipIf(noDisk)(`a full disk${noDisk ? ` (${noDisk})` : ''}`, () => {
  it(
    'makes commands fail at each step, and nothing else',
    () => {
      const script = `mount -t tmpfs -o size=4m none disk/disk || exit 99
      '${process.execPath}' '${WORKER}' disk disk 8192`;
      place('disk');
      expectSound(mounting(script, cwd), 4);
    },
    MINUTES,
  );
});

const noLimits = installed('prlimit') ? undefined : 'there is no prlimit';

describe.skipIf(noLimits)(`a limit on file sizes${noLimits ? ` (${noLimits})` : ''}`, () => {
  it(
    'makes commands fail at each step, and nothing else',
    () => {
      const argv = [WORKER, 'file-size', place('file-size'), '12288'];
      expectSound(spawnSync(process.execPath, argv, { encoding: 'utf8' }), 2);
    },
    MINUTES,
  );
});

const noRights = notUnprivileged();

describe.skipIf(noRights)(`a read-only directory${noRights ? ` (${noRights})` : ''}`, () => {
  it(
    'makes commands fail, and nothing else',
    () => {
      const [program, ...options] = UNPRIVILEGED;
      const argv = [...options, process.execPath, WORKER, 'read-only', place('read-only'), '1'];
      expectSound(spawnSync(program, argv, { encoding: 'utf8' }), 1);
    },
    MINUTES,
  );
});

const missing = notBuilt();

describe.skipIf(missing)(`what is said of a limit${missing ? ` (${missing})` : ''}`, () => {
  beforeAll(() => world({ cwd })('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase'));

  it.for<readonly [kilobytes: number, lines: readonly string[]]>([
    [8, ['the disk is full, or a limit on the size of files is reached']],
    [
      48,
      [
        'writing failed',
        'the disk quota may be used up, a limit on the size of files reached ("ulimit -f"), or the disk failing',
      ],
    ],
  ])('of %i KB', ([kilobytes, [why, hint]]) => {
    const command = `ulimit -f ${kilobytes}; exec '${process.execPath}' '${PKI}' "$@"`;
    const argv = ['issue', '--ca-dir', 'ca', '--cn', 'a.example', '--key-out', 'a.key'];
    const issued = tryTool('bash', '-c', `cd '${cwd}'; ${command}`, 'pki', ...argv);
    expect(issued).toEqual({
      status: 6,
      output: [
        `pki: error: the store ${join(cwd, 'ca/ca.db')} failed: ${why}\n`,
        hint === undefined ? '' : `pki: hint: ${hint}\n`,
      ].join(''),
    });
  });
});
