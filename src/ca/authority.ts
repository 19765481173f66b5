import type { SignatureAlgorithm } from '../algorithms/algorithm.ts';
import { algorithmNamed } from '../algorithms/registry.ts';
import type { Clock, Entropy } from '../ports.ts';
import type { Profile } from '../profiles/profile-config.ts';
import { generatePkcs8 } from '../signers/generate-key.ts';
import { importPkcs8, softwareSigner } from '../signers/software-key.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { NameAttribute } from '../x509/names.ts';
import { type DraftOptions, draft } from './draft.ts';
import { type Issuer, selfIssuer } from './issuer.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { approve, mustHaveNone } from './lint.ts';
import { plannedFindings } from './policy.ts';
import type { Policy } from './policy-rule.ts';
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

export interface RootInput {
  readonly subject: readonly NameAttribute[];
  readonly profile: Profile;
  readonly validityDays?: number;
  readonly policies?: readonly Policy[];
}

/** Makes the certificate of a root CA: the same line, with the CA as its own subject. */
export function selfSign(
  root: RootInput & { readonly keys: IssuerKeys },
  parts: AuthorityParts,
): Promise<Issued> {
  const { keys, subject, policies = [] } = root;
  return issue(rootRequest(root, keys), { ...selfIssuer(subject, keys), policies }, parts);
}

export interface RootPlan extends RootInput {
  /** Algorithms of the keys to be; undefined for a key in a token that nobody has looked at. */
  readonly planned: readonly (SignatureAlgorithm | undefined)[];
}

/**
 * Throws what {@link selfSign} would throw by policy, with a throw-away key in memory and the names
 * of the algorithms: so that a key in an HSM is made, and a PIN sent, only for a CA that can be.
 */
export async function rehearse(root: RootPlan, parts: Omit<AuthorityParts, 'store'>) {
  const algorithm = algorithmNamed('ed25519');
  const key = await importPkcs8(await generatePkcs8(algorithm), 'a throw-away key');
  const keys = {
    signer: softwareSigner(key),
    alternative: undefined,
    async [Symbol.asyncDispose]() {},
  };
  const { request, profile, ...options } = rootRequest(root, keys);
  const issuer = selfIssuer(root.subject, keys);
  const drafted = draft(request, profile, issuer, options, parts);
  const { subject } = approve(drafted, issuer);
  const found = plannedFindings(root.policies ?? [], root.planned, drafted.tbs.notAfter);
  mustHaveNone(found, `a certificate for ${subject}`);
}

function rootRequest({ subject, profile, validityDays }: RootInput, keys: IssuerKeys): IssueInput {
  const request = requestForOwnKey(keys.signer.publicKey);
  const days = validityDays === undefined ? {} : { validityDays };
  return { request, profile, subject, subjectAltName: [], ...days };
}
