import { createHash } from 'node:crypto';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { describeKey, publicKeyObject } from '../algorithms/spki.ts';
import { pem, pemBlocks } from '../der/pem.ts';
import { PkiError } from '../errors.ts';
import { hex } from '../signers/pkcs11/keys.ts';
import type { BackupKeys, Derivation } from './backup-keys.ts';
import { WRAP_FORMATS, type WrapFormat } from './wrap-formats.ts';

/** A key of a token as it stands in a file. */
export interface KeyBackup {
  readonly label: string;
  readonly id: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** By their names, as far as the token told them. */
  readonly attributes: Readonly<Record<string, boolean>>;
  readonly from: TokenOrigin;
  /** ISO 8601, Zulu. */
  readonly made: string;
  /** Or what has to be done instead, since the key cannot leave the token. */
  readonly wrapped: WrappedPart | { readonly advice: string };
}

/** Which token the key was in; none of it is secret. */
export interface TokenOrigin {
  readonly token: string;
  readonly serial: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
}

export interface WrappedPart {
  readonly format: WrapFormat;
  /** The name of the mechanism that made it. */
  readonly mechanism: string;
  /** A passphrase, or the label of a key that the token had. */
  readonly under: Derivation | { readonly label: string };
  readonly octets: Uint8Array;
}

/** A file that was read, and what its passphrase has to confirm. */
export interface ReadBackup {
  readonly backup: KeyBackup;
  readonly path: string;
  readonly authenticated: { readonly text: string; readonly tag: string } | undefined;
}

const VERSION = 1;
const KDF = 'PBKDF2-HMAC-SHA256, then HKDF-SHA256';
const LONGEST_DERIVATION = 10_000_000;

const HEADER = `# Made by "pki hsm backup"; "pki hsm restore" reads it. Do not change anything in it.
`;

const HEX = z.string().regex(/^([0-9a-f]{2})*$/);
const DIGEST = z.string().regex(/^[0-9a-f]{64}$/);
const BASE64 = z.string().regex(/^[A-Za-z0-9+/=\s]+$/);

const FORMATS = Object.keys(WRAP_FORMATS) as [WrapFormat, ...WrapFormat[]];

const UNDER_PASSPHRASE = z.strictObject({
  kdf: z.literal(KDF),
  iterations: z.int().min(1).max(LONGEST_DERIVATION),
  salt: BASE64,
});

const SCHEMA = z.strictObject({
  version: z.literal(VERSION),
  made: z.string(),
  key: z.strictObject({
    algorithm: z.string(),
    label: z.string(),
    id: HEX,
    sha256: DIGEST,
    attributes: z.record(z.string(), z.boolean()),
    'public-key': z.string(),
  }),
  from: z.strictObject({
    token: z.string(),
    serial: z.string(),
    manufacturer: z.string(),
    model: z.string(),
    firmware: z.string(),
  }),
  wrapped: z.union([
    z.literal('none'),
    z.strictObject({
      format: z.enum(FORMATS),
      mechanism: z.string(),
      under: z.union([UNDER_PASSPHRASE, z.strictObject({ 'wrapping-key': z.string() })]),
      octets: BASE64,
    }),
  ]),
  advice: z.string().optional(),
});

/** The text of a file; `keys` are those of its passphrase, if it has one. */
export function printBackup(backup: KeyBackup, keys?: BackupKeys): string {
  const { label, id, publicKey, attributes, from, made, wrapped } = backup;
  const isWrapped = 'octets' in wrapped;
  const fields = {
    version: VERSION,
    made,
    key: {
      algorithm: describeKey(publicKey),
      label,
      id: hex(id),
      sha256: fingerprint(publicKey),
      attributes,
      'public-key': pem('PUBLIC KEY', publicKey),
    },
    from,
    wrapped: isWrapped ? wrappedFields(wrapped) : 'none',
    ...(!isWrapped && { advice: wrapped.advice }),
  };
  const text = HEADER + stringify(fields, { lineWidth: 0, blockQuote: 'literal' });
  const tagged = keys ? `${text}authentication: hmac-sha256:${keys.authenticate(text)}\n` : text;
  return `${tagged}checksum: sha256:${sha256(tagged)}\n`;
}

