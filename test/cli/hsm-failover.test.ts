import { generateKeyPairSync } from 'node:crypto';
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { CKR } from '../support/pkcs11-proxy/cryptoki.ts';
import { describeBehindProxy } from '../support/pkcs11-proxy/proxy.ts';
import { PIN, type SoftHsm } from '../support/softhsm.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { runTool, tool } from '../support/tools.ts';
import { world } from '../support/world.ts';
import { noOpenssl, openssl } from './openssl.ts';
import { refusals } from './refusal.ts';

/** Puts the key of a PKCS #8 file into a token of SoftHSM. */
function importKey(token: string, file: string): void {
  const util = tool('softhsm2-util') ?? '';
  const named = ['--label', 'key', '--id', '01'];
  runTool(util, '--import', file, '--token', token, '--pin', PIN, ...named);
}

function newKeyFile(path: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(path, privateKey.export({ format: 'pem', type: 'pkcs8' }));
  return path;
}

/** Takes the tokens of SoftHSM away until {@link Away.back}; they are directories. */
class Away {
  readonly #tokens = join(dirname(process.env['SOFTHSM2_CONF'] ?? ''), 'tokens');
  readonly #aside = `${this.#tokens}-aside`;

  /** All but those whose label is among `kept`. */
  constructor(hsm: SoftHsm, ...serials: readonly string[]) {
    cpSync(this.#tokens, this.#aside, { recursive: true });
    for (const serial of serials) {
      const uuid = runTool('sh', '-c', `ls '${this.#tokens}' | grep -- '${serial.slice(0, 4)}-${serial.slice(4)}$'`);
      rmSync(join(this.#tokens, uuid.trim()), { recursive: true });
    }
    void hsm;
  }

  back(): void {
    rmSync(this.#tokens, { recursive: true });
    renameSync(this.#aside, this.#tokens);
  }
}
