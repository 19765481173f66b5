import { type Draft, draft } from '../../../src/ca/draft.ts';
import { type Issuer, selfIssuer } from '../../../src/ca/issuer.ts';
import { requestForOwnKey } from '../../../src/ca/request.ts';
import { profileNamed } from '../../../src/profiles/built-in.ts';
import { publicKeyOfPkcs8 } from '../../../src/signers/software-key.ts';
import { pkcs8For } from '../../signers/software-keys.ts';
import { newIssuer, newKeys, newParts } from '../../support/authority.ts';
import type { LintWorld } from './case.ts';

const KEYS = ['ecdsa-p256', 'rsa-2048', 'ed25519', 'ml-dsa-65', 'slh-dsa-sha2-128f', 'ml-kem-768'];

/** Makes issuers, and keys for drafts. */
export async function newLintWorld(directory: string): Promise<LintWorld> {
  const parts = newParts(directory);
  const keys = await newKeys('ecdsa-p384');
  const issuer = await newIssuer(keys, parts);
  const hybrid = await newIssuer(await newKeys('ecdsa-p384', 'ml-dsa-65'), parts);
  const publicKeys = new Map<string, Uint8Array>();
  for (const name of KEYS) {
    publicKeys.set(name, await publicKeyOfPkcs8(await pkcs8For(name), name));
  }
  const drafted = (profile: string, by: Issuer, key = 'ecdsa-p256'): Draft =>
    draft(
      requestForOwnKey(publicKeys.get(key) ?? new Uint8Array()),
      profileNamed(profile),
      by,
      {
        subject: [{ type: 'CN', value: 'server.example.com' }],
        subjectAltName: profile === 'email' ? [{ type: 'email', value: 'a@example.com' }] : [],
      },
      parts,
    );
  const self = selfIssuer([{ type: 'CN', value: 'server.example.com' }], keys);
  return { issuer, hybrid, self, drafted };
}
