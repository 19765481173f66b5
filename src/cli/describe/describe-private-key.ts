import { describeKey } from '../../algorithms/spki.ts';
import { sha256Text } from '../../der/sha256.ts';
import { type PrivateKey, parsePkcs8 } from '../../signers/private-key.ts';
import { keyIdentifier } from '../../x509/extensions.ts';

/** A public key by what identifies it. */
export interface PublicKeyDescription {
  readonly algorithm: string;
  /** subjectKeyIdentifier of its certificates, hexadecimal (RFC 5280 §4.2.1.2 method 1). */
  readonly keyIdentifier: string;
  /** SHA-256 over the SubjectPublicKeyInfo, hexadecimal. */
  readonly fingerprint: string;
}

/** What may be told of a private key. */
export interface PrivateKeyDescription extends PublicKeyDescription {
  /** Which forms of the key are stored (RFC 9881 §6), where there are several. */
  readonly form?: string;
}

export const describePublicKey = (spki: Uint8Array): PublicKeyDescription => ({
  algorithm: describeKey(spki),
  keyIdentifier: Buffer.from(keyIdentifier(spki)).toString('hex'),
  fingerprint: sha256Text(spki),
});

export function describePrivateKey(
  pkcs8: Uint8Array,
  publicKey: Uint8Array,
): PrivateKeyDescription {
  const form = formOf(parsePkcs8(pkcs8));
  return { ...describePublicKey(publicKey), ...(form !== undefined && { form }) };
}

function formOf(key: PrivateKey): string | undefined {
  if (key.kind === 'classical') return undefined;
  if (key.kind === 'composite') {
    const { mlDsa, classical } = key.algorithm;
    return `${mlDsa.name} as seed, and ${classical.name}`;
  }
  const { seed, expanded } = key.forms;
  if (key.algorithm.family === 'slh-dsa') return undefined;
  return seed ? `seed${expanded ? ' and expanded' : ''}` : 'expanded, without its seed';
}

/** The description in lines, for people. */
export const privateKeyRows = ({
  algorithm,
  form,
  keyIdentifier,
  fingerprint,
}: PrivateKeyDescription): readonly (readonly [label: string, value: string])[] => [
  ['algorithm', algorithm],
  ...(form === undefined ? [] : [['form', form] as const]),
  ['key identifier', keyIdentifier],
  ['SHA-256', `${fingerprint} of its public key`],
];
