import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll } from 'vitest';

/** Somebody else's server at a Unix socket, for one test file. */
export interface Daemon {
  /** Resolves when it answers. Starts it anew if it was killed. */
  start(): Promise<void>;
  /** It and its children answer no more, but keep their connections. */
  pause(): void;
  resume(): void;
  /** Ends it and its children at once, as a crash does. */
  kill(): Promise<void>;
}

/** How long a server may take until it listens. Milliseconds. */
const PATIENCE = 10_000;

export function daemon(socket: string, program: string, ...args: readonly string[]): Daemon {
  let running: ChildProcess | undefined;
  const alive = () => running?.exitCode === null && running.signalCode === null;
  const signal = (name: NodeJS.Signals) => {
    if (running?.pid && alive()) process.kill(-running.pid, name); // its group: children as well
  };
  const kill = async () => {
    if (!running || !alive()) return;
    const ended = once(running, 'exit');
    signal('SIGKILL');
    await ended;
  };
  afterAll(kill);
  process.once('exit', () => signal('SIGKILL')); // a test file that fails early runs no afterAll
  return {
    async start() {
      await kill();
      rmSync(socket, { force: true }); // it outlives a server that was killed
      running = spawn(program, args, { detached: true, stdio: 'ignore' });
      const deadline = Date.now() + PATIENCE;
      while (!(await listens(socket))) {
        if (Date.now() > deadline || !alive()) throw new Error(`${program} does not listen`);
        await delay(10);
      }
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    kill,
  };
}

const listens = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const client = connect(socket);
    client.once('connect', () => {
      client.destroy();
      resolve(true);
    });
    client.once('error', () => resolve(false));
  });
