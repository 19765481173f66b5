import type { KeyAccess } from '../key-access.ts';
import { TokenConnection } from './connection.ts';
import { destroyKeyPair, generateKeyPair, type KeyGeneration, leftBehind } from './generate.ts';
import { Pkcs11Signer } from './pkcs11-signer.ts';

/** A key that was made just now, and how to undo that. */
export interface GeneratedKey {
  readonly signer: Pkcs11Signer;
  /** Deletes the key pair, for when no CA came of it. */
  undo(): Promise<void>;
}

/** Makes a key pair in the token and opens it. */
export async function generatePkcs11Signer(
  generation: KeyGeneration,
  access: KeyAccess,
): Promise<GeneratedKey> {
  await using opened = new AsyncDisposableStack();
  const connection = opened.use(await TokenConnection.open(generation.ref, access));
  const made = await generateKeyPair(connection, generation);
  const undo = async () => {
    try {
      await destroyKeyPair(connection, made);
    } catch (error) {
      access.note(`warning: ${leftBehind(connection, made)}`);
      throw error;
    }
  };
  try {
    const signer = await Pkcs11Signer.over(connection, made, generation.algorithm);
    opened.move();
    return { signer, undo };
  } catch (error) {
    await undo();
    throw error;
  }
}
