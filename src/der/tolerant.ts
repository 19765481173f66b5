import { DerError } from './reader.ts';
import { TAG, tlv } from './writer.ts';

/** Ways to encode a value that BER knows and DER does not, and octets after the value. */
export type EncodingFault =
  | 'length'
  | 'boolean'
  | 'integer'
  | 'bit-string'
  | 'object-identifier'
  | 'set-order'
  | 'default'
  | 'extension-value'
  | 'trailing';

/** Where each kind of fault is for the first time: the number of the octet, counted from 0. */
export type EncodingFaults = ReadonlyMap<EncodingFault, number>;

/** No structure of X.509 is nearly as deep. */
const MAX_DEPTH = 64;

/** Looks at every value in `octets`; throws DerError where no value can be told from another. */
export function encodingFaults(octets: Uint8Array): EncodingFaults {
  const faults = new Map<EncodingFault, number>();
  const report = (fault: EncodingFault, at: number) => {
    if (!faults.has(fault)) faults.set(fault, at);
  };
  const whole = valueAt(octets, 0, octets.length);
  scan(octets, whole, report);
  if (whole.next < octets.length) report('trailing', whole.next);
  return faults;
}

/** The first value in `octets`, its faults put right where that is possible. */
export const repaired = (octets: Uint8Array): Uint8Array =>
  rebuilt(octets, valueAt(octets, 0, octets.length));

/** Where a value is; all are numbers of octets. */
interface Value {
  readonly tag: number;
  readonly at: number;
  /** Of the contents, the first octet and the one after the last. */
  readonly start: number;
  readonly end: number;
  readonly next: number;
  /** Whether the length is definite, and in its shortest form (X.690 clause 10.1). */
  readonly minimal: boolean;
}

const isConstructed = ({ tag }: Value): boolean => (tag & 0x20) !== 0;

function valueAt(octets: Uint8Array, at: number, limit: number, depth = 0): Value {
  const [tag, first] = [octets[at], octets[at + 1]];
  if (depth > MAX_DEPTH) throw new DerError('values are nested too deeply');
  if (tag === undefined || first === undefined || at + 2 > limit) {
    throw new DerError('a value is missing');
  }
  if ((tag & 0x1f) === 0x1f) throw new DerError('tags of more than one octet are not used here');
  if (first === 0x80) return indefinite(octets, { tag, at, limit, depth });
  const count = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + count;
  let length = count === 0 ? first : 0;
  for (const octet of octets.subarray(at + 2, start)) length = length * 256 + octet;
  const end = start + length;
  if (end > limit) throw new DerError('a length exceeds what is there');
  const minimal = count === 0 || (length >= 0x80 && length >= 256 ** (count - 1));
  return { tag, at, start, end, next: end, minimal };
}

/** Ends with two zero octets after the last of its values (X.690 clause 8.1.5). */
function indefinite(
  octets: Uint8Array,
  { tag, at, limit, depth }: { tag: number; at: number; limit: number; depth: number },
): Value {
  if ((tag & 0x20) === 0) throw new DerError('a length is missing');
  let end = at + 2;
  while (octets[end] !== 0 || octets[end + 1] !== 0) {
    end = valueAt(octets, end, limit, depth + 1).next;
  }
  if (end + 2 > limit) throw new DerError('a length exceeds what is there');
  return { tag, at, start: at + 2, end, next: end + 2, minimal: false };
}

/** The values in a constructed one. */
function childrenOf(octets: Uint8Array, { start, end }: Value, depth: number): readonly Value[] {
  const children: Value[] = [];
  for (let at = start; at < end; ) {
    const child = valueAt(octets, at, end, depth + 1);
    children.push(child);
    at = child.next;
  }
  return children;
}

type Report = (fault: EncodingFault, at: number) => void;

function scan(octets: Uint8Array, value: Value, report: Report, depth = 0): void {
  const { at, start, end } = value;
  if (!value.minimal) report('length', at);
  if (!isConstructed(value)) {
    const fault = primitiveFault(value.tag, octets.subarray(start, end));
    if (fault) report(fault, at);
    return;
  }
  const children = childrenOf(octets, value, depth);
  for (const child of children) scan(octets, child, report, depth + 1);
  if (value.tag === TAG.set && !isSorted(octets, children)) report('set-order', at);
  const extension = asExtension(value, children);
  if (!extension) return;
  if (extension.flag && octets[extension.flag.start] === 0) report('default', extension.flag.at);
  const held = readable(() => heldBy(octets, extension.value, depth));
  if (!held || !readable(() => scanned(octets, held, report, depth + 1))) {
    report('extension-value', extension.value.at);
  }
}

