import type { Profile } from '../profiles/profile-config.ts';
import type { Certificate, TbsCertificate } from '../x509/certificate.ts';
import type { TbsCertList } from '../x509/crl.ts';
import type { KnownExtensions } from '../x509/extensions.ts';
import type { NameAttribute } from '../x509/names.ts';
import type { CertStatus, ResponseData } from '../x509/ocsp-data.ts';
import type { Background } from './background.ts';
import type { Issuer } from './issuer.ts';
import type { OcspResponder } from './ocsp-responder.ts';
import type { SubjectKey } from './subject-key.ts';

/** What a rule looks at: the draft as somebody reads it who gets it in DER. */
export interface LintSubject {
  readonly tbs: TbsCertificate;
  readonly extensions: KnownExtensions;
  readonly subject: readonly NameAttribute[];
  readonly key: SubjectKey;
  readonly profile: Profile;
  readonly issuer: Issuer;
  /** The certificate whose key the requester has proven to hold as well (RFC 9763). */
  readonly related: Certificate | undefined;
  readonly background: Background;
  /** The certificate that the CA has already whose key this one is for. */
  readonly existing: Certificate | undefined;
}

/** What the rules for everything that is signed look at, certificates and CRLs alike. */
export type SignedSubject = Pick<LintSubject, 'extensions' | 'issuer'> & {
  readonly tbs: Pick<TbsCertificate, 'signature' | 'issuer' | 'extensions'>;
};

/** What a rule for CRLs looks at. */
export interface CrlSubject extends SignedSubject {
  readonly tbs: TbsCertList;
}

/** What a rule for OCSP responses looks at. */
export interface OcspSubject {
  readonly data: ResponseData;
  readonly responder: OcspResponder;
  /** What the CA itself says of the certificate of a delegated responder. */
  readonly responderStatus: CertStatus;
}

/** One row, one requirement of one document. */
export interface LintRule<Subject = LintSubject> {
  readonly id: string;
  readonly cites: string;
  /** What is wrong, or undefined; throwing a DerError is a finding as well. */
  readonly check: (subject: Subject) => string | undefined;
}
