import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_HSM_SETTINGS, type HsmSettings } from '../../signers/hsm-settings.ts';
import { parseUserType } from '../../signers/pkcs11-uri.ts';
import { collect } from '../collect.ts';

/** Options that say how tokens are spoken to; a file for `--hsm-config` may give them too. */
export interface HsmAccessOptions {
  readonly hsmConfig?: string;
  readonly pkcs11Pin?: string;
  readonly pkcs11PinFile?: string;
  readonly pkcs11PinEnv?: string;
  readonly pkcs11PinFd?: number;
  readonly allowFinalTry?: boolean;
  readonly pkcs11Sessions?: number;
  /** Seconds. */
  readonly pkcs11Timeout?: number;
  readonly pkcs11Vendor?: string;
}

/** Options that name a token; a file for `--hsm-config` may give them too. */
export interface TokenOptions extends HsmAccessOptions {
  readonly pkcs11Lib?: string;
  /** More than one: tokens that hold the same key. */
  readonly pkcs11Token?: readonly string[];
  readonly pkcs11Serial?: readonly string[];
  readonly pkcs11Slot?: number;
  readonly pkcs11SlotIndex?: number;
  readonly pkcs11UserType?: number;
  readonly pkcs11InitReserved?: string;
  /** Not an option of its own: the PIN file of `--hsm-config`, for a URI that will be remembered. */
  readonly pkcs11PinSource?: string;
}

/** Options that name a key in a token. */
export interface TokenKeyOptions extends TokenOptions {
  readonly pkcs11KeyLabel?: string;
  readonly pkcs11KeyId?: string;
  readonly key?: string;
}

export function addHsmAccessOptions(command: Command): Command {
  return command
    .option(
      '--hsm-config <file>',
      'YAML file with options of the HSM, so that they are written once',
    )
    .option(
      '--pkcs11-pin <pin>',
      'PIN of the token; other users can see it, so prefer the following',
    )
    .option('--pkcs11-pin-file <file>', 'PIN of the token; otherwise PKCS11_PIN, or asked for')
    .option('--pkcs11-pin-env <name>', 'PIN of the token, in this environment variable')
    .option('--pkcs11-pin-fd <number>', 'PIN of the token, from this file descriptor', whole(0))
    .option('--allow-final-try', 'use the PIN although it is the last try before it is locked')
    .option('--pkcs11-sessions <number>', 'signatures at once in a token (default: 1)', whole(1))
    .option('--pkcs11-timeout <seconds>', 'how long a call may take (default: 60)', whole(1))
    .option('--pkcs11-vendor <name>', 'treat the token as one of this vendor, whatever it says');
}

export function addTokenOptions(command: Command): Command {
  return command
    .option('--pkcs11-lib <path>', 'PKCS#11 library: the key is in a token')
    .option(
      '--pkcs11-token <label>',
      'token, by its label; several if they hold the same key',
      collect,
    )
    .option('--pkcs11-serial <number>', 'token, by its serial number; several likewise', collect)
    .option('--pkcs11-slot <number>', 'token, by the number of its slot', whole(0))
    .option('--pkcs11-slot-index <number>', 'token, by its place among all, from 0', whole(0))
    .addOption(
      new Option('--pkcs11-user-type <number>', 'user type of the login, as 0x80000001').argParser(
        parseUserType,
      ),
    )
    .option('--pkcs11-init-reserved <text>', 'parameters for C_Initialize, which few modules take');
}

export function addTokenKeyOptions(
  command: Command,
  what = 'key in a token, by an RFC 7512 URI (pkcs11:token=…;object=…)',
): Command {
  return addTokenOptions(command.option('--key <uri>', what))
    .option('--pkcs11-key-label <label>', 'key in the token, by its label')
    .option('--pkcs11-key-id <hex>', 'key in the token, by its ID');
}

/** The settings that these options give; what they leave open is as usual. */
export const hsmSettings = (options: HsmAccessOptions): HsmSettings => ({
  sessions: options.pkcs11Sessions ?? DEFAULT_HSM_SETTINGS.sessions,
  timeout: (options.pkcs11Timeout ?? DEFAULT_HSM_SETTINGS.timeout / 1000) * 1000,
  allowFinalTry: options.allowFinalTry ?? DEFAULT_HSM_SETTINGS.allowFinalTry,
  ...(options.pkcs11Vendor !== undefined && { vendor: options.pkcs11Vendor }),
});

/** Parses a whole number that is not below `least`. */
function whole(least: number) {
  return (text: string): number => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
    throw new InvalidArgumentError(`it has to be a whole number, at least ${least}`);
  };
}
