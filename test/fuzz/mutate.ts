import { pem } from '../../src/der/pem.ts';
import { DER_MUTATIONS } from './der-mutations.ts';
import { type Mutation, OCTET_MUTATIONS } from './octet-mutations.ts';
import { Random } from './random.ts';
import { TEXT_MUTATIONS } from './text-mutations.ts';

/** What is known of the form of an input: which mutations reach its inside. */
export type Form =
  | { readonly kind: 'der'; readonly label?: string }
  | { readonly kind: 'text' }
  /** No file, but what a target chooses by how it damages what is too large to be an input. */
  | { readonly kind: 'choices' };

/** A file to begin with. */
export interface Seed {
  readonly name: string;
  readonly octets: Uint8Array;
}

/** No input is longer, in octets; of text less, since YAML takes seconds for a megabyte. */
const LONGEST = { der: 1 << 18, text: 1 << 16 };

/** The input of one round: for the same seeds always the same. */
export function inputOf(form: Form, seeds: readonly Seed[], seed: string, round: number): Seed {
  const random = new Random(`${seed} ${round}`);
  if (form.kind === 'choices') return { name: 'nothing', octets: random.octets(16) };
  const [{ name, octets }, other] = [random.pick(seeds), random.pick(seeds)];
  const own: readonly Mutation<Uint8Array>[] = form.kind === 'der' ? DER_MUTATIONS : TEXT_MUTATIONS;
  let input = octets;
  do {
    const mutation = random.pick(random.below(5) < 3 ? own : OCTET_MUTATIONS);
    input = mutation(input, random, other.octets).subarray(0, LONGEST[form.kind]);
  } while (random.once(2));
  if (form.kind === 'text' || form.label === undefined || !random.once(8)) {
    return { name, octets: input };
  }
  const text = Buffer.from(pem(form.label, input), 'latin1');
  const changed = random.once(2) ? random.pick(TEXT_MUTATIONS)(text, random, text) : text;
  return { name, octets: changed.subarray(0, LONGEST[form.kind]) };
}
