import { randomBytes } from 'node:crypto';
import { verifySignature } from '../algorithms/verify.ts';
import { PkiError } from '../errors.ts';
import type { KeyAccess } from '../signers/key-access.ts';
import type { Pkcs11KeyRef } from '../signers/key-ref.ts';
import { TokenConnection } from '../signers/pkcs11/connection.ts';
import { describedKey, hex } from '../signers/pkcs11/keys.ts';
import { Pkcs11Signer } from '../signers/pkcs11/pkcs11-signer.ts';
import { readMechanisms, supportedAlgorithms } from './capabilities.ts';
import { testThrowAwayKey } from './self-test.ts';

/** A token that logged pki in and made a signature that verifies. */
export interface Health {
  readonly token: { readonly label: string; readonly serial: string };
  /** Null: no key was named, and one was made that ended with its session. */
  readonly key: { readonly label: string; readonly id: string } | null;
  readonly algorithm: string;
  /** From loading the module to being logged in. */
  readonly loginMs: number;
  readonly signatureMs: number;
}

/** Logs in, signs once with the key of `ref`, and verifies; throws if any of it fails. */
export async function checkHealth(ref: Pkcs11KeyRef, access: KeyAccess): Promise<Health> {
  const start = performance.now();
  await using connection = await TokenConnection.open(ref, access);
  const loginMs = rounded(performance.now() - start);
  const { label, serial } = connection.token;
  const named = ref.object !== undefined || ref.id !== undefined;
  const { key, algorithm, signatureMs } = await (named
    ? byNamedKey(connection, ref)
    : byThrowAwayKey(connection));
  return { token: { label, serial }, key, algorithm, loginMs, signatureMs };
}

type Signed = Pick<Health, 'key' | 'algorithm' | 'signatureMs'>;

async function byNamedKey(connection: TokenConnection, ref: Pkcs11KeyRef): Promise<Signed> {
  const signer = await Pkcs11Signer.over(connection, ref, undefined);
  const { algorithm, publicKey: spki } = signer;
  const message = randomBytes(64);
  const start = performance.now();
  const signature = await signer.sign(message);
  const signatureMs = rounded(performance.now() - start);
  const { identifier } = algorithm;
  const problem = await verifySignature({ spki, identifier, message, signature });
  const { object: label = '', id = new Uint8Array() } = signer.ref;
  if (problem !== undefined) throw notVerified(`the key ${describedKey({ label, id })}`, problem);
  return { key: { label, id: hex(id) }, algorithm: algorithm.name, signatureMs };
}

async function byThrowAwayKey(connection: TokenConnection): Promise<Signed> {
  const { module, token, anchor } = connection;
  const offered = supportedAlgorithms(await readMechanisms(module, token), anchor.quirks);
  const possible = offered.filter(({ canGenerate }) => canGenerate);
  // elliptic curves first: an RSA key takes long to make
  const usual = possible.find(({ algorithm: { name } }) => name.startsWith('ecdsa-'));
  const { algorithm } = usual ?? possible[0] ?? {};
  if (!algorithm) throw noThrowAwayKey(token.label);
  const test = await testThrowAwayKey(connection, algorithm);
  const { outcome, detail = '' } = test;
  if (outcome === 'wrong') throw notVerified('a throw-away key', detail);
  if (outcome === 'refused') throw new PkiError('KEY_UNAVAILABLE', detail);
  return { key: null, algorithm: algorithm.name, signatureMs: rounded(test.milliseconds) };
}

const notVerified = (key: string, problem: string): PkiError =>
  new PkiError('INTEGRITY', `the signature of ${key} does not verify: ${problem}`);

const noThrowAwayKey = (label: string): PkiError =>
  new PkiError('KEY_UNAVAILABLE', `the token "${label}" makes no keys that pki knows`, {
    hints: ['name a key that is there with --pkcs11-key-label'],
  });

/** Milliseconds, to a tenth. */
const rounded = (milliseconds: number): number => Math.round(10 * milliseconds) / 10;
