import { PkiError } from '../errors.ts';
import { isWellFormed } from '../x509/general-names.ts';
import type { ProfileConfig } from './profile-config.ts';
import type { Values } from './template.ts';

/** What a value has to be; each kind of name in the form that certificates have it in. */
export const VARIABLE_TYPES = ['text', 'dns', 'ip', 'email', 'uri', 'integer'] as const;

export type VariableType = (typeof VARIABLE_TYPES)[number];

/** What `--var` may give for a name. */
export interface Variable {
  readonly type: VariableType;
  /** A regular expression that all of the value has to match. */
  readonly pattern?: string | undefined;
  /** Characters. */
  readonly maxLength?: number | undefined;
  readonly oneOf?: readonly string[] | undefined;
  /** Of an integer, both included. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** The value where none is given; a variable without one has to be given. */
  readonly default?: string | undefined;
}

/**
 * The values of all variables of a profile. Throws USAGE for one that is unknown or missing, and
 * POLICY with each value that is not what its variable takes.
 */
export function variableValues({ name, variables = {} }: ProfileConfig, given: Values): Values {
  const names = Object.keys(variables);
  const unknown = Object.keys(given).find((key) => !names.includes(key));
  if (unknown !== undefined) {
    throw new PkiError('USAGE', `profile "${name}" has no variable "${unknown}"`, {
      hints: [names.length === 0 ? 'it has none' : `its variables are: ${names.join(', ')}`],
    });
  }
  const rows = Object.entries(variables).map(([key, variable]) => {
    return { key, variable, value: Object.hasOwn(given, key) ? given[key] : variable.default };
  });
  const missing = rows.filter(({ value }) => value === undefined).map(({ key }) => key);
  if (missing.length > 0) {
    throw new PkiError('USAGE', `profile "${name}" needs a value for ${missing.join(', ')}`, {
      hints: missing.map((key) => `give it with --var ${key}=VALUE`),
    });
  }
  const problems = rows.flatMap(({ key, variable, value = '' }) => {
    const problem = valueProblem(variable, value);
    return problem === undefined ? [] : [`${key} ${problem}: ${value}`];
  });
  if (problems.length > 0) {
    const message = `profile "${name}" does not take all of these values`;
    throw new PkiError('POLICY', message, { hints: problems });
  }
  return Object.fromEntries(rows.map(({ key, value = '' }) => [key, value]));
}

/** What a value must be and is not, to follow the name of its variable; undefined if it is. */
export function valueProblem(variable: Variable, value: string): string | undefined {
  const { pattern, maxLength, oneOf } = variable;
  const kind = KINDS[variable.type];
  if (!kind.is(value)) return `must be ${kind.name}`;
  if (oneOf && !oneOf.includes(value)) return `must be one of ${oneOf.join(', ')}`;
  if (maxLength !== undefined && [...value].length > maxLength) {
    return `must have at most ${maxLength} characters`;
  }
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value)) {
    return `must match ${pattern}`;
  }
  return variable.type === 'integer' ? boundProblem(variable, Number(value)) : undefined;
}

function boundProblem({ min, max }: Variable, value: number): string | undefined {
  if (min !== undefined && value < min) return `must be ${min} at least`;
  return max !== undefined && value > max ? `must be ${max} at most` : undefined;
}

interface Kind {
  readonly name: string;
  readonly is: (value: string) => boolean;
}

const KINDS: Readonly<Record<VariableType, Kind>> = {
  text: {
    name: 'text without control characters',
    is: (value) => value !== '' && value.isWellFormed() && !/\p{Cc}/u.test(value),
  },
  dns: { name: 'a DNS name', is: (value) => isWellFormed({ type: 'dns', value }) },
  ip: { name: 'an IP address', is: (value) => isWellFormed({ type: 'ip', value }) },
  email: { name: 'an e-mail address', is: (value) => isWellFormed({ type: 'email', value }) },
  uri: { name: 'a URI', is: (value) => isWellFormed({ type: 'uri', value }) },
  integer: { name: 'a whole number', is: (value) => /^(?:0|-?[1-9]\d{0,14})$/.test(value) },
};
