import { createRequire } from 'node:module';
import type { PkiError } from '../../errors.ts';
import { bindingMissing } from './module.ts';

/** Why no PKCS#11 module can be loaded on this machine; undefined if pkcs11js is there. */
export function addonProblem(): PkiError | undefined {
  try {
    createRequire(import.meta.filename)('pkcs11js');
    return undefined;
  } catch (error) {
    return bindingMissing(error);
  }
}
