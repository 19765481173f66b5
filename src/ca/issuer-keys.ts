import type { SignatureAlgorithm } from '../algorithms/algorithm.ts';
import { algorithmNamed, compositeOf } from '../algorithms/registry.ts';
import { PkiError } from '../errors.ts';
import { FailoverSigner } from '../signers/failover-signer.ts';
import { HybridSigner } from '../signers/hybrid-signer.ts';
import type { KeyAccess } from '../signers/key-access.ts';
import type { KeyRef } from '../signers/key-ref.ts';
import { openSigner } from '../signers/open-signer.ts';
import type { Signer } from '../signers/signer.ts';

/** How a classical and an ML-DSA key act together. */
export type HybridScheme = 'catalyst' | 'composite';

/** One key of a CA: where it is, and what it is used for. */
export interface KeyConfig {
  /** Name of an algorithm of one key. */
  readonly algorithm: string;
  readonly key: KeyRef;
  /** The same key elsewhere, for when it cannot be reached there. */
  readonly replicas?: readonly KeyRef[];
}

/** The keys of a CA as they are written down; no secret. */
export interface KeysConfig {
  /** The only key; in a hybrid, the classical one. */
  readonly signing: KeyConfig;
  readonly hybrid?: { readonly scheme: HybridScheme; readonly mlDsa: KeyConfig };
}

/**
 * The keys of a CA, open. A composite key is a single signer; an alternative key (ITU-T X.509
 * clause 9.8, Catalyst) is a second one, since it signs another encoding.
 */
export interface IssuerKeys extends AsyncDisposable {
  readonly signer: Signer;
  readonly alternative: Signer | undefined;
}

/** The algorithms of the CA's signatures, without opening a key. */
export function signatureAlgorithms({ signing, hybrid }: KeysConfig): {
  readonly signing: SignatureAlgorithm;
  readonly alternative: SignatureAlgorithm | undefined;
} {
  const algorithm = algorithmNamed(signing.algorithm);
  const mlDsa = hybrid && algorithmNamed(hybrid.mlDsa.algorithm);
  if (hybrid?.scheme !== 'composite') return { signing: algorithm, alternative: mlDsa };
  if (algorithm.family !== 'classical' || mlDsa?.family !== 'ml-dsa') {
    throw new PkiError('USAGE', 'a composite is made of a classical and an ML-DSA key');
  }
  return { signing: compositeOf(algorithm, mlDsa), alternative: undefined };
}

/** Opens all keys of a CA. */
export async function openKeys(config: KeysConfig, access: KeyAccess): Promise<IssuerKeys> {
  await using opened = new AsyncDisposableStack(); // closes what is open if the rest fails
  const open = async (key: KeyConfig) => opened.use(await openKey(key, access));
  const signing = await open(config.signing);
  const mlDsa = config.hybrid && (await open(config.hybrid.mlDsa));
  const keys = issuerKeys(config, signing, mlDsa);
  opened.move();
  return keys;
}

/** One key, in the first place where it can be opened; it is the same key in each. */
export function openKey(
  { algorithm, key, replicas = [] }: KeyConfig,
  access: KeyAccess,
): Promise<Signer> {
  const [first, ...others] = [key, ...replicas].map(
    (ref) => () => openSigner(ref, access, algorithmNamed(algorithm)),
  );
  if (!first) throw new TypeError('a key without a place');
  return others.length === 0 ? first() : FailoverSigner.open([first, ...others], access.note);
}

/** The keys of `config` that are open already; disposing of the result closes them. */
export function issuerKeys(config: KeysConfig, signing: Signer, mlDsa?: Signer): IssuerKeys {
  const algorithms = signatureAlgorithms(config);
  const composite = algorithms.signing.family === 'composite' ? algorithms.signing : undefined;
  return {
    signer: composite && mlDsa ? new HybridSigner(composite, mlDsa, signing) : signing,
    alternative: composite ? undefined : mlDsa,
    async [Symbol.asyncDispose]() {
      await Promise.all([signing[Symbol.asyncDispose](), mlDsa?.[Symbol.asyncDispose]()]);
    },
  };
}
