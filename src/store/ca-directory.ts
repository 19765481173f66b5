import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Act } from '../ca/audit.ts';
import { pem, pemBlocks } from '../der/pem.ts';
import { DerError } from '../der/reader.ts';
import { PkiError, systemErrorCode, systemErrorText } from '../errors.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import { type CaConfig, parseCaConfig, printCaConfig } from './ca-config.ts';
import { renameTreeDurably } from './durable.ts';
import { type OpenStoreOptions, SqliteStore } from './sqlite-store.ts';

/** Names inside a CA directory. */
export const CA_FILES = {
  certificate: 'ca.crt',
  chain: 'chain.crt',
  request: 'ca.csr',
  config: 'ca.yaml',
  store: 'ca.db',
  keys: 'keys',
  crl: 'crl',
  profiles: 'profiles',
  blockedKeys: 'blocked-keys',
  issuerCrls: 'issuer-crls',
  cross: 'cross',
  history: 'history',
  change: 'change',
} as const;

/** An existing CA: its certificate, where its keys are, and its store. */
export interface CaDirectory extends Disposable {
  readonly path: string;
  readonly certificate: Certificate;
  readonly certificatePath: string;
  /** The certificates above it, its issuer's first, the root's last; none for a root. */
  readonly chain: readonly Certificate[];
  readonly config: CaConfig;
  readonly store: SqliteStore;
}

