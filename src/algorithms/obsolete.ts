import { DerError, DerReader, enterDer, readDer } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import type { CompositeAlgorithm } from './algorithm.ts';
import { compositeMessage, splitPublicKey, splitSignature } from './composite.ts';
import { ALGORITHMS } from './registry.ts';
import { parseSpki } from './spki.ts';
import { type SignedOctets, verifySignature } from './verify.ts';

/** An algorithm that people come across and that is not supported, recognised by its OID. */
interface ObsoleteRow {
  /** The OID up to its last arc, with the dot. */
  readonly prefix: string;
  /** First and last value of the last arc; absent for any. */
  readonly arcs?: readonly [number, number];
  /** What follows "its signature algorithm 1.2.3" or "its key algorithm 1.2.3". */
  readonly text: string;
}

const SUPPORTED = 'draft 19 is what is supported';

/** The composite drafts have prototype OIDs until draft 12, those of IANA from draft 13 on. */
const PROTOTYPE = `is a composite of an old draft (prototype OID, until draft 12); ${SUPPORTED}`;

const NIST_SIGNATURES = '2.16.840.1.101.3.4.3.';

// biome-ignore format: a table
export const OBSOLETE_ALGORITHMS: readonly ObsoleteRow[] = [
  { prefix: '2.16.840.1.114027.80.8.1.', text: PROTOTYPE },
  { prefix: '2.16.840.1.114027.80.9.1.', text: PROTOTYPE },
  { prefix: NIST_SIGNATURES, arcs: [32, 34], text: 'is HashML-DSA, which is not allowed in certificates (RFC 9881 §8.3)' },
  { prefix: NIST_SIGNATURES, arcs: [35, 46], text: 'is HashSLH-DSA, which is not supported; SLH-DSA without pre-hash is (RFC 9909)' },
];

/** `is HashML-DSA, …` for the OID of a row above; undefined for all others. */
export function obsoleteAlgorithm(oid: string): string | undefined {
  const split = oid.lastIndexOf('.') + 1;
  const [prefix, arc] = [oid.slice(0, split), Number(oid.slice(split))];
  const within = ({ arcs: [first, last] = [0, Number.POSITIVE_INFINITY] }: ObsoleteRow) =>
    arc >= first && arc <= last;
  return OBSOLETE_ALGORITHMS.find((row) => row.prefix === prefix && within(row))?.text;
}

/** Whether an AlgorithmIdentifier names one of them. */
export function isObsolete(identifier: Uint8Array): boolean {
  const oid = oidOf(identifier);
  return oid !== undefined && obsoleteAlgorithm(oid) !== undefined;
}

/** Labels until draft 13 of the composites that draft 14 renamed, under the same OIDs. */
const OLD_LABELS: Readonly<Record<string, string>> = {
  'MLDSA65-ECDSA-P256-SHA512': 'COMPSIG-MLDSA65-P256-SHA512',
  'MLDSA65-ECDSA-P384-SHA512': 'COMPSIG-MLDSA65-P384-SHA512',
  'MLDSA65-ECDSA-brainpoolP256r1-SHA512': 'COMPSIG-MLDSA65-BP256-SHA512',
  'MLDSA87-ECDSA-P384-SHA512': 'COMPSIG-MLDSA87-P384-SHA512',
  'MLDSA87-ECDSA-brainpoolP384r1-SHA512': 'COMPSIG-MLDSA87-BP384-SHA512',
  'MLDSA87-ECDSA-P521-SHA512': 'COMPSIG-MLDSA87-P521-SHA512',
};

/**
 * Names what a signature that does not verify was made with, where that is something of the past;
 * undefined if nothing of the kind is recognised.
 */
export async function obsoleteSignature(signed: SignedOctets): Promise<string | undefined> {
  const oid = oidOf(signed.identifier);
  if (oid === undefined) return undefined;
  const known = obsoleteAlgorithm(oid);
  if (known) return `its signature algorithm ${oid} ${known}`;
  const row = ALGORITHMS.find((item) => Buffer.compare(item.identifier, signed.identifier) === 0);
  return row?.family === 'composite' ? obsoleteComposite(row, signed) : undefined;
}

function oidOf(identifier: Uint8Array): string | undefined {
  try {
    return enterDer(identifier).objectIdentifier();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

async function obsoleteComposite(
  row: CompositeAlgorithm,
  signed: SignedOctets,
): Promise<string | undefined> {
  const key = publicKeyOf(signed.spki);
  for (const [what, octets] of [['key', key] as const, ['signature', signed.signature] as const]) {
    if (octets && isPairInDer(octets)) {
      return `its ${row.name} ${what} is of an old draft (two halves in a SEQUENCE, until draft 04); ${SUPPORTED}`;
    }
  }
  const label = OLD_LABELS[row.name];
  if (!key || !label || !(await verifiesUnder({ ...row, label: Buffer.from(label) }, key, signed)))
    return undefined;
  return `its ${row.name} signature is of an old draft (label ${label}, until draft 13); ${SUPPORTED}`;
}

function publicKeyOf(spki: Uint8Array): Uint8Array | undefined {
  try {
    return parseSpki(spki).publicKey;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/**
 * A SEQUENCE of two BIT STRINGs or OCTET STRINGs that fills `octets`. A raw key or signature, which
 * begins with random octets, is one by chance about never.
 */
export function isPairInDer(octets: Uint8Array): boolean {
  if (octets[0] !== TAG.sequence) return false;
  try {
    const reader = new DerReader(readDer(octets, TAG.sequence).contents);
    const tags = [reader.read().tag, reader.read().tag];
    reader.end();
    const strings: readonly number[] = [TAG.bitString, TAG.octetString, TAG.sequence];
    return tags.every((tag) => strings.includes(tag));
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

/** The classical half is enough to tell: it signs the label too. */
async function verifiesUnder(
  row: CompositeAlgorithm,
  publicKey: Uint8Array,
  { message, signature }: SignedOctets,
): Promise<boolean> {
  const keys = splitPublicKey(row, publicKey);
  const signatures = splitSignature(row, signature);
  if (!keys || !signatures) return false;
  const verdict = await verifySignature({
    spki: keys.classical,
    identifier: row.classical.identifier,
    message: compositeMessage(row, message),
    signature: signatures.classical,
  });
  return verdict === undefined;
}