function scanned(octets: Uint8Array, value: Value, report: Report, depth: number): true {
  scan(octets, value, report, depth);
  return true;
}

function readable<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function primitiveFault(tag: number, contents: Uint8Array): EncodingFault | undefined {
  const [first = 0] = contents;
  switch (tag) {
    case TAG.boolean:
      return contents.length === 1 && (first === 0 || first === 0xff) ? undefined : 'boolean';
    case TAG.integer:
    case TAG.enumerated:
      return contents.length > 0 && shortest(contents).length === contents.length
        ? undefined
        : 'integer';
    case TAG.bitString: {
      const padding = (contents.at(-1) ?? 0) & ((1 << first) - 1);
      const empty = contents.length === 1;
      return contents.length > 0 && first < 8 && (empty ? first === 0 : padding === 0)
        ? undefined
        : 'bit-string';
    }
    case TAG.objectIdentifier:
      return contents.length > 0 && hasMinimalArcs(contents) ? undefined : 'object-identifier';
    default:
      return undefined;
  }
}

/** X.690 clause 8.19.2: no arc begins with 80, and the last one ends. */
const hasMinimalArcs = (contents: Uint8Array): boolean =>
  (contents.at(-1) ?? 0) < 0x80 &&
  contents.every((octet, index) => octet !== 0x80 || (contents[index - 1] ?? 0) >= 0x80);

/** The octets of an INTEGER that are needed (X.690 clause 8.3.2). */
function shortest(contents: Uint8Array): Uint8Array {
  let from = 0;
  while (from + 1 < contents.length) {
    const negative = (contents[from + 1] ?? 0) >= 0x80;
    if (contents[from] !== (negative ? 0xff : 0)) break;
    from++;
  }
  return contents.subarray(from);
}

const isSorted = (octets: Uint8Array, children: readonly Value[]): boolean =>
  children.every((child, index) => {
    const before = children[index - 1];
    return !before || Buffer.compare(part(octets, before), part(octets, child)) <= 0;
  });

const part = (octets: Uint8Array, { at, next }: Value): Uint8Array => octets.subarray(at, next);

interface ExtensionParts {
  readonly flag: Value | undefined;
  readonly value: Value;
}

/** A SEQUENCE of an OID, perhaps a BOOLEAN, and an OCTET STRING: nothing else in X.509 is like it. */
function asExtension({ tag }: Value, children: readonly Value[]): ExtensionParts | undefined {
  const [oid, second, third] = children;
  if (tag !== TAG.sequence || oid?.tag !== TAG.objectIdentifier) return undefined;
  if (children.length === 2 && second?.tag === TAG.octetString) {
    return { flag: undefined, value: second };
  }
  return children.length === 3 && second?.tag === TAG.boolean && third?.tag === TAG.octetString
    ? { flag: second, value: third }
    : undefined;
}

/** The one value that an extension holds (RFC 5280 §4.2). */
function heldBy(octets: Uint8Array, { start, end }: Value, depth: number): Value {
  const held = valueAt(octets, start, end, depth + 1);
  if (held.next === end) return held;
  throw new DerError('there is more than was expected');
}

function rebuilt(octets: Uint8Array, value: Value, depth = 0): Uint8Array {
  const contents = octets.subarray(value.start, value.end);
  if (!isConstructed(value)) return tlv(value.tag, primitiveRepaired(value.tag, contents));
  const children = childrenOf(octets, value, depth);
  const extension = asExtension(value, children);
  const parts = children
    .filter((child) => child !== extension?.flag || octets[child.start] !== 0)
    .map((child) => {
      if (child !== extension?.value) return rebuilt(octets, child, depth + 1);
      const held = readable(() => rebuilt(octets, heldBy(octets, child, depth), depth + 1));
      return held ? tlv(child.tag, held) : part(octets, child);
    });
  return tlv(value.tag, ...(value.tag === TAG.set ? parts.toSorted(Buffer.compare) : parts));
}

function primitiveRepaired(tag: number, contents: Uint8Array): Uint8Array {
  if (tag === TAG.boolean) return Uint8Array.of(contents.some(Boolean) ? 0xff : 0);
  return tag === TAG.integer || tag === TAG.enumerated ? shortest(contents) : contents;
}
