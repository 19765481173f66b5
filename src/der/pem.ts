/** Textual encodings of RFC 7468. */

/** Octets that make whole lines, so that those of a large CRL are not there all at once. */
const PART_OCTETS = 192 * 1024;

/** One PEM block, lines of 64 characters, with a line feed at the end. */
export const pem = (label: string, der: Uint8Array): string => [...pemParts(label, der)].join('');

/** The same in parts, one after the other, for what is large and goes to a file. */
export function* pemParts(label: string, der: Uint8Array): Iterable<string> {
  const octets = Buffer.from(der.buffer, der.byteOffset, der.length);
  yield `-----BEGIN ${label}-----\n`;
  for (let start = 0; start < octets.length; start += PART_OCTETS) {
    const base64 = octets.toString('base64', start, start + PART_OCTETS);
    yield base64.replaceAll(/.{1,64}/g, '$&\n');
  }
  yield `-----END ${label}-----\n`;
}

export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const BLOCK = /-----BEGIN ([A-Z0-9 #]+)-----([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/** All blocks in `text`, in order; text around them is allowed, as RFC 7468 §2 says. */
export function pemBlocks(text: string): readonly PemBlock[] {
  return [...text.matchAll(BLOCK)].map(([, label = '', base64 = '']) => ({
    label,
    der: Uint8Array.from(Buffer.from(base64, 'base64')),
  }));
}

/** Reads a file that holds DER, or the PEM of it under one of `labels`; undefined if neither. */
export function derFromFile(
  contents: Uint8Array,
  labels: readonly string[],
): Uint8Array | undefined {
  if (contents[0] === 0x30) return contents;
  const blocks = pemBlocks(Buffer.from(contents).toString('latin1'));
  return blocks.find((block) => labels.includes(block.label))?.der;
}
