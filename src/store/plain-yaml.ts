/** A key as we write it, and a scalar in which no character means anything to YAML. */
const LINE = /^([a-z][a-z-]*): (?:(\d{1,9})|([A-Za-z/](?:[A-Za-z0-9 _.,;=?%/+@()~-]|:(?=\S))*))$/;

/** Words that YAML takes for something else than text (YAML 1.2.2 §10.3, and 1.1). */
const NOT_TEXT = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/**
 * Reads the YAML that `pki init-ca` writes: comments, and lines of `key: value` without quotes.
 * Loading a YAML parser takes longer than all the rest of reading a CA, at every command. What is
 * written in any other way gives undefined, and is for the parser.
 */
export function readPlainYaml(text: string): ReadonlyMap<string, unknown> | undefined {
  const fields = new Map<string, unknown>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, key, number, word] = LINE.exec(line) ?? [];
    const value = number === undefined ? word : Number(number);
    if (key === undefined || value === undefined || fields.has(key)) return undefined;
    if (number?.startsWith('0') || word?.endsWith(' ') || NOT_TEXT.test(word ?? ''))
      return undefined;
    fields.set(key, value);
  }
  return fields.size === 0 ? undefined : fields;
}
