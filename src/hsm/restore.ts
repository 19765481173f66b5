import { randomBytes } from 'node:crypto';
import type { Handle } from 'pkcs11js';
import { PkiError } from '../errors.ts';
import type { Pkcs11KeyRef } from '../signers/key-ref.ts';
import type { TokenConnection } from '../signers/pkcs11/connection.ts';
import { remediesOf } from '../signers/pkcs11/errors.ts';
import {
  destroyKeyPair,
  firstAccepted,
  freeId,
  type MadeKeyRef,
  mustBeFit,
  mustBeFree,
  undone,
} from '../signers/pkcs11/generate.ts';
import { findPrivateKey } from '../signers/pkcs11/keys.ts';
import { Pkcs11Signer } from '../signers/pkcs11/pkcs11-signer.ts';
import type { Pkcs11Session } from '../signers/pkcs11/session.ts';
import { OTHER_USES } from '../signers/pkcs11/templates.ts';
import { wrapsOf } from './backup.ts';
import type { KeyBackup, WrappedPart } from './backup-file.ts';
import { mustVerify, tokenAlgorithmOf } from './proof.ts';
import { type IncomingKey, privateTemplates, publicTemplates } from './unwrap-templates.ts';
import { unwrapsOf, WRAP_FORMATS, type WrapMechanism } from './wrap-formats.ts';
import { type WrappingKey, withWrappingKey } from './wrapping-key.ts';

/** A key to put into a token. */
export interface Restoration {
  readonly backup: Omit<KeyBackup, 'wrapped'> & { readonly wrapped: WrappedPart };
  readonly wrappingKey: WrappingKey;
  /** Label and ID, if they are to be others than those of the backup. */
  readonly ref: Pkcs11KeyRef;
  readonly exportable: boolean;
  readonly interrupted: AbortSignal;
}

/**
 * Unwraps the key into the token, puts its public half beside it, and proves that both are the key
 * of the backup. What fails is deleted again; it is not tried again.
 */
export async function restoreKey(
  connection: TokenConnection,
  restoration: Restoration,
): Promise<Pkcs11KeyRef> {
  const { anchor } = connection;
  const { backup, ref, exportable } = restoration;
  const label = ref.object ?? backup.label;
  const given = ref.id ?? (backup.id.length > 0 ? backup.id : undefined);
  const offered = await wrapsOf(connection);
  const ways = unwrapsOf(backup.wrapped.format, offered);
  if (ways.length === 0) throw incompatible(connection, backup.wrapped, offered);
  await mustBeFree(anchor, { object: label });
  if (given) await mustBeFree(anchor, { id: given });
  const id = given ?? (await freeId(anchor, anchor.quirks.idBytes));
  const { publicKey } = backup;
  const algorithm = tokenAlgorithmOf(publicKey);
  const key = { algorithm, publicKey, label, id, stays: true, exportable };
  const made = { ...ref, object: label, id };
  return connection.run(async () => {
    try {
      const undo = () => destroyKeyPair(connection, made);
      await connection.use((session) => bringIn(session, key, ways, { ...restoration, undo }));
      return await proven(connection, made, key, restoration);
    } catch (error) {
      throw await undone(connection, made, error);
    }
  });
}

/** Makes both objects. The private one comes first: what fails most often then leaves nothing. */
async function bringIn(
  session: Pkcs11Session,
  key: IncomingKey,
  ways: readonly WrapMechanism[],
  { wrappingKey, backup, undo }: Restoration & { readonly undo: () => Promise<unknown> },
): Promise<void> {
  const handle = await withWrappingKey(session, wrappingKey, (under) =>
    firstUnwrap(ways, backup.wrapped, (way) =>
      firstAccepted(
        privateTemplates(key, session.quirks),
        (template) =>
          session.unwrap({ mechanism: way.number }, under, backup.wrapped.octets, template),
        undo,
      ),
    ),
  );
  await forbidOtherUses(session, handle);
  await firstAccepted(publicTemplates(key, session.quirks), (template) =>
    session.createObject(template),
  );
}

async function firstUnwrap<Result>(
  ways: readonly WrapMechanism[],
  wrapped: WrappedPart,
  unwrap: (way: WrapMechanism) => Promise<Result>,
): Promise<Result> {
  const failures: unknown[] = [];
  for (const way of ways) {
    try {
      return await unwrap(way);
    } catch (error) {
      failures.push(error);
      if (!remediesOf(error).includes('next-mechanism')) break;
    }
  }
  throw notUnwrapped(failures[0], wrapped);
}

/** The first error is that of the mechanism that fits best. */
function notUnwrapped(error: unknown, { under }: WrappedPart): unknown {
  if (!(error instanceof PkiError) || !('label' in under)) return error;
  const hint = `the backup was wrapped under the key "${under.label}"; this may be another one`;
  return new PkiError(error.code, error.message, {
    hints: [hint, ...error.hints],
    cause: error.cause,
  });
}

/** NSS sets these itself when it unwraps, whatever the template says, and lets them be changed. */
async function forbidOtherUses(session: Pkcs11Session, key: Handle): Promise<void> {
  for (const type of OTHER_USES) {
    if ((await session.attribute(key, type))?.[0] !== 1) continue;
    await session.setAttribute(key, type, false).catch(() => undefined); // reading back tells
  }
}

/** Opens the key as a CA would, reads it back, and has it sign. */
async function proven(
  connection: TokenConnection,
  made: MadeKeyRef,
  { algorithm, publicKey, exportable }: IncomingKey,
  { interrupted }: Restoration,
): Promise<Pkcs11KeyRef> {
  const signer = await Pkcs11Signer.over(connection, made, algorithm);
  if (Buffer.compare(signer.publicKey, publicKey) !== 0) {
    throw new PkiError('INTEGRITY', 'the public key in the token is not that of the backup');
  }
  const { handle } = await findPrivateKey(connection.anchor, made);
  await mustBeFit(connection.anchor, handle, exportable);
  const challenge = randomBytes(32);
  await mustVerify(publicKey, algorithm, challenge, await signer.sign(challenge));
  if (interrupted.aborted) throw new PkiError('INTERRUPTED', 'interrupted');
  return signer.ref;
}

const incompatible = (
  { token }: TokenConnection,
  { format, mechanism }: WrappedPart,
  ways: readonly WrapMechanism[],
): PkiError =>
  new PkiError(
    'KEY_UNAVAILABLE',
    `the token "${token.label}" cannot unwrap what ${mechanism} made: ${WRAP_FORMATS[format]}`,
    { hints: [`it offers: ${ways.map(({ name }) => name).join(', ')}`] },
  );
