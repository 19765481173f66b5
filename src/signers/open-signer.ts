import { resolve } from 'node:path';
import type { SignatureAlgorithm } from '../algorithms/algorithm.ts';
import { openFileSigner } from './file-signer.ts';
import type { KeyAccess } from './key-access.ts';
import { type KeyRef, keyPlace } from './key-ref.ts';
import type { Signer } from './signer.ts';

/** The only switch over kinds of key. `algorithm` chooses, and checks, how the key is used. */
export async function openSigner(
  ref: KeyRef,
  access: KeyAccess,
  algorithm?: SignatureAlgorithm,
): Promise<Signer> {
  switch (ref.kind) {
    case 'file': {
      const { passphrase, waiting } = access;
      const path = resolve(access.directory, ref.path);
      const options = { passphrase, ...(algorithm && { algorithm }), ...(waiting && { waiting }) };
      const signer = await openFileSigner(path, options);
      return { ...signer, places: [keyPlace(ref, access.directory)] };
    }
    case 'pkcs11': {
      const { openPkcs11Signer } = await import('./pkcs11/pkcs11-signer.ts');
      return openPkcs11Signer(ref, access, algorithm);
    }
  }
}
