import { PkiError } from '../../errors.ts';
import type { Values } from '../../profiles/template.ts';

/** The values of `--var NAME=VALUE`; whether the profile takes them is for the draft to say. */
export function givenVariables(options: readonly string[] = []): Values {
  const values = new Map<string, string>();
  for (const option of options) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(option) ?? [];
    if (name === undefined || value === undefined) {
      throw new PkiError('USAGE', `--var ${option} is not of the form NAME=VALUE`);
    }
    if (values.has(name)) throw new PkiError('USAGE', `--var ${name} is given twice`);
    values.set(name, value);
  }
  return Object.fromEntries(values);
}
