import type { Judge, Question } from './judges.ts';
import { type Laboratory, missingFor, type Specimens } from './laboratory.ts';
import type { Row } from './rows.ts';

/** What a judge makes of one kind of CA. */
export type Verdict =
  /** It accepts the CA and what it issues, and refuses every forgery. */
  | 'verifies'
  /** The same, but it never looks at the alternative signature. */
  | 'classical'
  /** It verifies the CA's signatures, but takes no end-entity keys of the CA's kind. */
  | 'CA only'
  /** It accepts nothing, because it does not know the algorithm. */
  | 'no'
  /** It accepts a forgery, or only a part of what it should; or pki made nothing to judge. */
  | 'WRONG';

export interface Cell {
  readonly verdict: Verdict;
  /** What the judge said of the certificate that settles it. */
  readonly because: string;
}

/** Cells by the names of row and judge; what could not be made or judged is not there. */
export type Matrix = ReadonlyMap<string, Cell>;

export const cellName = (row: Row, judge: Judge): string => `${row.name}: ${judge.name}`;

/** Makes the certificates of all rows, then asks each judge of all of them, as far as he is there. */
export async function fillMatrix(
  laboratory: Laboratory,
  rows: readonly Row[],
  judges: readonly Judge[],
  progress: (row: Row) => void = () => {},
): Promise<Matrix> {
  const made = new Map<Row, Specimens>();
  const cells = new Map<string, Cell>();
  const present = judges.filter(({ missing }) => !missing);
  for (const row of rows) {
    if (missingFor(row)) continue;
    try {
      made.set(row, await laboratory.specimens(row));
      progress(row);
    } catch (error) {
      const cell: Cell = { verdict: 'WRONG', because: `nothing to judge: ${error}` };
      for (const judge of present) cells.set(cellName(row, judge), cell); // the others go on
    }
  }
  for (const judge of present) {
    const answers = hearing(judge, [...made.values()]);
    for (const [row, specimens] of made) {
      cells.set(cellName(row, judge), verdict(specimens, answers));
    }
  }
  return cells;
}

/** What a judge said of a certificate; undefined if he was not asked. */
type Answers = (certificate: string | undefined) => Answer | undefined;

interface Answer {
  readonly accepted: boolean;
  readonly output: string;
}

/** Forgeries are shown only to a judge who accepts the real one. */
function hearing(judge: Judge, all: readonly Specimens[]): Answers {
  const answers = new Map<string, Answer>();
  const ask = (questions: readonly Question[]) => {
    const judgements = judge.judgeAll(questions);
    for (const [index, { certificate }] of questions.entries()) {
      const judgement = judgements[index];
      if (judgement) answers.set(certificate, judgement);
    }
  };
  const about = (issuer: string, certificates: readonly (string | undefined)[]) =>
    certificates.flatMap((certificate) => (certificate ? [{ certificate, issuer }] : []));
  ask(all.flatMap(({ ca, leaf, ownKind }) => about(ca, [ca, leaf, ownKind])));
  const accepted = all.filter(({ leaf }) => answers.get(leaf)?.accepted);
  ask(
    accepted.flatMap((specimens) =>
      about(specimens.ca, [...specimens.forgeries, specimens.classicalForgery]),
    ),
  );
  return (certificate) => (certificate === undefined ? undefined : answers.get(certificate));
}

/** Weighs the answers of one judge about one CA. */
export function verdict(specimens: Specimens, answers: Answers): Cell {
  const [ca, leaf, ownKind, classical] = [
    answers(specimens.ca),
    answers(specimens.leaf),
    answers(specimens.ownKind),
    answers(specimens.classicalForgery),
  ];
  if (!ca || !leaf) throw new Error('the judge did not answer');
  const cell = (name: Verdict, answer: Answer = leaf): Cell => ({
    verdict: name,
    because: answer.output,
  });
  if (ca.accepted !== leaf.accepted) return cell('WRONG', ca.accepted ? leaf : ca);
  if (!leaf.accepted) return ownKind?.accepted ? cell('WRONG', ownKind) : cell('no');
  for (const forgery of specimens.forgeries.map(answers)) {
    if (!forgery || forgery.accepted) return cell('WRONG', forgery);
  }
  if (classical?.accepted) return cell('classical', classical);
  return ownKind?.accepted === false ? cell('CA only', ownKind) : cell('verifies');
}

const LEGEND = `
verifies   accepts the CA's certificate and what it issues, and refuses forgeries
classical  the same, but never looks at the alternative signature
CA only    verifies the CA's signatures, but takes no end-entity keys of that algorithm
no         does not know the algorithm, and refuses everything
-          not judged: the judge or the token is not installed

"token": the classical key is in SoftHSM2. Catalyst and composites: the ML-DSA key is in a file.
OpenSSL, Botan and NSS validate a path with the CA as trust anchor; Bouncy Castle and Node judge
signatures. crypto/x509 of Go is not among the judges.`;

/** The matrix as text: a row for each kind of CA, a column for each judge. */
export function matrixText(matrix: Matrix, rows: readonly Row[], judges: readonly Judge[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length)) + 2;
  const line = (first: string, others: readonly string[]) =>
    (first.padEnd(width) + others.map((text) => text.padEnd(COLUMN)).join('')).trimEnd();
  const missing = judges.flatMap((judge) => judge.missing ?? []);
  return [
    line(
      '',
      judges.map(({ name }) => name),
    ),
    ...rows.map((row) =>
      line(
        row.name,
        judges.map((judge) => matrix.get(cellName(row, judge))?.verdict ?? '-'),
      ),
    ),
    LEGEND,
    ...missing,
  ].join('\n');
}

const COLUMN = 15;
