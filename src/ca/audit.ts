import { sha256 } from '../der/sha256.ts';
import type { Signer } from '../signers/signer.ts';
import type { IssuerKeys } from './issuer-keys.ts';

/** Who acts on a CA, and why: the store writes it into each entry of the audit trail. */
export interface Act {
  /** Account of the operating system, and name of the machine. */
  readonly user: string;
  readonly host: string;
  /** The person, where they say who they are: several may share an account. */
  readonly operator?: string;
  /** In the person's words. */
  readonly reason?: string;
}

/** A key of a signature, as the audit trail names it. */
export interface UsedKey {
  readonly algorithm: string;
  /** SHA-256 of the SubjectPublicKeyInfo, DER. */
  readonly publicKeyHash: Uint8Array;
  /** See {@link Signer}; after a failover, where it was in the end. */
  readonly places: readonly string[];
}

/** What an entry tells beyond who, when and which; each is one act, and has no row of its own. */
export type ActFacts =
  | {
      readonly event: 'request';
      readonly subject: string;
      /** SHA-256 of the CertificationRequest, DER. */
      readonly requestHash: Uint8Array;
      readonly keys: readonly UsedKey[];
    }
  | {
      readonly event: 'ocsp-signed';
      readonly good: number;
      readonly revoked: number;
      readonly keys: readonly UsedKey[];
    };

export const usedKeys = ({ signer, alternative }: IssuerKeys): readonly UsedKey[] =>
  [signer, ...(alternative ? [alternative] : [])].map(usedKey);

const usedKey = ({ algorithm, publicKey, places = [] }: Signer): UsedKey => ({
  algorithm: algorithm.name,
  publicKeyHash: sha256(publicKey),
  places,
});
