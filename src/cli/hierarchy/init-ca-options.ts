import { PkiError } from '../../errors.ts';
import type { ActOptions } from '../act.ts';
import { flagOf } from '../hsm/token-key-refs.ts';
import type { CaKeyOptions } from './ca-key-plan.ts';

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
  readonly var?: readonly string[];
  readonly pathLength?: number;
  readonly parent?: string;
  readonly parentPassphraseFile?: string;
  readonly parentPinFile?: string;
  /** Where the request of a CA goes that waits for its certificate; "-" is standard output. */
  readonly csr?: string;
  /** The certificate that such a CA gets. */
  readonly complete?: string;
  /** The certificate of a CA that exists. */
  readonly import?: string;
  readonly chain?: readonly string[];
  readonly json?: boolean;
}

/** Options of a CA that is given a name. */
export type NamedCaOptions = InitCaOptions & { readonly name: string };

export interface CompleteTask extends ActOptions {
  readonly complete: string;
  readonly chain: readonly string[];
}

/** What `pki init-ca` makes. */
export type InitCaTask =
  | { readonly kind: 'create'; readonly options: NamedCaOptions }
  | { readonly kind: 'request'; readonly options: NamedCaOptions; readonly csr: string }
  | ({ readonly kind: 'complete' } & CompleteTask)
  | { readonly kind: 'import'; readonly options: InitCaOptions & { readonly import: string } };

/** Options that say how the CA comes by its certificate; at most one is given. */
const WAYS = ['parent', 'csr', 'complete', 'import'] as const;

type Option = keyof InitCaOptions;

const OF_PARENT: readonly Option[] = [
  ...(['profile', 'var', 'clamp', 'parentPassphraseFile', 'parentPinFile'] as const),
];

/** What a certificate says, which whoever issues it decides. */
const OF_CERTIFICATE: readonly Option[] = ['days', 'pathLength'];

const OF_NEW_CA: readonly Option[] = [
  ...(['name', 'organization', 'country', 'hybrid', 'mlDsa', 'mlDsaGenerateKey'] as const),
  ...(['pkcs11GenerateKey', 'exportable'] as const),
];

/** The only options beside `--complete`, which opens no key. */
const OF_COMPLETION: readonly string[] = ['dir', 'complete', 'chain', 'json', 'reason'];

/** Reads the task from the options; contradictions are errors, found before anything is made. */
export function taskOf(options: InitCaOptions): InitCaTask {
  const ways = WAYS.filter((way) => options[way] !== undefined);
  if (ways.length > 1) {
    throw new PkiError('USAGE', `give either ${ways.map(flagOf).join(' or ')}`);
  }
  const { complete, csr, chain, reason, import: imported } = options;
  if (complete !== undefined) {
    mustNotHave(strangeTo(options), '--complete');
    return { kind: 'complete', complete, chain: chain ?? [], ...(reason && { reason }) };
  }
  if (imported !== undefined) {
    mustNotHave(given(options, [...OF_PARENT, ...OF_CERTIFICATE, ...OF_NEW_CA]), '--import');
    return { kind: 'import', options: { ...options, import: imported } };
  }
  if (chain !== undefined) throw new PkiError('USAGE', '--chain needs --complete or --import');
  const named = withName(options);
  const ofParent = given(options, OF_PARENT);
  if (csr !== undefined) {
    mustNotHave([...given(options, OF_CERTIFICATE), ...ofParent], '--csr');
    return { kind: 'request', options: named, csr };
  }
  if (options.parent === undefined && ofParent[0]) {
    throw new PkiError('USAGE', `${flagOf(ofParent[0])} needs --parent`);
  }
  return { kind: 'create', options: named };
}

const given = (options: InitCaOptions, names: readonly Option[]): readonly string[] =>
  names.filter((name) => options[name] !== undefined);

/** All that are given but have no meaning for a completion; `passphrase` is false if it is given. */
const strangeTo = (options: InitCaOptions): readonly string[] =>
  Object.entries(options)
    .filter(([name, value]) => !OF_COMPLETION.includes(name) && (name !== 'passphrase' || !value))
    .map(([name]) => (name === 'passphrase' ? 'noPassphrase' : name));

function mustNotHave([stray]: readonly string[], way: string): void {
  if (stray === undefined) return;
  throw new PkiError('USAGE', `${flagOf(stray)} is not for ${way}`);
}

function withName(options: InitCaOptions): NamedCaOptions {
  const { name } = options;
  if (name === undefined) {
    throw new PkiError('USAGE', "required option '--name <name>' not specified");
  }
  if (name.trim() === '') throw new PkiError('USAGE', '--name must not be empty');
  return { ...options, name };
}
