import { algorithmNamed } from '../algorithms/registry.ts';
import type { Clock, Entropy } from '../ports.ts';
import type { Profile } from '../profiles/profile-config.ts';
import type { Values } from '../profiles/template.ts';
import { generatePkcs8 } from '../signers/generate-key.ts';
import { importPkcs8, softwareSigner } from '../signers/software-key.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { NameAttribute } from '../x509/names.ts';
import { backgroundNotes, backgroundOf } from './background.ts';
import { type Draft, type DraftOptions, draft } from './draft.ts';
import { type Issuer, selfIssuer } from './issuer.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { plannedKeyFindings } from './lint/rules-profiles.ts';
import { approve, mustHaveNone } from './lint.ts';
import { type MadeRequest, makeRequest } from './make-request.ts';
import { type PlannedAlgorithms, plannedFindings } from './policy/policy.ts';
import type { Policy } from './policy/rule.ts';
import {
  type CertificateRequest,
  requestForOwnKey,
  underNameOf,
  verifyRequest,
} from './request.ts';
import { revokedIssuer } from './revoked-issuer.ts';
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
  const drafted = await consulted(draft(request, profile, issuer, options, parts), issuer, parts);
  const certificate = await seal(approve(drafted, issuer), issuer, parts);
  return { certificate, notes: drafted.notes };
}

/** The draft together with what the CA knows of its key and its name. */
export async function consulted(
  drafted: Draft,
  issuer: Issuer,
  parts: Pick<AuthorityParts, 'store' | 'clock'>,
): Promise<Draft> {
  const background = await backgroundOf(drafted, issuer, parts);
  const notes = [...drafted.notes, ...backgroundNotes(background, drafted.profile)];
  return { ...drafted, background, notes };
}

/** A CA that is to get a certificate. */
export interface NewCa {
  readonly subject: readonly NameAttribute[];
  readonly profile: Profile;
  /** For the variables of the profile. */
  readonly variables?: Values;
  readonly validityDays?: number;
  /** Shorten a validity that would end after the parent's. */
  readonly clamp?: boolean;
  readonly policies?: readonly Policy[];
  /** Its certificate so far, whose name stays byte for byte; with the same key, its identifier too. */
  readonly continues?: Certificate;
}

/** Makes the certificate of a root CA: the same line, with the CA as its own subject. */
export function selfSign(
  root: NewCa & { readonly keys: IssuerKeys },
  parts: AuthorityParts,
): Promise<Issued> {
  const { keys, policies = [] } = root;
  return issue(ownRequest(root, keys), { ...selfOf(root, keys), policies }, parts);
}

/** Makes the certificate of a CA under `parent`, whose store is in `parts`. */
export async function certify(
  ca: NewCa & { readonly keys: IssuerKeys },
  parent: Issuer,
  parts: AuthorityParts,
): Promise<Issued> {
  const { profile, subject, keys } = ca;
  const { der } = await requestForCa(keys, subject, parts.clock());
  const request = asBefore(await verifyRequest(der, 'the request of the CA'), ca);
  const names = { subject: [], subjectAltName: [] }; // those of the request
  const issuer = { ...parent, policies: policiesUnder(parent, ca) };
  return issue({ request, profile, ...names, ...detailsOf(ca) }, issuer, parts);
}

/** A request of a CA that proves possession of all of its keys, whoever will certify them. */
export function requestForCa(
  { signer, alternative }: IssuerKeys,
  subject: readonly NameAttribute[],
  now: Date,
): Promise<MadeRequest> {
  const keys = { kind: 'own', signer, ...(alternative && { alternative }) } as const;
  return makeRequest({ subject, subjectAltName: [], keys, now });
}

export interface CaPlan extends NewCa {
  /** Algorithms of the keys to be; undefined for a key in a token that nobody has looked at. */
  readonly planned: PlannedAlgorithms;
}

/**
 * Throws what {@link selfSign}, or {@link certify} under a parent, would throw by policy, with a
 * throw-away key in memory and the names of the algorithms: so that a key in an HSM is made, and a
 * PIN sent, only for a CA that can be.
 */
export async function rehearse(ca: CaPlan, parts: Omit<AuthorityParts, 'store'>, parent?: Issuer) {
  const algorithm = algorithmNamed('ed25519');
  const key = await importPkcs8(await generatePkcs8(algorithm), 'a throw-away key');
  const keys = {
    signer: softwareSigner(key),
    alternative: undefined,
    async [Symbol.asyncDispose]() {},
  };
  const { request, profile: asked, ...options } = ownRequest(ca, keys);
  const profile = { ...asked, keyAlgorithms: undefined }; // the key is of another algorithm
  const issuer = parent ? { ...parent, policies: [] } : selfOf(ca, keys);
  const drafted = draft(request, profile, issuer, options, parts);
  const background = { revokedIssuer: await revokedIssuer(issuer) };
  const { subject } = approve({ ...drafted, background }, issuer);
  const signing =
    parent && [parent.signing, parent.alternative].flatMap((half) => half?.algorithm ?? []);
  const policies = parent ? policiesUnder(parent, ca) : (ca.policies ?? []);
  const found = plannedFindings(policies, ca.planned, drafted.tbs.notAfter, signing);
  mustHaveNone(
    [...plannedKeyFindings(asked, ca.planned), ...found],
    `a certificate for ${subject}`,
  );
}

/** Those of the parent, which it issues under, and those of the CA itself. */
const policiesUnder = (parent: Issuer, { policies = [] }: NewCa): readonly Policy[] => [
  ...new Set([...(parent.policies ?? []), ...policies]),
];

function ownRequest(ca: NewCa, keys: IssuerKeys): IssueInput {
  const request = asBefore(requestForOwnKey(keys.signer.publicKey), ca);
  const { profile, continues } = ca;
  const subject = continues ? [] : ca.subject;
  return { request, profile, subject, subjectAltName: [], ...detailsOf(ca) };
}

const asBefore = (request: CertificateRequest, { continues }: NewCa): CertificateRequest =>
  continues ? underNameOf(continues, request) : request;

const selfOf = ({ subject, continues }: NewCa, keys: IssuerKeys): Issuer => ({
  ...selfIssuer(subject, keys),
  ...(continues && { name: continues.tbs.subject }),
});

const detailsOf = ({ variables, validityDays, clamp }: NewCa) => ({
  ...(variables !== undefined && { variables }),
  ...(validityDays !== undefined && { validityDays }),
  ...(clamp !== undefined && { clamp }),
});
