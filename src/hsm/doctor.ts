import { tokenAlgorithmNamed } from '../algorithms/registry.ts';
import { PkiError } from '../errors.ts';
import type { KeyAccess } from '../signers/key-access.ts';
import type { Pkcs11KeyRef } from '../signers/key-ref.ts';
import { TokenConnection } from '../signers/pkcs11/connection.ts';
import { openModule } from '../signers/pkcs11/module.ts';
import { modulePath } from '../signers/pkcs11/module-path.ts';
import { quirksOf } from '../signers/pkcs11/quirks.ts';
import { findToken } from '../signers/pkcs11/slots.ts';
import { type AlgorithmSupport, readMechanisms, supportedAlgorithms } from './capabilities.ts';
import { type Check, type CheckSubject, ok, problem, warning } from './check.ts';
import { algorithmChecks, pinChecks, sessionChecks, tokenChecks, vendorChecks } from './checks.ts';
import { type Finding, findingsIn } from './findings.ts';
import { inspectToken, type TokenReport } from './inspect.ts';
import { readObjects } from './objects.ts';
import { runtimeChecks } from './runtime-checks.ts';
import { type SignatureTest, testThrowAwayKey } from './self-test.ts';
import { moduleVariables } from './vendor-environment.ts';

/** What a throw-away key is made for: these, where the token has them, and otherwise the first. */
const TRIED = ['ecdsa-p384', 'ml-dsa-65'];

/**
 * Looks at everything that a signature depends on, and tells each thing as it is known: a module
 * that hangs does so after the lines that are true. Nothing in the token is changed. With `sign`
 * it logs in, and makes signatures with keys that end with their session.
 */
export async function* diagnose(
  ref: Pkcs11KeyRef,
  access: KeyAccess,
  sign: boolean,
): AsyncGenerator<Check> {
  const path = modulePath(ref.modulePath);
  const { environment } = access;
  yield* runtimeChecks(path);
  for (const state of moduleVariables(path, environment, ref.initReserved !== undefined)) {
    yield { about: 'environment', ...state };
  }
  const seen = yield* publicChecks(ref, access);
  if (!seen || seen.report.pin.locked || seen.report.token.failed) return;
  if (sign) yield* signatureChecks(ref, access, seen.algorithms);
  else yield ok('login', NOT_LOGGED_IN);
}

const NOT_LOGGED_IN =
  'not logged in: with a PIN or --sign, doctor makes keys that end with their session, and signs';

interface Seen {
  readonly report: TokenReport;
  readonly algorithms: readonly AlgorithmSupport[];
}

/** What can be known without a login; undefined if that is not even a token. */
async function* publicChecks(
  ref: Pkcs11KeyRef,
  access: KeyAccess,
): AsyncGenerator<Check, Seen | undefined> {
  const opened = await attempt(() => openModule(ref, access));
  if ('error' in opened) {
    yield failure('library', opened.error);
    return undefined;
  }
  await using module = opened.result;
  const found = await attempt(async () => {
    const token = await findToken(module, ref);
    return { token, report: await inspectToken(module, token) };
  });
  if ('error' in found) {
    yield failure('token', found.error);
    return undefined;
  }
  const { token, report } = found.result;
  const quirks = quirksOf(token, access.hsm.vendor);
  yield* tokenChecks(report);
  yield* pinChecks(report);
  yield* sessionChecks(report, access.hsm.sessions);
  yield* vendorChecks(quirks, access.hsm.vendor !== undefined);
  const offered = await attempt(() => readMechanisms(module, token));
  if ('error' in offered) {
    yield failure('algorithm', offered.error);
    return undefined;
  }
  const algorithms = supportedAlgorithms(offered.result, quirks);
  yield* algorithmChecks(algorithms);
  return { report, algorithms };
}

async function* signatureChecks(
  ref: Pkcs11KeyRef,
  access: KeyAccess,
  algorithms: readonly AlgorithmSupport[],
): AsyncGenerator<Check> {
  const start = performance.now();
  const opened = await attempt(() => TokenConnection.open(ref, access));
  if ('error' in opened) {
    yield failure('login', opened.error);
    return;
  }
  await using connection = opened.result;
  yield ok('login', `logged in, ${since(start)} from loading the module`);
  for (const name of triedAlgorithms(algorithms)) {
    const algorithm = tokenAlgorithmNamed(name);
    const tested = await attempt(() => testThrowAwayKey(connection, algorithm));
    yield 'error' in tested ? cannotMake(name, tested.error) : signatureCheck(tested.result);
  }
  const objects = await attempt(() => readObjects(connection.anchor));
  if ('error' in objects) yield failure('objects', objects.error);
  else yield* objectChecks(findingsIn(objects.result), objects.result.length);
}

function triedAlgorithms(algorithms: readonly AlgorithmSupport[]): readonly string[] {
  const possible = algorithms
    .filter(({ canGenerate }) => canGenerate)
    .map(({ algorithm }) => algorithm.name);
  const tried = TRIED.filter((name) => possible.includes(name));
  return tried.length > 0 ? tried : possible.slice(0, 1);
}

function signatureCheck(test: SignatureTest): Check {
  const what = `${test.algorithm} by ${test.mechanism} with a throw-away key`;
  return test.outcome === 'verified'
    ? ok('signature', `${what}: verified, ${test.milliseconds.toFixed(1)} ms`)
    : problem('signature', `${what}: ${test.detail}`);
}

/** Some tokens keep all keys, and refuse those of a session: that is no fault of them. */
const cannotMake = (name: string, { message }: PkiError): Check =>
  warning('signature', `no throw-away key for ${name}: ${message}`, [
    '"pki hsm test" signs with a key that is there',
  ]);

function* objectChecks(findings: readonly Finding[], count: number): Generator<Check> {
  const warnings = findings.filter(({ level }) => level === 'warning');
  for (const { class: name, label, id, text } of warnings) {
    yield warning('objects', `the ${name} "${label}" (ID ${id || 'none'}): ${text}`);
  }
  if (warnings.length > 0) return;
  yield ok('objects', `${count} keys and certificates, none of concern`);
}

/** The error, if it is one that a person can do something about. */
async function attempt<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result } | { readonly error: PkiError }> {
  try {
    return { result: await work() };
  } catch (error) {
    if (error instanceof PkiError && error.code !== 'INTERRUPTED') return { error };
    throw error;
  }
}

const failure = (about: CheckSubject, { message, hints }: PkiError): Check =>
  problem(about, message, hints);

const since = (start: number): string => `${Math.round(performance.now() - start)} ms`;
