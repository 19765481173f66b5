import { PkiError } from '../../errors.ts';
import type { CaKeyOptions } from '../ca-key-plan.ts';
import { flagOf } from '../token-key-refs.ts';

/** Options of `pki init-ca`. */
export interface InitCaOptions extends CaKeyOptions {
  /** Not for a CA that has a certificate with its name already. */
  readonly name?: string;
  readonly dir: string;
  readonly organization?: string;
  readonly country?: string;
  readonly days?: number;
  readonly clamp?: boolean;
  readonly profile?: string;
  readonly pathLength?: number;
  readonly parent?: string;
  readonly parentPassphraseFile?: string;
  readonly parentPinFile?: string;
  readonly json?: boolean;
}

/** Options of a CA that is given a name. */
export type NamedCaOptions = InitCaOptions & { readonly name: string };

/** Options that are about the parent; a root has none. */
const OF_PARENT = ['profile', 'clamp', 'parentPassphraseFile', 'parentPinFile'] as const;

/** Contradictions are errors, found before anything is read or made. */
export function mustAgree(options: InitCaOptions): NamedCaOptions {
  const { name } = options;
  if (name === undefined) {
    throw new PkiError('USAGE', "required option '--name <name>' not specified");
  }
  if (name.trim() === '') throw new PkiError('USAGE', '--name must not be empty');
  const stray = OF_PARENT.find((option) => options[option] !== undefined);
  if (options.parent === undefined && stray) {
    throw new PkiError('USAGE', `${flagOf(stray)} needs --parent`);
  }
  return { ...options, name };
}
