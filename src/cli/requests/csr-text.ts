import { algorithmRows } from '../describe/describe-algorithm.ts';
import type { CsrDescription } from '../describe/describe-csr.ts';
import { proofRows } from '../describe/describe-proof.ts';
import { columns, table } from '../present.ts';

/** The description of a request in lines, for people. */
export function csrText(description: CsrDescription): string {
  const { names, algorithms, extensions, attributes, proofs } = description;
  const rows = [
    ...listed('names', names),
    ...algorithms.flatMap(algorithmRows),
    ...listed('attributes', attributes),
    ...relatedRows(description),
    ...statementRows(description),
  ];
  const requested = extensions.flatMap(({ name, critical, value }) => [
    `  requested: ${name}${critical ? ' (critical)' : ''}\n`,
    ...value.map((line) => `    ${line}\n`),
  ]);
  const proven = columns(proofs.flatMap(proofRows)).replaceAll(/^(?=.)/gm, '    ');
  return `${description.subject}\n${table(rows)}${requested.join('')}  proofs\n${proven}`;
}

type Row = readonly [label: string, value: string];

/** One value a line, the label beside the first. */
const listed = (label: string, values: readonly string[]): readonly Row[] =>
  values.map((value, index) => [index === 0 ? label : '', value]);

function relatedRows({ relatedCertificate }: CsrDescription): readonly Row[] {
  if (!relatedCertificate) return [];
  const { issuer, serial, requestTime, locations } = relatedCertificate;
  return [
    ['related', `serial ${serial} of ${issuer}`],
    ['', `  proven ${requestTime}`],
    ...locations.map((uri): Row => ['', `  at ${shortened(uri)}`]),
  ];
}

function statementRows({ statementOfPossession }: CsrDescription): readonly Row[] {
  if (!statementOfPossession) return [];
  const { issuer, serial, included } = statementOfPossession;
  const where = included ? 'its certificate is in the request' : 'its certificate is elsewhere';
  return [
    ['signed by', `serial ${serial} of ${issuer}`],
    ['', `  ${where}`],
  ];
}

const MAX_URI = 80; // characters

/** A data URI holds a whole chain. */
const shortened = (uri: string): string =>
  uri.length > MAX_URI ? `${uri.slice(0, MAX_URI)}… (${uri.length} characters)` : uri;
