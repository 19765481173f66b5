import type { Random } from './random.ts';

/** Makes another input of one, or of that and another seed. */
export type Mutation<Input> = (input: Input, random: Random, other: Input) => Input;

/** What is done to octets whatever they mean. Each leaves its input as it is. */
export const OCTET_MUTATIONS: readonly Mutation<Uint8Array>[] = [
  function flipBit(octets, random) {
    return changed(octets, random, (octet) => octet ^ (1 << random.below(8)));
  },
  function replaceOctet(octets, random) {
    const octet = random.once(2) ? random.below(256) : random.pick(EDGES);
    return changed(octets, random, () => octet);
  },
  function truncate(octets, random) {
    return octets.subarray(0, random.below(octets.length + 1));
  },
  function remove(octets, random) {
    const [from, to] = range(octets, random);
    return Buffer.concat([octets.subarray(0, from), octets.subarray(to)]);
  },
  function insert(octets, random) {
    const at = random.below(octets.length + 1);
    const added = random.once(4)
      ? new Uint8Array(random.below(5000)).fill(random.pick(EDGES))
      : random.octets(1 + random.below(8));
    return Buffer.concat([octets.subarray(0, at), added, octets.subarray(at)]);
  },
  function repeat(octets, random) {
    const [from, to] = range(octets, random);
    const part = octets.subarray(from, to);
    const times =
      1 + random.below(Math.max(1, Math.min(50, Math.floor(20_000 / (part.length + 1)))));
    return Buffer.concat([octets.subarray(0, to), ...Array(times).fill(part), octets.subarray(to)]);
  },
  function splice(octets, random, other) {
    const [from, to] = range(other, random);
    const at = random.below(octets.length + 1);
    const after = random.once(2) ? at : Math.min(octets.length, at + to - from);
    return Buffer.concat([
      octets.subarray(0, at),
      other.subarray(from, to),
      octets.subarray(after),
    ]);
  },
];

/** Octets at which encodings change: lengths, signs, tags. */
const EDGES = [0, 1, 0x02, 0x03, 0x05, 0x1f, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x84, 0xa0, 0xff];

function changed(octets: Uint8Array, random: Random, change: (octet: number) => number) {
  const copy = Uint8Array.from(octets);
  const at = random.below(Math.max(copy.length, 1));
  if (copy.length > 0) copy[at] = change(copy[at] ?? 0);
  return copy;
}

/** Where a part begins and ends, more often a short one. */
function range({ length }: Uint8Array, random: Random): readonly [from: number, to: number] {
  const from = random.below(length + 1);
  const most = random.once(3) ? length : 16;
  return [from, Math.min(length, from + random.below(most + 1))];
}
