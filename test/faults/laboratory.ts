import { X509Certificate } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathsIn } from '../cli/refusal.ts';
import type { Fault } from '../support/pkcs11-proxy/plan.ts';
import { type Pkcs11Proxy, pkcs11ProxyIn } from '../support/pkcs11-proxy/proxy.ts';
import { PIN, type SoftHsm, softHsmIn } from '../support/softhsm.ts';
import { type Outcome, world } from '../support/world.ts';
import { type Cell, faultOf, type OperationName } from './cells.ts';
import { type Observation, problemsOf } from './judge.ts';

const TOKEN = 'CA Token';
const KEY = 'ca-key';

/** What became of a cell. */
export interface Result {
  /** `c` certificate, `r` certificate after a recovery, `e` clear error, `W` wrong. */
  readonly letter: 'c' | 'r' | 'e' | 'W';
  /** Why it is wrong; empty if it is right. */
  readonly problems: readonly string[];
  readonly stderr: string;
  readonly log: readonly string[];
  /** Milliseconds. */
  readonly duration: number;
}

/** A token behind the proxy, and a CA in it; one in a process, since the proxy has one plan. */
export class Laboratory {
  readonly #directory: string;
  readonly #hsm: SoftHsm;
  readonly #proxy: Pkcs11Proxy;
  /** How many calls each operation makes when nothing goes wrong. */
  readonly #usual = new Map<OperationName, number>();
  #runs = 0;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#hsm = softHsmIn(directory);
    this.#proxy = pkcs11ProxyIn(directory, this.#hsm.module);
  }

  /** `directory` is empty, and removed by the caller. */
  static async open(directory: string): Promise<Laboratory> {
    const laboratory = new Laboratory(directory);
    laboratory.#hsm.token(TOKEN);
    laboratory.#hsm.key(TOKEN, 'EC:prime256v1', KEY, '01');
    const { status, stderr } = await laboratory.#pki(directory, 'init-ca', KEY, 'ca');
    if (status !== 0) throw new Error(`there is no CA to begin with: ${stderr}`);
    return laboratory;
  }

  /** The calls of an operation to which nothing happens. */
  async plainLog(operation: OperationName): Promise<readonly string[]> {
    const { log } = await this.#observe(operation, []);
    this.#usual.set(operation, log.length);
    return log;
  }

  async run(cell: Cell): Promise<Result> {
    const { operation } = cell;
    const usual = this.#usual.get(operation) ?? (await this.plainLog(operation)).length;
    const seen = await this.#observe(operation, [faultOf(cell)]);
    const problems = problemsOf(seen, operation);
    const { stderr, log, duration } = seen;
    const right = seen.status !== 0 ? 'e' : log.length > usual ? 'r' : 'c';
    return { letter: problems.length > 0 ? 'W' : right, problems, stderr, log, duration };
  }

  async #observe(operation: OperationName, faults: readonly Fault[]) {
    const cwd = join(this.#directory, `run-${++this.#runs}`);
    const label = operation === 'issue' || operation === 'init-ca' ? KEY : `key-${this.#runs}`;
    mkdirSync(cwd);
    if (operation === 'issue')
      cpSync(join(this.#directory, 'ca'), join(cwd, 'ca'), { recursive: true });
    const before = { paths: pathsIn(cwd), objects: this.#objects() };
    this.#proxy.clear();
    // the signature of a CA that shall not come about is broken
    const broken =
      operation === 'init-ca-undone' ? [{ call: 'C_Sign', corrupt: true } as const] : [];
    this.#proxy.faults(...faults, ...broken);
    const start = performance.now();
    const outcome = await this.#pki(cwd, operation, label, 'ca');
    const duration = performance.now() - start;
    const log = this.#proxy.log();
    this.#proxy.clear();
    const made = [...this.#objects()].filter((path) => !before.objects.has(path));
    const observation: Observation = {
      ...outcome,
      ...{ duration, log, label, pathsBefore: before.paths, paths: pathsIn(cwd) },
      objectsMade: made.length,
      ...(await this.#issued(cwd, operation)),
    };
    for (const path of made) rmSync(path);
    rmSync(cwd, { recursive: true });
    return observation;
  }

  #pki(cwd: string, operation: OperationName, label: string, ca: string): Promise<Outcome> {
    const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
    const timeout = ['--pkcs11-timeout', '1'];
    if (operation === 'issue') {
      const files = ['--out', 'a.crt', '--key-out', 'a.key'];
      return pki('issue', '--ca-dir', ca, '--cn', 'a.example', ...files, ...timeout);
    }
    const key = ['--pkcs11-token', TOKEN, '--pkcs11-key-label', label];
    const made =
      operation === 'init-ca' ? [] : ['--pkcs11-generate-key', '--algorithm', 'ecdsa-p256'];
    const named = ['init-ca', '--name', 'Root', '--dir', ca, '--pkcs11-lib', this.#proxy.module];
    return pki(...named, ...key, ...made, ...timeout);
  }

  /** What the store and the files tell, once nothing goes wrong any more. */
  async #issued(cwd: string, operation: OperationName) {
    const ca = join(cwd, 'ca');
    if (!existsSync(ca)) return { issued: 0, unfinished: 0, verifies: false };
    const pki = world({ cwd });
    const { stdout } = await pki('list', '--ca-dir', 'ca', '--json');
    const rows = JSON.parse(stdout) as readonly { status: string; serial: string }[];
    const path = operation === 'issue' ? join(cwd, 'a.crt') : join(ca, 'ca.crt');
    const own = operation === 'issue' ? 1 : 0; // the certificate of the CA itself
    return {
      issued: rows.filter(({ status }) => status === 'issued').length - own,
      unfinished: rows.filter(({ status }) => status === 'intent').length,
      verifies: verifies(path, join(ca, 'ca.crt'), rows.at(-1)?.serial),
    };
  }

  /** Files in which SoftHSM keeps the objects of the token. */
  #objects(): ReadonlySet<string> {
    return new Set(globSync(join(this.#directory, 'tokens/*/*.object')));
  }
}

/** Whether the certificate has this serial number and the CA's key signed it, as OpenSSL sees it. */
function verifies(path: string, caPath: string, serial: string | undefined): boolean {
  if (!existsSync(path)) return false;
  const certificate = new X509Certificate(readFileSync(path));
  const ca = new X509Certificate(readFileSync(caPath));
  const found = certificate.serialNumber.toLowerCase().replace(/^0+/, '');
  return certificate.verify(ca.publicKey) && found === serial?.replace(/^0+/, '');
}
