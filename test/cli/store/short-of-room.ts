/**
 * A process of its own, which may have mounted a small disk: runs each command that writes with too
 * little room at first and then with more, until there is enough, and tells what was wrong. Its
 * arguments: what is to be short, a directory with `disk/` and `template/`, octets more each time.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { world } from '../../support/world.ts';
import { pathsIn } from '../refusal.ts';

/** Commands that write, by what a test calls them. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'init-ca': ['init-ca', '--name', 'New', '--dir', 'new', '--no-passphrase'],
  issue: ['issue', '--ca-dir', 'ca', '--cn', 'b.example', '--out', 'b.crt', '--key-out', 'b.key'],
  renew: ['renew', '--ca-dir', 'ca', 'a.crt', '--out', 'b.crt', '--key-out', 'b.key'],
  revoke: ['revoke', '--ca-dir', 'ca', 'a.crt', '--reason', 'superseded'],
  crl: ['crl', '--ca-dir', 'ca', '--out', 'new.crl'],
  'ocsp respond': ['ocsp', 'respond', '--ca-dir', 'ca', '--request', 'a.req', '--out', 'a.ocsp'],
  'ocsp sign': ['ocsp', 'sign', '--ca-dir', 'ca', '--out', 'responses'],
  'rekey-ca': ['rekey-ca', '--ca-dir', 'ca'],
  'store backup': ['store', 'backup', '--ca-dir', 'ca', 'copy'],
  'store restore': ['store', 'restore', 'kept', '--dir', 'again', '--crl', 'kept.crl'],
};

export interface Finding {
  readonly command: string;
  /** How many times it failed, with more room each time. */
  readonly failed: number;
  /** What was not as it has to be, with the room in octets. */
  readonly problems: readonly string[];
}

const [kind = '', directory = '', step = '4096'] = process.argv.slice(2);
const [disk, template] = [join(directory, 'disk'), join(directory, 'template')];
const pki = world({ cwd: disk });

/** Leaves room for so many octets, or takes the limit away. Nothing is read-only that has any room. */
const LIMITS: Readonly<Record<string, (room: number | undefined) => void>> = {
  disk(room) {
    const other = join(disk, 'other');
    rmSync(other, { force: true });
    if (room === undefined) return;
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(other, Buffer.alloc(Math.max(0, bavail * bsize - room)));
  },
  'file-size'(room = -1) {
    const limit = room < 0 ? 'unlimited' : String(room);
    execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${limit}:`]);
  },
  'read-only'(room) {
    const directories = readdirSync(disk, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ parentPath, name }) => join(parentPath, name));
    for (const path of [disk, ...directories]) chmodSync(path, room === 0 ? 0o500 : 0o700);
  },
};
const limit = LIMITS[kind] ?? (() => undefined);

async function prepare(): Promise<void> {
  const made = world({ cwd: template });
  const commands = [
    ['init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase'],
    ['issue', '--ca-dir', 'ca', '--cn', 'a.example', '--out', 'a.crt', '--key-out', 'a.key'],
    ['store', 'backup', '--ca-dir', 'ca', 'kept'],
    ['issue', '--ca-dir', 'ca', '--cn', 'c.example', '--out', 'c.crt', '--key-out', 'c.key'],
    ['revoke', '--ca-dir', 'ca', 'c.crt', '--reason', 'superseded'],
    ['crl', '--ca-dir', 'ca', '--out', 'kept.crl'],
    ['ocsp', 'request', '--cert', 'a.crt', '--issuer', 'ca/ca.crt', '--out', 'a.req'],
  ];
  for (const command of commands) {
    const { status, stderr } = await made(...command);
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
  }
}

/** How the first line ends. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  disk: /^pki: error: .*(the disk is full.*|no space left on the device)$/m,
  'file-size': /^pki: error: .*(writing failed|a limit on the size of files is reached)$/m,
  'read-only': /^pki: error: .*(its directory cannot be written to|permission denied)$/m,
};

/** What is wrong after a command that had too little room, or none at all. */
async function problemsOf(
  argv: readonly string[],
  room: number,
): Promise<readonly string[] | undefined> {
  for (const name of readdirSync(disk)) rmSync(join(disk, name), { recursive: true });
  cpSync(template, disk, { recursive: true });
  const before = pathsIn(disk);
  limit(room);
  const { status, stdout, stderr } = await pki(...argv);
  const after = pathsIn(disk).filter((path) => path !== 'other');
  limit(undefined);
  const again = status === 0 ? undefined : await retried(argv);
  if (again === undefined) return undefined;
  return [
    ...(status === 6 && REFUSED[kind]?.test(stderr) ? [] : [`status ${status}: ${stderr}`]),
    ...(stdout === '' ? [] : [`printed ${stdout}`]),
    ...(before.join() === after.join()
      ? []
      : [`left ${after.filter((path) => !before.includes(path))}`]),
    ...again,
  ].map((problem) => `with ${room}: ${problem}`);
}

/** The store has to be sound, and the same command has to work. */
async function retried(argv: readonly string[]): Promise<readonly string[]> {
  const checked = await pki('store', 'check', '--ca-dir', 'ca');
  const audited = await pki('audit', 'verify', '--ca-dir', 'ca');
  const { status, stderr } = await pki(...argv);
  return [
    // 3: there was no room to record that it has failed
    ...([0, 3].includes(checked.status) ? [] : [`store check: ${checked.stdout}${checked.stderr}`]),
    ...(audited.status === 0 ? [] : [`audit verify: ${audited.stderr}`]),
    ...(status === 0 ? [] : [`with enough room: ${stderr}`]),
  ];
}

async function finding(command: string, argv: readonly string[]): Promise<Finding> {
  const problems: string[] = [];
  for (let failed = 0; ; failed++) {
    const found = await problemsOf(argv, failed * Number(step));
    if (found === undefined) return { command, failed, problems };
    problems.push(...found);
  }
}

await prepare();
const findings: Finding[] = [];
for (const [command, argv] of Object.entries(COMMANDS)) findings.push(await finding(command, argv));
process.stdout.write(JSON.stringify(findings, null, 1));
