import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { PkiError, systemErrorText } from '../errors.ts';
import { type Certificate, serialText } from '../x509/certificate.ts';
import { type CaConfig, printCaConfig } from './ca-config.ts';
import { CA_FILES, certificatesText } from './ca-directory.ts';
import { renameDurably, synchroniseNames, synchroniseTree } from './durable.ts';

/** What a CA has after the change, and what it had before. */
interface Changed {
  readonly config: CaConfig;
  readonly certificate: Certificate;
  /** The certificates above it, its issuer's first. */
  readonly chain: readonly Certificate[];
  /** The certificate so far, which is kept. */
  readonly before: Certificate;
}

/**
 * A change of a CA's certificate in the making, in a directory inside that of the CA. {@link commit}
 * renames that: from then on the change is under way, nobody opens the CA, and whoever finds it so
 * can finish it. Disposing of it before that removes it.
 */
export class StagedCaChange implements Disposable {
  /** Key files are written below it, as they will be below the directory of the CA. */
  readonly path: string;
  readonly #ca: string;
  #before = '';
  #committed = false;

  constructor(ca: string) {
    this.#ca = ca;
    this.path = this.#guarded(() => {
      const path = mkdtempSync(join(ca, `.${CA_FILES.change}.`)); // mode 0700
      mkdirSync(join(path, CA_FILES.keys), { mode: 0o700 });
      mkdirSync(join(path, CA_FILES.history), { mode: 0o755 });
      return path;
    });
  }

  get committed(): boolean {
    return this.#committed;
  }

  /** Writes a key file and returns its path relative to the directory; one of the CA is not replaced. */
  writeKey(name: string, text: string): string {
    const path = join(CA_FILES.keys, name);
    if (existsSync(join(this.#ca, path))) {
      throw new PkiError('STORE', `${join(this.#ca, path)} exists already`, {
        hints: ['a key is never overwritten; move the file away'],
      });
    }
    this.#write(path, text, 0o600);
    return path;
  }

  async write({ config, certificate, chain, before }: Changed): Promise<void> {
    const old = join(CA_FILES.history, `${serialText(before.tbs.serialNumber)}.crt`);
    this.#before = certificatesText([before]);
    this.#write(old, this.#before, 0o644);
    this.#write(CA_FILES.config, await printCaConfig(config), 0o644);
    this.#write(CA_FILES.certificate, certificatesText([certificate]), 0o644);
    if (chain.length === 0) return;
    this.#write(CA_FILES.chain, certificatesText([certificate, ...chain]), 0o644);
  }

  /**
   * Puts all files in their places, unless somebody else has changed the CA meanwhile. If that is
   * interrupted, {@link finishCaChange} goes on.
   */
  commit(): void {
    this.#guarded(() => {
      synchroniseTree(this.path);
      this.#mustBeAsBefore();
      // fails where another one is under way
      renameDurably(this.path, join(this.#ca, CA_FILES.change));
      this.#committed = true;
    });
    finishCaChange(this.#ca);
  }

  #mustBeAsBefore(): void {
    if (readFileSync(join(this.#ca, CA_FILES.certificate), 'utf8') === this.#before) return;
    throw new PkiError('STORE', `the certificate of the CA in ${this.#ca} was replaced meanwhile`, {
      hints: ['another "pki rekey-ca" was faster; see what it has made'],
    });
  }

  [Symbol.dispose](): void {
    if (!this.#committed) rmSync(this.path, { recursive: true, force: true });
  }

  #write(name: string, text: string, mode: number): void {
    this.#guarded(() =>
      writeFileSync(join(this.path, name), text, { mode, flag: 'wx', flush: true }),
    );
  }

  #guarded<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw error instanceof PkiError ? error : cannotChange(this.#ca, error);
    }
  }
}

/** Puts the files of a change that is under way in their places; returns whether there was one. */
export function finishCaChange(ca: string): boolean {
  const change = join(ca, CA_FILES.change);
  if (!existsSync(change)) return false;
  try {
    // each name is moved once, whole; what was moved before an interruption is no longer there
    for (const folder of [CA_FILES.keys, CA_FILES.history]) {
      moveAll(join(change, folder), join(ca, folder));
    }
    moveAll(change, ca);
  } catch (error) {
    throw cannotChange(ca, error);
  }
  return true;
}

function moveAll(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true, mode: 0o700 });
  // on the disk below their new names before the old directory goes
  for (const name of readdirSync(from)) renameDurably(join(from, name), join(to, name));
  rmdirSync(from);
  synchroniseNames(dirname(from));
}

const cannotChange = (ca: string, error: unknown): PkiError =>
  new PkiError('STORE', `cannot change the CA in ${ca}: ${systemErrorText(error)}`, {
    cause: error,
  });
