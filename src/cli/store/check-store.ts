import { join } from 'node:path';
import type { KeyConfig } from '../../ca/issuer-keys.ts';
import { timeText } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import { type Check, ok, problem, warning } from '../../hsm/check.ts';
import { CA_FILES, type CaDirectory } from '../../store/ca-directory.ts';
import { SCHEMA_VERSION } from '../../store/schema.ts';
import { type Interrupted, StoreInspection } from '../../store/store-inspection.ts';
import { headsOfKeptCrls } from '../audit/known-heads.ts';
import type { CliContext } from '../context.ts';
import { keyFileChecks, leftoverChecks } from '../doctor/files.ts';
import { counted, Phases, sizeOf } from '../progress.ts';
import { directoryChecks } from './check-directory.ts';

/** How many of one kind are told one by one; the others are counted. */
const TOLD = 20;

/**
 * Everything about a CA directory that can be held against something else. It opens no key, and
 * changes nothing. Problems are contradictions; warnings are what was interrupted, and is to be settled.
 */
export async function* checkStore(
  context: CliContext,
  directory: CaDirectory,
): AsyncGenerator<Check> {
  const path = join(directory.path, CA_FILES.store);
  using store = StoreInspection.open(path);
  using phases = new Phases(context, sizeOf([path]));
  phases.next('checking the file of the store');
  const damage = [...limited(store.damage(), (text) => problem('store', `SQLite: ${text}`, HELP))];
  yield* damage;
  if (damage.length > 0) return; // what is read from such a file would be guessed
  yield ok('store', 'SQLite finds its file whole');
  yield* versionChecks(store.version);
  phases.next('comparing rows');
  yield* told(store.contradictions(), 'no row contradicts another');
  yield* certificateChecks(context, directory, store);
  yield* told(
    await all(store.crls(directory.certificate)),
    'the CRLs that are kept are as recorded',
  );
  yield* interruptedChecks(store);
  yield await auditCheck(context, directory);
  yield* directoryChecks(directory, store.version);
  yield* keyFileChecks(directory.path, placesOf(directory));
  yield* leftoverChecks(directory.path);
}

/** The audit trail, and the store as it tells; against the heads in the CRLs that are kept. */
async function auditCheck(context: CliContext, directory: CaDirectory): Promise<Check> {
  try {
    const known = await headsOfKeptCrls(directory);
    const { entries } = await directory.store.verifyAudit(known, (what, items) =>
      counted(context, what, items),
    );
    return ok('audit', `the audit trail holds, entries: ${entries}`);
  } catch (error) {
    if (error instanceof PkiError) return problem('audit', error.message, error.hints);
    throw error;
  }
}

const HELP = ['restore the CA from a backup: "pki store restore"'];

function* versionChecks(version: number): Generator<Check> {
  if (version > SCHEMA_VERSION) {
    throw new PkiError('STORE', `the store has the format ${version}, not ${SCHEMA_VERSION}`, {
      hints: ['it was made by another version of pki'],
    });
  }
  if (version < SCHEMA_VERSION) {
    yield ok(
      'store',
      `store: format ${version}; "pki store migrate" brings it to ${SCHEMA_VERSION}`,
    );
  }
}

async function* certificateChecks(
  context: CliContext,
  { certificate: ca }: CaDirectory,
  store: StoreInspection,
): AsyncGenerator<Check> {
  let [looked, wrong] = [0, 0];
  for await (const text of counted(context, 'checking certificates', store.certificates(ca))) {
    looked++;
    if (text === undefined) continue;
    if (++wrong <= TOLD) yield problem('store', text);
  }
  if (wrong > TOLD) yield problem('store', `and ${wrong - TOLD} more`);
  if (wrong === 0) yield ok('store', `certificates that are as recorded, and signed: ${looked}`);
}

function* told(texts: Iterable<string>, otherwise: string): Generator<Check> {
  let found = false;
  for (const check of limited(texts, (text) => problem('store', text))) {
    found = true;
    yield check;
  }
  if (!found) yield ok('store', otherwise);
}

/** The first few, and how many more there are. */
function* limited<Item>(items: Iterable<Item>, check: (item: Item) => Check): Generator<Check> {
  let [count, last]: [number, Check | undefined] = [0, undefined];
  for (const item of items) {
    if (++count > TOLD) continue;
    last = check(item);
    yield last;
  }
  if (last && count > TOLD) yield { ...last, text: `and ${count - TOLD} more` };
}

function* interruptedChecks(store: StoreInspection): Generator<Check> {
  const found = [
    ...limited(store.interrupted('certificate'), interruptedCertificate),
    ...limited(store.interrupted('crl'), interruptedCrl),
  ];
  yield* found;
  if (found.length === 0) yield ok('store', 'no issuance was interrupted');
}

const interruptedCertificate = ({ name, subject, at }: Interrupted): Check =>
  warning('store', `the issuance of ${name} (${subject}) at ${timeText(at)} has no result`, [
    `if no pki is at work on it: "pki store settle ${name}" with --lost, or --certificate FILE`,
  ]);

const interruptedCrl = ({ name, at }: Interrupted): Check =>
  warning('store', `CRL ${name} of ${timeText(at)} has no result`, [
    `if no pki is at work on it: "pki store settle ${name} --crl --lost"`,
  ]);

const placesOf = ({ config }: CaDirectory) =>
  [config.keys.signing, config.keys.hybrid?.mlDsa]
    .filter((key): key is KeyConfig => key !== undefined)
    .flatMap(({ key, replicas = [] }) => [key, ...replicas]);

async function all(texts: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const text of texts) found.push(text);
  return found;
}
