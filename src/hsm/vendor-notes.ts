import { attributeName, mechanismName } from '../signers/pkcs11/constants.ts';
import { returnCodeName } from '../signers/pkcs11/errors.ts';
import { QUIRKS, type Quirks, STANDARD } from '../signers/pkcs11/quirks.ts';

/** The row of the table of quirks that is in force, for people. */
export interface VendorNotes {
  /** As `--pkcs11-vendor` takes it; `standard` if no row fits. */
  readonly name: string;
  readonly deviations: readonly string[];
  /** Who says so; null for the standard itself. */
  readonly source: string | null;
}

/** What each quirk means, in words. */
const IN_WORDS: {
  readonly [Name in keyof Omit<Quirks, 'vendor'>]: (quirks: Quirks) => string;
} = {
  idBytes: ({ idBytes }) => `new key IDs have ${idBytes} octets`,
  hashesItself: () => 'RSA: the token hashes, before a digest of ours is tried',
  edwardsByName: () => 'Edwards curves by name first, then by OID',
  unlisted: ({ unlisted }) =>
    `templates of new keys without ${unlisted.map(attributeName).join(', ')}`,
  busy: ({ busy }) =>
    `${busy.map(returnCodeName).join(', ')} of C_OpenSession means that no session is free`,
  unwrapPoint: ({ unwrapPoint = 0 }) =>
    `keys that are restored need ${attributeName(unwrapPoint)} in their template`,
  mlDsa: ({ mlDsa }) =>
    `ML-DSA by ${mechanismName(mlDsa.sign)}, its keys by ${mechanismName(mlDsa.keyPairGen)}`,
};

export function vendorNotes(quirks: Quirks): VendorNotes {
  const names = Object.keys(IN_WORDS) as (keyof typeof IN_WORDS)[];
  const differing = names.filter(
    (name) => JSON.stringify(quirks[name]) !== JSON.stringify(STANDARD[name]),
  );
  return {
    name: quirks.vendor,
    deviations: differing.map((name) => IN_WORDS[name](quirks)),
    source: QUIRKS.find(({ vendor }) => vendor === quirks.vendor)?.source ?? null,
  };
}
