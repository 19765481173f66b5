import { generateKeyPairSync } from 'node:crypto';
import { type Check, ok, problem, warning } from '../../hsm/check.ts';
import { addonProblem } from '../../signers/pkcs11/addon.ts';

/** What is made to see whether this Node.js has ML-DSA and SLH-DSA: their quickest sets. */
const TRIED = ['ml-dsa-44', 'slh-dsa-sha2-128f'] as const;

export function engineCheck(has: (type: string) => boolean = canMake): Check {
  if (TRIED.every(has)) return ok('engine', 'ML-DSA and SLH-DSA by node:crypto');
  return warning('engine', 'ML-DSA and SLH-DSA by @noble/post-quantum, ten times as slow', [
    'a Node.js with OpenSSL 3.5 or newer has them',
  ]);
}

function canMake(type: string): boolean {
  try {
    generateKeyPairSync(type as (typeof TRIED)[0]);
    return true;
  } catch {
    return false;
  }
}

/** Who has only keys in files needs no addon. */
export function addonCheck(needed: boolean, found = addonProblem()): Check {
  if (!found) return ok('addon', 'pkcs11js is there, for keys in tokens');
  return needed
    ? problem('addon', found.message, found.hints)
    : warning('addon', `${found.message}; only keys in tokens need it`, found.hints);
}
