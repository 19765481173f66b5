import type { Clock, Entropy } from '../ports.ts';
import type { Profile } from '../profiles/profile-config.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { NameAttribute } from '../x509/names.ts';
import { type DraftOptions, draft } from './draft.ts';
import { type Issuer, selfIssuer } from './issuer.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { approve } from './lint.ts';
import { type CertificateRequest, requestForOwnKey } from './request.ts';
import { seal } from './seal.ts';
import type { CaStore } from './store.ts';

/** The world of an authority. */
export interface AuthorityParts {
  readonly store: CaStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

export interface IssueInput extends DraftOptions {
  readonly request: CertificateRequest;
  readonly profile: Profile;
}

export interface Issued {
  readonly certificate: Certificate;
  /** Sentences for the operator; see Draft. */
  readonly notes: readonly string[];
}

/** Issues a certificate; each step takes only what the step before it can produce. */
export async function issue(
  { request, profile, ...options }: IssueInput,
  issuer: Issuer,
  parts: AuthorityParts,
): Promise<Issued> {
  const drafted = draft(request, profile, issuer, options, parts);
  const certificate = await seal(approve(drafted, issuer), issuer, parts);
  return { certificate, notes: drafted.notes };
}

export interface SelfSignInput {
  readonly subject: readonly NameAttribute[];
  readonly keys: IssuerKeys;
  readonly profile: Profile;
  readonly validityDays?: number;
}

/** Makes the certificate of a root CA: the same line, with the CA as its own subject. */
export function selfSign(
  { subject, keys, profile, validityDays }: SelfSignInput,
  parts: AuthorityParts,
): Promise<Issued> {
  const request = requestForOwnKey(keys.signer.publicKey);
  const days = validityDays === undefined ? {} : { validityDays };
  const input = { request, profile, subject, subjectAltName: [], ...days };
  return issue(input, selfIssuer(subject, keys), parts);
}
