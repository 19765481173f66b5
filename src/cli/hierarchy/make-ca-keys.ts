import {
  type IssuerKeys,
  issuerKeys,
  type KeyConfig,
  type KeysConfig,
} from '../../ca/issuer-keys.ts';
import { mustBeSameKey } from '../../signers/failover-signer.ts';
import { generatePkcs8 } from '../../signers/generate-key.ts';
import type { KeyAccess } from '../../signers/key-access.ts';
import { keyFileText } from '../../signers/key-file.ts';
import { openSigner } from '../../signers/open-signer.ts';
import type { Secret } from '../../signers/secret.ts';
import type { Signer } from '../../signers/signer.ts';
import type { StagedCaDirectory } from '../../store/ca-directory.ts';
import type { CaKeyPlan, KeyPlan } from './ca-key-plan.ts';

export interface KeyMaking {
  /** Where key files go. */
  readonly staged: Pick<StagedCaDirectory, 'committed' | 'writeKey'>;
  readonly access: KeyAccess;
  readonly passphrase: Secret | undefined;
  /** Closes the keys, and deletes those that were made in a token if no CA came of it. */
  readonly resources: AsyncDisposableStack;
}

/** The keys of a new CA: how they are written down, and open. */
export interface CaKeys {
  readonly config: KeysConfig;
  readonly keys: IssuerKeys;
}

/** One key of a CA: how it is written down, and open. */
export interface OpenKey {
  readonly config: KeyConfig;
  readonly signer: Signer;
}

/** Makes or finds the keys of a plan, and leaves them open: a token is logged in to once. */
export async function makeCaKeys(
  { signing, hybrid }: CaKeyPlan,
  making: KeyMaking,
): Promise<CaKeys> {
  const first = await makeKey(signing, 'ca.key', making);
  const second = hybrid && (await makeKey(hybrid.mlDsa, 'ml-dsa.key', making));
  const config: KeysConfig = {
    signing: first.config,
    ...(hybrid && second && { hybrid: { scheme: hybrid.scheme, mlDsa: second.config } }),
  };
  return { config, keys: issuerKeys(config, first.signer, second?.signer) };
}

/** Makes or finds one key; in a file it gets this name. */
export function makeKey(plan: KeyPlan, fileName: string, making: KeyMaking): Promise<OpenKey> {
  switch (plan.kind) {
    case 'new-file':
      return makeInFile(plan, fileName, making);
    case 'new-in-token':
      return makeInToken(plan, making);
    case 'in-token':
      return findInToken(plan, making);
  }
}

async function makeInFile(
  { algorithm }: Extract<KeyPlan, { kind: 'new-file' }>,
  fileName: string,
  { staged, passphrase, access, resources }: KeyMaking,
): Promise<OpenKey> {
  const { waiting = (_, work) => work } = access;
  const pkcs8 = await waiting(`making a key for ${algorithm.name}`, generatePkcs8(algorithm));
  const path = staged.writeKey(fileName, keyFileText(pkcs8, passphrase));
  const key = { kind: 'file', path } as const;
  const signer = resources.use(await openSigner(key, access, algorithm)); // as it will be opened later
  return { config: { algorithm: algorithm.name, key }, signer };
}

async function makeInToken(
  plan: Extract<KeyPlan, { kind: 'new-in-token' }>,
  { staged, access }: KeyMaking,
): Promise<OpenKey> {
  const { generateInToken } = await import('./generate-in-token.ts'); // not before it is needed
  const signer = await generateInToken(plan, access, () => staged.committed);
  return { config: { algorithm: signer.algorithm.name, key: signer.ref }, signer };
}

/** Names a key that is there so precisely that it is found again, in each of its tokens. */
export async function findInToken(
  { ref, replicas, algorithm }: Omit<Extract<KeyPlan, { kind: 'in-token' }>, 'kind'>,
  { access, resources }: KeyMaking,
): Promise<OpenKey> {
  const { openPkcs11Signer } = await import('../../signers/pkcs11/pkcs11-signer.ts');
  const signer = resources.use(await openPkcs11Signer(ref, access, algorithm));
  const others = [];
  for (const replica of replicas) {
    await using other = await openPkcs11Signer(replica, access, signer.algorithm);
    mustBeSameKey(signer, other);
    others.push(other.ref);
  }
  const config = { algorithm: signer.algorithm.name, key: signer.ref };
  return { config: others.length > 0 ? { ...config, replicas: others } : config, signer };
}
