import { PkiError } from '../../errors.ts';
import type { KeyAccess } from '../../signers/key-access.ts';
import { TokenConnection } from '../../signers/pkcs11/connection.ts';
import { type GeneratedKey, generateOver } from '../../signers/pkcs11/generate-signer.ts';
import type { Pkcs11Signer } from '../../signers/pkcs11/pkcs11-signer.ts';
import type { KeyGeneration } from '../../signers/pkcs11/templates.ts';

/** How long a command that was interrupted waits for a key that is being made. Milliseconds. */
const PATIENCE = 10_000;

/** Makes a key pair in a token and opens it; it goes again unless `committed` when the command ends. */
export async function generateInToken(
  generation: KeyGeneration,
  access: KeyAccess,
  committed: () => boolean,
): Promise<Pkcs11Signer> {
  const { resources } = access;
  const connection = await TokenConnection.open(generation.ref, access);
  if (resources.disposed) throw new PkiError('INTERRUPTED', 'interrupted');
  const generating = generateOver(connection, generation);
  resources.defer(async () => {
    const generated = await finished(generating, connection);
    if (!committed()) await generated?.undo();
    await generated?.signer[Symbol.asyncDispose]();
  });
  const { waiting = (_, work) => work } = access;
  return (await waiting('making the key in the token', generating)).signer;
}

/**
 * The key, if one was made. An interruption does not stop the token: the key is there a moment
 * later, and has to go. A token that takes too long is left, and told about.
 */
async function finished(
  generating: Promise<GeneratedKey>,
  connection: TokenConnection,
): Promise<GeneratedKey | undefined> {
  let late = false;
  const timer = setTimeout(async () => {
    late = true;
    await connection[Symbol.asyncDispose]();
  }, PATIENCE);
  try {
    return await generating;
  } catch (error) {
    const left = error instanceof PkiError ? error.hints.at(-1) : undefined;
    if (late && left !== undefined) connection.access.note(`warning: ${left}`);
    return undefined; // otherwise it has been told as what ended the command
  } finally {
    clearTimeout(timer);
  }
}
