import { createHash } from 'node:crypto';
import type { CertificateRecord } from '../../ca/store.ts';
import { sameOctets } from '../../der/same-octets.ts';
import { sha256Text } from '../../der/sha256.ts';
import { type Certificate, serialText } from '../../x509/certificate.ts';
import { nameText, parseName } from '../../x509/names.ts';
import type { CaFacts } from './read-cas.ts';

/** What a CA's certificate is worth now. */
export type CaState = 'good' | 'not yet valid' | 'expired' | 'revoked' | 'on hold';

/** A CA in the hierarchy. */
export interface CaNode {
  /** For people, as nameText() gives it. */
  readonly subject: string;
  readonly certificate: Certificate;
  /** SHA-256 over the certificate, hexadecimal. */
  readonly fingerprint: string;
  readonly state: CaState;
  /** Undefined: only its certificate was found, with another CA. */
  readonly facts: CaFacts | undefined;
  /** Another certificate for the key of a CA that has its place elsewhere in the hierarchy. */
  readonly cross: boolean;
  readonly children: readonly CaNode[];
}

interface Entry {
  readonly key: string;
  readonly certificate: Certificate;
  readonly facts?: CaFacts;
  /** Key of the CA above; undefined for a root, and where nothing is known of the issuer. */
  readonly parent: string | undefined;
  readonly cross?: boolean;
}

/** The CAs under those that have issued their certificates; those without an issuer are on top. */
export function hierarchyOf(cas: readonly CaFacts[], now: Date): readonly CaNode[] {
  const entries = entriesOf(cas);
  const drawn = new Set<Entry>();
  const nodeOf = (entry: Entry): CaNode => {
    drawn.add(entry);
    const { certificate, facts, key, cross = false } = entry;
    const below = cross ? [] : entries.filter(({ parent }) => parent === key);
    const above = entries.find((other) => other.key === entry.parent && other.facts)?.facts;
    return {
      subject: nameText(parseName(certificate.tbs.subject)),
      certificate,
      fingerprint: sha256Text(certificate.der),
      state: stateOf(certificate, above, now),
      facts,
      cross,
      children: below.filter((child) => !drawn.has(child)).map(nodeOf),
    };
  };
  const keys = new Set(entries.map(({ key }) => key));
  const tops = entries.filter(({ parent }) => parent === undefined || !keys.has(parent));
  const nodes = tops.map(nodeOf);
  // two CAs may have certified each other, and then neither is on top
  for (const entry of entries) if (!drawn.has(entry)) nodes.push(nodeOf(entry));
  return nodes;
}

/** Everybody's certificate as its own directory has it; else as others do. */
function entriesOf(cas: readonly CaFacts[]): readonly Entry[] {
  const entries = new Map<string, Entry>();
  for (const facts of cas) {
    const { certificate, chain } = facts.directory;
    const key = keyOf(certificate);
    const parent = parentOf(certificate, chain[0]);
    // a second directory of the same CA, such as a copy, is shown beside the first one
    const place = entries.has(key) ? `${key} ${facts.shown}` : key;
    entries.set(place, { key: place, certificate, facts, parent });
  }
  for (const { directory } of cas) {
    for (const [index, certificate] of directory.chain.entries()) {
      const key = keyOf(certificate);
      const parent = parentOf(certificate, directory.chain[index + 1]);
      if (!entries.has(key)) entries.set(key, { key, certificate, parent });
    }
  }
  for (const { directory, issuedCas } of cas) {
    const parent = keyOf(directory.certificate);
    for (const certificate of issuedCas) addIssued(entries, certificate, parent);
  }
  return [...entries.values()];
}

function addIssued(entries: Map<string, Entry>, certificate: Certificate, parent: string): void {
  const key = keyOf(certificate);
  if (key === parent) return; // its own certificate, of now or before
  const known = entries.get(key);
  if (!known) entries.set(key, { key, certificate, parent });
  else if (known.parent !== parent) {
    const place = `${key} by ${parent}`;
    entries.set(place, { key: place, certificate, parent, cross: true });
  }
}

const parentOf = (certificate: Certificate, above: Certificate | undefined): string | undefined =>
  above && !isSelfIssued(certificate) ? keyOf(above) : undefined;

const isSelfIssued = ({ tbs }: Certificate): boolean => sameOctets(tbs.subject, tbs.issuer);

/** A CA is its name and its key: a certificate that was renewed is of the same CA. */
const keyOf = ({ tbs }: Certificate): string =>
  createHash('sha256').update(tbs.subject).update(tbs.publicKey).digest('hex');

function stateOf({ tbs, der }: Certificate, above: CaFacts | undefined, now: Date): CaState {
  const record = above?.revokedCas.get(serialText(tbs.serialNumber));
  if (record?.der && sameOctets(record.der, der)) return wordFor(record);
  if (now < tbs.notBefore) return 'not yet valid';
  return now.getTime() >= tbs.notAfter.getTime() + 1000 ? 'expired' : 'good';
}

const wordFor = ({ revocation }: CertificateRecord): CaState =>
  revocation?.reason === 'certificateHold' ? 'on hold' : 'revoked';
