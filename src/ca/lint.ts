import { DerError } from '../der/reader.ts';
import { PkiError } from '../errors.ts';
import type { Profile } from '../profiles/profile-config.ts';
import { encodeTbs, parseTbs, type TbsCertificate } from '../x509/certificate.ts';
import { knownExtensions } from '../x509/extensions.ts';
import { nameText, parseName } from '../x509/names.ts';
import type { Draft } from './draft.ts';
import type { Issuer } from './issuer.ts';
import type { LintRule, LintSubject } from './lint-rule.ts';
import { LINT_RULES } from './lint-rules.ts';
import { describeSubjectKey } from './subject-key.ts';

declare const approved: unique symbol; // has no value: exists in the type system only

/** A certificate that passed every lint. Only {@link approve} makes one; only these get signed. */
export interface ApprovedTbs {
  readonly [approved]: true;
  readonly tbs: TbsCertificate;
  /** TBSCertificate, DER. */
  readonly der: Uint8Array;
  readonly profile: string;
  /** For people. */
  readonly subject: string;
}

/** Lints what would be signed; throws POLICY with each requirement that is not met. */
export function approve(
  { tbs, profile, subject }: Draft,
  issuer: Issuer,
  rules: readonly LintRule[] = LINT_RULES,
): ApprovedTbs {
  const der = encodeTbs(tbs);
  const failures = findings(der, profile, issuer, rules);
  const name = nameText(subject);
  if (failures.length > 0) {
    throw new PkiError('POLICY', `not signing a certificate for ${name}`, { hints: failures });
  }
  const passed = { tbs, der, profile: profile.name, subject: name };
  return passed as ApprovedTbs; // nowhere else is this cast
}

function findings(
  der: Uint8Array,
  profile: Profile,
  issuer: Issuer,
  rules: readonly LintRule[],
): readonly string[] {
  try {
    const tbs = parseTbs(der);
    const view: LintSubject = {
      tbs,
      extensions: knownExtensions(tbs.extensions),
      subject: parseName(tbs.subject),
      key: describeSubjectKey(tbs.publicKey),
      profile,
      issuer,
    };
    return rules.flatMap((rule) => {
      const problem = rule.check(view);
      return problem === undefined ? [] : [`${problem} (${rule.id}, ${rule.cites})`];
    });
  } catch (error) {
    if (error instanceof DerError) return [`${error.message} (der, RFC 5280 §4.1)`];
    throw error;
  }
}
