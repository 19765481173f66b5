import { DerReader } from '../../src/der/reader.ts';
import { tlv, tlvHeader } from '../../src/der/writer.ts';
import type { Mutation } from './octet-mutations.ts';
import type { Random } from './random.ts';

/**
 * A value as a tree: of a constructed one its parts, and those of what is wrapped in an OCTET STRING
 * or a BIT STRING. Lengths are made anew when it is written, so that what is changed inside reaches
 * the readers of the inside.
 */
interface Node {
  tag: number;
  /** Before the parts: the count of unused bits in a BIT STRING. */
  before: Uint8Array;
  contents: Uint8Array;
  parts: Node[] | undefined;
  /** Written instead of all that. */
  raw?: Uint8Array;
}

/** Deeper than any file nests on purpose. */
const MAX_DEPTH = 30;

/** What is done to the structure. What is no DER is left as it is. */
export const DER_MUTATIONS: readonly Mutation<Uint8Array>[] = [
  inTree(function changeContents({ all }, random) {
    const node = random.pick(all);
    node.parts = undefined;
    node.contents = random.pick(CONTENTS)(random);
  }),
  inTree(function changeTag({ all }, random) {
    random.pick(all).tag = random.once(3) ? random.below(256) : random.pick(TAGS);
  }),
  inTree(function removePart({ parents }, random) {
    const parts = random.pick(parents).parts ?? [];
    parts.splice(random.below(parts.length), 1);
  }),
  inTree(function repeatPart({ parents }, random) {
    const parts = random.pick(parents).parts ?? [];
    const at = random.below(parts.length);
    const times = random.once(5) ? random.below(2000) : 1;
    parts.splice(at, 0, ...Array<Node>(times).fill(random.pick(parts)));
  }),
  inTree(function swapParts({ parents }, random) {
    const parts = random.pick(parents).parts ?? [];
    const [one, other] = [random.below(parts.length), random.below(parts.length)];
    const [first, second] = [parts[one], parts[other]];
    if (first && second) [parts[one], parts[other]] = [second, first];
  }),
  inTree(function nest({ all }, random) {
    const node = random.pick(all);
    const inner = written(node);
    node.raw = nested(inner, random.once(4) ? random.below(20_000) : 1 + random.below(40));
  }),
  inTree(function wrongLength({ all }, random) {
    const node = random.pick(all);
    const whole = Uint8Array.from(written(node));
    node.raw = Buffer.concat([
      whole.subarray(0, 1),
      random.pick(LENGTHS)(random),
      whole.subarray(2),
    ]);
  }),
  (octets, random, other) => {
    const [tree, donor] = [treeOf(octets), treeOf(other)];
    if (!tree || !donor) return octets;
    const [node, graft] = [random.pick(nodesOf(tree)), random.pick(nodesOf(donor))];
    node.raw = written(graft);
    return written(tree);
  },
];

/** Contents that readers have to bound: long, empty, negative, with more bits than there are. */
const CONTENTS: readonly ((random: Random) => Uint8Array)[] = [
  () => new Uint8Array(0),
  (random) => random.octets(1 + random.below(40)),
  (random) => new Uint8Array(random.below(30_000)).fill(0xff), // an INTEGER, an OID without end
  (random) => new Uint8Array(random.below(30_000)).fill(0x81),
  () => Uint8Array.of(0x80),
  () => Uint8Array.of(0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  () => Uint8Array.of(8, 0),
  () => Buffer.from('99991231235959Z'),
  () => Buffer.from('000230000000Z'),
  () => Buffer.from('\u{1b}[2J\u{202e}\u{0}\u{fffd}'),
  () => Uint8Array.of(0xd8, 0, 0xdc), // half of a character in a BMPString
];

const TAGS = [
  1, 2, 3, 4, 5, 6, 0x0a, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x80, 0x82, 0xa0, 0xa1,
  0xa3,
];

/** First octets of a length: indefinite, long, longer than there is. */
const LENGTHS: readonly ((random: Random) => Uint8Array)[] = [
  () => Uint8Array.of(0x80),
  () => Uint8Array.of(0x84, 0xff, 0xff, 0xff, 0xff),
  () => Uint8Array.of(0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  (random) => Uint8Array.of(random.below(256)),
  (random) => Uint8Array.of(0x81, random.below(256)),
  () => Uint8Array.of(0xff),
];

/** A value within `depth` sequences; put together from outside in, since it may be thousands. */
function nested(inner: Uint8Array, depth: number): Uint8Array {
  const headers: Uint8Array[] = [];
  let length = inner.length;
  for (let level = 0; level < depth; level++) {
    const header = tlvHeader(0x30, length);
    headers.push(header);
    length += header.length;
  }
  return Buffer.concat([...headers.reverse(), inner]);
}

interface Tree {
  readonly all: readonly Node[];
  /** Those with parts. */
  readonly parents: readonly Node[];
}

function inTree(change: (tree: Tree, random: Random) => void): Mutation<Uint8Array> {
  return (octets, random) => {
    const root = treeOf(octets);
    if (!root) return octets;
    const all = nodesOf(root);
    const parents = all.filter(({ parts = [] }) => parts.length > 0);
    if (parents.length === 0) return octets;
    change({ all, parents }, random);
    return written(root);
  };
}

function treeOf(octets: Uint8Array): Node | undefined {
  const nodes = nodesIn(octets, 0);
  return nodes?.length === 1 ? nodes[0] : undefined;
}

/** The values in `octets`; undefined if these are not DER. */
function nodesIn(octets: Uint8Array, depth: number): Node[] | undefined {
  if (depth > MAX_DEPTH) return undefined;
  try {
    const reader = new DerReader(octets);
    const nodes: Node[] = [];
    while (!reader.done) {
      const { tag, contents } = reader.read();
      const skipped = tag === 3 && contents[0] === 0 ? 1 : 0;
      const wraps = (tag & 0x20) !== 0 || tag === 4 || skipped === 1;
      const inner = wraps ? nodesIn(contents.subarray(skipped), depth + 1) : undefined;
      const parts = inner?.length === 0 ? undefined : inner;
      nodes.push({ tag, before: contents.subarray(0, skipped), contents, parts });
    }
    return nodes;
  } catch {
    return undefined;
  }
}

const nodesOf = (node: Node): readonly Node[] => [node, ...(node.parts ?? []).flatMap(nodesOf)];

const written = ({ raw, tag, before, contents, parts }: Node): Uint8Array =>
  raw ?? tlv(tag, parts ? Buffer.concat([before, ...parts.map(written)]) : contents);
