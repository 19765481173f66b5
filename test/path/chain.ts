import type { PathInput } from '../../src/path/validate-path.ts';
import type { Signer } from '../../src/signers/signer.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { newSigner } from '../support/authority.ts';
import { CA, cn, type MadeCertificate, make, type Party } from './made-certificates.ts';

/** When the chains of these tests are looked at. */
export const AT = new Date('2026-06-01T12:00:00Z');

/** How one certificate of a chain differs from a sound one. */
export interface Level extends Partial<Omit<MadeCertificate, 'subject' | 'issuer'>> {
  /** Instead of `CN=Root`, `CN=CA 1`, …, `CN=leaf`. */
  readonly name?: Uint8Array;
}

/** Keys by what they are for; a key is made once in a test file, since some kinds take long. */
export class KeyRing {
  readonly #algorithm: string;
  readonly #alternative: string | undefined;
  readonly #made = new Map<string, Promise<Signer>>();

  constructor(algorithm: string, alternative?: string) {
    this.#algorithm = algorithm;
    this.#alternative = alternative;
  }

  async party(role: string, name: Uint8Array): Promise<Party> {
    const signer = await this.#key(role, this.#algorithm);
    if (this.#alternative === undefined) return { name, signer };
    return { name, signer, alternative: await this.#key(`${role} alt`, this.#alternative) };
  }

  #key(role: string, algorithm: string): Promise<Signer> {
    const made = this.#made.get(role) ?? newSigner(algorithm);
    this.#made.set(role, made);
    return made;
  }
}

export interface Chain {
  /** The trust anchor first, the leaf last. */
  readonly certificates: readonly Certificate[];
  readonly root: Certificate;
  readonly intermediates: readonly Certificate[];
  readonly leaf: Certificate;
}

/** A chain of as many certificates as there are levels, the root first. */
export async function chain(keys: KeyRing, ...levels: readonly Level[]): Promise<Chain> {
  const certificates: Certificate[] = [];
  let issuer: Party | undefined;
  for (const [index, { name, ...level }] of levels.entries()) {
    const isLeaf = index === levels.length - 1 && index > 0;
    const role = index === 0 ? 'Root' : isLeaf ? 'leaf' : `CA ${index}`;
    const subject = await keys.party(role, name ?? cn(role));
    const extensions = isLeaf ? [] : CA;
    certificates.push(await make({ subject, issuer: issuer ?? subject, extensions, ...level }));
    issuer = subject;
  }
  return chainOf(certificates);
}

export function chainOf(certificates: readonly Certificate[]): Chain {
  const [root, leaf] = [certificates[0], certificates.at(-1)];
  if (!root || !leaf) throw new Error('a chain has a certificate at least');
  return { certificates, root, intermediates: certificates.slice(1, -1), leaf };
}

export const inputOf = ({ leaf, intermediates, root }: Chain): PathInput => ({
  certificate: leaf,
  intermediates,
  trust: [root],
  at: AT,
  requireAlternative: false,
});

/** Turns one bit over; throws what parsing the result throws. */
export function withFlippedBit(octets: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(octets);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
