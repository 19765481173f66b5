/** Text that is markup already: what {@link html} makes, and constants; never text of others. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | readonly Part[];

/**
 * Markup with values in it. What is not markup itself is escaped, for text and for quoted attributes
 * alike: subjects and paths are other people's text.
 */
export const html = (fixed: TemplateStringsArray, ...values: readonly Part[]): Html =>
  new Html(fixed.reduce((all, text, index) => all + partText(values[index - 1]) + text));

function partText(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(partText).join('');
  return escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Controls have no place in a page, and what turns the direction of text must not do so here. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => `\\x${character.codePointAt(0)?.toString(16)}`)
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
