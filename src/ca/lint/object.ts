import { DerError } from '../../der/reader.ts';
import { encodingFaults, repaired } from '../../der/tolerant.ts';
import { type Extension, extensionsOnDemand } from '../../x509/extensions.ts';
import {
  type ForeignCertificate,
  type ForeignCrl,
  parseForeignCertificate,
  parseForeignCrl,
} from '../../x509/foreign.ts';
import { askedExtensions, parseForeignRequest } from '../../x509/foreign-request.ts';
import { parseName } from '../../x509/names.ts';
import type { SignedKind } from '../../x509/signed-kind.ts';
import { describeSubjectKey } from '../subject-key.ts';
import { type Finding, findings, unreadableFinding } from './findings.ts';
import type { EncodedSubject, EnvelopeSubject } from './rule.ts';
import { CERTIFICATE_RULES, REQUEST_RULES } from './rules.ts';
import { ANY_CRL_RULES } from './rules-crl.ts';
import { ENCODING_RULES } from './rules-encoding.ts';
import { ENVELOPE_RULES, SIGNATURE_RULES } from './rules-envelope.ts';
import { ATTRIBUTE_RULES } from './rules-request.ts';

export interface LintOptions {
  /**
   * When it is taken to be issued, for rows with dates; absent for what it says itself: notBefore,
   * or thisUpdate.
   */
  readonly at?: Date | undefined;
  /** For what does not say it itself. */
  readonly now: Date;
  /** Hold it against TLS BR even if its policies do not claim that. */
  readonly asTlsServer?: boolean | undefined;
  /** Whether its subject is a name that exists, whatever is in it. */
  readonly keepsName?: boolean;
}

export interface LintedObject {
  readonly at: Date;
  /** Name of its subject, or of the issuer of a CRL, DER; undefined if it cannot be read. */
  readonly name: Uint8Array | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Lints what anybody has made, by the rows that need no more than itself: first its octets; then
 * what they say, with the faults of the encoding put right, so that one does not hide all others.
 */
export function lintObject(kind: SignedKind, der: Uint8Array, options: LintOptions): LintedObject {
  try {
    const faults = encodingFaults(der);
    const read = READERS[kind](faults.size === 0 ? der : repaired(der), options);
    const encoding = findings(ENCODING_RULES, { faults }, read.at);
    return { at: read.at, name: read.name, findings: [...encoding, ...read.findings] };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    const at = options.at ?? options.now;
    return { at, name: undefined, findings: [...octetFindings(der, at), unreadableFinding(error)] };
  }
}

/** Of what has not the structure that it should have, at least what its octets tell. */
function octetFindings(der: Uint8Array, at: Date): readonly Finding[] {
  try {
    return findings<EncodedSubject>(ENCODING_RULES, { faults: encodingFaults(der) }, at);
  } catch (error) {
    if (error instanceof DerError) return []; // it has not even values
    throw error;
  }
}

const READERS: Readonly<
  Record<SignedKind, (der: Uint8Array, options: LintOptions) => LintedObject>
> = { certificate: lintCertificate, crl: lintCrl, request: lintRequest };

/** Reads when the first row asks for it: what cannot be read is a finding of that row. */
function once<Result>(read: () => Result): () => Result {
  let found: { readonly result: Result } | undefined;
  return () => {
    found ??= { result: read() };
    return found.result;
  };
}

const envelopeFindings = (envelope: EnvelopeSubject, at: Date): readonly Finding[] =>
  findings(
    [...ENVELOPE_RULES, ...SIGNATURE_RULES].filter(({ kinds = [envelope.kind] }) =>
      kinds.includes(envelope.kind),
    ),
    envelope,
    at,
  );

function lintCertificate(der: Uint8Array, options: LintOptions): LintedObject {
  const read = parseForeignCertificate(der);
  const { tbs } = read;
  const at = options.at ?? tbs.notBefore;
  const extensions = extensionsOnDemand(tbs.extensions);
  const [name, key] = [
    once(() => parseName(tbs.subject)),
    once(() => describeSubjectKey(tbs.publicKey)),
  ];
  const subject = {
    tbs,
    extensions,
    get subject() {
      return name();
    },
    get key() {
      return key();
    },
    at,
    asTlsServer: options.asTlsServer ?? false,
    keepsName: options.keepsName ?? false,
  };
  const names = options.keepsName ? [] : [tbs.subject]; // the issuer's is as it was given to it
  const envelope = envelopeOf('certificate', read, { names, publicKey: tbs.publicKey });
  const found = [...envelopeFindings(envelope, at), ...findings(CERTIFICATE_RULES, subject, at)];
  return { at, name: tbs.subject, findings: found };
}

function lintCrl(der: Uint8Array, options: LintOptions): LintedObject {
  const read = parseForeignCrl(der);
  const { tbs } = read;
  const at = options.at ?? tbs.thisUpdate;
  const envelope = envelopeOf('crl', read, { names: [tbs.issuer], publicKey: undefined });
  const subject = { tbs, extensions: envelope.extensions };
  const found = [...envelopeFindings(envelope, at), ...findings(ANY_CRL_RULES, subject, at)];
  return { at, name: tbs.issuer, findings: found };
}

function envelopeOf(
  kind: SignedKind,
  { signed, tbs, version, times, uniqueIds, emptyLists }: ForeignCertificate | ForeignCrl,
  parts: Pick<EnvelopeSubject, 'names' | 'publicKey'>,
): EnvelopeSubject {
  const { signatureAlgorithm: outer, signature } = signed;
  const octets = { outer, inner: tbs.signature, signature };
  const extensions = extensionsOnDemand(tbs.extensions);
  return { kind, version, ...octets, times, uniqueIds, emptyLists, extensions, ...parts };
}

function lintRequest(der: Uint8Array, options: LintOptions): LintedObject {
  const request = parseForeignRequest(der);
  const { subject, publicKey, attributes } = request;
  const at = options.at ?? options.now;
  const asked = readOrFound(() => askedExtensions(request));
  const extensions = extensionsOnDemand(asked.extensions);
  const [name, key] = [once(() => parseName(subject)), once(() => describeSubjectKey(publicKey))];
  const requested = {
    tbs: { publicKey, extensions: asked.extensions },
    attributes,
    extensions,
    get subject() {
      return name();
    },
    get key() {
      return key();
    },
  };
  const envelope: EnvelopeSubject = {
    kind: 'request',
    version: request.version,
    outer: request.signatureAlgorithm,
    inner: undefined,
    signature: request.signature,
    times: [],
    names: [subject],
    uniqueIds: false,
    emptyLists: [],
    publicKey,
    extensions,
  };
  const found = [
    ...envelopeFindings(envelope, at),
    ...findings(ATTRIBUTE_RULES, requested, at),
    ...findings(REQUEST_RULES, requested, at),
    ...asked.findings,
  ];
  return { at, name: subject, findings: found };
}

/** Extensions that cannot be taken apart are a finding, and leave the rest to be looked at. */
function readOrFound(read: () => readonly Extension[]) {
  try {
    return { extensions: read(), findings: [] };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return { extensions: [], findings: [unreadableFinding(error)] };
  }
}
