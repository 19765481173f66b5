import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PkiError, systemErrorText } from '../errors.ts';
import { Secret, secretFromFile } from '../signers/secret.ts';
import type { CliContext } from './context.ts';
import { printable } from './printable.ts';

/** One kind of secret: what it is called, and the places where it can come from. */
export interface SecretKind {
  readonly what: string;
  readonly fileOption: string;
  readonly variable: string;
}

export const PASSPHRASE: SecretKind = {
  what: 'passphrase',
  fileOption: '--passphrase-file',
  variable: 'PKI_PASSPHRASE',
};

/** Of the key files of a CA that certifies another one, which has a passphrase of its own. */
export const PARENT_PASSPHRASE: SecretKind = {
  what: 'passphrase of the parent CA',
  fileOption: '--parent-passphrase-file',
  variable: 'PKI_PARENT_PASSPHRASE',
};

/** Of the key files of a CA that gets a new key; those of the new key have a passphrase of their own. */
export const OLD_PASSPHRASE: SecretKind = {
  what: 'passphrase of the old CA',
  fileOption: '--old-passphrase-file',
  variable: 'PKI_OLD_PASSPHRASE',
};

/** Of a key file that is written anew, beside the one that it has. */
export const NEW_PASSPHRASE: SecretKind = {
  what: 'new passphrase',
  fileOption: '--new-passphrase-file',
  variable: 'PKI_NEW_PASSPHRASE',
};

export const BACKUP_PASSPHRASE: SecretKind = {
  what: 'backup passphrase',
  fileOption: '--backup-passphrase-file',
  variable: 'PKI_BACKUP_PASSPHRASE',
};

export const P12_PASSPHRASE: SecretKind = {
  what: 'PKCS #12 passphrase',
  fileOption: '--p12-passphrase-file',
  variable: 'PKI_P12_PASSPHRASE',
};

export const PIN: SecretKind = {
  what: 'PIN',
  fileOption: '--pkcs11-pin-file',
  variable: 'PKCS11_PIN',
};

export const PARENT_PIN: SecretKind = {
  what: 'PIN of the parent CA',
  fileOption: '--parent-pin-file',
  variable: 'PKCS11_PARENT_PIN',
};

export const OLD_PIN: SecretKind = {
  what: 'PIN of the old CA',
  fileOption: '--old-pin-file',
  variable: 'PKCS11_OLD_PIN',
};

export const SECRET_KINDS: readonly SecretKind[] = [
  PASSPHRASE,
  NEW_PASSPHRASE,
  BACKUP_PASSPHRASE,
  P12_PASSPHRASE,
  PARENT_PASSPHRASE,
  OLD_PASSPHRASE,
  PIN,
  PARENT_PIN,
  OLD_PIN,
];

/** Which secrets open the keys of a CA, and how questions call that CA. */
export interface CaSecrets {
  readonly passphrase: SecretKind;
  readonly pin: SecretKind;
  readonly ca: 'CA' | 'parent CA' | 'old CA';
  /** Variables with secrets of another CA, which the modules of this one do not get. */
  readonly hidden?: readonly string[];
}

export const OWN_SECRETS: CaSecrets = { passphrase: PASSPHRASE, pin: PIN, ca: 'CA' };

/**
 * A parent's secrets come from places of their own and never from those of the CA below it: a PIN
 * that is sent to the wrong token costs one of its tries.
 */
export const PARENT_SECRETS: CaSecrets = {
  passphrase: PARENT_PASSPHRASE,
  pin: PARENT_PIN,
  ca: 'parent CA',
};

/** Likewise those of a CA's old key are never tried for its new one. */
export const OLD_SECRETS: CaSecrets = {
  passphrase: OLD_PASSPHRASE,
  pin: OLD_PIN,
  ca: 'old CA',
};

/** A file named on the command line wins over the environment, that over a prompt. */
export async function askSecret(
  context: CliContext,
  kind: SecretKind,
  file: string | undefined,
  question: string,
): Promise<Secret> {
  const { what, variable, fileOption } = kind;
  if (file !== undefined) return readSecret(context, what, file);
  const value = context.env[variable];
  if (value !== undefined && value !== '') return new Secret(value);
  if (!context.prompt) {
    throw new PkiError('AUTH', `the ${question} is needed, and there is no terminal to ask at`, {
      hints: [`give it with ${fileOption}, or in the environment variable ${variable}`],
    });
  }
  return nonEmpty(await context.prompt(`${printable(question)}: `), what);
}

/** The same for a passphrase that is being chosen: at a terminal it is typed twice. */
export async function chooseSecret(
  context: CliContext,
  kind: SecretKind,
  file: string | undefined,
  question: string,
): Promise<Secret> {
  const chosen = await askSecret(context, kind, file, question);
  if (file !== undefined || context.env[kind.variable] || !context.prompt) return chosen;
  if ((await context.prompt(`${question}, again: `)) === chosen.reveal()) return chosen;
  throw new PkiError('AUTH', `the two entries of the ${kind.what} differ`);
}

/** `-` is standard input, of which the first line counts. */
export async function readSecret(context: CliContext, what: string, file: string): Promise<Secret> {
  if (file !== '-') return secretFromFile(what, resolve(context.cwd, file));
  const [line = ''] = Buffer.from(await context.readStdin())
    .toString('utf8')
    .split(/\r?\n/, 1);
  return nonEmpty(line, what);
}

function nonEmpty(text: string, what: string): Secret {
  if (text === '') throw new PkiError('AUTH', `the ${what} is empty`);
  return new Secret(text);
}

/** A variable that was named has to be there: falling back to another source could send a wrong PIN. */
export function secretFromVariable({ env }: CliContext, what: string, name: string): Secret {
  const value = env[name];
  if (value !== undefined && value !== '') return new Secret(value);
  throw new PkiError('AUTH', `the environment variable ${name} with the ${what} is not set`);
}

/** The first line of what is read from an open file descriptor, as `3<pin.txt` gives it. */
export function secretFromDescriptor(what: string, descriptor: number): Secret {
  let text: string;
  try {
    text = readFileSync(descriptor, 'utf8');
  } catch (error) {
    const why = systemErrorText(error);
    throw new PkiError(
      'USAGE',
      `cannot read the ${what} from file descriptor ${descriptor}: ${why}`,
      {
        cause: error,
      },
    );
  }
  return nonEmpty(text.split(/\r?\n/, 1)[0] ?? '', what);
}
