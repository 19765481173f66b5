import type {
  ClassicalAlgorithm,
  MlDsaAlgorithm,
  SignatureAlgorithm,
  SingleAlgorithm,
  TokenAlgorithm,
} from '../../algorithms/algorithm.ts';
import {
  algorithmNamed,
  compositeOf,
  isTokenAlgorithm,
  mlDsaNamed,
} from '../../algorithms/registry.ts';
import type { HybridScheme } from '../../ca/issuer-keys.ts';
import { PkiError } from '../../errors.ts';
import type { Pkcs11KeyRef } from '../../signers/key-ref.ts';
import type { ActOptions } from '../act.ts';
import type { TokenKeyOptions } from '../hsm/hsm-options.ts';
import { tokenKeyRefs, uriKeyRef } from '../hsm/token-key-refs.ts';
import type { SecretOptions } from '../options.ts';

/** Options of `pki init-ca` that say which keys a CA gets. */
export interface CaKeyOptions extends SecretOptions, TokenKeyOptions, ActOptions {
  readonly algorithm?: string;
  readonly policy?: string;
  readonly passphrase: boolean;
  readonly hybrid?: 'catalyst' | 'composite';
  readonly mlDsa?: string;
  readonly pkcs11GenerateKey?: boolean;
  readonly exportable?: boolean;
  readonly mlDsaKey?: string;
  readonly mlDsaGenerateKey?: boolean;
}

/** Which keys a new CA gets, decided before any of them is touched. */
export interface CaKeyPlan {
  /** The only key, or the classical one of a hybrid. */
  readonly signing: KeyPlan;
  readonly hybrid?: { readonly scheme: HybridScheme; readonly mlDsa: KeyPlan };
}

/** One key: made in a file, made in a token, or there already. */
export type KeyPlan =
  | { readonly kind: 'new-file'; readonly algorithm: SignatureAlgorithm }
  | {
      readonly kind: 'new-in-token';
      readonly algorithm: TokenAlgorithm;
      readonly ref: Pkcs11KeyRef;
      readonly exportable: boolean;
    }
  /** Without an algorithm, the usual one of the key. */
  | {
      readonly kind: 'in-token';
      readonly algorithm?: TokenAlgorithm;
      readonly ref: Pkcs11KeyRef;
      /** The same key in other tokens, for when that one is gone. */
      readonly replicas: readonly Pkcs11KeyRef[];
    };

const DEFAULT_ALGORITHM = 'ecdsa-p384';
const DEFAULT_ML_DSA = 'ml-dsa-65';

/** Turns options into a plan; contradictions between them are errors, never guesses. */
export function planCaKeys(options: CaKeyOptions, cwd: string): CaKeyPlan {
  if (!options.passphrase && options.passphraseFile !== undefined) {
    throw new PkiError('USAGE', 'give either --no-passphrase or --passphrase-file');
  }
  const named = options.algorithm === undefined ? undefined : algorithmNamed(options.algorithm);
  const composite = named?.family === 'composite' ? named : undefined;
  const scheme = composite ? 'composite' : options.hybrid;
  if (composite && options.hybrid === 'catalyst') {
    throw new PkiError('USAGE', `${composite.name} is a composite; leave --hybrid catalyst out`);
  }
  const single = named?.family === 'composite' ? named.classical : named;
  const signing = planSigningKey(options, single, cwd);
  const mlDsa = mlDsaOf(options, scheme, composite?.mlDsa);
  if (!scheme || !mlDsa) return { signing };
  const plan = planMlDsaKey(options, mlDsa, cwd);
  mustSuitHybrid(scheme, [signing, plan], mlDsa);
  return inOneFile(scheme, signing, plan) ?? { signing, hybrid: { scheme, mlDsa: plan } };
}

/** A composite whose halves are both in software is one key, and one PKCS #8 file. */
function inOneFile(scheme: HybridScheme, signing: KeyPlan, mlDsa: KeyPlan): CaKeyPlan | undefined {
  if (scheme !== 'composite' || signing.kind !== 'new-file' || mlDsa.kind !== 'new-file') {
    return undefined;
  }
  const { algorithm: classical } = signing;
  if (classical.family !== 'classical' || mlDsa.algorithm.family !== 'ml-dsa') return undefined;
  const algorithm = compositeOf(classical, mlDsa.algorithm);
  return { signing: { kind: 'new-file', algorithm } };
}

