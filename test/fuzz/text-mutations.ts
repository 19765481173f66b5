import type { Mutation } from './octet-mutations.ts';
import type { Random } from './random.ts';

/** What is done to text: YAML, PEM, URIs, names. One character is one octet (Latin-1). */
export const TEXT_MUTATIONS: readonly Mutation<Uint8Array>[] = [
  asText(function insertToken(text, random) {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + random.pick(TOKENS) + text.slice(at);
  }),
  asText(function manyTokens(text, random) {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + random.pick(TOKENS).repeat(random.below(8000)) + text.slice(at);
  }),
  asText(function replaceWord(text, random) {
    const words = [...text.matchAll(/[\w.-]+/g)];
    if (words.length === 0) return text;
    const { index, 0: word } = random.pick(words);
    const put = random.once(3) ? random.pick(words)[0] : random.pick(TOKENS);
    return text.slice(0, index) + put + text.slice(index + word.length);
  }),
  asText(function moveLine(text, random) {
    const lines = text.split('\n');
    const [line = ''] = lines.splice(random.below(lines.length), random.once(2) ? 1 : 0);
    lines.splice(random.below(lines.length + 1), 0, line || random.pick(lines.concat('')));
    return lines.join('\n');
  }),
  asText(function indent(text, random) {
    const lines = text.split('\n');
    const at = random.below(lines.length);
    lines[at] = ' '.repeat(random.below(9)) + (lines[at] ?? '').trimStart();
    return lines.join('\n');
  }),
  asText(function lineOfOther(text, random, other) {
    const [lines, others] = [text.split('\n'), other.split('\n')];
    lines.splice(random.below(lines.length + 1), random.below(2), random.pick(others));
    return lines.join('\n');
  }),
];

/** What has a meaning to one of the readers, or is of a kind that they do not expect. */
const TOKENS: readonly string[] = [
  ...['[', ']', '{', '}', '- ', ': ', '? ', '? [', '"', "'", '|', '>', '%', '@', '`', '\t', '\0'],
  ...['&a ', '*a', '*a, ', '<<: ', '!!binary ', '!!map ', '!!set ', '!<x> ', '---\n', '...\n', '#'],
  ...['null', 'true', '~', '[]', '{}', '-1', '0x1p9', '.inf', '.nan', '1e999', '9007199254740993'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'length', 'hasOwnProperty', '{name}'],
  ...['%', '%0', '%00', '%ff', '%C3', ';', '?', '&', '=', ',', '+', '\\', '\\0', '\\2c', '/', '..'],
  ...['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----', '-----BEGIN ', '-----', '\r\n'],
  ...['1.2.3', '2.999.1', '1.2.3.4/33', '::/129', '*.', '@', '.', 'xn--', '\u{e9}', '\u{1b}[2J'],
  ...['a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\n'],
];

function asText(
  change: (text: string, random: Random, other: string) => string,
): Mutation<Uint8Array> {
  const read = (octets: Uint8Array) => Buffer.from(octets).toString('latin1');
  return (octets, random, other) =>
    Buffer.from(change(read(octets), random, read(other)), 'latin1');
}
