/** Values by the names of their placeholders. */
export type Values = Readonly<Record<string, string>>;

/** What a variable, and so a placeholder, may be called. */
export const PLACEHOLDER_NAME = /^[a-z][a-z0-9-]*$/;

/** The names in a template, such as `host` in `{host}.example.com`, in their order. */
export const placeholders = (template: string): readonly string[] =>
  [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);

/** The template with the value of each placeholder in its place; each must have one. */
export const expanded = (template: string, values: Values): string =>
  template.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new TypeError(`the placeholder {${name}} has no value`);
    return value;
  });

/** Why a template is malformed; undefined if it is not. `known` are the names that have values. */
export function templateProblem(template: string, known: readonly string[]): string | undefined {
  if (/[{}]/.test(template.replaceAll(/\{[^{}]*\}/g, ''))) return 'a brace has no partner';
  const unknown = placeholders(template).find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  const names = known.length === 0 ? 'it has none' : `there is: ${known.join(', ')}`;
  return `"{${unknown}}" is not a variable of the profile; ${names}`;
}
