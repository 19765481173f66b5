import { type Document, LineCounter, parseDocument } from 'yaml';

/** A mistake in a file. */
export interface YamlMistake {
  /** From 1. */
  readonly line: number;
  readonly why: string;
}

/** YAML that was read: with its mistakes, or with what it says. */
export type YamlText =
  | { readonly mistakes: readonly [YamlMistake, ...YamlMistake[]] }
  | {
      readonly mistakes: readonly [];
      readonly contents: Document['contents'];
      readonly lines: LineCounter;
      /** An empty object for an empty file. */
      readonly value: unknown;
    };

/** Reads YAML that anybody may have written; what the parser throws are mistakes in it as well. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines });
    const mistakes = document.errors.map(({ linePos, message }) => {
      const [why = ''] = message.split('\n', 1);
      return { line: linePos?.[0].line ?? 1, why: inWords(why.replace(/:$/, '')) };
    });
    const tooDeep = mistakes.find(({ why }) => why === TOO_DEEP); // there are thousands behind it
    const [first, ...others] = tooDeep ? [tooDeep] : mistakes;
    if (first) return { mistakes: [first, ...others] };
    return { mistakes: [], contents: document.contents, lines, value: document.toJS() ?? {} };
  } catch (error) {
    return { mistakes: [{ line: 1, why: thrown(error) }] };
  }
}

const TOO_DEEP = 'it nests too deeply';

/** The end of the stack, as V8 calls it; the parser tells of it, or throws it. */
const inWords = (message: string): string =>
  message.startsWith('Maximum call stack size exceeded') ? TOO_DEEP : message;

/** Aliases that multiply, or that lead nowhere, and nesting at which the parser's stack ends. */
function thrown(error: unknown): string {
  if (error instanceof ReferenceError || error instanceof RangeError) return inWords(error.message);
  throw error;
}
