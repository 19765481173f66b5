import { describe, expect, it } from 'vitest';
import type { KeyUse } from '../../src/algorithms/spki.ts';
import { BUILT_IN_PROFILES, profileNamed } from '../../src/profiles/built-in.ts';
import { parseBasicConstraints, parseKeyUsage } from '../../src/x509/extensions.ts';

const extensionValue = (name: string, oid: string, keys?: KeyUse) => {
  const { extensions } = profileNamed(name);
  const found = extensions.find((item) => item.oid === oid && item.keys === keys);
  return found?.value ?? new Uint8Array(0);
};

describe('the built-in profiles', () => {
  it('have unique names and summaries', () => {
    expect(new Set(BUILT_IN_PROFILES.map(({ name }) => name)).size).toBe(9);
    expect(new Set(BUILT_IN_PROFILES.map(({ summary }) => summary)).size).toBe(9);
  });

  it('are listed when one is unknown', () => {
    expect(() => profileNamed('tls')).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'unknown profile "tls"',
        hints: [
          'use one of: root-ca, issuing-ca, cross-ca, tls-server, tls-client, code-signing, email, ocsp-signing, timestamping',
        ],
      }),
    );
  });

  it.each(['constructor', '__proto__', 'toString'])('do not include %s', (name) => {
    expect(() => profileNamed(name)).toThrow(`unknown profile "${name}"`);
  });
});

describe('what a profile makes constant', () => {
  it('lets a CA sign certificates, and an issuing CA none for other CAs', () => {
    for (const name of ['root-ca', 'cross-ca']) {
      expect(parseBasicConstraints(extensionValue(name, '2.5.29.19'))).toEqual({
        ca: true,
        pathLength: undefined,
      });
    }
    expect(parseBasicConstraints(extensionValue('issuing-ca', '2.5.29.19'))).toEqual({
      ca: true,
      pathLength: 0,
    });
    expect(parseKeyUsage(extensionValue('issuing-ca', '2.5.29.15'))).toEqual([
      'digitalSignature',
      'keyCertSign',
      'cRLSign',
    ]);
  });

  it('lets each kind of key do what it can', () => {
    const usages = (use: KeyUse) => parseKeyUsage(extensionValue('email', '2.5.29.15', use));
    expect(usages('both')).toEqual(['digitalSignature', 'keyEncipherment']);
    expect(usages('signature')).toEqual(['digitalSignature']);
    expect(usages('encryption')).toEqual(['keyEncipherment']);
  });

  it('makes no CA of anything that is not one', () => {
    const others = BUILT_IN_PROFILES.filter(({ ca }) => !ca).map(({ name }) => name);
    expect(others).toHaveLength(6);
    for (const name of others) {
      expect(parseBasicConstraints(extensionValue(name, '2.5.29.19')).ca).toBe(false);
    }
  });
});
