import { resolve } from 'node:path';
import type { ClassicalAlgorithm, MlDsaAlgorithm } from '../algorithms/algorithm.ts';
import { algorithmNamed, compositeOf, mlDsaNamed } from '../algorithms/registry.ts';
import type { HybridScheme } from '../ca/issuer-keys.ts';
import { PkiError } from '../errors.ts';
import { type Pkcs11KeyRef, parseKeyRef } from '../signers/key-ref.ts';
import type { SecretOptions } from './options.ts';

/** Options of `pki init-ca`. */
export interface InitCaOptions extends SecretOptions {
  readonly name: string;
  readonly dir: string;
  readonly organization?: string;
  readonly country?: string;
  readonly days?: number;
  readonly algorithm?: string;
  readonly passphrase: boolean;
  readonly hybrid?: 'catalyst' | 'composite';
  readonly mlDsa?: string;
  readonly pkcs11Lib?: string;
  readonly pkcs11Token?: string;
  readonly pkcs11Serial?: string;
  readonly pkcs11Slot?: number;
  readonly pkcs11KeyLabel?: string;
  readonly pkcs11KeyId?: string;
  readonly pkcs11GenerateKey?: boolean;
  readonly key?: string;
  readonly json?: boolean;
}

/** Which keys a new CA gets, decided before any of them is touched. */
export interface CaKeyPlan {
  readonly signing: SigningKeyPlan;
  readonly hybrid?: { readonly scheme: HybridScheme; readonly mlDsa: MlDsaAlgorithm };
}

/** The only key, or the classical one of a hybrid. */
export type SigningKeyPlan =
  | { readonly kind: 'new-file'; readonly algorithm: ClassicalAlgorithm | MlDsaAlgorithm }
  | {
      readonly kind: 'new-in-token';
      readonly algorithm: ClassicalAlgorithm;
      readonly ref: Pkcs11KeyRef;
    }
  /** Without an algorithm, the usual one of the key. */
  | {
      readonly kind: 'in-token';
      readonly algorithm?: ClassicalAlgorithm;
      readonly ref: Pkcs11KeyRef;
    };

const DEFAULT_ALGORITHM = 'ecdsa-p384';
const DEFAULT_ML_DSA = 'ml-dsa-65';

/** Turns options into a plan; contradictions between them are errors, never guesses. */
export function planCaKeys(options: InitCaOptions, cwd: string): CaKeyPlan {
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
  const mlDsa = planMlDsa(options, scheme, composite?.mlDsa);
  if (!scheme || !mlDsa) return { signing };
  mustSuitHybrid(scheme, signing, mlDsa);
  return { signing, hybrid: { scheme, mlDsa } };
}

function planMlDsa(
  { mlDsa }: InitCaOptions,
  scheme: HybridScheme | undefined,
  ofComposite: MlDsaAlgorithm | undefined,
): MlDsaAlgorithm | undefined {
  if (scheme === undefined) {
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
  options: InitCaOptions,
  named: ClassicalAlgorithm | MlDsaAlgorithm | undefined,
  cwd: string,
): SigningKeyPlan {
  const ref = tokenKeyRef(options, cwd);
  if (!ref) return { kind: 'new-file', algorithm: named ?? classical(DEFAULT_ALGORITHM) };
  if (named?.family === 'ml-dsa') {
    throw new PkiError('USAGE', `${named.name} keys are kept in files`, {
      hints: ['leave the --pkcs11-… options out, or pair the keys with --hybrid'],
    });
  }
  if (!options.pkcs11GenerateKey)
    return { kind: 'in-token', ref, ...(named && { algorithm: named }) };
  if (ref.object === undefined) {
    throw new PkiError('USAGE', '--pkcs11-generate-key needs --pkcs11-key-label');
  }
  return { kind: 'new-in-token', ref, algorithm: named ?? classical(DEFAULT_ALGORITHM) };
}

/** The key in a token that the options name; an option without a module is an error. */
function tokenKeyRef(options: InitCaOptions, cwd: string): Pkcs11KeyRef | undefined {
  const { pkcs11Lib, pkcs11Token, pkcs11KeyId } = options;
  const modulePath = pkcs11Lib === undefined ? undefined : resolve(cwd, pkcs11Lib);
  if (options.key !== undefined) return uriKeyRef(options, options.key, modulePath);
  if (modulePath === undefined) return noModule(options);
  const named = {
    token: pkcs11Token === undefined ? undefined : unpadded(pkcs11Token),
    serial: options.pkcs11Serial,
    slotId: options.pkcs11Slot,
    object: options.pkcs11KeyLabel,
    id: pkcs11KeyId === undefined ? undefined : hexadecimal(pkcs11KeyId),
  };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return { kind: 'pkcs11', modulePath, ...Object.fromEntries(given) };
}

/** Options that say what a URI says, of which one has to be chosen. */
const NAMING = [
  'pkcs11Token',
  'pkcs11Serial',
  'pkcs11Slot',
  'pkcs11KeyLabel',
  'pkcs11KeyId',
] as const satisfies readonly (keyof InitCaOptions)[];

function uriKeyRef(options: InitCaOptions, uri: string, modulePath?: string): Pkcs11KeyRef {
  const both = NAMING.find((option) => options[option] !== undefined);
  if (both) throw new PkiError('USAGE', `give either --key or ${flagOf(both)}`);
  const ref = parseKeyRef(uri, modulePath);
  if (ref.kind === 'pkcs11') return ref;
  throw new PkiError('USAGE', 'the key file of a CA is made by "pki init-ca"', {
    hints: ['leave --key out, or name a key in a token with it'],
  });
}

/** A CA that was meant for an HSM is not made with a key in a file. */
function noModule(options: InitCaOptions): undefined {
  const stray = Object.keys(options).find((option) => option.startsWith('pkcs11'));
  if (stray === undefined) return undefined;
  throw new PkiError('USAGE', `${flagOf(stray)} needs --pkcs11-lib`, {
    hints: ['a CA that was meant for an HSM is not made with a key in a file'],
  });
}

const flagOf = (option: string): string =>
  `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Tokens pad their labels to 32 octets with blanks, and some tools print those. */
const unpadded = (label: string): string => label.replace(/ +$/, '');

function hexadecimal(text: string): Uint8Array {
  const digits = text.replaceAll(':', '');
  if (/^([0-9a-f]{2})+$/i.test(digits)) return Buffer.from(digits, 'hex');
  throw new PkiError('USAGE', `"${text}" is not a key ID`, { hints: ['write it as 01 or 01:ab'] });
}

function mustSuitHybrid(
  scheme: HybridScheme,
  signing: SigningKeyPlan,
  mlDsa: MlDsaAlgorithm,
): void {
  const { algorithm } = signing;
  if (algorithm?.family === 'ml-dsa') {
    throw new PkiError('USAGE', '--hybrid pairs a classical key with an ML-DSA key', {
      hints: ['name the classical algorithm with --algorithm, the other one with --ml-dsa'],
    });
  }
  if (scheme === 'catalyst') return;
  if (signing.kind === 'in-token') {
    throw new PkiError('POLICY', 'a composite key must not reuse a key that exists', {
      hints: [
        'add --pkcs11-generate-key: both halves are made for the composite and used for nothing else (draft-ietf-lamps-pq-composite-sigs-19 §10.3)',
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
