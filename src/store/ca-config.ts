import {
  type HybridScheme,
  type KeyConfig,
  type KeysConfig,
  signatureAlgorithms,
} from '../ca/issuer-keys.ts';
import { type Policy, policyNamed } from '../ca/policy/policy.ts';
import { PkiError } from '../errors.ts';
import { parseKeyRef, printKeyRef } from '../signers/key-ref.ts';
import { readPlainYaml } from './plain-yaml.ts';

/** `ca.yaml`: what a CA is, and where its keys are. It holds no secret. */
export interface CaConfig {
  readonly name: string;
  readonly keys: KeysConfig;
  /** What its certificates follow. */
  readonly policy?: Policy;
  readonly hsm?: HsmPreferences;
}

/** How the CA's tokens are spoken to when the command line does not say it. */
export interface HsmPreferences {
  readonly sessions?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly vendor?: string;
  /** Name of the environment variable with the PIN. */
  readonly pinEnv?: string;
}

const VERSION = 1;

const HEADER = `# Made by "pki init-ca". It holds no secret: PINs and passphrases are asked for.
`;

/** The text of a `ca.yaml`. */
export async function printCaConfig({ name, keys, policy, hsm }: CaConfig): Promise<string> {
  const { stringify } = await import('yaml');
  const { signing, hybrid } = keys;
  const fields = {
    version: VERSION,
    name,
    algorithm: signing.algorithm,
    key: printPlaces(signing),
    ...(hybrid && {
      hybrid: hybrid.scheme,
      'ml-dsa-algorithm': hybrid.mlDsa.algorithm,
      'ml-dsa-key': printPlaces(hybrid.mlDsa),
    }),
    ...(policy && { policy: policy.name }),
    ...Object.fromEntries(PREFERENCES.map(([field, name]) => [field, hsm?.[name]])),
  };
  return HEADER + stringify(fields, { lineWidth: 0 });
}

/** One place, or a list of them for a key that several tokens hold. */
function printPlaces({ key, replicas = [] }: KeyConfig): string | readonly string[] {
  return replicas.length === 0 ? printKeyRef(key) : [key, ...replicas].map(printKeyRef);
}

const PREFERENCES = [
  ['hsm-sessions', 'sessions', 'number'],
  ['hsm-timeout', 'timeout', 'number'],
  ['hsm-vendor', 'vendor', 'string'],
  ['hsm-pin-env', 'pinEnv', 'string'],
] as const;

const FIELDS = [
  'version',
  'name',
  'algorithm',
  'key',
  'hybrid',
  'ml-dsa-algorithm',
  'ml-dsa-key',
  'policy',
  ...PREFERENCES.map(([field]) => field),
] as const;

type Field = (typeof FIELDS)[number];

const REQUIRED: readonly Field[] = ['version', 'name', 'algorithm', 'key'];
const HYBRID: readonly Field[] = ['hybrid', 'ml-dsa-algorithm', 'ml-dsa-key'];

/** Reads the text of a `ca.yaml`; a field that is missing or unknown is an error naming `path`. */
export async function parseCaConfig(text: string, path: string): Promise<CaConfig> {
  const fields = await readFields(text, path);
  const value = (field: Field) => String(fields.get(field));
  const key = (algorithm: Field, places: Field): KeyConfig => {
    const found = fields.get(places);
    const [first = '', ...others] = Array.isArray(found) ? found.map(String) : [String(found)];
    const replicas = others.map((uri) => explained(path, () => parseKeyRef(uri)));
    return {
      algorithm: value(algorithm),
      key: explained(path, () => parseKeyRef(first)),
      ...(replicas.length > 0 && { replicas }),
    };
  };
  const isHybrid = HYBRID.some((field) => fields.has(field));
  for (const field of isHybrid ? [...REQUIRED, ...HYBRID] : REQUIRED) {
    if (!fields.has(field)) throw malformed(path, `"${field}" is missing`);
  }
  if (fields.get('version') !== VERSION) throw malformed(path, `version is not ${VERSION}`);
  const signing = key('algorithm', 'key');
  const hsm = preferences(fields, path);
  const policy = fields.has('policy')
    ? explained(path, () => policyNamed(value('policy')))
    : undefined;
  const about = { name: value('name'), ...(policy && { policy }), ...(hsm && { hsm }) };
  if (!isHybrid) return checked({ ...about, keys: { signing } }, path);
  const scheme = value('hybrid');
  if (!isScheme(scheme)) throw malformed(path, `hybrid is neither catalyst nor composite`);
  const hybrid = { scheme, mlDsa: key('ml-dsa-algorithm', 'ml-dsa-key') };
  return checked({ ...about, keys: { signing, hybrid } }, path);
}

function preferences(
  fields: ReadonlyMap<string, unknown>,
  path: string,
): HsmPreferences | undefined {
  const given = PREFERENCES.filter(([field]) => fields.has(field));
  const wrong = given.find(([field, , type]) => typeof fields.get(field) !== type);
  if (wrong) throw malformed(path, `"${wrong[0]}" is not a ${wrong[2]}`);
  if (given.length === 0) return undefined;
  return Object.fromEntries(given.map(([field, name]) => [name, fields.get(field)]));
}

async function readFields(text: string, path: string): Promise<ReadonlyMap<string, unknown>> {
  const fields = readPlainYaml(text) ?? (await parseYaml(text, path));
  const unknown = [...fields.keys()].find(
    (field) => !(FIELDS as readonly string[]).includes(field),
  );
  if (unknown !== undefined) throw malformed(path, `unknown field "${unknown}"`);
  return fields;
}

async function parseYaml(text: string, path: string): Promise<ReadonlyMap<string, unknown>> {
  const { parse } = await import('yaml');
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (error) {
    const [why = ''] = error instanceof Error ? error.message.split('\n') : [];
    throw malformed(path, why, error);
  }
  if (typeof parsed !== 'object' || parsed === null) throw malformed(path, 'it has no fields');
  return new Map(Object.entries(parsed));
}

/** The algorithms are known, and those of a composite go together. */
function checked(config: CaConfig, path: string): CaConfig {
  explained(path, () => signatureAlgorithms(config.keys));
  return config;
}

/** What is wrong with a value, said of the file that it is in. */
function explained<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof PkiError) throw malformed(path, error.message, error);
    throw error;
  }
}

const isScheme = (text: string): text is HybridScheme =>
  text === 'catalyst' || text === 'composite';

const malformed = (path: string, why: string, cause?: unknown): PkiError =>
  new PkiError('STORE', `${path} is not the configuration of a CA: ${why}`, { cause });
