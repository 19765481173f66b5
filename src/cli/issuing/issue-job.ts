import type { DraftOptions } from '../../ca/draft.ts';
import type { CertificateRequest } from '../../ca/request.ts';
import type { Profile } from '../../profiles/profile-config.ts';
import type { Certificate, TbsCertificate } from '../../x509/certificate.ts';
import type { OpenCa } from '../open-ca.ts';

/** What a certificate is issued for. */
export interface Requested {
  readonly request: CertificateRequest;
  /** Of a key that was made for it, PrivateKeyInfo in DER; undefined for that of a request. */
  readonly pkcs8?: Uint8Array;
}

/** A certificate that is to be issued, whichever command it is for. */
export interface IssueJob {
  readonly ca: OpenCa;
  readonly profile: Profile;
  readonly details: DraftOptions;
  /** Asked when all else is ready: a key is made only for a certificate that is going to be. */
  requested(): Promise<Requested>;
  /** What else the operator should know of a certificate, or of its draft. */
  remarks?(tbs: TbsCertificate): readonly string[];
}

export interface IssuedCertificate {
  readonly certificate: Certificate;
  readonly pem: string;
  /** The certificates above it, in PEM, where they were asked for. */
  readonly chain: string;
  readonly notes: readonly string[];
}
