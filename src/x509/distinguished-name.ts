import { PkiError } from '../errors.ts';
import { ATTRIBUTES, type AttributeType, escapedValue, type NameAttribute } from './names.ts';

/**
 * The attributes of a distinguished name in the text of RFC 4514, such as `CN=Zoe,O=Example,C=CZ`,
 * in the order of the encoding: text begins with the most specific one, the encoding ends with it.
 * Blanks around `,` and `=` mean nothing. Throws USAGE for anything else, and for what we do not write.
 */
export function parseDistinguishedName(text: string): readonly NameAttribute[] {
  const attributes: NameAttribute[] = [];
  const next = new RegExp(RDN, 'iuy');
  do {
    const [found, type = '', value = ''] = next.exec(text) ?? [];
    if (found === undefined) throw malformed(text, 'each part has the form TYPE=VALUE');
    mustEndThere(text, next.lastIndex);
    attributes.push({ type: typeNamed(type, text), value: unescaped(value, text) });
  } while (next.lastIndex++ < text.length);
  return attributes.toReversed();
}

/** The same in the other direction; types have to be of our table. */
export const distinguishedNameText = (attributes: readonly NameAttribute[]): string =>
  attributes
    .toReversed()
    .map(({ type, value }) => `${type}=${valueText(value)}`)
    .join(',');

/** A type, and a value whose special characters have a backslash before them. */
const RDN = String.raw` *([a-z][a-z0-9-]*|\d+(?:\.\d+)+) *= *((?:\\(?:[0-9a-f]{2}|[ "#+,;<=>\\])|[^\\,+"<>;])*)`;

function mustEndThere(text: string, index: number): void {
  const character = text[index];
  if (character === undefined || character === ',') return;
  if (character === '+') throw malformed(text, 'several attributes in one part are not supported');
  throw malformed(
    text,
    character === '\\'
      ? 'after a backslash is a special character or two hexadecimal digits'
      : `${character} in a value needs a backslash before it`,
  );
}

function typeNamed(name: string, text: string): AttributeType {
  const lower = name.toLowerCase();
  const types = Object.keys(ATTRIBUTES) as readonly AttributeType[];
  const found = types.find((type) => type.toLowerCase() === lower || ATTRIBUTES[type].oid === name);
  if (found) return found;
  throw malformed(text, `unknown attribute type "${name}"; use one of: ${types.join(', ')}`);
}

const TOKEN = /\\(?:[0-9a-f]{2}|.)|./gisu;

function unescaped(value: string, text: string): string {
  if (value.startsWith('#')) {
    throw malformed(text, 'a value in hexadecimal is not supported; # needs a backslash before it');
  }
  const tokens = value.match(TOKEN) ?? [];
  while (tokens.at(-1) === ' ') tokens.pop();
  if (tokens.length === 0) throw malformed(text, 'a value is empty');
  const octets = tokens.map((token) =>
    /^\\[0-9a-f]{2}$/i.test(token)
      ? Buffer.from(token.slice(1), 'hex')
      : Buffer.from(token.startsWith('\\') ? token.slice(1) : token),
  );
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(octets));
  } catch (error) {
    if (error instanceof TypeError) throw malformed(text, 'its octets are not UTF-8');
    throw error;
  }
}

/** What could be taken for a blank around it, or for hexadecimal, is escaped besides. */
function valueText(value: string): string {
  const [, head = '', middle = '', tail = ''] = /^([ #]?)(.*?)( ?)$/su.exec(value) ?? [];
  const hex = (text: string) => (text === '' ? '' : `\\${Buffer.from(text).toString('hex')}`);
  return `${hex(head)}${escapedValue(middle)}${hex(tail)}`;
}

const malformed = (text: string, why: string): PkiError =>
  new PkiError('USAGE', `"${text}" is not a distinguished name: ${why}`, {
    hints: ['write it as in RFC 4514, the most specific part first: CN=Zoe,O=Example,C=CZ'],
  });
