import type { LintRule } from './lint-rule.ts';
import { BACKGROUND_RULES } from './lint-rules-background.ts';
import { CONSTRAINT_RULES } from './lint-rules-constraints.ts';
import { EXISTING_RULES } from './lint-rules-existing.ts';
import { EXTENSION_RULES } from './lint-rules-extensions.ts';
import { HYBRID_RULES } from './lint-rules-hybrid.ts';
import { ISSUER_RULES } from './lint-rules-issuer.ts';
import { KEY_RULES } from './lint-rules-keys.ts';
import { NAME_RULES } from './lint-rules-names.ts';
import { PROFILE_RULES } from './lint-rules-profiles.ts';
import { QC_RULES } from './lint-rules-qc.ts';
import { REVOCATION_RULES } from './lint-rules-revocation.ts';
import { SIGNED_RULES } from './lint-rules-signed.ts';
import { TBS_RULES } from './lint-rules-tbs.ts';

/** Every requirement that is checked before a signature; one row, one requirement. */
export const LINT_RULES: readonly LintRule[] = [
  ...SIGNED_RULES,
  ...TBS_RULES,
  ...ISSUER_RULES,
  ...EXISTING_RULES,
  ...NAME_RULES,
  ...EXTENSION_RULES,
  ...KEY_RULES,
  ...HYBRID_RULES,
  ...PROFILE_RULES,
  ...CONSTRAINT_RULES,
  ...BACKGROUND_RULES,
  ...REVOCATION_RULES,
  ...QC_RULES,
];
