import { join, relative, resolve } from 'node:path';
import type { KeyConfig } from '../../ca/issuer-keys.ts';
import type { CertificateRecord } from '../../ca/store.ts';
import { DerError } from '../../der/reader.ts';
import { sameOctets } from '../../der/same-octets.ts';
import { sha256 } from '../../der/sha256.ts';
import { PkiError } from '../../errors.ts';
import { printKeyRef } from '../../signers/key-ref.ts';
import { type CaDirectory, isWaiting, openCaDirectory } from '../../store/ca-directory.ts';
import { findCaDirectories } from '../../store/find-ca-directories.ts';
import type { StoreStatistics } from '../../store/statistics.ts';
import { type Certificate, parseCertificate } from '../../x509/certificate.ts';
import type { CliContext } from '../context.ts';
import { hasProfile, loadProfile } from '../load-profile.ts';
import { printable } from '../printable.ts';

/** One key of a CA, and the places where it is. */
export interface KeyAtPlaces {
  readonly algorithm: string;
  readonly places: readonly string[];
}

/** What a CA directory tells of its CA. */
export interface CaFacts {
  /** The directory as it is printed. */
  readonly shown: string;
  readonly directory: CaDirectory;
  readonly keys: readonly KeyAtPlaces[];
  readonly statistics: StoreStatistics;
  /** The certificates of CAs that it has issued, perhaps its own too. */
  readonly issuedCas: readonly Certificate[];
  /** Those of them that are revoked or on hold, by their serial numbers. */
  readonly revokedCas: ReadonlyMap<string, CertificateRecord>;
}

/** A directory of a CA that cannot be asked. */
export interface Aside {
  readonly shown: string;
  readonly why: string;
  /** It has no certificate yet, which is not an error. */
  readonly waiting: boolean;
}

export interface FoundCas {
  readonly cas: readonly CaFacts[];
  readonly asides: readonly Aside[];
}

/** Reads the CAs in the directories and below them; throws STORE if there is none. */
export async function readCas(context: CliContext, given: readonly string[]): Promise<FoundCas> {
  const found = new Map<string, string>();
  for (const start of given) {
    const root = resolve(context.cwd, start);
    for (const path of findCaDirectories(root)) {
      if (!found.has(path)) found.set(path, join(start, relative(root, path)));
    }
  }
  if (found.size === 0) {
    throw new PkiError('STORE', `there is no CA in or below ${given.join(', ')}`, {
      hints: ['make one with "pki init-ca", or name a directory with one in it'],
    });
  }
  const [cas, asides]: [CaFacts[], Aside[]] = [[], []];
  for (const [path, name] of found) {
    const shown = printable(name);
    const facts = await readCa(context, path, shown);
    if ('why' in facts) asides.push(facts);
    else cas.push(facts);
  }
  return { cas, asides };
}

/** After all that could be read was shown: throws STORE if something could not. */
export function mustBeReadable(asides: readonly Aside[]): void {
  const broken = asides.filter(({ waiting }) => !waiting);
  if (broken.length === 0) return;
  const what = broken.length === 1 ? 'a CA directory' : `${broken.length} CA directories`;
  throw new PkiError('STORE', `${what} could not be read`, {
    hints: broken.map(({ why }) => why),
  });
}

async function readCa(context: CliContext, path: string, shown: string): Promise<CaFacts | Aside> {
  if (isWaiting(path)) return { shown, why: 'waits for its certificate', waiting: true };
  try {
    const directory = context.resources.use(await openCaDirectory(path, { readOnly: true }));
    const { signing, hybrid } = directory.config.keys;
    const ownKey = keyCertifiedByOthers(directory);
    const statistics = directory.store.statistics(context.clock(), ownKey);
    return {
      shown,
      directory,
      keys: (hybrid ? [signing, hybrid.mlDsa] : [signing]).map(keyAtPlaces),
      statistics,
      ...(await issuedCas(directory, statistics)),
    };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { shown, why: printable(error.message), waiting: false };
  }
}

/** SHA-256 of the key of a CA under another one, whose certificates that one counts. */
export const keyCertifiedByOthers = ({
  certificate: { tbs },
}: CaDirectory): Uint8Array | undefined =>
  sameOctets(tbs.issuer, tbs.subject) ? undefined : sha256(tbs.publicKey);

const keyAtPlaces = ({ algorithm, key, replicas = [] }: KeyConfig): KeyAtPlaces => ({
  algorithm,
  places: [key, ...replicas].map((place) => printable(printKeyRef(place))),
});

/** Found by their profiles, so that the others are not read. */
async function issuedCas({ path, store }: CaDirectory, { profiles }: StoreStatistics) {
  const issued: Certificate[] = [];
  const revokedCas = new Map<string, CertificateRecord>();
  for (const { name } of profiles) {
    if (!(await isOfCas(path, name))) continue;
    for (const { serial } of [...store.search({ profile: name })].flat()) {
      const record = await store.find(serial);
      if (!record?.der) continue;
      issued.push(parsed(record.der, serial, path));
      if (record.revocation) revokedCas.set(serial, record);
    }
  }
  return { issuedCas: issued, revokedCas };
}

function parsed(der: Uint8Array, serial: string, path: string): Certificate {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    const message = `the certificate ${serial} in the store of ${path} is damaged: ${error.message}`;
    throw new PkiError('INTEGRITY', message, { cause: error });
  }
}

/** A profile that has gone, or that is wrong by now, tells nothing. */
async function isOfCas(path: string, profile: string): Promise<boolean> {
  if (!hasProfile(path, profile)) return false;
  try {
    return (await loadProfile(path, profile)).ca ?? false;
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}
