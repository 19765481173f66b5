import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { type Outcome, type WorldOptions, world } from '../../support/world.ts';

export interface RunningServer {
  readonly port: number;
  readonly url: string;
  /** Interrupts the command, and waits for its end. */
  stop(): Promise<Outcome>;
}

/** Runs `pki ocsp serve` in this process, until it answers. */
export function serving(cwd: string, ...argv: readonly string[]): Promise<RunningServer> {
  return servingIn({ cwd }, ...argv);
}

/** The same in a world of the caller's. */
export async function servingIn(
  options: WorldOptions,
  ...argv: readonly string[]
): Promise<RunningServer> {
  const port = await freePort();
  const controller = new AbortController();
  const pki = world({ ...options, interrupted: controller.signal });
  let ended: Outcome | undefined;
  const running = pki('ocsp', 'serve', '--port', `${port}`, ...argv).then((outcome) => {
    ended = outcome;
    return outcome;
  });
  while (!ended && !(await accepts(port))) await new Promise((resume) => setTimeout(resume, 20));
  if (ended) throw new Error((ended as Outcome).stderr);
  const stop = () => {
    controller.abort();
    return running;
  };
  return { port, url: `http://127.0.0.1:${port}/`, stop };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Whether somebody listens there. */
export function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).then((there) => {
    socket.destroy();
    return there === true;
  });
}

/** What comes back for these octets until the other side closes the connection. */
export async function raw(port: number, octets: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let got = '';
  socket.on('data', (chunk) => {
    got += chunk.toString('latin1');
  });
  socket.on('error', () => undefined); // closed while we were still sending
  socket.write(octets);
  await once(socket, 'close');
  return got;
}
