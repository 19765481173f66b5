import { PkiError } from '../../errors.ts';
import type { KeyAccess } from '../../signers/key-access.ts';
import type { Pkcs11KeyRef } from '../../signers/key-ref.ts';
import { TokenConnection } from '../../signers/pkcs11/connection.ts';
import { openModule, type Pkcs11Module } from '../../signers/pkcs11/module.ts';
import { findToken, type Token } from '../../signers/pkcs11/slots.ts';
import type { CliContext } from '../context.ts';
import { keyAccess, type SecretOptions } from '../options.ts';
import { withHsmConfig } from './hsm-config.ts';
import type { TokenKeyOptions } from './hsm-options.ts';
import { tokenKeyRefs } from './token-key-refs.ts';

/** Options of the commands that are about a token, and not about a CA. */
export interface HsmCommandOptions extends SecretOptions, TokenKeyOptions {
  readonly json?: boolean;
}

/** The tokens, and perhaps the key in them, that the options name, and how they are spoken to. */
export async function tokensOf<Options extends HsmCommandOptions>(
  context: CliContext,
  given: Options,
) {
  const options = await withHsmConfig(context, given);
  const refs = tokenKeyRefs(options, context.cwd);
  if (!refs) {
    throw new PkiError(
      'USAGE',
      'name the PKCS#11 library with --pkcs11-lib, --hsm-config or --key',
    );
  }
  return { refs, access: keyAccess(context, options, context.cwd), options };
}

/** The same for commands that are about one token: to take the first of several would be a guess. */
export async function tokenOf<Options extends HsmCommandOptions>(
  context: CliContext,
  given: Options,
) {
  const { refs, ...rest } = await tokensOf(context, given);
  const [ref] = refs;
  if (refs.length === 1) return { ref, ...rest };
  throw new PkiError('USAGE', `this command is about one token, and ${refs.length} are named`, {
    hints: ['choose one with --pkcs11-token or --pkcs11-serial'],
  });
}

/** A token that nobody logged in to. */
export interface SeenToken {
  readonly module: Pkcs11Module;
  readonly token: Token;
  readonly ref: Pkcs11KeyRef;
  readonly access: KeyAccess;
}

/** The token, without logging in to it; what it tells everybody can be asked for. */
export async function seeToken(context: CliContext, given: HsmCommandOptions): Promise<SeenToken> {
  const { ref, access } = await tokenOf(context, given);
  const module = context.resources.use(await openModule(ref, access));
  return { module, token: await findToken(module, ref), ref, access };
}

/** The token, logged in to; it is closed when the command ends. */
export async function openToken(
  context: CliContext,
  given: HsmCommandOptions,
): Promise<{ readonly connection: TokenConnection; readonly ref: Pkcs11KeyRef }> {
  const { ref, access } = await tokenOf(context, given);
  return { connection: context.resources.use(await TokenConnection.open(ref, access)), ref };
}
