import { PkiError } from '../../errors.ts';
import type { CaKeyOptions } from '../hierarchy/ca-key-plan.ts';
import type { ParentOptions } from '../hierarchy/parent.ts';
import { flagOf } from '../hsm/token-key-refs.ts';

/** Options of `pki rekey-ca`. */
export interface RekeyOptions extends CaKeyOptions, ParentOptions {
  readonly caDir: string;
  /** For a new key; absent: the key stays, and the certificate is renewed in its directory. */
  readonly dir?: string;
  readonly days?: number;
  readonly clamp?: boolean;
  /** How long those who know only the old key shall accept the new one. Days. */
  readonly overlap?: number;
  readonly oldPassphraseFile?: string;
  readonly oldPinFile?: string;
  readonly json?: boolean;
}

export type NewKeyOptions = RekeyOptions & { readonly dir: string };

/** Options of a key that is made, and of one that is left. */
const OF_NEW_KEY: readonly (keyof RekeyOptions)[] = [
  ...(['algorithm', 'policy', 'key', 'pkcs11KeyLabel', 'pkcs11KeyId'] as const),
  ...(['pkcs11GenerateKey', 'overlap', 'oldPassphraseFile', 'oldPinFile'] as const),
];

/** Throws USAGE for options that are for a new key alone, where the key stays. */
export function mustKeepKey(options: RekeyOptions): void {
  const stray = OF_NEW_KEY.find((option) => options[option] !== undefined);
  if (stray !== undefined) {
    throw new PkiError('USAGE', `${flagOf(stray)} needs --dir`, {
      hints: ['a new key gets a directory of its own; without --dir the key stays'],
    });
  }
  if (options.hybrid === 'composite') {
    throw new PkiError('POLICY', 'a composite key must not reuse a key that exists', {
      hints: [
        'name a directory for the new key with --dir, or add an ML-DSA key with --hybrid catalyst',
      ],
    });
  }
  if (options.exportable && !options.mlDsaGenerateKey) {
    throw new PkiError('USAGE', '--exportable needs --ml-dsa-generate-key');
  }
  mustFitTogether(options);
}

/** Throws USAGE for options that contradict each other. */
export function mustFitTogether(options: RekeyOptions): void {
  const { parent, clamp, overlap } = options;
  if (parent === undefined && clamp) throw new PkiError('USAGE', '--clamp needs --parent');
  if (parent !== undefined && overlap !== undefined) {
    throw new PkiError('USAGE', '--overlap is not for --parent', {
      hints: ['under a parent there are no cross-certificates, whose end it would be'],
    });
  }
  const inputs = [options.passphraseFile, options.oldPassphraseFile, options.parentPassphraseFile];
  if (inputs.filter((file) => file === '-').length > 1) {
    throw new PkiError('USAGE', 'only one secret can be read from standard input');
  }
}
