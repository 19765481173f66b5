import { expect } from 'vitest';
import { DEFAULT_HSM_SETTINGS, type HsmSettings } from '../../../src/signers/hsm-settings.ts';
import type { Pkcs11KeyRef } from '../../../src/signers/key-ref.ts';
import { openPkcs11Signer, type Pkcs11Signer } from '../../../src/signers/pkcs11/pkcs11-signer.ts';
import type { Pkcs11Proxy } from '../../support/pkcs11-proxy/proxy.ts';
import { tokenAccess } from '../on-softhsm.ts';
import { verdict } from '../signer-contract.ts';

/** Opens a key in the token "ca" behind the proxy, spoken to as `settings` say. */
export function openBehind(
  { module }: Pkcs11Proxy,
  settings: Partial<HsmSettings> = {},
  ref: Partial<Pkcs11KeyRef> = {},
): Promise<Pkcs11Signer> {
  const access = { ...tokenAccess(), hsm: { ...DEFAULT_HSM_SETTINGS, ...settings } };
  const named = { kind: 'pkcs11', modulePath: module, token: 'ca', object: 'key' } as const;
  return openPkcs11Signer({ ...named, ...ref }, access);
}

/** Signs a message and has the signature verified. */
export async function signs(signer: Pkcs11Signer): Promise<void> {
  const message = Buffer.from('message');
  expect(await verdict(signer, message, await signer.sign(message))).toBeUndefined();
}

/** The calls since {@link Pkcs11Proxy.clear} without those that only read about keys. */
export const calls = (proxy: Pkcs11Proxy): readonly string[] =>
  proxy
    .log()
    .filter(
      (line) => !/^C_(GetAttributeValue|FindObjects(Final)?|Get\w+(List|Info)) 0x0$/.test(line),
    )
    .map((line) => line.replace(/ 0x0$/, ''));

/** How often the module was asked to do this. */
export const count = (proxy: Pkcs11Proxy, name: string): number => proxy.calls().get(name) ?? 0;
