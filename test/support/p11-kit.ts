import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Daemon, daemon } from './daemon.ts';
import { hsmFile } from './tools.ts';

/**
 * A token in a process of its own, reached through a socket, as a network HSM is. Unlike that it has
 * no time-out: who calls while the server is paused waits for it.
 */
export interface P11KitServer extends Daemon {
  /** The module that applications load: p11-kit's client. */
  readonly module: string;
  /** Tells the client where the server is. Set in this process already. */
  readonly environment: Readonly<Record<string, string>>;
}

const [CLIENT, SERVER] = ['p11-kit/p11-kit-client.so', 'p11-kit/p11-kit-server'];

/** Why tests of p11-kit cannot run here; undefined if they can. */
export const noP11Kit = (): string | undefined =>
  hsmFile(CLIENT) ? undefined : 'p11-kit is not there: run scripts/install-tools --hsms';

/**
 * Has a server offer the token `label` of another module from before the first test on. The token
 * may be made later: each connection looks for it anew. Call it at the top of a file.
 */
export function p11KitServer(provider: string, label: string): P11KitServer {
  const [module, program] = [hsmFile(CLIENT), hsmFile(SERVER)];
  if (!module || !program) throw new Error(noP11Kit());
  const directory = mkdtempSync(join(tmpdir(), 'pki-p11-kit-'));
  const socket = join(directory, 'socket');
  const environment = { P11_KIT_SERVER_ADDRESS: `unix:path=${socket}` };
  // The server starts p11-kit-remote for each connection, from /usr if it is not told otherwise.
  Object.assign(process.env, environment, { P11_KIT_PRIVATEDIR: dirname(program) });
  const token = `pkcs11:token=${encodeURIComponent(label)}`;
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const server = daemon(socket, program, '-f', '-n', socket, '--provider', provider, token);
  beforeAll(server.start);
  return { ...server, module, environment };
}
