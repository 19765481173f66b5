import type { AlgorithmStatus, CompositeAlgorithm } from '../../algorithms/algorithm.ts';
import { isPairInDer } from '../../algorithms/obsolete.ts';
import { ALGORITHMS } from '../../algorithms/registry.ts';
import { SCHEMES } from '../../algorithms/schemes.ts';
import { algorithmOfKeyIdentifier, describeKey, parseSpki } from '../../algorithms/spki.ts';
import type { AlgorithmRank } from './algorithm-rank.ts';
import { unsupportedAlgorithm } from './describe-unsupported.ts';

/** One key or signature, or one half of it. */
export interface AlgorithmPart extends AlgorithmRank {
  /** Length of the public key or of the signature, without the BIT STRING around it. */
  readonly octets: number;
  /** Where the CA has the private key; several for a key that several tokens hold. */
  readonly places?: readonly string[];
}

export type AlgorithmRole = 'key' | 'signature' | 'alternative key' | 'alternative signature';

export interface AlgorithmDescription extends AlgorithmPart {
  readonly role: AlgorithmRole;
  /** The halves of a composite, ML-DSA first; none if there are not enough octets for two. */
  readonly parts: readonly AlgorithmPart[];
}

/**
 * Places of each private key behind a public key. A composite has two, ML-DSA first, or one with
 * both halves in it.
 */
export type KeyPlaces = readonly (readonly string[])[];

/** Throws DerError for what is no SubjectPublicKeyInfo. */
export function describePublicKey(
  role: AlgorithmRole,
  spki: Uint8Array,
  places: KeyPlaces = [],
): AlgorithmDescription {
  const { identifier, publicKey } = parseSpki(spki);
  const octets = publicKey.length;
  const row = algorithmOfKeyIdentifier(identifier);
  if (!row) return { role, ...unsupportedAlgorithm(identifier), octets, parts: [] };
  const whole = places.length === 1 ? placed(places[0]) : {};
  const rank = { ...rankOf(row), name: describeKey(spki), octets, ...whole };
  if (row.family !== 'composite') return { role, ...rank, parts: [] };
  if (isPairInDer(publicKey)) return { role, ...rank, ...WRAPPED, parts: [] };
  const ofHalves = places.length === 1 ? [] : places;
  return { role, ...rank, parts: halves(row, octets, row.mlDsa.publicKeyBytes, ofHalves) };
}

/** A signature, out of its BIT STRING; throws DerError for what is no AlgorithmIdentifier. */
export function describeSigning(
  role: AlgorithmRole,
  identifier: Uint8Array,
  signature: Uint8Array,
): AlgorithmDescription {
  const octets = signature.length;
  const row = ALGORITHMS.find((item) => Buffer.compare(item.identifier, identifier) === 0);
  const rank = { ...signatureRank(identifier), octets };
  if (row?.family !== 'composite') return { role, ...rank, parts: [] };
  if (isPairInDer(signature)) return { role, ...rank, ...WRAPPED, parts: [] };
  return { role, ...rank, parts: halves(row, octets, row.mlDsa.maxSignatureBytes) };
}

/** The algorithm that the AlgorithmIdentifier of a signature names. */
export function signatureRank(identifier: Uint8Array): AlgorithmRank {
  const schemes = Object.values(SCHEMES).map((scheme) => ({ ...scheme, status: STANDARD }));
  const row = [...schemes, ...ALGORITHMS].find(
    (item) => Buffer.compare(item.identifier, identifier) === 0,
  );
  return row ? rankOf(row) : unsupportedAlgorithm(identifier);
}

/** The first drafts had a SEQUENCE around the halves, under OIDs that some still use for it. */
const WRAPPED = {
  status: 'unsupported',
  reason: 'it is of an old draft, whose halves are in a SEQUENCE; draft 19 is what is supported',
} as const;

const STANDARD: AlgorithmStatus = 'standard';

type Row = Readonly<Record<'name' | 'cites', string>> & { readonly status: AlgorithmStatus };

const rankOf = ({ name, status, cites }: Row): AlgorithmRank => ({
  name,
  status,
  cites,
});

/** ML-DSA's half has a fixed length and comes first; there is nothing between the two. */
function halves(
  { mlDsa, classical }: CompositeAlgorithm,
  octets: number,
  mlDsaOctets: number,
  places: KeyPlaces = [],
): readonly AlgorithmPart[] {
  if (octets <= mlDsaOctets) return [];
  return [
    { ...rankOf(mlDsa), octets: mlDsaOctets, ...placed(places[0]) },
    { ...rankOf(classical), octets: octets - mlDsaOctets, ...placed(places[1]) },
  ];
}

const placed = (places: readonly string[] | undefined) => (places ? { places } : {});

/** Rows of a table for people: the name beside the role, and under it what there is to tell. */
export function algorithmRows(
  algorithm: AlgorithmDescription,
): readonly (readonly [label: string, value: string])[] {
  const { role, name, parts } = algorithm;
  const ofParts = parts.flatMap((part) => [
    `${part.name}: ${sizeAndRank(part)}`,
    ...placeLines(part).map(indented),
  ]);
  const details = [sizeAndRank(algorithm), ...placeLines(algorithm), ...ofParts];
  return [[role, name], ...details.map((line) => ['', indented(line)] as const)];
}

const sizeAndRank = (part: AlgorithmPart): string => `${part.octets} octets; ${rankText(part)}`;

function rankText({ status, cites = '', reason }: AlgorithmRank): string {
  if (status === 'standard') return `standard: ${cites}`;
  if (status === 'draft') return `Internet-Draft that may still change: ${cites}`;
  return reason ?? 'not supported';
}

const placeLines = ({ places = [] }: Pick<AlgorithmPart, 'places'>): readonly string[] =>
  places.map((place) => `in ${place}`);

const indented = (line: string): string => `  ${line}`;
