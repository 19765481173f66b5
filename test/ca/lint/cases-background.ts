import type { Background } from '../../../src/ca/background.ts';
import type { CertificateRecord } from '../../../src/ca/store.ts';
import type { ProfileConfig } from '../../../src/profiles/profile-config.ts';
import type { LintCase } from './case.ts';

const AT = new Date('2030-01-01T00:00:00Z');

const EARLIER: CertificateRecord = {
  serial: '0a',
  status: 'issued',
  profile: 'tls-server',
  subject: 'CN=other.example.com',
  notBefore: AT,
  notAfter: AT,
  tbsHash: new Uint8Array(32),
  at: AT,
  der: undefined,
  revocation: { at: AT, reason: 'keyCompromise', invalidityDate: undefined },
};

/** A case of a sound draft of which the CA knows something. */
const backgroundCase = (
  id: string,
  background: Background,
  more: Partial<ProfileConfig> = {},
): LintCase => ({
  id,
  spoil: ({ issuer, drafted: draft }) => {
    const drafted = draft('tls-server', issuer);
    return {
      drafted: { ...drafted, background, profile: { ...drafted.profile, ...more } },
      issuer,
    };
  },
});

export const BACKGROUND_CASES: readonly LintCase[] = [
  backgroundCase('issuer-not-revoked', { revokedIssuer: 'the certificate 0a is revoked' }),
  backgroundCase('key-not-blocked', { blocked: 'weak.txt, line 7' }),
  backgroundCase('key-not-compromised', { compromised: EARLIER }),
  backgroundCase('profile-duplicate-key', { otherName: EARLIER }, { duplicateKey: 'refuse' }),
  backgroundCase('profile-reused-name', { otherKey: EARLIER }, { reusedName: 'refuse' }),
];
