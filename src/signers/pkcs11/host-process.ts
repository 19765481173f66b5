import type { ChildProcess } from 'node:child_process';
import { getBuiltinModule } from 'node:process';

/** In a checkout the source itself; in dist/ the bundle of it. */
const HOST = import.meta.filename.endsWith('.ts')
  ? `${import.meta.dirname}/module-host.ts`
  : `${import.meta.dirname}/../module-host.cjs`;

/** What a process for a module gets from outside. */
export interface HostOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How many signatures may run in it at once. */
  readonly sessions: number;
}

/** libuv has four threads unless it is told otherwise before it starts. */
const USUAL_THREADS = 4;

/** Starts a process that a PKCS#11 module can be loaded into. */
export function startHost({ environment, sessions }: HostOptions): ChildProcess {
  const threads = Math.max(USUAL_THREADS, sessions);
  const { fork } = getBuiltinModule('node:child_process'); // not before it is needed
  return fork(HOST, [], {
    serialization: 'advanced', // Buffers arrive as such
    env: { ...environment, UV_THREADPOOL_SIZE: String(threads) },
    execArgv: ['--no-warnings'],
    // what a module prints must not get into the result of a command, nor what it reads be a PIN
    stdio: ['ignore', 2, 2, 'ipc'],
  });
}

/**
 * A process that is started before it is certain that it will be used, because starting takes as
 * long as all that comes before. No module is in it, so it touches no token.
 */
export class SpareHost implements Disposable {
  #child: ChildProcess | undefined;

  constructor(environment: HostOptions['environment']) {
    this.#child = startHost({ environment, sessions: USUAL_THREADS });
    this.#child.on('error', () => undefined); // whoever takes it will know
  }

  /** The process, for the first who asks, unless more threads are wanted than it has. */
  take(sessions: number): ChildProcess | undefined {
    if (sessions > USUAL_THREADS) return undefined;
    const child = this.#child;
    this.#child = undefined;
    return child;
  }

  [Symbol.dispose](): void {
    this.#child?.kill('SIGKILL');
  }
}
