import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Daemon, daemon } from './daemon.ts';
import { hsmFile, runTool, tool } from './tools.ts';

/**
 * A simulated TPM 2.0 behind tpm2-pkcs11. It is small and slow, as the chips are: it has room for
 * three objects, so a process can use one key, and a process that ends without C_Finalize leaves
 * its own there. After three wrong PINs it is locked. A new start makes room and unlocks it.
 */
export interface TpmToken extends Daemon {
  readonly module: string;
  readonly label: string;
  readonly pin: string;
  /** Tells the module where chip and key files are. Set in this process already. */
  readonly environment: Readonly<Record<string, string>>;
}

const [MODULE, CHIP] = ['tpm/libtpm2_pkcs11.so.1', 'tpm/swtpm'];

/** Why tests of the TPM cannot run here; undefined if they can. */
export const noTpm = (): string | undefined =>
  hsmFile(MODULE) && tool('pkcs11-tool')
    ? undefined
    : 'tpm2-pkcs11 or pkcs11-tool is not there: run scripts/install-tools --hsms';

/** Has a chip run and a token in it from before the first test on. Call it at the top of a file. */
export function tpmToken(label = 'tpm', pin = '1234'): TpmToken {
  const [module, program, pkcs11Tool] = [hsmFile(MODULE), hsmFile(CHIP), tool('pkcs11-tool')];
  if (!module || !program || !pkcs11Tool) throw new Error(noTpm());
  const directory = mkdtempSync(join(tmpdir(), 'pki-tpm-'));
  const [socket, store] = [join(directory, 'socket'), join(directory, 'store')];
  mkdirSync(store);
  const environment = {
    TPM2_PKCS11_TCTI: `swtpm:path=${socket}`,
    TPM2_PKCS11_STORE: store,
    TPM2_PKCS11_LOG_LEVEL: '0', // errors only; it cannot keep them to itself
    TSS2_LOG: 'all+none',
  };
  Object.assign(process.env, environment);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const chip = daemon(
    socket,
    program,
    ...['socket', '--tpm2', '--tpmstate', `dir=${directory}`],
    ...['--server', `type=unixio,path=${socket}`, '--ctrl', `type=unixio,path=${socket}.ctrl`],
    ...['--flags', 'not-need-init,startup-clear'],
  );
  const start = async () => {
    await chip.start();
    await unlock(socket);
  };
  beforeAll(async () => {
    await start();
    const p11 = (...args: readonly string[]) => runTool(pkcs11Tool, '--module', module, ...args);
    const so = ['--token-label', label, '--login', '--login-type', 'so', '--so-pin', '5678'];
    p11('--init-token', '--slot-index', '0', '--label', label, '--so-pin', '5678');
    p11(...so, '--init-pin', '--pin', pin);
  });
  return { ...chip, start, module, label, pin, environment };
}

/** TPM2_DictionaryAttackLockReset with an empty password (TPM 2.0 Library, part 3, §25.2). */
const UNLOCK = Buffer.from('80020000001b000001394000000a00000009400000090000000000', 'hex');

/** Forgets wrong PINs and power cuts, which count as such: after three the chip refuses the right one. */
const unlock = (socket: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const client = connect(socket);
    client.once('error', reject);
    client.once('data', (response) => {
      client.destroy();
      const code = response.readUInt32BE(6);
      if (code === 0) resolve();
      else reject(new Error(`the TPM cannot be unlocked: 0x${code.toString(16)}`));
    });
    client.write(UNLOCK);
  });
