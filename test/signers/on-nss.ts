import { describe, it } from 'vitest';
import type { Pkcs11KeyRef } from '../../src/signers/key-ref.ts';
import { type NssToken, noNss, nssToken } from '../support/nss.ts';

/** Tests on the token of NSS, which has ML-DSA; where it is missing they are skipped, and say why. */
export function describeOnNss(title: string, tests: (nss: NssToken) => void): void {
  const missing = noNss();
  if (missing) it.skip(`${title} (${missing})`);
  else describe(title, () => tests(nssToken()));
}

/** Names a key in it. */
export const nssRef = (
  { module, label, initReserved }: NssToken,
  object?: string,
): Pkcs11KeyRef => ({
  kind: 'pkcs11',
  modulePath: module,
  token: label,
  initReserved,
  ...(object !== undefined && { object }),
});
