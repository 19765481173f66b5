import { describe, expect, it } from 'vitest';
import { type AuthorityParts, issue, selfSign } from '../../src/ca/authority.ts';
import type { IssuerKeys } from '../../src/ca/issuer-keys.ts';
import { requestForOwnKey } from '../../src/ca/request.ts';
import type { CaStore } from '../../src/ca/store.ts';
import { PkiError } from '../../src/errors.ts';
import { profileNamed } from '../../src/profiles/built-in.ts';
import type { Signer } from '../../src/signers/signer.ts';
import { issuerWith, newIssuer, newKeys, newParts, newSigner } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

/** A signer that does `spoil` to each signature of a real one, as a faulty HSM would. */
const faulty = (signer: Signer, spoil: (signature: Uint8Array) => Uint8Array): Signer => ({
  algorithm: signer.algorithm,
  publicKey: signer.publicKey,
  sign: async (message) => spoil(await signer.sign(message)),
  [Symbol.asyncDispose]: async () => undefined,
});

/** Turns one bit over, past the tags and lengths. */
function flipped(signature: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(signature);
  const middle = changed.length >> 1;
  changed[middle] = (changed[middle] ?? 0) ^ 1;
  return changed;
}

async function issueLeaf(keys: IssuerKeys, sound: IssuerKeys, parts: AuthorityParts) {
  const issuer = await newIssuer(sound, parts);
  const { publicKey } = await newSigner('ecdsa-p256');
  const subject = [{ type: 'CN', value: 'server.example.com' }];
  return issue(
    {
      request: requestForOwnKey(publicKey),
      profile: profileNamed('tls-server'),
      subject,
      subjectAltName: [],
    },
    issuer.certificate
      ? { ...issuerWith(issuer.certificate, sound), open: async () => keys }
      : issuer,
    parts,
  );
}

async function statuses(store: CaStore): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { status, der } of store.list()) found.push(der ? `${status} DER` : status);
  return found;
}

/** The error that the promise is rejected with. */
const refused = (promise: Promise<unknown>): Promise<PkiError> =>
  promise.then(
    () => {
      throw new Error('it should have been refused');
    },
    (error: unknown) => {
      if (error instanceof PkiError) return error;
      throw error;
    },
  );

describe.each([
  { signing: 'rsa-2048' },
  { signing: 'ecdsa-p256' },
  { signing: 'ed25519' },
  { signing: 'ml-dsa-44' },
  { signing: 'MLDSA44-ECDSA-P256-SHA256' },
  { signing: 'ecdsa-p256', alternative: 'ml-dsa-44' },
])('a CA with $signing and $alternative', ({ signing, alternative }) => {
  it('discards a certificate whose signature does not verify, and records that', async () => {
    const parts = newParts(directory);
    const sound = await newKeys(signing, alternative);
    const keys = { ...sound, signer: faulty(sound.signer, flipped) };
    const error = await refused(issueLeaf(keys, sound, parts));
    expect(error.code).toBe('INTEGRITY');
    expect(error.message).toMatch(
      /^the certificate that came back was discarded: its .* signature does not verify/,
    );
    expect(await statuses(parts.store)).toEqual(['issued DER', 'failed']);
  });

  it('issues and records a certificate with the keys in order', async () => {
    const parts = newParts(directory);
    const keys = await newKeys(signing, alternative);
    await issueLeaf(keys, keys, parts);
    expect(await statuses(parts.store)).toEqual(['issued DER', 'issued DER']);
  });
});

describe('seal', () => {
  it('discards an alternative signature that does not verify', async () => {
    const parts = newParts(directory);
    const sound = await newKeys('ecdsa-p256', 'ml-dsa-44');
    const other = await newSigner('ml-dsa-44');
    const error = await refused(issueLeaf({ ...sound, alternative: other }, sound, parts));
    expect(error.message).toBe(
      'the certificate that came back was discarded: its ml-dsa-44 signature does not verify (node:crypto)',
    );
    expect(await statuses(parts.store)).toEqual(['issued DER', 'failed']);
  });

  it('records a failure of the key, and issues nothing', async () => {
    const parts = newParts(directory);
    const sound = await newKeys('ecdsa-p256');
    const gone = new PkiError('KEY_UNAVAILABLE', 'PKCS#11 error: CKR_DEVICE_REMOVED while signing');
    const signer: Signer = {
      ...faulty(sound.signer, flipped),
      sign: () => Promise.reject(gone),
    };
    expect(await refused(issueLeaf({ ...sound, signer }, sound, parts))).toBe(gone);
    expect(await statuses(parts.store)).toEqual(['issued DER', 'failed']);
  });

  it('does not use the key if the intent cannot be recorded', async () => {
    const parts = newParts(directory);
    const sound = await newKeys('ecdsa-p256');
    let signatures = 0;
    const signer = faulty(sound.signer, (signature) => {
      signatures += 1;
      return signature;
    });
    const full = new PkiError('STORE', 'the store failed: the disk is full');
    const store: CaStore = Object.assign(Object.create(parts.store), {
      recordIntent: () => Promise.reject(full),
      findByKey: (hash: Uint8Array) => parts.store.findByKey(hash),
    });
    const issuer = await newIssuer(sound, parts);
    const { publicKey } = await newSigner('ecdsa-p256');
    const input = {
      request: requestForOwnKey(publicKey),
      profile: profileNamed('tls-client'),
      subject: [{ type: 'CN', value: 'client' }],
      subjectAltName: [],
    };
    const opened = { ...issuer, open: async () => ({ ...sound, signer }) };
    expect(await refused(issue(input, opened, { ...parts, store }))).toBe(full);
    expect(signatures).toBe(0);
  });

  it('does not open the keys for what a lint refuses', async () => {
    const parts = newParts(directory);
    const keys = await newKeys('ecdsa-p256');
    const issuer = await newIssuer(keys, parts);
    const { publicKey } = await newSigner('ecdsa-p256');
    let opened = false;
    const watched = {
      ...issuer,
      async open() {
        opened = true;
        return keys;
      },
    };
    const input = {
      request: requestForOwnKey(publicKey),
      profile: profileNamed('tls-server'),
      subject: [{ type: 'CN', value: 'no host name' }],
      subjectAltName: [],
    };
    expect((await refused(issue(input, watched, parts))).code).toBe('POLICY');
    expect(opened).toBe(false);
    expect(await statuses(parts.store)).toEqual(['issued DER']);
  });

  it('keeps to one serial number a certificate', async () => {
    const parts = newParts(directory);
    const keys = await newKeys('ecdsa-p256');
    const subject = [{ type: 'CN', value: 'Root' }];
    const profile = profileNamed('root-ca');
    const entropy = () => new Uint8Array(20).fill(7);
    await selfSign({ subject, keys, profile }, { ...parts, entropy });
    const error = await refused(selfSign({ subject, keys, profile }, { ...parts, entropy }));
    expect(error.code).toBe('STORE');
    expect(error.message).toMatch(/: the serial number was used before$/);
    expect(await statuses(parts.store)).toEqual(['issued DER']);
  });
});
