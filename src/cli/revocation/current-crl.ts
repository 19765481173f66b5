import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CrlPoint } from '../../ca/store.ts';
import { pemParts } from '../../der/pem.ts';
import { DerError } from '../../der/reader.ts';
import { PkiError, systemErrorCode, systemErrorText } from '../../errors.ts';
import { CA_FILES } from '../../store/ca-directory.ts';
import { synchroniseNames } from '../../store/durable.ts';
import { type Crl, parseCrl, parseCrlNumber } from '../../x509/crl.ts';
import type { CliContext } from '../context.ts';
import { OutputFile } from '../output-file.ts';

/** Which of the CRLs of a CA: full or delta, of a point or of all certificates. */
export interface WhichCrl {
  readonly kind: 'full' | 'delta';
  readonly point?: CrlPoint | undefined;
}

/** Name in `crl/`: `.crl` is DER, as it is published under an http URL (RFC 2585 §4). */
function nameOf({ kind, point }: WhichCrl, form: 'crl' | 'pem'): string {
  const whole = kind === 'full' ? 'ca' : 'delta';
  const name = point ? `shard-${point.id}${kind === 'full' ? '' : '-delta'}` : whole;
  return `${name}.${form}`;
}

/** Where the current CRL is, in DER. */
export const currentCrlPath = (caPath: string, which: WhichCrl): string =>
  join(caPath, CA_FILES.crl, nameOf(which, 'crl'));

/** The current CRL, for those who fetch it; undefined if there is none yet. Throws STORE. */
export function readCurrentCrl(caPath: string, which: WhichCrl): Crl | undefined {
  const path = currentCrlPath(caPath, which);
  try {
    const crl = parseCrl(readFileSync(path));
    // what is said of a CRL is said by its number
    if (parseCrlNumber(crl.tbs.extensions) === undefined)
      throw new DerError('it has no CRL number');
    return crl;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    const message =
      error instanceof DerError
        ? `${path} is damaged: ${error.message}`
        : `cannot read ${path}: ${systemErrorText(error)}`;
    throw new PkiError('STORE', message, { cause: error });
  }
}

/** The files of the current CRL that will be: opened before the key is, named after all is well. */
export function openCurrentCrl({ resources }: CliContext, caPath: string, which: WhichCrl) {
  const directory = join(caPath, CA_FILES.crl);
  resources.defer(madeDirectory(directory));
  const open = (name: string) =>
    resources.use(new OutputFile(join(directory, name), { mode: 0o644, force: true }));
  const files = { der: open(nameOf(which, 'crl')), pem: open(nameOf(which, 'pem')) };
  return {
    write({ der }: Crl): void {
      files.der.write(der);
      files.pem.write(crlPem(der));
    },
    replace(): void {
      for (const file of [files.der, files.pem]) file.commit();
    },
  };
}

/** A CRL in PEM, in parts: it may be large. */
export const crlPem = (der: Uint8Array): Iterable<string> => pemParts('X509 CRL', der);

/** Makes a directory if need be; returns what removes it again, should nothing come to be in it. */
function madeDirectory(directory: string): () => void {
  try {
    if (mkdirSync(directory, { recursive: true, mode: 0o755 }) === undefined)
      return () => undefined;
    synchroniseNames(dirname(directory));
  } catch (error) {
    throw new PkiError('STORE', `cannot make ${directory}: ${systemErrorText(error)}`, {
      cause: error,
    });
  }
  return () => {
    try {
      rmdirSync(directory);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOTEMPTY') throw error;
    }
  };
}
