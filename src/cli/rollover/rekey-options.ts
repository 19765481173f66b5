import { PkiError } from '../../errors.ts';
import type { CaKeyOptions } from '../ca-key-plan.ts';
import type { ParentOptions } from '../hierarchy/parent.ts';

/** Options of `pki rekey-ca`. */
export interface RekeyOptions extends CaKeyOptions, ParentOptions {
  readonly caDir: string;
  readonly dir: string;
  readonly days?: number;
  readonly clamp?: boolean;
  /** How long those who know only the old key shall accept the new one. Days. */
  readonly overlap?: number;
  readonly oldPassphraseFile?: string;
  readonly oldPinFile?: string;
  readonly json?: boolean;
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
