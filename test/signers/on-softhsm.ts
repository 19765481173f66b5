import { describe, it } from 'vitest';
import { DEFAULT_HSM_SETTINGS } from '../../src/signers/hsm-settings.ts';
import type { KeyAccess } from '../../src/signers/key-access.ts';
import { Secret } from '../../src/signers/secret.ts';
import { noSoftHsm, PIN, type SoftHsm, softHsm } from '../support/softhsm.ts';

/** Tests that need a real token; where there is none they are skipped, and say why. */
export function describeOnSoftHsm(title: string, tests: (hsm: SoftHsm) => void): void {
  const missing = noSoftHsm();
  if (missing) it.skip(`${title} (${missing})`);
  else describe(title, () => tests(softHsm()));
}

/** Access to a token with `pin`; what is noted goes to `notes`. */
export const tokenAccess = (pin = PIN, notes: string[] = []): KeyAccess => ({
  directory: '/',
  passphrase: async () => {
    throw new Error('a token has no passphrase');
  },
  pin: async () => new Secret(pin),
  note: (text) => {
    notes.push(text);
  },
  hsm: DEFAULT_HSM_SETTINGS,
  interactive: false,
  environment: process.env,
  secretVariables: [],
  resources: new AsyncDisposableStack(),
});
