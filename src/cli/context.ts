import { writeSync } from 'node:fs';
import { PkiError, systemErrorCode, systemErrorText } from '../errors.ts';
import type { Clock, Entropy } from '../ports.ts';
import type { SpareHost } from '../signers/pkcs11/host-process.ts';
import { promptLine } from './prompt.ts';

/** An account of the operating system. */
export interface Account {
  readonly user: string;
  readonly host: string;
}

/** The outside world of one command line. Tests give one of their own. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths start. */
  readonly cwd: string;
  readonly clock: Clock;
  /** Who runs it, as the operating system knows them, and on which machine. */
  readonly account: () => Account;
  readonly entropy: Entropy;
  /** The result, and nothing else. */
  readonly print: (result: string | Uint8Array) => void;
  /** Whether whoever read the result has stopped, as "head" does; the rest is for nobody. */
  readonly readerGone?: () => boolean;
  /** For people: progress, warnings, errors. */
  readonly note: (text: string) => void;
  /** All of standard input, to its end. */
  readonly readStdin: () => Promise<Uint8Array>;
  /** Asks for a line, shown only if it is no secret; undefined where there is no terminal to ask at. */
  readonly prompt: ((question: string, shown?: boolean) => Promise<string>) | undefined;
  /**
   * Shows a line in the place of the one that it showed before, or takes that away; undefined where
   * there is no terminal, and for programs. What is printed takes it away too.
   */
  readonly progress?: ((text: string | undefined) => void) | undefined;
  /** What has to be closed or removed when the command ends, however it ends. */
  readonly resources: AsyncDisposableStack;
  /** A process for a PKCS#11 module that was started beforehand, see head-start.ts. */
  readonly spareHost?: SpareHost;
  /** Aborted by SIGINT and SIGTERM. */
  readonly interrupted: AbortSignal;
}

const STDOUT = 1;
const STDERR = 2;

interface ProcessOptions {
  readonly spareHost?: SpareHost | undefined;
  readonly quiet?: boolean;
}

/** The world of this process; if it is `quiet`, no progress is shown. */
export function processContext(
  interrupted: AbortSignal,
  { spareHost, quiet = false }: ProcessOptions = {},
): CliContext {
  const resources = new AsyncDisposableStack();
  if (spareHost) resources.use(spareHost);
  let readerGone = false;
  let progress: string | undefined;
  const showProgress = (text?: string): void => {
    progress = text;
    tell(`\r${text ?? ''}\x1b[K`);
  };
  /** At a terminal the result and messages have its place. */
  const hideProgress = () => progress !== undefined && showProgress();
  return {
    ...(spareHost && { spareHost }),
    env: process.env,
    get cwd() {
      return currentDirectory();
    },
    clock: () => new Date(),
    account,
    entropy: (length) => process.getBuiltinModule('node:crypto').randomBytes(length),
    print: (result) => {
      hideProgress();
      readerGone = !printed(result) || readerGone;
    },
    readerGone: () => readerGone,
    note: (text) => {
      hideProgress();
      tell(`${text}\n`);
    },
    readStdin,
    get prompt() {
      // asked when it is needed: looking at the streams of a terminal costs milliseconds
      const terminal = process.stdin.isTTY && process.stderr.isTTY;
      if (!terminal) return undefined;
      return (question: string, shown = false) => promptLine(question, shown, interrupted);
    },
    get progress() {
      return !quiet && process.stderr.isTTY ? showProgress : undefined;
    },
    resources,
    interrupted,
  };
}

function account(): Account {
  const { hostname, userInfo } = process.getBuiltinModule('node:os');
  return { user: userName(userInfo), host: hostname() };
}

/** In a container a number may have no name. */
function userName(userInfo: () => { readonly username: string }): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}

/** Throws STORE for one that was removed while the shell was in it. */
function currentDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new PkiError('STORE', `the current directory is not there: ${systemErrorText(error)}`, {
      hints: ['change to one that exists'],
      cause: error,
    });
  }
}

/** Throws STORE where there is no room for a result. */
function printed(result: string | Uint8Array): boolean {
  try {
    return writeAll(STDOUT, result);
  } catch (error) {
    throw new PkiError('STORE', `cannot write to standard output: ${systemErrorText(error)}`, {
      hints: ['what was recorded or written to files before is not undone'],
      cause: error,
    });
  }
}

/** The exit status tells more than words that nobody can be told. */
function tell(text: string): void {
  try {
    writeAll(STDERR, text);
  } catch {}
}

/** As a stream: reading at once fails while a pipe is empty, and an interruption has to get in. */
async function readStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/**
 * Writes everything before it returns, so that ending the process loses nothing; returns false if
 * nobody reads it any longer.
 */
function writeAll(descriptor: number, output: string | Uint8Array): boolean {
  const octets = Buffer.from(output);
  for (let offset = 0; offset < octets.length; ) {
    try {
      offset += writeSync(descriptor, octets, offset);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'EPIPE') return false; // the reader has enough, as "head" does
      if (code !== 'EAGAIN') throw error;
    }
  }
  return true;
}
