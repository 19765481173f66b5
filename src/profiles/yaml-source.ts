import { isMap, isScalar, isSeq, type LineCounter } from 'yaml';
import type * as z from 'zod/mini';
import { PkiError } from '../errors.ts';
import type { Problem } from './consistency.ts';
import { PROFILE_SCHEMA, type ProfileDocument } from './profile-schema.ts';
import { readYaml, type YamlMistake } from './yaml-text.ts';

/** A file with a profile that follows the schema. */
export interface ProfileSource {
  readonly document: ProfileDocument;
  /** The problems as one USAGE error, each with file and line. */
  malformed(problems: readonly Problem[]): PkiError;
}

/** Reads the YAML of a profile; throws USAGE with every mistake, its file and its line. */
export function parseProfile(text: string, path: string): ProfileSource {
  const yaml = readYaml(text);
  if (!('value' in yaml)) throw located(yaml.mistakes, path);
  const { contents, lines, value } = yaml;
  const malformed = (problems: readonly Problem[]) =>
    located(
      problems.map((problem) => ({
        line: lineOf(problem.path, contents, lines),
        why:
          problem.path.length === 0 ? problem.why : `"${problem.path.join('.')}": ${problem.why}`,
      })),
      path,
    );
  const parsed = PROFILE_SCHEMA.safeParse(value);
  if (!parsed.success) throw malformed(parsed.error.issues.flatMap(problemsOf));
  return { document: parsed.data, malformed };
}

function located(problems: readonly YamlMistake[], path: string): PkiError {
  const sorted = problems.toSorted((one, other) => one.line - other.line);
  const [first = path, ...others] = sorted.map(({ line, why }) => `${path}:${line}: ${why}`);
  return new PkiError('USAGE', first, { hints: others });
}

function problemsOf(issue: z.core.$ZodIssue): readonly Problem[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        why: `unknown key; ${issue.message}`,
      }));
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, why: message }));
    default:
      return [{ path, why: lowered(issue.message) }];
  }
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The line of what `path` leads to, or of the last that is there on the way; 1 for nothing. */
function lineOf(path: Problem['path'], contents: unknown, lines: LineCounter): number {
  let node = contents;
  let offset = 0;
  for (const step of path) {
    const next = stepInto(node, step);
    if (!next) break;
    node = next.value;
    offset = next.offset;
  }
  return lines.linePos(offset).line;
}

function stepInto(node: unknown, step: string | number) {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    return pair && { value: pair.value, offset: startOf(pair.key) };
  }
  if (!isSeq(node)) return undefined;
  const item = node.items[Number(step)];
  return item === undefined ? undefined : { value: item, offset: startOf(item) };
}

const startOf = (node: unknown): number =>
  (node as { readonly range?: readonly number[] | null } | null)?.range?.[0] ?? 0;
