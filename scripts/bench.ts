/**
 * npm run bench: what starting pki costs, as ratios to `node -e 0` in the same run, how many
 * certificates a second one process issues, and what signatures of each scheme cost, as ratios to
 * those of ECDSA P-384, what a CRL of a million entries costs, and what an OCSP response costs that
 * is signed or kept, and what looking for certificates costs among a million of them. `npm run bench
 * schemes`, `crl`, `ocsp` and `store` measure one of these alone. Machines are noisy: trust the
 * ratios, not the times.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureCrls } from './bench-crl.ts';
import { measureLibrary } from './bench-library.ts';
import { measureOcsp } from './bench-ocsp.ts';
import { measureSchemes } from './bench-schemes.ts';
import { measureStores } from './bench-store.ts';

const ROUNDS = 21;
const root = new URL('..', import.meta.url).pathname;
const pki = join(root, 'bin/pki.js');
const tools = join(root, '.cache/tools');
const directory = mkdtempSync(join(tmpdir(), 'pki-bench-'));
const env: Record<string, string | undefined> = {
  ...process.env,
  PKCS11_PIN: '1234',
  SOFTHSM2_CONF: join(directory, 'softhsm2.conf'),
};
delete env['NODE_EXTRA_CA_CERTS']; // costs some versions of Node as much as all the rest

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { cwd: directory, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}

const node = (...args: readonly string[]) => run(process.execPath, args);

function prepareHsm(): string | undefined {
  const module = join(tools, 'lib/libsofthsm2.so');
  if (!existsSync(module)) return undefined;
  mkdirSync(join(directory, 'tokens'));
  const conf = `directories.tokendir = ${directory}/tokens\nobjectstore.backend = file\n`;
  writeFileSync(join(directory, 'softhsm2.conf'), conf);
  const init = ['--init-token', '--free', '--label', 'Bench', '--so-pin', '5678', '--pin', '1234'];
  run(join(tools, 'bin/softhsm2-util'), init);
  return module;
}

function prepare(): Readonly<Record<string, readonly string[]>> {
  node(
    pki,
    'init-ca',
    '--name',
    'Bench',
    '--dir',
    'ca',
    '--algorithm',
    'ecdsa-p256',
    '--no-passphrase',
  );
  node(
    pki,
    'issue',
    '--ca-dir',
    'ca',
    '--cn',
    'a.example.com',
    '--key-out',
    'a.key',
    '--out',
    'a.crt',
  );
  const openssl = join(tools, 'bin/openssl');
  const request = ['req', '-new', '-key', 'a.key', '-subj', '/CN=a.example.com', '-out', 'a.csr'];
  run(existsSync(openssl) ? openssl : 'openssl', request);
  const issue = (ca: string) => [pki, 'issue', '--csr', 'a.csr', '--out', '-', '--ca-dir', ca];
  const commands = {
    'node -e 0': ['-e', '0'],
    'pki --version': [pki, '--version'],
    'pki issue --csr, file key': issue('ca'),
  };
  const module = prepareHsm();
  if (module === undefined) {
    console.log('without SoftHSM2: run scripts/install-tools first');
    return commands;
  }
  const token = ['--pkcs11-lib', module, '--pkcs11-token', 'Bench', '--pkcs11-generate-key'];
  const key = ['--pkcs11-key-label', 'bench', '--algorithm', 'ecdsa-p256'];
  node(pki, 'init-ca', '--name', 'Bench', '--dir', 'hsm-ca', ...token, ...key);
  return { ...commands, 'pki issue --csr, SoftHSM2': issue('hsm-ca') };
}

/** Milliseconds of each command, run in turn so that a slow moment hits all of them. */
function measure(commands: Readonly<Record<string, readonly string[]>>) {
  const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, args] of Object.entries(commands)) {
      const start = performance.now();
      node(...args);
      if (round > 0) times.get(name)?.push(performance.now() - start); // the first one warms up
    }
  }
  return times;
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;

async function benchCommands(): Promise<void> {
  const times = measure(prepare());
  const floor = times.get('node -e 0') ?? [];
  console.log(`Node ${process.version}, ${ROUNDS} rounds in turn\n`);
  console.log(`${'command'.padEnd(28)}  median ms   min ms   ratio of medians`);
  for (const [name, values] of times) {
    const columns = [
      median(values).toFixed(1).padStart(9),
      Math.min(...values)
        .toFixed(1)
        .padStart(7),
      (median(values) / median(floor)).toFixed(2).padStart(7),
    ];
    console.log(`${name.padEnd(28)}  ${columns.join('  ')}`);
  }
  console.log('\none process, ECDSA P-256 CSRs, tls-server, each certificate durable on its own\n');
  for (const algorithm of ['ecdsa-p256', 'ecdsa-p384', 'rsa-3072', 'ml-dsa-65']) {
    console.log(await measureLibrary(algorithm, directory));
  }
}

try {
  const only = process.argv[2];
  if (only === undefined) await benchCommands();
  if (only === undefined || only === 'schemes') {
    console.log(`\nkeys in memory: ${cpus()[0]?.model}, Node ${process.version}\n`);
    console.log(await measureSchemes());
  }
  if (only === undefined || only === 'crl') {
    for (const line of measureCrls(pki, directory)) console.log(line);
  }
  if (only === undefined || only === 'store') {
    for (const line of measureStores(pki, directory)) console.log(line);
  }
  if (only === undefined || only === 'ocsp') {
    console.log('\none process, keys in memory, OCSP responses about one certificate\n');
    for (const algorithm of ['ecdsa-p384', 'rsa-3072', 'ml-dsa-65', 'MLDSA65-ECDSA-P384-SHA512']) {
      console.log(await measureOcsp(algorithm, directory));
    }
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
