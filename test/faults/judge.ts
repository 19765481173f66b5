import { EXIT_STATUS } from '../../src/errors.ts';
import type { Outcome } from '../support/world.ts';
import type { OperationName } from './cells.ts';

/** Everything that can be seen of one run of pki. */
export interface Observation extends Outcome {
  /** Milliseconds. */
  readonly duration: number;
  /** Calls of the module, as the proxy logs them. */
  readonly log: readonly string[];
  /** Of the key that it used, or was to make. */
  readonly label: string;
  readonly pathsBefore: readonly string[];
  readonly paths: readonly string[];
  /** Objects in the token that were not there before. */
  readonly objectsMade: number;
  /** Certificates that the store has as issued by this run. */
  readonly issued: number;
  /** Those that it has as begun. */
  readonly unfinished: number;
  /** Whether the certificate is in its file, recorded, and signed by the CA. */
  readonly verifies: boolean;
}

/** A key that is made is two objects. */
const KEY_PAIR = 2;

/** The longest: C_Login may take ten times the time-out, and the module's end is waited for. */
const LONGEST = 20_000;

const DOCUMENTED: readonly number[] = Object.values(EXIT_STATUS);

/** What an error has to be about, for a person to know where to look. */
const NAMES_IT = /CKR_|0x[0-9a-f]{8}|C_[A-Z]|the token|module|the certificate that came back/;

/** What is wrong with a run to which something happened; nothing, if it is as it should be. */
export function problemsOf(seen: Observation, operation: OperationName): readonly string[] {
  const { status, log, duration } = seen;
  const problems = [
    !log.some((line) => /withheld|lost|hangs|aborts/.test(line)) && 'nothing happened to it',
    duration > LONGEST && `it took ${Math.round(duration)} ms`,
    operation === 'init-ca-undone' && status === 0 && 'a CA was made with a broken signature',
    ...loginProblems(log),
    ...signatureProblems(log),
    ...(status === 0 ? successProblems(seen, operation) : failureProblems(seen)),
  ];
  return problems.filter((problem) => typeof problem === 'string');
}

/** One certificate, recorded once, whole; and its key once in the token. */
function successProblems(seen: Observation, operation: OperationName) {
  const { issued, unfinished, verifies, objectsMade, log } = seen;
  const wanted = operation === 'init-ca-generate' ? KEY_PAIR : 0;
  return [
    issued !== 1 && `${issued} certificates are recorded as issued`,
    unfinished > 0 && 'a certificate is recorded as begun',
    !verifies && 'the certificate does not verify, or is not the one that is recorded',
    objectsMade !== wanted && `${objectsMade} objects were made in the token`,
    !log.includes('C_Sign 0x0') && 'nothing was signed',
  ];
}

/** Nothing issued, nothing left, and an error that says what failed. */
function failureProblems(seen: Observation) {
  const { status, stdout, stderr, issued, paths, pathsBefore, objectsMade, label } = seen;
  const errors = stderr.split('\n').filter((line) => line.startsWith('pki: error: '));
  const said = new RegExp(`delete the key "${label}" \\(ID [0-9a-f]+\\) in the token "CA Token"`);
  return [
    !DOCUMENTED.includes(status) && `exit status ${status}`,
    errors.length !== 1 && `${errors.length} errors were printed`,
    !NAMES_IT.test(errors[0] ?? '') && 'the error does not say what failed',
    stdout !== '' && 'a result was printed',
    issued !== 0 && `${issued} certificates are recorded as issued`,
    paths.join('\n') !== pathsBefore.join('\n') && `files are left: ${paths.join(', ')}`,
    objectsMade > 0 && !said.test(stderr) && `${objectsMade} objects are left in the token, unsaid`,
  ];
}

/** An authentication that failed may not be tried again: each try may count. */
function loginProblems(log: readonly string[]) {
  const logins = log.filter((line) => line.startsWith('C_Login '));
  const failed = logins.findIndex((line) => !/^C_Login (0x0|0x100\b.*)$/.test(line));
  return [failed >= 0 && failed < logins.length - 1 && 'C_Login was called after it had failed'];
}

/** One certificate takes one signature; one more than that would be over something else, or late. */
function signatureProblems(log: readonly string[]) {
  const given = log.filter((line) => line === 'C_Sign 0x0').length;
  return [given > 1 && `${given} signatures were given out`];
}
