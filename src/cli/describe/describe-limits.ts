import { enterDer } from '../../der/reader.ts';
import { parseNameConstraints } from '../../path/name-constraints.ts';
import { ADDRESS_TAG, DIRECTORY_TAG, EMAIL_TAG, type NameOfForm } from '../../path/name-forms.ts';
import { networkText } from '../../x509/name-subtrees.ts';
import { nameText, parseName } from '../../x509/names.ts';
import { printable } from '../printable.ts';

/** nameConstraints, a subtree a line: `permitted dns: example.com`. */
export function constraintLines(value: Uint8Array): readonly string[] {
  const { permitted, excluded } = parseNameConstraints(value);
  return [
    ...permitted.map((base) => `permitted ${baseText(base)}`),
    ...excluded.map((base) => `excluded ${baseText(base)}`),
  ];
}

const FORMS: Readonly<Record<number, string>> = { [EMAIL_TAG]: 'email', 130: 'dns', 134: 'uri' };

function baseText({ tag, octets, text }: NameOfForm): string {
  const form = FORMS[tag];
  if (form !== undefined) return `${form}: ${printable(text)}`;
  if (tag === DIRECTORY_TAG) return `directory: ${nameText(parseName(octets))}`;
  const network = tag === ADDRESS_TAG ? networkText(octets) : undefined;
  return network ? `ip: ${network}` : `form ${tag.toString(16)}, not understood`;
}

/** Names of the extensions of TLS that a server may be bound to (RFC 7633). */
const FEATURES: Readonly<Record<number, string>> = { 5: 'status_request', 17: 'status_request_v2' };

/** The TLS features of RFC 7633, by their names or numbers. */
export function featureLines(value: Uint8Array): readonly string[] {
  const reader = enterDer(value);
  const lines: string[] = [];
  while (!reader.done) {
    const number = reader.smallInteger();
    lines.push(FEATURES[number] ?? String(number));
  }
  return lines;
}
