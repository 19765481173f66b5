import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Act } from '../ca/audit.ts';
import { DerError, readDer } from '../der/reader.ts';
import { PkiError } from '../errors.ts';
import { serialText } from '../x509/certificate.ts';
import { type Crl, parseCrlNumber } from '../x509/crl.ts';
import { REVOCATION_REASONS, type RevocationReason } from '../x509/crl-reason.ts';
import { EXTENSION_OID } from '../x509/extensions.ts';
import { type RevokedCertificate, revokedCertificates } from '../x509/revoked-list.ts';
import { attempt, copy } from './backup.ts';
import { type Manifest, verifiedManifest } from './backup-manifest.ts';
import { CA_FILES, type CaDirectory, mustBeFree, openCaDirectory } from './ca-directory.ts';
import { renameTreeDurably } from './durable.ts';
import { SqliteDatabase } from './sqlite-database.ts';
import type { SqliteStore } from './sqlite-store.ts';
import { StoreInspection } from './store-inspection.ts';

export interface RestoreInput {
  readonly backup: string;
  /** How errors name it. */
  readonly shown: string;
  readonly target: string;
  /** No CRL has had a higher number than this; those of `crls` count too. */
  readonly numberAtLeast: bigint | undefined;
  /** What was published after the backup, as far as anybody has it. */
  readonly published: (directory: CaDirectory) => Promise<readonly Crl[]>;
  readonly now: Date;
  /** For the entries of the audit trail. */
  readonly act: Act;
  /** Removes what is half made, also when the command is interrupted. */
  readonly resources: AsyncDisposableStack;
}

export interface Restored {
  readonly manifest: Manifest;
  /** The highest number of a CRL that is taken for used. */
  readonly crlNumber: bigint;
  /** Certificates that only the published CRLs tell are revoked. */
  readonly revoked: number;
}

/**
 * Makes a CA directory of a backup that was verified; it appears whole or not at all. What the CRLs
 * tell that were published since is recorded: no number is used again, and nothing that was revoked
 * is good again, whether the backup has the certificate or not.
 */
export async function restore(input: RestoreInput): Promise<Restored> {
  const { backup, shown, target, now, resources } = input;
  const manifest = verifiedManifest(backup, shown);
  mustBeWhole(join(backup, CA_FILES.store), shown);
  mustBeFree(target);
  const what = `cannot make the CA directory ${target}`;
  const staged = attempt(what, () => mkdtempSync(join(dirname(target), `.${basename(target)}.`)));
  resources.defer(() => rmSync(staged, { recursive: true, force: true }));
  attempt(what, () => copyFiles(Object.keys(manifest.files), backup, staged));
  const facts = await withCa(staged, input.act, async (directory) => {
    const published = await input.published(directory);
    const numbers = published.map(({ tbs }) => parseCrlNumber(tbs.extensions) ?? 0n);
    const crlNumber = highest([input.numberAtLeast ?? 0n, ...numbers]);
    const revoked = await recordPublished(directory, published, now);
    return { revoked, crlNumber: await raiseCrlNumber(directory.store, crlNumber, now) };
  });
  attempt(what, () => renameTreeDurably(staged, target));
  return { manifest, ...facts };
}

function mustBeWhole(store: string, shown: string): void {
  using inspection = StoreInspection.open(store);
  const [damage] = inspection.damage();
  if (damage === undefined) return;
  throw new PkiError('INTEGRITY', `the store in ${shown} is damaged: ${damage}`);
}

function copyFiles(names: readonly string[], backup: string, staged: string): void {
  mkdirSync(join(staged, CA_FILES.keys), { mode: 0o700 });
  for (const name of names) {
    copy(join(backup, name), join(staged, name));
    if (!name.startsWith(`${CA_FILES.keys}/`)) chmodSync(join(staged, name), 0o644);
  }
  SqliteDatabase.open(join(staged, CA_FILES.store), false, (database) => {
    using opened = database;
    opened.exec('PRAGMA journal_mode = WAL'); // which the copy that SQLite makes does not have
  });
}

async function withCa<Result>(
  staged: string,
  act: Act,
  work: (directory: CaDirectory) => Promise<Result>,
): Promise<Result> {
  using directory = await openCaDirectory(staged, { act });
  return await work(directory);
}

/** Numbers up to the highest that may have been published are taken for used (RFC 5280 §5.2.3). */
async function raiseCrlNumber(store: SqliteStore, number: bigint, now: Date): Promise<bigint> {
  const last = await store.lastCrlNumber();
  if (number <= last) return last;
  const times = { thisUpdate: now, nextUpdate: now };
  const covers = (await store.auditHead())?.number ?? 0;
  const intent = { number, base: undefined, ...times, covers, tbsHash: NO_HASH };
  await store.recordCrlIntent(intent, now);
  const reason = 'restored from a backup: numbers up to this one may have been published';
  await store.recordCrlFailed(number, reason, now);
  return number;
}

/** How many entries are recorded at once: to wait for the disk takes longer than to record one. */
const BATCH = 1000;

/** Revokes what the CRLs list and the backup does not have as revoked; returns how many. */
async function recordPublished(
  directory: CaDirectory,
  crls: readonly Crl[],
  now: Date,
): Promise<number> {
  let count = 0;
  for (const crl of crls) {
    for (const entries of batches(entriesOf(crl))) {
      count += await directory.store.batch(() => recordEntries(directory, entries, now));
    }
  }
  return count;
}

async function recordEntries(
  { store, certificate }: CaDirectory,
  entries: readonly RevokedCertificate[],
  now: Date,
): Promise<number> {
  let count = 0;
  for (const entry of entries) {
    const serial = serialText(entry.serialNumber);
    const known = await store.find(serial);
    const reason = reasonIn(entry);
    if (known?.revocation || reason === undefined) continue;
    if (!known) await recordUnknown(serial, certificate.tbs.notAfter, store, now);
    const revocation = { at: entry.revocationDate, reason, invalidityDate: undefined };
    await store.recordRevocation(serial, () => revocation, now);
    if (!known) await store.recordFailed(serial, 'issued after the backup, and lost', now);
    count++;
  }
  return count;
}

function* batches<Item>(items: Iterable<Item>): Iterable<readonly Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    if (batch.push(item) < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/** Throws USAGE for a list that cannot be read; whoever gives it has checked its signature. */
function* entriesOf({ tbs }: Crl): Iterable<RevokedCertificate> {
  try {
    yield* revokedCertificates(tbs.revoked);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    const which = `CRL ${parseCrlNumber(tbs.extensions)}`;
    throw new PkiError('USAGE', `an entry of ${which} cannot be read: ${error.message}`, {
      cause: error,
    });
  }
}

/** A certificate of which only a CRL is left; it ends with the CA, for all that is known. */
const recordUnknown = (serial: string, notAfter: Date, store: SqliteStore, now: Date) =>
  store.recordIntent(
    {
      ...{ serial, profile: 'unknown', subject: '', notBefore: now, notAfter },
      ...{ tbsHash: NO_HASH, publicKeyHash: NO_HASH },
    },
    now,
  );

/** Undefined for an entry of a delta CRL that ends a hold. */
function reasonIn({ extensions }: RevokedCertificate): RevocationReason | undefined {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.reasonCode);
  if (!found) return 'unspecified';
  const number = readDer(found.value).contents[0];
  const row = Object.entries(REVOCATION_REASONS).find(([, code]) => code === number);
  return row?.[0] as RevocationReason | undefined;
}

const NO_HASH = new Uint8Array(32);

const highest = (numbers: readonly bigint[]): bigint =>
  numbers.reduce((one, other) => (one > other ? one : other));
