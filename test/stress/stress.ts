import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { outcome, runBuilt, start } from '../cli/built-program.ts';
import type { Outcome } from '../support/world.ts';

export interface StressResult {
  readonly kills: number;
  /** Commands that came to their end, and certificates that are there as files. */
  readonly ended: number;
  readonly files: number;
  /** Certificates that the store has recorded as issued, beside that of the CA. */
  readonly issued: number;
  /** What a kill left between intent and result; all of it could be settled. */
  readonly interrupted: number;
  /** Files that are not recorded as issued, and commands that said so without a file. */
  readonly lost: readonly string[];
  /** Serial numbers and numbers of CRLs that were used twice. */
  readonly doubled: readonly string[];
  /** Whatever else should not be: half files, contradictions, commands that failed. */
  readonly wrong: readonly string[];
}

/** Processes at a time. */
const AT_A_TIME = 4;

/** Temporary files, which a kill leaves behind. */
const TEMPORARY = /^\..+\.tmp$/;

/**
 * Issues certificates and CRLs by many processes of the built program at once, and kills `kills` of
 * them at any moment of their lives; then counts what is in the store, and in the files.
 */
export async function stress(
  cwd: string,
  kills: number,
  progress: (killed: number) => void = () => undefined,
): Promise<StressResult> {
  const pki = (...argv: readonly string[]) => runBuilt({ cwd }, ...argv);
  await must(pki('init-ca', '--name', 'Stress', '--dir', 'ca', '--no-passphrase'));
  await must(pki('key', 'generate', '--out', 'a.key', '--no-passphrase'));
  await must(pki('csr', 'create', '--key', 'a.key', '--cn', 'a.example', '--out', 'a.csr'));
  const life = await lifetime(() => pki(...issue('first')));
  const wrong: string[] = [];
  const said: string[] = [];
  let [count, number] = [0, 0];
  const worker = async () => {
    while (count < kills) {
      const name = String(number++);
      const isCrl = number % 5 === 0;
      const argv = isCrl ? ['crl', '--ca-dir', 'ca', '--out', `${name}.pem`] : issue(name);
      const result = await killed(cwd, argv, name, life);
      if (result === undefined) progress(++count);
      else if (result.status !== 0) wrong.push(`${argv.join(' ')}: ${result.stderr}`);
      else if (!isCrl) said.push(`${name}.crt`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  const counted = counts(cwd, said);
  const { interrupted, problems } = await settleAll(cwd, pki);
  return {
    ...{ kills: count, ended: number - count, interrupted },
    ...counted,
    wrong: [...wrong, ...counted.wrong, ...problems],
  };
}

const issue = (name: string): readonly string[] => [
  ...['issue', '--ca-dir', 'ca', '--csr', 'a.csr', '--cn', `${name}.example`],
  ...['--out', `${name}.crt`],
];

/** How long one takes when all of them are at work. Milliseconds. */
async function lifetime(run: () => Promise<Outcome>): Promise<number> {
  const start = performance.now();
  await must(run());
  return performance.now() - start;
}

/**
 * What a command came to, or undefined if it was killed before that: at any moment of its life, or
 * after it has opened its output, when the store and the key are about to be used.
 */
async function killed(
  cwd: string,
  argv: readonly string[],
  name: string,
  life: number,
): Promise<Outcome | undefined> {
  const child = start({ cwd }, ...argv);
  child.stdin.end();
  const kill = () => child.kill('SIGKILL');
  const timers = [setTimeout(kill, Math.random() * life * AT_A_TIME * 2)];
  const watcher = watch(cwd, (_, file) => {
    if (timers.length > 1 || !file?.startsWith(`.${name}.`)) return;
    timers.push(setTimeout(kill, Math.random() * life * 2));
  });
  try {
    return await outcome(child);
  } catch (error) {
    if (child.signalCode === 'SIGKILL') return undefined;
    throw error;
  } finally {
    watcher.close();
    for (const timer of timers) clearTimeout(timer);
  }
}

function counts(cwd: string, said: readonly string[]) {
  const wrong: string[] = [];
  const ca = new X509Certificate(readFileSync(join(cwd, 'ca/ca.crt')));
  const rows = issuedRows(join(cwd, 'ca/ca.db'));
  const recorded = new Set(rows.map(({ der }) => der));
  const names = readdirSync(cwd).filter((name) => name.endsWith('.crt'));
  const lost = said.filter((name) => !names.includes(name));
  const onDisk: string[] = [];
  for (const name of names) {
    const certificate = read(join(cwd, name));
    if (!certificate?.verify(ca.publicKey)) wrong.push(`${name} is no certificate of the CA`);
    else if (!recorded.has(certificate.raw.toString('hex'))) lost.push(name);
    else onDisk.push(certificate.serialNumber);
  }
  const serials = rows.map(({ der }) => new X509Certificate(Buffer.from(der, 'hex')).serialNumber);
  return {
    ...{ files: names.length, issued: rows.length - 1, lost, wrong },
    doubled: [...twice(serials), ...twice(onDisk), ...twice(crlNumbers(join(cwd, 'ca/ca.db')))],
  };
}

function read(path: string): X509Certificate | undefined {
  try {
    return new X509Certificate(readFileSync(path));
  } catch {
    return undefined;
  }
}

function issuedRows(path: string): readonly { readonly der: string }[] {
  using database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare(`SELECT hex(der) AS der FROM certificate WHERE status = 'issued'`);
  return rows.all().map(({ der }) => ({ der: String(der).toLowerCase() }));
}

function crlNumbers(path: string): readonly string[] {
  using database = new DatabaseSync(path, { readOnly: true });
  return database
    .prepare('SELECT number FROM crl')
    .all()
    .map(({ number }) => String(number));
}

const twice = (values: readonly string[]): readonly string[] =>
  values.filter((value, index) => values.indexOf(value) !== index);

type Pki = (...argv: readonly string[]) => Promise<Outcome>;

/** Settles what was interrupted, tidies up, and holds the CA to be sound after that. */
async function settleAll(cwd: string, pki: Pki) {
  const problems: string[] = [];
  const { certificates, crls } = interruptedRows(join(cwd, 'ca/ca.db'));
  for (const serial of certificates) await must(pki('store', 'settle', serial, ...LOST));
  for (const number of crls) await must(pki('store', 'settle', number, '--crl', ...LOST));
  for (const directory of ['ca', 'ca/crl']) {
    for (const name of readdirSync(join(cwd, directory)).filter((name) => TEMPORARY.test(name))) {
      rmSync(join(cwd, directory, name));
    }
  }
  await must(pki('crl', '--ca-dir', 'ca', '--out', 'last.pem'));
  const { status, stdout, stderr } = await pki('store', 'check', '--ca-dir', 'ca');
  if (status !== 0) problems.push(`store check: ${stdout}${stderr}`);
  if (/^ {2}audit /m.test((await pki('--help')).stdout)) {
    const audit = await pki('audit', 'verify', '--ca-dir', 'ca');
    if (audit.status !== 0) problems.push(`audit verify: ${audit.stdout}${audit.stderr}`);
  }
  return { interrupted: certificates.length + crls.length, problems };
}

const LOST = ['--lost', '--ca-dir', 'ca'];

function interruptedRows(path: string) {
  using database = new DatabaseSync(path, { readOnly: true });
  const names = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map(({ name }) => String(name));
  return {
    certificates: names(`SELECT serial AS name FROM certificate WHERE status = 'intent'`),
    crls: names(`SELECT number AS name FROM crl WHERE status = 'intent'`),
  };
}

async function must(running: Promise<Outcome>): Promise<void> {
  const { status, stderr } = await running;
  if (status !== 0) throw new Error(stderr);
}
