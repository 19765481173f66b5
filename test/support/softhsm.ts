import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { runTool, softhsmModule, tool } from './tools.ts';

/** A real SoftHSM2 with tokens of its own, for one test file. */
export interface SoftHsm {
  readonly module: string;
  /** Initialises a token with the user PIN 1234. */
  token(label: string): void;
  /**
   * Has pkcs11-tool make a key pair, `type` as in `EC:secp384r1` or `rsa:3072`. Without an ID the
   * key has none, which is what pkcs11-tool does by default.
   */
  key(token: string, type: string, label: string, id?: string): void;
  /** What pkcs11-tool lists of the token when it is logged in. */
  objects(token: string): string;
  pkcs11Tool(token: string, ...args: readonly string[]): string;
}

export const PIN = '1234';

/** Why tests of tokens cannot run here; undefined if they can. */
export const noSoftHsm = (): string | undefined =>
  softhsmModule() && tool('softhsm2-util') && tool('pkcs11-tool')
    ? undefined
    : 'SoftHSM2 or pkcs11-tool is not installed: run scripts/install-tools';

/** Makes the tokens' directory and points SOFTHSM2_CONF to it. Call it at the top of a file. */
export function softHsm(): SoftHsm {
  const directory = mkdtempSync(join(tmpdir(), 'pki-softhsm-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return softHsmIn(directory);
}

/** The same in a directory of the caller's, outside vitest too. Its tokens are in `tokens`. */
export function softHsmIn(directory: string): SoftHsm {
  const [module, util, pkcs11Tool] = [softhsmModule(), tool('softhsm2-util'), tool('pkcs11-tool')];
  if (!module || !util || !pkcs11Tool) throw new Error(noSoftHsm());
  const configuration = join(directory, 'softhsm2.conf');
  mkdirSync(join(directory, 'tokens'));
  writeFileSync(
    configuration,
    `directories.tokendir = ${directory}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  process.env['SOFTHSM2_CONF'] = configuration;
  const p11 = (token: string, ...args: readonly string[]) => {
    const login = ['--token-label', token, '--login', '--pin', PIN];
    return runTool(pkcs11Tool, '--module', module, ...login, ...args);
  };
  return {
    module,
    token(label) {
      runTool(util, '--init-token', '--free', '--label', label, '--so-pin', '5678', '--pin', PIN);
    },
    key(token, type, label, id) {
      const named = ['--label', label, ...(id === undefined ? [] : ['--id', id])];
      p11(token, '--keypairgen', '--key-type', type, ...named);
    },
    objects: (token) => p11(token, '--list-objects'),
    pkcs11Tool: p11,
  };
}