function wrappedFields({ format, mechanism, under, octets }: WrappedPart) {
  const by =
    'label' in under
      ? { 'wrapping-key': under.label }
      : { kdf: KDF, iterations: under.iterations, salt: base64(under.salt) };
  return { format, mechanism, under: by, octets: lines(base64(octets)) };
}

/** SHA-256 over the SubjectPublicKeyInfo, hexadecimal. */
export const fingerprint = (publicKey: Uint8Array): string => sha256(publicKey);

const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');
const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');
const lines = (text: string): string => `${(text.match(/.{1,64}/g) ?? []).join('\n')}\n`;
const unbase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

const LAST_LINE = /^checksum: sha256:([0-9a-f]{64})\r?\n?$/m;
const TAG_LINE = /^authentication: hmac-sha256:([0-9a-f]{64})\n$/m;

/** Reads a file. What an accident can do to it is found here; for the rest see `authenticated`. */
export function parseBackup(contents: string, path: string): ReadBackup {
  const version = /^version: (\d+)\r?$/m.exec(contents)?.[1];
  const [last, checksum] = LAST_LINE.exec(contents) ?? [];
  if (version === undefined || last === undefined) throw malformed(path, 'it has no checksum');
  if (version !== `${VERSION}`) {
    throw new PkiError('USAGE', `${path} is a backup of version ${version}`, {
      hints: [`this pki reads version ${VERSION}; take the one that made it, or a newer one`],
    });
  }
  const tagged = contents.slice(0, -last.length);
  if (!contents.endsWith(last) || sha256(tagged) !== checksum) {
    throw new PkiError('INTEGRITY', `${path} was changed or damaged: its checksum is another one`, {
      hints: ['take another copy; line ends count too'],
    });
  }
  const [line = '', tag] = TAG_LINE.exec(tagged) ?? [];
  const text = line === '' ? tagged : tagged.slice(0, -line.length);
  const backup = backupOf(checked(text, path), path);
  const hasPassphrase = 'octets' in backup.wrapped && 'salt' in backup.wrapped.under;
  if (hasPassphrase !== (tag !== undefined)) throw malformed(path, 'its parts contradict');
  return { backup, path, authenticated: tag === undefined ? undefined : { text, tag } };
}

function checked(text: string, path: string): z.infer<typeof SCHEMA> {
  let fields: unknown;
  try {
    fields = parse(text);
  } catch (error) {
    throw malformed(path, 'it is not YAML', error);
  }
  const parsed = SCHEMA.safeParse(fields);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'it';
  throw malformed(path, `"${where}" is not as it has to be`, parsed.error);
}

function backupOf({ key, from, made, wrapped, advice }: z.infer<typeof SCHEMA>, path: string) {
  const publicKey = pemBlocks(key['public-key'])[0]?.der;
  if (!publicKey || !isKey(publicKey) || fingerprint(publicKey) !== key.sha256) {
    throw malformed(path, 'its public key is malformed');
  }
  return {
    label: key.label,
    id: Uint8Array.from(Buffer.from(key.id, 'hex')),
    publicKey,
    attributes: key.attributes,
    from,
    made,
    wrapped: wrapped === 'none' ? { advice: advice ?? '' } : wrappedPart(wrapped),
  };
}

/** A runtime without ML-DSA cannot look at such a key; its name is known nevertheless. */
function isKey(publicKey: Uint8Array): boolean {
  if (publicKeyObject(publicKey)) return true;
  try {
    return describeKey(publicKey).startsWith('ml-dsa-');
  } catch {
    return false;
  }
}

type WrappedFields = Exclude<z.infer<typeof SCHEMA>['wrapped'], 'none'>;

const wrappedPart = ({ format, mechanism, under, octets }: WrappedFields): WrappedPart => ({
  format,
  mechanism,
  under:
    'salt' in under
      ? { iterations: under.iterations, salt: unbase64(under.salt) }
      : { label: under['wrapping-key'] },
  octets: unbase64(octets),
});

const malformed = (path: string, why: string, cause?: unknown): PkiError =>
  new PkiError('USAGE', `${path} is not a backup of "pki hsm backup": ${why}`, { cause });
