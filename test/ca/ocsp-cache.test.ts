import { describe, expect, it } from 'vitest';
import type { Issuer } from '../../src/ca/issuer.ts';
import { answerOcsp } from '../../src/ca/ocsp.ts';
import { OcspCache } from '../../src/ca/ocsp-cache.ts';
import { ownResponder } from '../../src/ca/ocsp-responder.ts';
import type { CertificateRecord, Revocation } from '../../src/ca/store.ts';
import { contextConstructed, sequence } from '../../src/der/writer.ts';
import { encodeExtension } from '../../src/x509/extensions.ts';
import { certId } from '../../src/x509/ocsp-cert-id.ts';
import { ocspNonce } from '../../src/x509/ocsp-nonce.ts';
import { newIssuer, newKeys, newParts } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const keys = await newKeys('ecdsa-p256');
const issuer = await newIssuer(keys, newParts(temporaryDirectory()));
const DAY = 86_400_000;
const START = new Date(Math.floor(Date.now() / 1000) * 1000 + 60_000);
const HOLD: Revocation = { at: START, reason: 'certificateHold', invalidityDate: undefined };

const record: CertificateRecord = {
  serial: '01',
  profile: 'tls-server',
  subject: 'CN=a',
  notBefore: START,
  notAfter: START,
  tbsHash: new Uint8Array(32),
  status: 'issued',
  at: START,
  der: undefined,
  revocation: undefined,
};

/** A responder whose signatures are counted, with certificates 1 to 9; nothing is known of others. */
function counting(cache: OcspCache | undefined, period = DAY) {
  const state = { signatures: 0, seconds: 0, revocation: undefined as Revocation | undefined };
  const signer = {
    ...keys.signer,
    sign: (message: Uint8Array) => {
      state.signatures += 1;
      return keys.signer.sign(message);
    },
  };
  const counted: Issuer = { ...issuer, open: async () => ({ ...keys, signer }) };
  const find = async (serial: string) =>
    serial <= '09' ? { ...record, serial, revocation: state.revocation } : undefined;
  const parts = {
    store: { find },
    clock: () => new Date(START.getTime() + state.seconds * 1000),
    ...(cache && { cache }),
  };
  const ask = (serials: readonly number[], nonce?: Uint8Array) => {
    const own = ownResponder(counted);
    const ids = serials.map((serial) => certId(own.ca.tbs, BigInt(serial), 'sha1').der);
    const list = sequence(...ids.map((der) => sequence(der)));
    const asked = nonce ? [contextConstructed(2, sequence(encodeExtension(ocspNonce(nonce))))] : [];
    return answerOcsp(sequence(sequence(list, ...asked)), own, period, parts);
  };
  return { state, ask };
}

describe('answers without a nonce', () => {
  it('are signed once, and again after an hour', async () => {
    const { state, ask } = counting(new OcspCache());
    const first = await ask([1]);
    state.seconds = 3599;
    expect((await ask([1])).der).toBe(first.der);
    expect(state.signatures).toBe(1);
    state.seconds = 3600;
    const next = await ask([1]);
    expect(next.data?.responses[0]?.thisUpdate).toEqual(new Date(START.getTime() + 3_600_000));
    expect(state.signatures).toBe(2);
  });

  it('are signed again after a quarter of the time that they hold', async () => {
    const { state, ask } = counting(new OcspCache(), 400_000);
    await ask([1]);
    state.seconds = 99;
    await ask([1]);
    expect(state.signatures).toBe(1);
    state.seconds = 100;
    await ask([1]);
    expect(state.signatures).toBe(2);
  });

  it('are signed again when the clock was set back', async () => {
    const { state, ask } = counting(new OcspCache());
    await ask([1]);
    state.seconds = -1;
    await ask([1]);
    expect(state.signatures).toBe(2);
  });

  it('tell of a revocation at once, and never of what was before it', async () => {
    const { state, ask } = counting(new OcspCache());
    const before = await ask([1]);
    state.revocation = HOLD;
    expect((await ask([1])).data?.responses[0]?.status.kind).toBe('revoked');
    state.revocation = undefined;
    state.seconds = 1;
    const after = await ask([1]);
    expect(after.data?.responses[0]?.status.kind).toBe('good');
    expect(after.der).not.toEqual(before.der);
    expect(state.signatures).toBe(3);
  });

  it('are signed once for many who ask at the same time', async () => {
    const { state, ask } = counting(new OcspCache());
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask([1])));
    expect(new Set(answers.map(({ der }) => der)).size).toBe(1);
    expect(state.signatures).toBe(1);
  });

  it('are each signed without a cache', async () => {
    const { state, ask } = counting(undefined);
    await ask([1]);
    await ask([1]);
    expect(state.signatures).toBe(2);
  });
});

describe('nothing is kept', () => {
  it.each([
    ['for a nonce', [1], Uint8Array.of(7)],
    ['about certificates that are not known', [10], undefined],
    ['about several certificates', [1, 2], undefined],
  ])('%s', async (_, serials, nonce) => {
    const cache = new OcspCache();
    const { state, ask } = counting(cache);
    await ask(serials, nonce);
    await ask(serials, nonce);
    expect({ signatures: state.signatures, octets: cache.octets }).toEqual({
      signatures: 2,
      octets: 0,
    });
  });

  it('of an answer that failed', async () => {
    const cache = new OcspCache();
    const { ask } = counting(cache, -2_000);
    await expect(ask([1])).rejects.toMatchObject({ code: 'POLICY' });
    expect(cache.octets).toBe(0);
    expect((await counting(cache).ask([1])).status).toBe('successful');
  });
});

describe('a cache that is full', () => {
  it('forgets what was asked for least recently', async () => {
    const size = (await counting(undefined).ask([1])).der.length;
    const cache = new OcspCache(3 * size + 20); // signatures differ by a few octets
    const { state, ask } = counting(cache);
    for (const serial of [1, 2, 3, 1, 4]) await ask([serial]);
    expect(state.signatures).toBe(4);
    expect(cache.octets).toBeLessThanOrEqual(3 * size + 20);
    await ask([1]);
    expect(state.signatures).toBe(4);
    await ask([2]);
    expect(state.signatures).toBe(5);
  });
});
