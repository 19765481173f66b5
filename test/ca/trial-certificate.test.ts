import { describe, expect, it } from 'vitest';
import { ALGORITHMS, algorithmNamed } from '../../src/algorithms/registry.ts';
import { type Draft, draft } from '../../src/ca/draft.ts';
import { approve } from '../../src/ca/lint.ts';
import { requestForOwnKey } from '../../src/ca/request.ts';
import { seal } from '../../src/ca/seal.ts';
import { mustPassTrial } from '../../src/ca/trial-certificate.ts';
import type { PkiError } from '../../src/errors.ts';
import { profileNamed } from '../../src/profiles/built-in.ts';
import { newIssuer, newKeys, newParts, newSigner } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const parts = newParts(temporaryDirectory());
const issuer = {
  ...(await newIssuer(await newKeys('ecdsa-p256'), parts)),
  open: () => Promise.reject(new Error('a key was opened')),
};
const request = requestForOwnKey((await newSigner('ecdsa-p256')).publicKey);
const names = { subject: [{ type: 'CN', value: 'server.example.com' }], subjectAltName: [] };
const sound = draft(request, profileNamed('tls-server'), issuer, names, parts);

const withExtension = (value: Uint8Array): Draft => ({
  ...sound,
  tbs: {
    ...sound.tbs,
    extensions: [...sound.tbs.extensions, { oid: '1.2.3', critical: false, value }],
  },
});

const refusal = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    ({ code, message, hints }: PkiError) => ({ code, message, hints }),
  );

async function stored(): Promise<number> {
  let count = 0;
  for await (const _ of parts.store.list()) count++;
  return count;
}

describe('the trial of a certificate', () => {
  it('passes what is sound', async () => {
    await mustPassTrial(approve(withExtension(Uint8Array.of(5, 0)), issuer), issuer);
  });

  it('finds what shows only when all of it is encoded, before a key is opened', async () => {
    const approved = approve(withExtension(Uint8Array.of(5, 1)), issuer);
    const before = await stored();
    expect(await refusal(seal(approved, issuer, parts))).toEqual({
      code: 'POLICY',
      message: 'not signing a certificate for CN=server.example.com',
      hints: [
        expect.stringMatching(
          /^the value of an extension must be the encoding of one value, first at octet \d+ \(der-extension-value, RFC 5280 §4\.2\)$/,
        ),
      ],
    });
    expect(await stored()).toBe(before);
  });

  it('asks the rows of certificates once more', async () => {
    const unlinted = approve({ ...sound, tbs: { ...sound.tbs, serialNumber: 0n } }, issuer, []);
    expect(await refusal(seal(unlinted, issuer, parts))).toMatchObject({
      code: 'POLICY',
      hints: ['serialNumber must be positive (serial-positive, RFC 5280 §4.1.2.2)'],
    });
  });

  it.each(ALGORITHMS.map(({ name }) => name))('has a signature of %s', async (name) => {
    const algorithm = algorithmNamed(name);
    const by = { ...issuer, signing: { ...issuer.signing, algorithm } };
    const tbs = { ...sound.tbs, signature: algorithm.identifier };
    await mustPassTrial(approve({ ...sound, tbs }, by), by);
  });

  it('has an alternative signature where the issuer has a key for it', async () => {
    const by = await newIssuer(await newKeys('ecdsa-p256', 'ml-dsa-44'), parts);
    const drafted = draft(request, profileNamed('tls-server'), by, names, parts);
    await mustPassTrial(approve(drafted, by), by);
    const { alternative: _, ...without } = by;
    const approved = approve(drafted, by);
    expect(await refusal(mustPassTrial(approved, { ...without, alternative: undefined }))).toEqual({
      code: 'POLICY',
      message: 'not signing a certificate for CN=server.example.com',
      hints: [
        'altSignatureAlgorithm and altSignatureValue must be there together (alternative-signature-complete, X.509 §9.8.3, §9.8.4)',
      ],
    });
  });
});
