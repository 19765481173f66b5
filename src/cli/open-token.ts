import { PkiError } from '../errors.ts';
import type { Pkcs11KeyRef } from '../signers/key-ref.ts';
import { TokenConnection } from '../signers/pkcs11/connection.ts';
import type { CliContext } from './context.ts';
import { withHsmConfig } from './hsm-config.ts';
import type { TokenKeyOptions } from './hsm-options.ts';
import { keyAccess, type SecretOptions } from './options.ts';
import { tokenKeyRefs } from './token-key-refs.ts';

/** Options of the commands that are about a token, and not about a CA. */
export interface HsmCommandOptions extends SecretOptions, TokenKeyOptions {
  readonly json?: boolean;
}

/** The token and perhaps the key in it that the options name, and how it is spoken to. */
export async function tokenOf(context: CliContext, given: HsmCommandOptions) {
  const options = await withHsmConfig(context, given);
  const [ref] = tokenKeyRefs(options, context.cwd) ?? [];
  if (!ref) {
    throw new PkiError(
      'USAGE',
      'name the PKCS#11 library with --pkcs11-lib, --hsm-config or --key',
    );
  }
  return { ref, access: keyAccess(context, options, context.cwd), options };
}

/** The token, logged in to; it is closed when the command ends. */
export async function openToken(
  context: CliContext,
  given: HsmCommandOptions,
): Promise<{ readonly connection: TokenConnection; readonly ref: Pkcs11KeyRef }> {
  const { ref, access } = await tokenOf(context, given);
  return { connection: context.resources.use(await TokenConnection.open(ref, access)), ref };
}
