import type { Handle } from 'pkcs11js';
import { PkiError } from '../errors.ts';
import type { Pkcs11KeyRef } from '../signers/key-ref.ts';
import type { TokenConnection } from '../signers/pkcs11/connection.ts';
import { attributeName, CKA, mechanismName } from '../signers/pkcs11/constants.ts';
import { remediesOf } from '../signers/pkcs11/errors.ts';
import { firstAccepted, freeId } from '../signers/pkcs11/generate.ts';
import { findPrivateKey } from '../signers/pkcs11/keys.ts';
import { readPublicKey } from '../signers/pkcs11/public-key.ts';
import type { Pkcs11Session } from '../signers/pkcs11/session.ts';
import { mechanismsOf } from '../signers/pkcs11/slots.ts';
import { OTHER_USES } from '../signers/pkcs11/templates.ts';
import type { KeyBackup, WrappedPart } from './backup-file.ts';
import { measureFormat } from './measure-format.ts';
import { proveKey, tokenAlgorithmOf } from './proof.ts';
import { privateTemplates } from './unwrap-templates.ts';
import { offeredWraps, WRAP_MECHANISMS, type WrapMechanism } from './wrap-formats.ts';
import { type WrappingKey, withWrappingKey } from './wrapping-key.ts';

/** Octets; a key for ML-DSA-87 takes 5 KB, one for RSA-4096 half of that. */
const MAX_WRAPPED_BYTES = 16_384;

const TOLD = [
  CKA.private,
  CKA.sensitive,
  CKA.extractable,
  CKA.alwaysSensitive,
  CKA.neverExtractable,
  CKA.local,
  CKA.sign,
  ...OTHER_USES,
];

/** All that a backup says but for the key itself. */
export interface KeyDescription extends Omit<KeyBackup, 'wrapped' | 'made'> {
  readonly handle: Handle;
  /** CKA_EXTRACTABLE; it counts also where the token would not mind, as NSS. */
  readonly exportable: boolean;
}

export async function describeTokenKey(
  { anchor, token }: TokenConnection,
  ref: Pkcs11KeyRef,
): Promise<KeyDescription> {
  const key = await findPrivateKey(anchor, ref);
  const { handle, label, id } = key;
  const publicKey = await readPublicKey(anchor, key);
  const attributes: Record<string, boolean> = {};
  for (const type of TOLD) {
    const flag = (await anchor.attribute(handle, type))?.[0];
    if (flag !== undefined) attributes[attributeName(type)] = flag === 1;
  }
  const { serial, manufacturer, model, firmware } = token;
  const from = { token: token.label, serial, manufacturer, model, firmware };
  const exportable = attributes[attributeName(CKA.extractable)] === true;
  return { handle, label, id, publicKey, attributes, from, exportable };
}

/** How the token wraps private keys; it is an error if it does not. */
export async function wrapsOf(connection: TokenConnection): Promise<readonly WrapMechanism[]> {
  const { token, anchor } = connection;
  const offered = await mechanismsOf(connection.module, token);
  const ways = offeredWraps(new Set(offered), anchor.quirks);
  if (ways.length > 0) return ways;
  const known = offeredWraps(new Set(WRAP_MECHANISMS.map(({ number }) => number)), anchor.quirks);
  throw new PkiError(
    'KEY_UNAVAILABLE',
    `PKCS#11 error: CKR_MECHANISM_INVALID: the token "${token.label}" cannot wrap keys`,
    {
      hints: [
        `it would need one of: ${known.map(({ name }) => name).join(', ')}`,
        `it offers: ${offered.map(mechanismName).join(', ')}`,
      ],
    },
  );
}

/**
 * The key under the wrapping key. Before it is handed out, the token unwraps it again, into a key
 * that is gone with the session, and that has to sign for the public key.
 */
export function wrapKey(
  connection: TokenConnection,
  key: KeyDescription,
  ways: readonly WrapMechanism[],
  wrappingKey: WrappingKey,
): Promise<Omit<WrappedPart, 'under'>> {
  return connection.run(() =>
    connection.use((session) =>
      withWrappingKey(session, wrappingKey, async (under) => {
        const { way, octets } = await firstWrap(session, ways, under, key.handle);
        await mustUnwrap(connection, session, key, { way, octets, under });
        const { name: mechanism } = way;
        const format = way.format === 'measured' ? await measureFormat(session, way) : way.format;
        return { format, mechanism, octets };
      }),
    ),
  );
}

async function firstWrap(
  session: Pkcs11Session,
  ways: readonly WrapMechanism[],
  under: Handle,
  key: Handle,
) {
  const failures: unknown[] = [];
  for (const way of ways) {
    try {
      const octets = await session.wrap({ mechanism: way.number }, under, key, MAX_WRAPPED_BYTES);
      return { way, octets };
    } catch (error) {
      if (!remediesOf(error).includes('next-mechanism')) throw error;
      failures.push(error);
    }
  }
  throw failures[0];
}

interface Wrap {
  readonly way: WrapMechanism;
  readonly octets: Uint8Array;
  readonly under: Handle;
}

async function mustUnwrap(
  connection: TokenConnection,
  session: Pkcs11Session,
  { publicKey }: KeyDescription,
  { way, octets, under }: Wrap,
): Promise<void> {
  const { quirks } = session;
  const copy = {
    algorithm: tokenAlgorithmOf(publicKey),
    publicKey,
    label: undefined,
    id: await freeId(session, quirks.idBytes),
    stays: false,
    exportable: false,
  };
  const handle = await firstAccepted(privateTemplates(copy, quirks), (template) =>
    session.unwrap({ mechanism: way.number }, under, octets, template),
  );
  try {
    const offered = new Set(await mechanismsOf(connection.module, connection.token));
    await proveKey(session, handle, { algorithm: copy.algorithm, publicKey, offered });
  } finally {
    await session.destroy(handle).catch(() => undefined); // the session ends, and it with it
  }
}
