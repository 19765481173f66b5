import {
  type HybridScheme,
  type KeyConfig,
  type KeysConfig,
  signatureAlgorithms,
} from '../ca/issuer-keys.ts';
import { PkiError } from '../errors.ts';
import { parseKeyRef, printKeyRef } from '../signers/key-ref.ts';
import { readPlainYaml } from './plain-yaml.ts';

/** `ca.yaml`: what a CA is, and where its keys are. It holds no secret. */
export interface CaConfig {
  readonly name: string;
  readonly keys: KeysConfig;
}

const VERSION = 1;

const HEADER = `# Made by "pki init-ca". It holds no secret: PINs and passphrases are asked for.
`;

/** The text of a `ca.yaml`. */
export async function printCaConfig({ name, keys }: CaConfig): Promise<string> {
  const { stringify } = await import('yaml');
  const { signing, hybrid } = keys;
  const fields = {
    version: VERSION,
    name,
    algorithm: signing.algorithm,
    key: printKeyRef(signing.key),
    ...(hybrid && {
      hybrid: hybrid.scheme,
      'ml-dsa-algorithm': hybrid.mlDsa.algorithm,
      'ml-dsa-key': printKeyRef(hybrid.mlDsa.key),
    }),
  };
  return HEADER + stringify(fields, { lineWidth: 0 });
}

const FIELDS = [
  'version',
  'name',
  'algorithm',
  'key',
  'hybrid',
  'ml-dsa-algorithm',
  'ml-dsa-key',
] as const;

type Field = (typeof FIELDS)[number];

const REQUIRED: readonly Field[] = ['version', 'name', 'algorithm', 'key'];
const HYBRID: readonly Field[] = ['hybrid', 'ml-dsa-algorithm', 'ml-dsa-key'];

/** Reads the text of a `ca.yaml`; a field that is missing or unknown is an error naming `path`. */
export async function parseCaConfig(text: string, path: string): Promise<CaConfig> {
  const fields = await readFields(text, path);
  const value = (field: Field) => String(fields.get(field));
  const key = (algorithm: Field, ref: Field): KeyConfig => ({
    algorithm: value(algorithm),
    key: explained(path, () => parseKeyRef(value(ref))),
  });
  const isHybrid = HYBRID.some((field) => fields.has(field));
  for (const field of isHybrid ? [...REQUIRED, ...HYBRID] : REQUIRED) {
    if (!fields.has(field)) throw malformed(path, `"${field}" is missing`);
  }
  if (fields.get('version') !== VERSION) throw malformed(path, `version is not ${VERSION}`);
  const signing = key('algorithm', 'key');
  if (!isHybrid) return checked({ name: value('name'), keys: { signing } }, path);
  const scheme = value('hybrid');
  if (!isScheme(scheme)) throw malformed(path, `hybrid is neither catalyst nor composite`);
  const hybrid = { scheme, mlDsa: key('ml-dsa-algorithm', 'ml-dsa-key') };
  return checked({ name: value('name'), keys: { signing, hybrid } }, path);
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
