import type { Profile } from '../profiles/profile-config.ts';
import type { TbsCertificate } from '../x509/certificate.ts';
import type { KnownExtensions } from '../x509/extensions.ts';
import type { NameAttribute } from '../x509/names.ts';
import type { Issuer } from './issuer.ts';
import type { SubjectKey } from './subject-key.ts';

/** What a rule looks at: the draft as somebody reads it who gets it in DER. */
export interface LintSubject {
  readonly tbs: TbsCertificate;
  readonly extensions: KnownExtensions;
  readonly subject: readonly NameAttribute[];
  readonly key: SubjectKey;
  readonly profile: Profile;
  readonly issuer: Issuer;
}

/** One row, one requirement of one document. */
export interface LintRule {
  readonly id: string;
  readonly cites: string;
  /** What is wrong, or undefined; throwing a DerError is a finding as well. */
  readonly check: (subject: LintSubject) => string | undefined;
}
