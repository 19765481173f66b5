import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { PkiError } from '../errors.ts';
import type { KeyAccess } from '../signers/key-access.ts';
import { Secret } from '../signers/secret.ts';
import type { CliContext } from './context.ts';
import { addHsmAccessOptions, type HsmAccessOptions, hsmSettings } from './hsm/hsm-options.ts';
import { printable } from './printable.ts';
import { waitingAt } from './progress.ts';
import {
  askSecret,
  type CaSecrets,
  OWN_SECRETS,
  SECRET_KINDS,
  secretFromDescriptor,
  secretFromVariable,
} from './secrets.ts';

/** Options that say how keys are opened. */
export interface SecretOptions extends HsmAccessOptions {
  readonly passphraseFile?: string;
  readonly debug?: 'pkcs11';
}

export function addSecretOptions(command: Command): Command {
  command.option(
    '--passphrase-file <file>',
    'passphrase of the CA key files; otherwise PKI_PASSPHRASE, or asked for',
  );
  return addHsmAccessOptions(command).addOption(debugOption());
}

export const debugOption = (): Option =>
  new Option('--debug <what>', 'log each PKCS#11 call to stderr; PKI_DEBUG does it too').choices([
    'pkcs11',
  ]);

export const jsonOption = (): Option => new Option('--json', 'print the result as JSON');

export const caDirectoryOption = (): Option =>
  new Option('--ca-dir <directory>', 'CA directory that "pki init-ca" made').makeOptionMandatory();

/** Parses a whole number of days, of one at least and a thousand years at most. */
export function days(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 365_250) return number;
  throw new InvalidArgumentError('it has to be a whole number of days, at least 1');
}

/** Parses how many CAs may follow below one. */
export function pathLength(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('it has to be a whole number of at most two digits');
}

/** What opening the keys of the CA in `directory` may ask for, from these options. */
export function keyAccess(
  context: CliContext,
  options: SecretOptions,
  directory: string,
  secrets: CaSecrets = OWN_SECRETS,
): KeyAccess {
  const { pkcs11PinFd } = options;
  mustBeOne({
    '--pkcs11-pin': options.pkcs11Pin,
    '--pkcs11-pin-file': options.pkcs11PinFile,
    '--pkcs11-pin-env': options.pkcs11PinEnv,
    '--pkcs11-pin-fd': pkcs11PinFd,
  });
  if (options.pkcs11Pin !== undefined) {
    context.note(
      'pki: warning: --pkcs11-pin can be seen by other users of this machine; use --pkcs11-pin-file, PKCS11_PIN or the prompt',
    );
  }
  return {
    directory,
    passphrase: once(() =>
      askSecret(
        context,
        secrets.passphrase,
        options.passphraseFile,
        `passphrase of the ${secrets.ca} key`,
      ),
    ),
    pin: onceEach(async (token, source) => {
      const { pkcs11Pin, pkcs11PinEnv, pkcs11PinFile = source } = options;
      if (pkcs11Pin !== undefined) return new Secret(pkcs11Pin);
      if (pkcs11PinEnv !== undefined) return secretFromVariable(context, 'PIN', pkcs11PinEnv);
      if (pkcs11PinFd !== undefined) return secretFromDescriptor('PIN', pkcs11PinFd);
      const whose = secrets.ca === OWN_SECRETS.ca ? '' : ` of the ${secrets.ca}`;
      return askSecret(context, secrets.pin, pkcs11PinFile, `PIN of the token "${token}"${whose}`);
    }),
    note: (text) => context.note(`pki: ${printable(text)}`),
    waiting: waitingAt(context),
    ...(wantsTrace(context, options) && { trace: (line) => context.note(printable(line)) }),
    hsm: hsmSettings(options),
    get interactive() {
      return context.prompt !== undefined;
    },
    environment: context.env,
    resources: context.resources,
    secretVariables: [
      ...SECRET_KINDS.map(({ variable }) => variable),
      options.pkcs11PinEnv,
      ...(secrets.hidden ?? []),
    ].filter((variable) => variable !== undefined),
    ...(context.spareHost && { spareHost: context.spareHost }),
  };
}

/** Options of which at most one may be given. */
function mustBeOne(options: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(options).filter((option) => options[option] !== undefined);
  if (given.length > 1) throw new PkiError('USAGE', `give either ${given.join(' or ')}`);
}

export const DEBUG_VARIABLE = 'PKI_DEBUG';

/** It is a list, so that more can be asked for later; what is unknown in it is an error. */
function wantsTrace({ env }: CliContext, { debug }: SecretOptions): boolean {
  const listed = (env[DEBUG_VARIABLE] ?? '').split(',').filter((what) => what !== '');
  const unknown = listed.find((what) => what !== 'pkcs11');
  if (unknown !== undefined) {
    throw new PkiError('USAGE', `unknown subject "${unknown}" in ${DEBUG_VARIABLE}`, {
      hints: ['use: pkcs11'],
    });
  }
  return debug === 'pkcs11' || listed.length > 0;
}

/** Asks at the first call and remembers: two keys may need the same secret. */
function once<Argument, Result>(ask: (argument: Argument) => Promise<Result>) {
  let answer: Promise<Result> | undefined;
  return (argument: Argument): Promise<Result> => {
    answer ??= ask(argument);
    return answer;
  };
}

/** The same for each token, since they have PINs of their own. */
function onceEach(ask: KeyAccess['pin']): KeyAccess['pin'] {
  const answers = new Map<string, Promise<Secret>>();
  return (token, source) => {
    const answer = answers.get(token) ?? ask(token, source);
    answers.set(token, answer);
    return answer;
  };
}

/** A path of the command line, from the directory where the command runs. */
export const pathOf = ({ cwd }: CliContext, path: string): string => resolve(cwd, path);