/** In a file, unless a key in a token is named for it. */
export function planMlDsaKey(
  options: CaKeyOptions,
  algorithm: MlDsaAlgorithm,
  cwd: string,
): KeyPlan {
  const { mlDsaKey, mlDsaGenerateKey, exportable = false } = options;
  if (mlDsaKey === undefined) {
    if (!mlDsaGenerateKey) return { kind: 'new-file', algorithm };
    throw new PkiError('USAGE', '--ml-dsa-generate-key needs --ml-dsa-key');
  }
  const ref = uriKeyRef(options, mlDsaKey, cwd);
  if (!mlDsaGenerateKey) return { kind: 'in-token', algorithm, ref, replicas: [] };
  if (ref.object === undefined) {
    throw new PkiError('USAGE', '--ml-dsa-generate-key needs object=LABEL in --ml-dsa-key');
  }
  return { kind: 'new-in-token', algorithm, ref, exportable };
}

/** The parameter set that the options choose for a hybrid; undefined if it is to be none. */
export function mlDsaOf(
  { mlDsa, mlDsaKey }: CaKeyOptions,
  scheme: HybridScheme | undefined,
  ofComposite: MlDsaAlgorithm | undefined,
): MlDsaAlgorithm | undefined {
  if (scheme === undefined) {
    if (mlDsaKey !== undefined) throw new PkiError('USAGE', '--ml-dsa-key needs --hybrid');
    if (mlDsa === undefined) return undefined;
    throw new PkiError('USAGE', '--ml-dsa needs --hybrid', {
      hints: [`for a CA with an ML-DSA key alone: --algorithm ${mlDsa}`],
    });
  }
  const chosen = mlDsa === undefined ? undefined : mlDsaNamed(mlDsa);
  if (chosen && ofComposite && chosen !== ofComposite) {
    throw new PkiError('USAGE', `the composite has ${ofComposite.name}, not ${chosen.name}`);
  }
  return ofComposite ?? chosen ?? mlDsaNamed(DEFAULT_ML_DSA);
}

function planSigningKey(
  options: CaKeyOptions,
  named: SingleAlgorithm | undefined,
  cwd: string,
): KeyPlan {
  const { pkcs11GenerateKey, exportable = false } = options;
  const refs = tokenKeyRefs(options, cwd);
  if (exportable && !pkcs11GenerateKey && !options.mlDsaGenerateKey) {
    throw new PkiError('USAGE', '--exportable needs --pkcs11-generate-key', {
      hints: ['whether a key can leave its token is decided when it is made'],
    });
  }
  const algorithm = named ?? classical(DEFAULT_ALGORITHM);
  if (!refs) return { kind: 'new-file', algorithm };
  const [ref, ...replicas] = refs;
  if (!isTokenAlgorithm(algorithm)) throw notInTokens(algorithm);
  if (!pkcs11GenerateKey) return { kind: 'in-token', ref, replicas, ...(named && { algorithm }) };
  if (replicas.length > 0) {
    throw new PkiError('USAGE', 'a key is made in one token', {
      hints: ['make it there, bring it to the others, and then name them all'],
    });
  }
  if (ref.object === undefined) {
    throw new PkiError('USAGE', '--pkcs11-generate-key needs --pkcs11-key-label');
  }
  return { kind: 'new-in-token', ref, algorithm, exportable };
}

const notInTokens = ({ name }: SingleAlgorithm): PkiError =>
  new PkiError('USAGE', `${name} is not made or used in tokens`, {
    hints: ['keep the key in a file: leave the options of the token out'],
  });

function mustSuitHybrid(
  scheme: HybridScheme,
  keys: readonly [KeyPlan, KeyPlan],
  mlDsa: MlDsaAlgorithm,
): void {
  const [{ algorithm }] = keys;
  if (algorithm && algorithm.family !== 'classical') {
    throw new PkiError('USAGE', '--hybrid pairs a classical key with an ML-DSA key', {
      hints: ['name the classical algorithm with --algorithm, the other one with --ml-dsa'],
    });
  }
  if (scheme === 'catalyst') return;
  const reused = keys.findIndex(({ kind }) => kind === 'in-token');
  if (reused >= 0) {
    throw new PkiError('POLICY', 'a composite key must not reuse a key that exists', {
      hints: [
        `add ${['--pkcs11-generate-key', '--ml-dsa-generate-key'][reused]}: both halves are made for the composite and used for nothing else (draft-ietf-lamps-pq-composite-sigs-19 §10.3)`,
      ],
    });
  }
  if (algorithm) compositeOf(algorithm, mlDsa);
}

function classical(name: string): ClassicalAlgorithm {
  const found = algorithmNamed(name);
  if (found.family === 'classical') return found;
  throw new TypeError(`${name} is not classical`);
}
