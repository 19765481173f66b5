import { DerError, enterDer, integerValue, readDer } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { parseCertificatePolicies } from './certificate-policies.ts';
import { EXTENSION_OID, type Extension } from './extensions.ts';

/** Stands for every policy (RFC 5280 §4.2.1.4). */
export const ANY_POLICY = '2.5.29.32.0';

/** Extensions of CA certificates about the policies of what is below them. */
export const POLICY_EXTENSION_OID = {
  policyMappings: '2.5.29.33',
  policyConstraints: '2.5.29.36',
  inhibitAnyPolicy: '2.5.29.54',
} as const;

/** A policy of the issuer's, and one of the subject's that is as good (RFC 5280 §4.2.1.5). */
export interface PolicyMapping {
  readonly issuerDomain: string;
  readonly subjectDomain: string;
}

/** What a certificate says about policies. The numbers count certificates that may still follow. */
export interface PolicyExtensions {
  /** OIDs; undefined without the extension. */
  readonly policies: readonly string[] | undefined;
  readonly mappings: readonly PolicyMapping[];
  readonly requireExplicitPolicy: number | undefined;
  readonly inhibitPolicyMapping: number | undefined;
  readonly inhibitAnyPolicy: number | undefined;
}

/** Takes those that are there apart; throws DerError. */
export function policyExtensions(extensions: readonly Extension[]): PolicyExtensions {
  const value = (oid: string) => extensions.find((extension) => extension.oid === oid)?.value;
  const policies = value(EXTENSION_OID.certificatePolicies);
  const mappings = value(POLICY_EXTENSION_OID.policyMappings);
  const constraints = value(POLICY_EXTENSION_OID.policyConstraints);
  const inhibit = value(POLICY_EXTENSION_OID.inhibitAnyPolicy);
  return {
    policies: policies && parseCertificatePolicies(policies),
    mappings: mappings ? parsePolicyMappings(mappings) : [],
    ...(constraints ? parsePolicyConstraints(constraints) : NO_CONSTRAINTS),
    inhibitAnyPolicy: inhibit && skipCerts(readDer(inhibit, TAG.integer).contents),
  };
}

const NO_CONSTRAINTS = { requireExplicitPolicy: undefined, inhibitPolicyMapping: undefined };

function parsePolicyMappings(value: Uint8Array): readonly PolicyMapping[] {
  const reader = enterDer(value);
  const mappings: PolicyMapping[] = [];
  while (!reader.done) {
    const pair = reader.enter();
    const issuerDomain = pair.objectIdentifier();
    const subjectDomain = pair.objectIdentifier();
    pair.end();
    mappings.push({ issuerDomain, subjectDomain });
  }
  return mappings;
}

function parsePolicyConstraints(value: Uint8Array) {
  const reader = enterDer(value);
  const explicit = reader.optional(0x80);
  const mapping = reader.optional(0x81);
  reader.end();
  return {
    requireExplicitPolicy: explicit && skipCerts(explicit.contents),
    inhibitPolicyMapping: mapping && skipCerts(mapping.contents),
  };
}

/** SkipCerts, which has no upper bound; no path has a million certificates. */
function skipCerts(contents: Uint8Array): number {
  const value = integerValue(contents);
  if (value < 0n) throw new DerError('a number of certificates is negative');
  return Number(value > 1_000_000n ? 1_000_000n : value);
}
