import type { CertificateSubject, LintRule, RequestSubject } from './rule.ts';
import { BACKGROUND_RULES } from './rules-background.ts';
import { CONSTRAINT_RULES } from './rules-constraints.ts';
import { EXISTING_RULES } from './rules-existing.ts';
import { EXTENSION_RULES } from './rules-extensions.ts';
import {
  ALTERNATIVE_KEY_RULES,
  ALTERNATIVE_SIGNATURE_RULES,
  HYBRID_RULES,
  RELATED_RULES,
} from './rules-hybrid.ts';
import { INFORMATION_RULES } from './rules-information.ts';
import { ISSUER_RULES } from './rules-issuer.ts';
import { ISSUER_KEY_RULES, KEY_RULES } from './rules-keys.ts';
import { NAME_RULES, PROFILE_NAME_RULES, SUBJECT_RULES } from './rules-names.ts';
import { POLICY_RULES } from './rules-policies.ts';
import { PROFILE_RULES } from './rules-profiles.ts';
import { PURPOSE_RULES } from './rules-purposes.ts';
import { QC_RULES } from './rules-qc.ts';
import { REVOCATION_RULES } from './rules-revocation.ts';
import { ISSUED_RULES, SIGNED_RULES } from './rules-signed.ts';
import { TBS_RULES } from './rules-tbs.ts';
import { TLS_BR_RULES } from './rules-tls.ts';
import { TLS_BR_CA_RULES } from './rules-tls-ca.ts';
import { TLS_BR_SUBSCRIBER_RULES } from './rules-tls-subscriber.ts';

/** What holds for requests, which have to be met by what comes of them. */
export const REQUEST_RULES: readonly LintRule<RequestSubject>[] = [
  ...NAME_RULES,
  ...KEY_RULES,
  ...ALTERNATIVE_KEY_RULES,
];

/** What holds for certificates, whoever issues them. */
export const CERTIFICATE_RULES: readonly LintRule<CertificateSubject>[] = [
  ...ISSUED_RULES,
  ...TBS_RULES,
  ...SUBJECT_RULES,
  ...REQUEST_RULES,
  ...EXTENSION_RULES,
  ...ALTERNATIVE_SIGNATURE_RULES,
  ...RELATED_RULES,
  ...PURPOSE_RULES,
  ...INFORMATION_RULES,
  ...CONSTRAINT_RULES,
  ...POLICY_RULES,
  ...REVOCATION_RULES,
  ...QC_RULES,
  ...TLS_BR_RULES,
  ...TLS_BR_SUBSCRIBER_RULES,
  ...TLS_BR_CA_RULES,
];

/** Every requirement that is checked before a certificate is signed; one row, one requirement. */
export const LINT_RULES: readonly LintRule[] = [
  ...SIGNED_RULES,
  ...CERTIFICATE_RULES,
  ...ISSUER_RULES,
  ...EXISTING_RULES,
  ...BACKGROUND_RULES,
  ...PROFILE_NAME_RULES,
  ...ISSUER_KEY_RULES,
  ...HYBRID_RULES,
  ...PROFILE_RULES,
];
