import { PkiError } from '../../errors.ts';
import type { ReadBackup } from '../../hsm/backup-file.ts';
import { BackupKeys, type Derivation, newDerivation } from '../../hsm/backup-keys.ts';
import type { WrappingKey } from '../../hsm/wrapping-key.ts';
import type { CliContext } from '../context.ts';
import { askSecret, BACKUP_PASSPHRASE, chooseSecret } from '../secrets.ts';
import type { HsmCommandOptions } from './open-token.ts';

/** Options that say what a backup is encrypted under. */
export interface BackupOptions extends HsmCommandOptions {
  readonly backupPassphraseFile?: string;
  readonly wrappingKey?: string;
}

/** Whoever has the file can try passphrases as fast as they like; no token counts the tries. */
const LEAST_LENGTH = 12;

const QUESTION = 'passphrase of the backup';

/** What a key is wrapped under, what the file tells of it, and what confirms the file. */
export interface Wrapping {
  readonly wrappingKey: WrappingKey;
  readonly under: Derivation | { readonly label: string };
  readonly keys?: BackupKeys;
}

/** Asks for a new passphrase, unless a key of the token is named. */
export async function chooseWrapping(
  context: CliContext,
  { wrappingKey: label, backupPassphraseFile: file }: BackupOptions,
): Promise<Wrapping> {
  if (label !== undefined) return { wrappingKey: { kind: 'token', label }, under: { label } };
  const passphrase = await chooseSecret(context, BACKUP_PASSPHRASE, file, QUESTION);
  if ([...passphrase.reveal()].length < LEAST_LENGTH) {
    throw new PkiError('AUTH', `the ${QUESTION} is shorter than ${LEAST_LENGTH} characters`, {
      hints: ['whoever has the file can try as many passphrases as they like'],
    });
  }
  const under = newDerivation();
  return withKeys(under, context.resources.use(new BackupKeys(passphrase, under)));
}

/** Asks for the passphrase of a file, or takes the key of the token that it names, or `label`. */
export async function openWrapping(
  context: CliContext,
  { backup, path, authenticated }: ReadBackup,
  { wrappingKey: label, backupPassphraseFile: file }: BackupOptions,
): Promise<Wrapping> {
  if ('advice' in backup.wrapped) throw onlyPublic(path, backup.wrapped.advice);
  const { under } = backup.wrapped;
  if ('label' in under) {
    mustBeAbsent('--backup-passphrase-file', file, 'a key of the token');
    return { wrappingKey: { kind: 'token', label: label ?? under.label }, under };
  }
  mustBeAbsent('--wrapping-key', label, 'a passphrase');
  const passphrase = await askSecret(context, BACKUP_PASSPHRASE, file, `${QUESTION} ${path}`);
  const keys = context.resources.use(new BackupKeys(passphrase, under));
  if (authenticated && keys.verifies(authenticated.text, authenticated.tag)) {
    return withKeys(under, keys);
  }
  throw new PkiError('AUTH', `wrong passphrase for ${path}, or somebody changed the file`);
}

const withKeys = (under: Derivation, keys: BackupKeys): Wrapping => ({
  wrappingKey: { kind: 'passphrase', octets: keys.wrapping },
  under,
  keys,
});

const onlyPublic = (path: string, advice: string): PkiError =>
  new PkiError('KEY_UNAVAILABLE', `${path} has no key in it, only its public part`, {
    hints: [`the key could not leave its token: ${advice}`],
  });

function mustBeAbsent(option: string, value: unknown, under: string): void {
  if (value === undefined) return;
  throw new PkiError('USAGE', `${option} does not go with this backup, which is under ${under}`);
}