/** Opens a directory that `pki init-ca` made. */
export async function openCaDirectory(
  path: string,
  options: OpenStoreOptions = {},
): Promise<CaDirectory> {
  mustBeCa(path);
  if (isWaiting(path)) {
    throw new PkiError('STORE', `the CA in ${path} waits for its certificate`, {
      hints: [`have ${CA_FILES.request} in it signed, and finish it with "pki init-ca --complete"`],
    });
  }
  mustBeSettled(path);
  const certificatePath = join(path, CA_FILES.certificate);
  const config = await parseCaConfig(
    readText(join(path, CA_FILES.config)),
    join(path, CA_FILES.config),
  );
  const certificate = readCertificate(certificatePath);
  const chain = readChain(join(path, CA_FILES.chain));
  mustBeSettled(path); // still: what was read belongs together
  const store = SqliteStore.open(join(path, CA_FILES.store), options);
  return {
    path,
    certificate,
    certificatePath,
    chain,
    config,
    store,
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}

export const noCa = (path: string): PkiError =>
  new PkiError('STORE', `there is no CA in ${path}`, {
    hints: ['make one with "pki init-ca", or name its directory with --ca-dir'],
  });

/** Whether the directory has a request, and not yet the certificate that was asked for. */
export const isWaiting = (path: string): boolean =>
  existsSync(join(path, CA_FILES.request)) && !existsSync(join(path, CA_FILES.certificate));

/** Throws STORE for a directory that holds no CA. */
export function mustBeCa(path: string): void {
  if (!existsSync(join(path, CA_FILES.config))) throw noCa(path);
}

/** Throws STORE while the files of the CA are being replaced, see ca-change.ts. */
function mustBeSettled(path: string): void {
  if (!existsSync(join(path, CA_FILES.change))) return;
  throw new PkiError('STORE', `the certificate of the CA in ${path} is being replaced`, {
    hints: [
      'if no "pki rekey-ca" is at work, one was interrupted: "pki rekey-ca --ca-dir" finishes it',
    ],
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PkiError('STORE', `cannot read ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}

function readCertificate(path: string): Certificate {
  const [certificate] = readCertificates(path);
  if (certificate) return certificate;
  throw new PkiError('STORE', `${path} holds no certificate in PEM`);
}

/** What follows the CA's own certificate in the file, which a root has none of. */
const readChain = (path: string): readonly Certificate[] =>
  existsSync(path) ? readCertificates(path).slice(1) : [];

function readCertificates(path: string): readonly Certificate[] {
  const blocks = pemBlocks(readText(path)).filter(({ label }) => label === 'CERTIFICATE');
  try {
    return blocks.map(({ der }) => parseCertificate(der));
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('STORE', `${path} is damaged: ${error.message}`, { cause: error });
  }
}

/**
 * A CA directory in the making, under another name beside its place. It appears whole or not at
 * all: {@link commit} renames it, and disposing of it before that removes it.
 */
export class StagedCaDirectory implements Disposable {
  readonly path: string;
  readonly store: SqliteStore;
  readonly #target: string;
  #committed = false;

  /** The target must not exist, or be an empty directory; its parent has to exist. */
  constructor(target: string, act?: Act) {
    mustBeFree(target);
    this.#target = target;
    try {
      this.path = mkdtempSync(join(dirname(target), `.${basename(target)}.`)); // mode 0700
    } catch (error) {
      throw cannotMake(target, error);
    }
    try {
      mkdirSync(join(this.path, CA_FILES.keys), { mode: 0o700 });
      this.store = SqliteStore.create(join(this.path, CA_FILES.store), act);
    } catch (error) {
      rmSync(this.path, { recursive: true, force: true });
      throw error instanceof PkiError ? error : cannotMake(target, error);
    }
  }

  get committed(): boolean {
    return this.#committed;
  }

  /** Writes a key file and returns its path relative to the directory. */
  writeKey(name: string, text: string): string {
    const path = join(CA_FILES.keys, name);
    this.#write(path, text, 0o600);
    return path;
  }

  /** `chain` holds the certificates above that of the CA, its issuer's first. */
  async writeCa(
    config: CaConfig,
    certificate: Certificate,
    chain: readonly Certificate[] = [],
  ): Promise<void> {
    this.#write(CA_FILES.config, await printCaConfig(config), 0o644);
    this.#write(CA_FILES.certificate, certificatesText([certificate]), 0o644);
    if (chain.length === 0) return;
    this.#write(CA_FILES.chain, certificatesText([certificate, ...chain]), 0o644);
  }

  /** Writes a cross-certificate and returns its path relative to the directory. */
  writeCross(name: string, certificate: Certificate): string {
    const path = join(CA_FILES.cross, name);
    this.#guarded(() =>
      mkdirSync(join(this.path, CA_FILES.cross), { recursive: true, mode: 0o755 }),
    );
    this.#write(path, certificatesText([certificate]), 0o644);
    return path;
  }

  /** Instead of a certificate, the request for one, PEM: the directory will be waiting for it. */
  async writeRequest(config: CaConfig, request: string): Promise<void> {
    this.#write(CA_FILES.config, await printCaConfig(config), 0o644);
    this.#write(CA_FILES.request, request, 0o644);
  }

  /** Puts the directory in its place. */
  commit(): void {
    this.store[Symbol.dispose]();
    this.#guarded(() => renameTreeDurably(this.path, this.#target));
    this.#committed = true;
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
    if (!this.#committed) rmSync(this.path, { recursive: true, force: true });
  }

  #write(name: string, text: string, mode: number): void {
    const path = join(this.path, name);
    this.#guarded(() => writeFileSync(path, text, { mode, flag: 'wx', flush: true }));
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw cannotMake(this.#target, error);
    }
  }
}

export const certificatesText = (certificates: readonly Certificate[]): string =>
  certificates.map(({ der }) => pem('CERTIFICATE', der)).join('');

/** Throws STORE unless there is nothing, or an empty directory. */
export function mustBeFree(target: string): void {
  try {
    if (statSync(target).isDirectory() && readdirSync(target).length === 0) return;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw cannotMake(target, error);
  }
  const isCa = existsSync(join(target, CA_FILES.config));
  throw new PkiError('STORE', `${target} exists already${isCa ? ' and holds a CA' : ''}`, {
    hints: ['give a directory that does not exist, or an empty one; a CA is never overwritten'],
  });
}

const cannotMake = (target: string, error: unknown): PkiError =>
  new PkiError('STORE', `cannot make the CA directory ${target}: ${systemErrorText(error)}`, {
    cause: error,
  });
