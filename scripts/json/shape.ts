/** How docs/json.md says what a command prints. */

/**
 * `time` is ISO 8601 in UTC and whole seconds, `any` whatever a profile says. One element: a list of
 * those; two: one or the other. A field with `?` may be absent.
 */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'time'
  | 'null'
  | 'any'
  | readonly [Shape]
  | readonly [Shape, Shape]
  | { readonly [field: string]: Shape };

export const OR_NULL = {
  string: ['string', 'null'],
  number: ['number', 'null'],
  boolean: ['boolean', 'null'],
  time: ['time', 'null'],
} as const satisfies Record<string, Shape>;

/** A shape as people read it: JSON with the kind in the place of each value. */
export function shapeText(shape: Shape, indent = ''): string {
  if (typeof shape === 'string') return shape;
  if (isList(shape)) {
    const parts = shape.map((part) => shapeText(part, indent)).join(' | ');
    return shape.length === 1 ? `[${parts}, …]` : parts;
  }
  const deeper = `${indent}  `;
  const fields = Object.entries(shape).map(([field, kind]) => {
    const optional = field.endsWith('?') ? '?' : '';
    return `${deeper}"${field.replace('?', '')}"${optional}: ${shapeText(kind, deeper)}`;
  });
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

export const isList = (shape: Shape): shape is readonly [Shape] | readonly [Shape, Shape] =>
  Array.isArray(shape);
