import { resolve } from 'node:path';
import { PkiError } from '../../errors.ts';
import { readKeyFile } from '../../signers/key-file.ts';
import { provenPublicKey } from '../../signers/key-pair.ts';
import type { Pkcs11KeyRef } from '../../signers/key-ref.ts';
import type { Secret } from '../../signers/secret.ts';
import type { CliContext } from '../context.ts';
import { tokenKeyRefs, uriKeyRef } from '../hsm/token-key-refs.ts';
import { newPassphrase } from '../new-passphrase.ts';
import { askSecret, PASSPHRASE } from '../secrets.ts';
import type { InitCaOptions } from './init-ca-options.ts';

/** A key that is there already: PrivateKeyInfo from a file, or its name in tokens. */
export type ExistingKey =
  | { readonly kind: 'file'; readonly pkcs8: Uint8Array }
  | {
      readonly kind: 'in-token';
      readonly ref: Pkcs11KeyRef;
      /** The same key in other tokens, for when that one is gone. */
      readonly replicas: readonly Pkcs11KeyRef[];
    };

export interface ExistingKeys {
  readonly signing: ExistingKey;
  readonly mlDsa: ExistingKey | undefined;
  /** For the copies of key files; undefined if there are none, or by request. */
  readonly passphrase: Secret | undefined;
}

/** Reads the key files that the options name, and proves that their parts belong together. */
export async function existingKeys(
  context: CliContext,
  options: InitCaOptions,
): Promise<ExistingKeys> {
  const { cwd } = context;
  const { key, mlDsaKey, passphraseFile } = options;
  let asked: Promise<Secret> | undefined;
  const fromFile = async (name: string): Promise<ExistingKey> => {
    const path = resolve(cwd, name.replace(/^file:/, ''));
    const { pkcs8, encryption } = await readKeyFile(path, () => {
      asked ??= askSecret(context, PASSPHRASE, passphraseFile, `passphrase of ${path}`);
      return asked;
    });
    if (encryption !== undefined && !options.passphrase) throw staysEncrypted(path);
    await provenPublicKey(pkcs8, path);
    return { kind: 'file', pkcs8 };
  };
  const isFile = (name: string | undefined): name is string =>
    name !== undefined && !name.startsWith('pkcs11:');
  const signing = isFile(key) ? await fromFile(key) : inTokens(options, cwd);
  const second = isFile(mlDsaKey) ? await fromFile(mlDsaKey) : mlDsaKey;
  const mlDsa: ExistingKey | undefined =
    typeof second === 'string'
      ? { kind: 'in-token', ref: uriKeyRef(options, second, cwd), replicas: [] }
      : second;
  const needed = [signing, mlDsa].some((one) => one?.kind === 'file');
  const passphrase = asked ?? (needed ? newPassphrase(context, options, 'the CA key') : undefined);
  return { signing, mlDsa, passphrase: await passphrase };
}

function inTokens(options: InitCaOptions, cwd: string): ExistingKey {
  const [ref, ...replicas] = tokenKeyRefs(options, cwd) ?? [];
  if (ref) return { kind: 'in-token', ref, replicas };
  throw new PkiError('USAGE', 'name the key of the CA with --key, or its token with --pkcs11-lib');
}

const staysEncrypted = (path: string): PkiError =>
  new PkiError('USAGE', `${path} is encrypted, and its copy will be as well`, {
    hints: ['leave --no-passphrase out'],
  });
