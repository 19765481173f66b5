import type { KeyAccess } from '../key-access.ts';
import { TokenConnection } from './connection.ts';
import { destroyKeyPair, generateKeyPair, leftBehind, type MadeKeyRef } from './generate.ts';
import { Pkcs11Signer } from './pkcs11-signer.ts';
import type { KeyGeneration } from './templates.ts';

/** A key that was made just now, and how to undo that. */
export interface GeneratedKey {
  readonly signer: Pkcs11Signer;
  /** Deletes the key pair, for when no CA came of it; notes what cannot be deleted. */
  undo(): Promise<void>;
}

/** How long a key is being deleted when a command ends. Milliseconds. */
const PATIENCE = 10_000;

/** Makes a key pair in the token and opens it. */
export async function generatePkcs11Signer(
  generation: KeyGeneration,
  access: KeyAccess,
): Promise<GeneratedKey> {
  return generateOver(await TokenConnection.open(generation.ref, access), generation);
}

/** The same in a token that is open already; the signer takes the connection over. */
export async function generateOver(
  connection: TokenConnection,
  generation: KeyGeneration,
): Promise<GeneratedKey> {
  await using opened = new AsyncDisposableStack();
  opened.use(connection);
  const made = await generateKeyPair(connection, generation);
  const undo = () => destroyAtLast(connection, made);
  try {
    const signer = await Pkcs11Signer.over(connection, made, generation.algorithm);
    opened.move();
    return { signer, undo };
  } catch (error) {
    await undo();
    throw error;
  }
}

/** Deletes a key when the command ends; if the token was lost, in a new connection. */
async function destroyAtLast(connection: TokenConnection, made: MadeKeyRef): Promise<void> {
  await using late = new AsyncDisposableStack(); // the command's own is being disposed of
  const timer = setTimeout(async () => {
    await Promise.all([late.disposeAsync(), connection[Symbol.asyncDispose]()]);
  }, PATIENCE);
  try {
    await connection.calm();
    await destroyKeyPair(connection, made, late);
  } catch (error) {
    const why = error instanceof Error ? `: ${error.message}` : '';
    connection.access.note(`warning: ${leftBehind(connection, made)}${why}`);
  } finally {
    clearTimeout(timer);
  }
}
