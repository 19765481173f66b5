import { z } from 'zod';
import { PkiError } from '../../errors.ts';
import { readYaml, type YamlText } from '../../profiles/yaml-text.ts';
import { VENDORS } from '../../signers/pkcs11/quirks.ts';

/** One or several: tokens that hold the same key. */
const oneOrMore = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

const SCHEMA = z.strictObject({
  module: z.string().min(1),
  token: oneOrMore.optional(),
  serial: oneOrMore.optional(),
  slot: z.int().min(0).optional(),
  'pin-env': z.string().min(1).optional(),
  'pin-file': z.string().min(1).optional(),
  sessions: z.int().min(1).optional(),
  timeout: z.int().min(1).optional(),
  vendor: z.enum(VENDORS).optional(),
  'user-type': z.int().min(0).max(0xffff_ffff).optional(),
  'init-reserved': z.string().optional(),
});

/** The fields of a file for `--hsm-config`. */
export interface HsmConfig {
  readonly module: string;
  readonly token?: string | readonly string[] | undefined;
  readonly serial?: string | readonly string[] | undefined;
  readonly slot?: number | undefined;
  readonly pinEnv?: string | undefined;
  readonly pinFile?: string | undefined;
  readonly sessions?: number | undefined;
  readonly timeout?: number | undefined;
  readonly vendor?: string | undefined;
  readonly userType?: number | undefined;
  readonly initReserved?: string | undefined;
}

/** Parses and checks the text; an error names `path` and the line. */
export function parseHsmConfig(text: string, path: string): HsmConfig {
  const yaml = readYaml(text);
  if (!('value' in yaml)) {
    const [{ line, why }] = yaml.mistakes;
    throw malformed(`${path}:${line}`, why);
  }
  const parsed = SCHEMA.safeParse(yaml.value);
  if (!parsed.success) throw explained(parsed.error.issues, yaml, path);
  const {
    'pin-env': pinEnv,
    'pin-file': pinFile,
    'user-type': userType,
    'init-reserved': initReserved,
    ...fields
  } = parsed.data;
  if (pinEnv !== undefined && pinFile !== undefined) {
    throw malformed(path, 'give either pin-env or pin-file');
  }
  return { ...fields, pinEnv, pinFile, userType, initReserved };
}

type ReadYaml = Extract<YamlText, { readonly value: unknown }>;

function explained(issues: readonly z.core.$ZodIssue[], yaml: ReadYaml, path: string): PkiError {
  const texts = issues.flatMap((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.')];
    return keys.map((key) => ({
      line: lineOf(key.split('.')[0] ?? '', yaml),
      why: issue.code === 'unrecognized_keys' ? unknownKey(key) : whyOf(key, issue),
    }));
  });
  const [first, ...others] = texts.map(({ line, why }) => `${path}:${line}: ${why}`);
  return new PkiError('USAGE', first ?? path, { hints: others });
}

function whyOf(key: string, { code, message }: z.core.$ZodIssue): string {
  if (key === '') return 'it has to hold keys with values, such as "module: PATH"';
  if (code === 'invalid_type' && message.endsWith('undefined')) return `"${key}" is missing`;
  return `"${key}": ${lowered(message)}`;
}

const unknownKey = (key: string): string =>
  /pin/i.test(key) && !key.includes('-')
    ? `"${key}" is not allowed: a PIN is not written down here; use pin-file or pin-env`
    : `unknown key "${key}"; use: ${Object.keys(SCHEMA.shape).join(', ')}`;

/** The line of a key of the document, or its first line for one that is missing. */
function lineOf(key: string, { contents, lines }: ReadYaml): number {
  const pairs = contents && 'items' in contents ? contents.items : [];
  for (const pair of pairs) {
    if (typeof pair !== 'object' || pair === null || !('key' in pair)) continue;
    const node = pair.key as { value?: unknown; range?: readonly number[] } | null;
    if (node?.value === key) return lines.linePos(node.range?.[0] ?? 0).line;
  }
  return 1;
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const malformed = (where: string, why: string): PkiError =>
  new PkiError('USAGE', `${where}: ${why}`);
