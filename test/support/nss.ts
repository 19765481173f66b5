import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { hsmFile, runTool } from './tools.ts';

/** The token of NSS softokn with databases of its own, for one test file. It has ML-DSA. */
export interface NssToken {
  readonly module: string;
  readonly label: string;
  readonly pin: string;
  /** `pReserved` of C_Initialize, without which this module does not start. */
  readonly initReserved: string;
  /** The same as variables, for programs that pass nothing to C_Initialize, as pkcs11-tool. */
  readonly environment: Readonly<Record<string, string>>;
}

const MODULE = 'nss/libsoftokn3.so';

/** Why tests of NSS cannot run here; undefined if they can. */
export const noNss = (): string | undefined =>
  hsmFile(MODULE) ? undefined : 'NSS is not there: run scripts/install-tools --hsms';

/** Makes the databases and sets the PIN. Call it at the top of a file. */
export function nssToken(label = 'nss', pin = '1234'): NssToken {
  const module = hsmFile(MODULE);
  if (!module) throw new Error(noNss());
  const directory = mkdtempSync(join(tmpdir(), 'pki-nss-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const initReserved = [
    `configdir='sql:${directory}'`,
    "certPrefix='' keyPrefix='' secmod='secmod.db'",
    `dbTokenDescription='${label}'`,
    'flags=',
  ].join(' ');
  runTool(process.execPath, `${import.meta.dirname}/init-nss.ts`, module, initReserved, pin);
  return { module, label, pin, initReserved, environment: { NSS_LIB_PARAMS: initReserved } };
}
