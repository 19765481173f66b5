import { PkiError, type PkiErrorCode } from '../errors.ts';
import type { Check } from '../hsm/check.ts';
import type { CliContext } from './context.ts';
import { json } from './present.ts';
import { printable } from './printable.ts';

/** Prints each check as it is known, or as JSON all of them at the end. */
export async function printChecks(
  context: CliContext,
  checks: AsyncIterable<Check>,
  options: { readonly json?: boolean },
): Promise<{ readonly problems: number; readonly warnings: number; readonly due: boolean }> {
  const all: Check[] = [];
  for await (const check of checks) {
    all.push(check);
    if (!options.json) context.print(lines(check));
  }
  const count = (wanted: Check['level']) => all.filter(({ level }) => level === wanted).length;
  const problems = count('problem');
  const due = all.some((check) => check.due);
  const status = problems > 0 ? 'problem' : due ? 'due' : 'ok';
  if (options.json) context.print(json({ status, checks: all }));
  return { problems, warnings: count('warning'), due };
}

export const foundProblems = (code: PkiErrorCode, problems: number): PkiError =>
  new PkiError(code, `doctor found ${problems === 1 ? 'a problem' : `${problems} problems`}`);

const lines = ({ level, text, hints = [] }: Check): string =>
  [`${level.padEnd(7)}  ${printable(text)}`, ...hints.map((hint) => `         ${printable(hint)}`)]
    .map((line) => `${line}\n`)
    .join('');
