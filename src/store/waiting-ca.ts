import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Act } from '../ca/audit.ts';
import { PkiError, systemErrorText } from '../errors.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type CaConfig, parseCaConfig } from './ca-config.ts';
import { CA_FILES, certificatesText, isWaiting, noCa } from './ca-directory.ts';
import { renameDurably } from './durable.ts';
import { SqliteStore } from './sqlite-store.ts';

/** A CA that has its keys, and waits for its certificate from elsewhere. */
export interface WaitingCa extends Disposable {
  readonly config: CaConfig;
  /** The request that was made for its keys, PEM, and where it is. */
  readonly request: Uint8Array;
  readonly requestPath: string;
  readonly store: SqliteStore;
  /** Makes it a CA; `chain` holds the certificates above, its issuer's first. */
  complete(certificate: Certificate, chain: readonly Certificate[]): void;
}

/** Opens a directory that `pki init-ca --csr` made; throws STORE for any other. */
export async function openWaitingCa(path: string, act: Act): Promise<WaitingCa> {
  const configPath = join(path, CA_FILES.config);
  if (!existsSync(configPath)) throw noCa(path);
  if (!isWaiting(path)) {
    throw new PkiError('STORE', `the CA in ${path} waits for no certificate`, {
      hints: ['"pki init-ca --csr" makes one that does'],
    });
  }
  const requestPath = join(path, CA_FILES.request);
  const [text, request] = [readFile(configPath), readFile(requestPath)];
  const config = await parseCaConfig(text.toString('utf8'), configPath);
  const store = SqliteStore.open(join(path, CA_FILES.store), { act });
  return {
    config,
    request,
    requestPath,
    store,
    complete(certificate, chain) {
      // its own certificate last: it is what makes the directory one of a CA
      put(path, CA_FILES.chain, certificatesText([certificate, ...chain]));
      put(path, CA_FILES.certificate, certificatesText([certificate]));
      rmSync(requestPath, { force: true });
    },
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new PkiError('STORE', `cannot read ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** Writes a file that appears whole or not at all. */
function put(directory: string, name: string, text: string): void {
  const path = join(directory, name);
  // as leftovers are named: of a process that was killed, "pki store check" finds it
  const temporary = join(directory, `.${name}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    writeFileSync(temporary, text, { mode: 0o644, flag: 'wx', flush: true });
    renameDurably(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    const message = `cannot write ${path}: ${systemErrorText(error)}`;
    throw new PkiError('STORE', message, { cause: error });
  }
}
