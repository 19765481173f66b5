import { sameOctets } from '../der/same-octets.ts';
import { hex } from '../signers/pkcs11/keys.ts';
import type { FlagName, ObjectClass, TokenObject } from './objects.ts';

/** Something about the objects of a token that somebody should look at. */
export interface Finding {
  /** Stable, for programs. */
  readonly code: FindingCode;
  /** A warning is about a risk or about a key that cannot be used; a note is worth knowing. */
  readonly level: 'warning' | 'note';
  readonly class: ObjectClass;
  readonly label: string;
  /** Hexadecimal; empty: it has none. */
  readonly id: string;
  readonly text: string;
}

export type FindingCode =
  | 'unusable'
  | 'no-public-key'
  | 'no-private-key'
  | 'no-certificate-key'
  | 'duplicate-id'
  | 'duplicate-label'
  | 'not-sensitive'
  | 'extractable'
  | 'once-extractable'
  | 'imported'
  | 'not-signing'
  | 'more-than-signing';

/** One thing that is looked for in objects of some classes; it tells what it found, if anything. */
interface Rule {
  readonly code: FindingCode;
  readonly level: Finding['level'];
  readonly classes: readonly ObjectClass[];
  readonly check: (object: TokenObject, all: readonly TokenObject[]) => string | false | undefined;
}

const PRIVATE = ['private key'] as const;
const PAIR = ['private key', 'public key'] as const;
const KEYS = [...PAIR, 'secret key'] as const;

/** What a private key of a CA must not do. */
const OTHER_USES: readonly FlagName[] = ['decrypt', 'unwrap', 'derive', 'signRecover'];

const RULES: readonly Rule[] = [
  {
    code: 'unusable',
    level: 'warning',
    classes: PAIR,
    check: ({ problem }) => problem !== undefined && `pki cannot use it: ${problem}`,
  },
  {
    code: 'no-public-key',
    level: 'warning',
    classes: PRIVATE,
    check: (key, all) =>
      !hasOther('public key', key, all) &&
      (key.publicKey
        ? 'it has no public key object; the private one tells enough for pki'
        : 'it has no public key object, and nothing else tells its public key'),
  },
  {
    code: 'no-private-key',
    level: 'warning',
    classes: ['public key'],
    check: (key, all) =>
      !hasOther('private key', key, all) && 'it has no private key: half a pair, or an import',
  },
  {
    code: 'no-certificate-key',
    level: 'note',
    classes: ['certificate'],
    check: (certificate, all) =>
      !hasOther('private key', certificate, all) && 'its private key is not in the token',
  },
  {
    code: 'duplicate-id',
    level: 'warning',
    classes: KEYS,
    check: (object, all) =>
      object.id.length > 0 &&
      more(
        all.filter((other) => alike(object, other) && sameOctets(object.id, other.id)),
        'ID',
      ),
  },
  {
    code: 'duplicate-label',
    level: 'warning',
    classes: KEYS,
    check: (object, all) =>
      object.label !== '' &&
      more(
        all.filter((other) => alike(object, other) && object.label === other.label),
        'label',
      ),
  },
  {
    code: 'not-sensitive',
    level: 'warning',
    classes: ['private key', 'secret key'],
    check: ({ flags }) => flags.sensitive === false && 'its value can be read (CKA_SENSITIVE)',
  },
  {
    code: 'extractable',
    level: 'warning',
    classes: ['private key', 'secret key'],
    check: ({ flags }) => flags.extractable === true && 'it can leave the token (CKA_EXTRACTABLE)',
  },
  {
    code: 'once-extractable',
    level: 'note',
    classes: PRIVATE,
    check: ({ flags }) =>
      flags.extractable === false &&
      flags.neverExtractable === false &&
      'it could leave the token once, so there may be copies (CKA_NEVER_EXTRACTABLE)',
  },
  {
    code: 'imported',
    level: 'note',
    classes: PRIVATE,
    check: ({ flags }) =>
      flags.local === false && 'the token says that it was not made there (CKA_LOCAL)',
  },
  {
    code: 'not-signing',
    level: 'warning',
    classes: PRIVATE,
    check: ({ flags }) => flags.sign === false && 'it cannot sign (CKA_SIGN)',
  },
  {
    code: 'more-than-signing',
    level: 'warning',
    classes: PRIVATE,
    check: ({ flags }) => {
      const uses = OTHER_USES.filter((use) => flags[use]);
      return uses.length > 0 && `it can do more than sign: ${uses.join(', ')}`;
    },
  },
];

/** Everything that the rules find, in their order for each object. */
export const findingsIn = (objects: readonly TokenObject[]): readonly Finding[] =>
  objects.flatMap((object) =>
    RULES.flatMap(({ code, level, classes, check }) => {
      const text = classes.includes(object.class) && check(object, objects);
      const { class: objectClass, label, id } = object;
      return text ? [{ code, level, class: objectClass, label, id: hex(id), text }] : [];
    }),
  );

/** An object of a class that belongs to the same pair: by its ID, or by its public key. */
const hasOther = (wanted: ObjectClass, object: TokenObject, all: readonly TokenObject[]): boolean =>
  all.some(
    (other) =>
      other.class === wanted &&
      ((object.id.length > 0 && sameOctets(object.id, other.id)) ||
        (object.publicKey && other.publicKey && sameOctets(object.publicKey, other.publicKey))),
  );

const alike = (one: TokenObject, other: TokenObject): boolean => one.class === other.class;

const more = (found: readonly TokenObject[], what: string): string | false =>
  found.length > 1 && `${found.length} objects of its class have this ${what}`;
