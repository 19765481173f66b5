import { DerError } from '../der/reader.ts';
import { PkiError } from '../errors.ts';
import { subjectText } from '../x509/alternative-names.ts';
import { encodeTbs, parseTbs, type TbsCertificate } from '../x509/certificate.ts';
import { encodeTbsCertList, parseTbsCertList, type TbsCertList } from '../x509/crl.ts';
import { knownExtensions } from '../x509/extensions.ts';
import { nameText, parseName } from '../x509/names.ts';
import { encodeResponseData, parseResponseData, type ResponseData } from '../x509/ocsp-data.ts';
import { backgroundAmong, type ReuseSetting, settingOf } from './background.ts';
import type { Draft } from './draft.ts';
import type { Issuer } from './issuer.ts';
import { type Finding, findings, findingText, unreadableFinding } from './lint/findings.ts';
import type { CrlSubject, LintRule, OcspSubject } from './lint/rule.ts';
import { LINT_RULES } from './lint/rules.ts';
import { BACKGROUND_RULES } from './lint/rules-background.ts';
import { CRL_RULES } from './lint/rules-crl.ts';
import { OCSP_RULES } from './lint/rules-ocsp.ts';
import { policyLints } from './policy/policy.ts';
import type { OtherIssuances } from './store.ts';
import { describeSubjectKey } from './subject-key.ts';

declare const approved: unique symbol; // has no value: exists in the type system only

/** What passed every lint. Only this file makes one; only these get signed. */
export interface Approved {
  readonly [approved]: true;
  /** TBSCertificate, TBSCertList or ResponseData, DER. */
  readonly der: Uint8Array;
}

export interface ApprovedTbs extends Approved {
  readonly tbs: TbsCertificate;
  /** When it was drafted. */
  readonly at: Date;
  readonly profile: string;
  /** What the profile says of keys and names that were there before. */
  readonly reuse: ReuseSetting;
  /** For people. */
  readonly subject: string;
  /** See Draft. */
  readonly keepsName: boolean;
  /** See CertificateRequest. */
  readonly requestHash: Uint8Array | undefined;
}

export interface ApprovedCrl extends Approved {
  readonly tbs: TbsCertList;
}

/**
 * Lints what would be signed, by `rules` and by those of the issuer's policies; throws POLICY with
 * each requirement that is not met.
 */
export function approve(
  { tbs, profile, subject, related, background, existing, keepsName, requestHash, at }: Draft,
  issuer: Issuer,
  rules: readonly LintRule[] = LINT_RULES,
): ApprovedTbs {
  const der = encodeTbs(tbs);
  const name = nameText(subject);
  const whom = subjectText(tbs.subject, tbs.extensions);
  mustPass(`a certificate for ${whom}`, [...rules, ...policyLints(issuer.policies)], at, () => {
    const read = parseTbs(der);
    return {
      tbs: read,
      extensions: knownExtensions(read.extensions),
      subject: parseName(read.subject),
      key: describeSubjectKey(read.publicKey),
      at,
      profile,
      issuer,
      related,
      background,
      existing,
      keepsName,
    };
  });
  const told = { profile: profile.name, reuse: settingOf(profile), subject: name };
  const passed = { tbs, at, der, ...told, keepsName, requestHash };
  return passed as ApprovedTbs; // nowhere but in this file is this cast
}

/** Asks the rows about the background again when the intent is recorded; throws POLICY. */
export function mustHoldAmong(
  others: OtherIssuances,
  { tbs, reuse, subject, at }: ApprovedTbs,
  now: Date,
): void {
  const background = backgroundAmong(others, tbs, reuse, now);
  const found = findings(BACKGROUND_RULES, { background, profile: reuse }, at);
  mustHaveNone(reasonsNotToSign(found), `a certificate for ${subject}`);
}

/** The same for a CRL. */
export function approveCrl(
  tbs: TbsCertList,
  issuer: Issuer,
  rules: readonly LintRule<CrlSubject>[] = CRL_RULES,
): ApprovedCrl {
  const der = encodeTbsCertList(tbs);
  mustPass(`a CRL of ${nameText(parseName(tbs.issuer))}`, rules, tbs.thisUpdate, () => {
    const read = parseTbsCertList(der);
    return { tbs: read, extensions: knownExtensions(read.extensions), issuer };
  });
  const passed = { tbs: parseTbsCertList(der), der }; // a long list is kept once
  return passed as ApprovedCrl;
}

/** The same for what an OCSP response says. */
export function approveOcsp(
  data: ResponseData,
  by: Omit<OcspSubject, 'data'>,
  rules: readonly LintRule<OcspSubject>[] = OCSP_RULES,
): Approved {
  const der = encodeResponseData(data);
  const name = nameText(parseName(by.responder.signing.name));
  mustPass(`an OCSP response by ${name}`, rules, data.producedAt, () => ({
    data: parseResponseData(der),
    ...by,
  }));
  return { der } as Approved;
}

function mustPass<Subject>(
  what: string,
  rules: readonly LintRule<Subject>[],
  at: Date,
  read: () => Subject,
): void {
  mustHaveNone(reasonsNotToSign(readAndLinted(rules, at, read)), what);
}

function readAndLinted<Subject>(
  rules: readonly LintRule<Subject>[],
  at: Date,
  read: () => Subject,
): readonly Finding[] {
  try {
    return findings(rules, read(), at);
  } catch (error) {
    if (error instanceof DerError) return [unreadableFinding(error)];
    throw error;
  }
}

/** Warnings are reasons too: what others may do, this CA need not. */
export const reasonsNotToSign = (found: readonly Finding[]): readonly string[] =>
  found.filter(({ severity }) => severity !== 'notice').map(findingText);

/** Throws POLICY with the findings, if there are any. */
export function mustHaveNone(found: readonly string[], what: string): void {
  if (found.length === 0) return;
  throw new PkiError('POLICY', `not signing ${what}`, { hints: found });
}
