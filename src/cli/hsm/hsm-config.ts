import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { PkiError, systemErrorText } from '../../errors.ts';
import type { HsmPreferences } from '../../store/ca-config.ts';
import type { CliContext } from '../context.ts';
import type { HsmAccessOptions, TokenOptions } from './hsm-options.ts';

/** Options that give a PIN; one on the command line replaces those of a file. */
const PIN_OPTIONS = ['pkcs11Pin', 'pkcs11PinFile', 'pkcs11PinEnv', 'pkcs11PinFd'] as const;

/** Options that name a token; a key's URI on the command line replaces those of a file. */
const TOKEN_OPTIONS = ['pkcs11Token', 'pkcs11Serial', 'pkcs11Slot', 'pkcs11SlotIndex'] as const;

/** The options, completed by the file of `--hsm-config` and then by what the CA remembers. */
export async function withHsmConfig<Options extends HsmAccessOptions & { readonly key?: string }>(
  { cwd }: CliContext,
  options: Options,
  remembered: HsmPreferences = {},
): Promise<Options> {
  const { hsmConfig } = options;
  const file = hsmConfig === undefined ? {} : await readHsmConfig(resolve(cwd, hsmConfig));
  return completed(completed(options, file), optionsOf(remembered));
}

const optionsOf = ({ sessions, timeout, vendor, pinEnv }: HsmPreferences): HsmAccessOptions => ({
  ...(sessions !== undefined && { pkcs11Sessions: sessions }),
  ...(timeout !== undefined && { pkcs11Timeout: timeout }),
  ...(vendor !== undefined && { pkcs11Vendor: vendor }),
  ...(pinEnv !== undefined && { pkcs11PinEnv: pinEnv }),
});

/** What a CA remembers of these options; a PIN file of `--hsm-config` is in the key's URI. */
export const preferencesOf = (options: HsmAccessOptions): HsmPreferences => ({
  ...(options.pkcs11Sessions !== undefined && { sessions: options.pkcs11Sessions }),
  ...(options.pkcs11Timeout !== undefined && { timeout: options.pkcs11Timeout }),
  ...(options.pkcs11Vendor !== undefined && { vendor: options.pkcs11Vendor }),
  ...(options.pkcs11PinEnv !== undefined && { pinEnv: options.pkcs11PinEnv }),
});

/** Options of which only one is meant are replaced together. */
function completed<Options extends object>(strong: Options, weak: TokenOptions): Options {
  const has = (options: readonly string[]) => options.some((option) => option in strong);
  const dropped: readonly string[] = [
    ...(has(PIN_OPTIONS) ? PIN_OPTIONS : []),
    ...(has(['key', ...TOKEN_OPTIONS]) ? TOKEN_OPTIONS : []),
  ];
  const kept = Object.entries(weak).filter(([option]) => !dropped.includes(option));
  return { ...Object.fromEntries(kept), ...strong };
}

/** Reads the YAML file of an HSM. Unknown keys are errors; there is no key for a PIN. */
export async function readHsmConfig(path: string): Promise<TokenOptions> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new PkiError('USAGE', `cannot read ${path}: ${systemErrorText(error)}`, { cause: error });
  }
  const { parseHsmConfig } = await import('./hsm-config-schema.ts'); // its libraries load slowly
  const config = parseHsmConfig(text, path);
  const here = (file: string) => resolve(dirname(path), file);
  const { module, token, serial, userType } = config;
  const list = (value: string | readonly string[] | undefined) =>
    value === undefined ? undefined : [value].flat();
  const options = {
    pkcs11Lib: here(module),
    pkcs11Token: list(token),
    pkcs11Serial: list(serial),
    pkcs11Slot: config.slot,
    pkcs11UserType: userType,
    pkcs11InitReserved: config.initReserved,
    pkcs11PinEnv: config.pinEnv,
    pkcs11PinFile: config.pinFile === undefined ? undefined : here(config.pinFile),
    pkcs11PinSource: config.pinFile === undefined ? undefined : here(config.pinFile),
    pkcs11Sessions: config.sessions,
    pkcs11Timeout: config.timeout,
    pkcs11Vendor: config.vendor,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
