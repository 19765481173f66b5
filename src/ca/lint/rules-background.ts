import { duplicateKeyText, type ReuseSetting, reusedNameText, settingOf } from '../background.ts';
import type { LintRule, LintSubject } from './rule.ts';

/** Of what is about to be signed, what these rows need to know. */
export type BackgroundSubject = Pick<LintSubject, 'background'> & {
  readonly profile: ReuseSetting;
};

/** What the CA knows of a key or a name from before. */
export const BACKGROUND_RULES: readonly LintRule<BackgroundSubject>[] = [
  {
    id: 'issuer-not-revoked',
    cites: 'RFC 5280 §6.1.3',
    requires: 'neither the issuer nor a CA above it is revoked',
    check: ({ background }) => background.revokedIssuer,
  },
  {
    id: 'key-not-blocked',
    cites: 'TLS BR §6.1.1.3, CVE-2008-0166',
    requires: 'the key is in no list of blocked keys',
    check: ({ background: { blocked } }) =>
      blocked === undefined ? undefined : `the key is blocked: ${blocked}`,
  },
  {
    id: 'key-not-compromised',
    cites: 'TLS BR §6.1.1.3, RFC 5280 §5.3.1',
    requires: 'the key is of no certificate that was revoked as compromised',
    check: ({ background: { compromised } }) =>
      compromised &&
      `the key is that of the certificate ${compromised.serial}, which was revoked: ${compromised.revocation?.reason}`,
  },
  {
    id: 'profile-duplicate-key',
    cites: 'RFC 3647 §4.6.1',
    requires: 'the key is in no other certificate, where the profile says so',
    check: ({ background, profile }) =>
      settingOf(profile).duplicateKey === 'refuse' ? duplicateKeyText(background) : undefined,
  },
  {
    id: 'profile-reused-name',
    cites: 'RFC 5280 §4.1.2.6',
    requires: 'the name is that of no other holder, where the profile says so',
    check: ({ background, profile }) =>
      settingOf(profile).reusedName === 'refuse' ? reusedNameText(background) : undefined,
  },
];
