import { readFileSync } from 'node:fs';
import { type Check, ok } from './check.ts';

export function runtimeCheck(): Check {
  const { node, openssl } = process.versions;
  return ok('runtime', `Node.js ${node} with OpenSSL ${openssl}`);
}

/**
 * Node.js exports the symbols of the OpenSSL that is in its binary, and a module that links
 * libcrypto dynamically gets those instead of the system's: SoftHSM, opencryptoki's software token
 * and tpm2-pkcs11 do. What such a module can do depends on Node.js.
 */
export function runtimeChecks(modulePath: string): readonly Check[] {
  const { openssl } = process.versions;
  const text = `the module links libcrypto dynamically, so it runs on the OpenSSL ${openssl} of Node.js`;
  return namesLibcrypto(modulePath) ? [runtimeCheck(), ok('runtime', text)] : [runtimeCheck()];
}

/** A library names those that it needs; one that wraps another library is not seen through. */
function namesLibcrypto(path: string): boolean {
  try {
    return readFileSync(path).includes('libcrypto.so');
  } catch {
    return false; // loading it will tell why
  }
}
