import type { SignatureAlgorithm } from '../algorithms/algorithm.ts';
import { PkiError } from '../errors.ts';
import type { KeyAccess } from '../signers/key-access.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { Crl } from '../x509/crl.ts';
import { type KnownExtensions, keyIdentifier, knownExtensions } from '../x509/extensions.ts';
import { encodeName, type NameAttribute } from '../x509/names.ts';
import type { BlockedKeys } from './blocked-keys.ts';
import { type IssuerKeys, type KeysConfig, openKeys, signatureAlgorithms } from './issuer-keys.ts';
import type { Policy } from './policy/rule.ts';

/** What everybody may know of one of the issuer's keys. */
export interface PublicHalf {
  readonly algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
}

/**
 * Who signs, as drafts, lints and seals see it. All of it is public but {@link open}, so that what
 * will be refused is refused before a PIN is asked for.
 */
export interface Issuer {
  /** Name, DER; copied byte for byte into what is issued. */
  readonly name: Uint8Array;
  readonly keyIdentifier: Uint8Array;
  readonly signing: PublicHalf;
  /** The alternative key of ITU-T X.509 clause 9.8 (Catalyst), if there is one. */
  readonly alternative: PublicHalf | undefined;
  /** Undefined while the CA is making its own. */
  readonly certificate: Certificate | undefined;
  readonly extensions: KnownExtensions | undefined;
  /** The certificates above it, its own issuer's first, as far as they are known. */
  readonly chain?: readonly Certificate[];
  /** Asked of each certificate besides what the lints ask of all. */
  readonly policies?: readonly Policy[];
  /** The lists of keys that it certifies for nobody. */
  readonly blockedKeys?: BlockedKeys;
  /** What it was given of the CRLs of the CAs above it. */
  readonly issuerCrls?: () => Promise<readonly Crl[]>;
  /** Opens the private keys and proves that they belong to the certificate. */
  open(): Promise<IssuerKeys>;
}

/** An issuer that has its certificate. */
export type CertifiedIssuer = Issuer & { readonly certificate: Certificate };

/** The CA with this certificate; `name` is where it came from. Disposing of it closes its keys. */
export function issuerOf(
  certificate: Certificate,
  name: string,
  config: KeysConfig,
  access: KeyAccess,
): Issuer & AsyncDisposable {
  const extensions = knownExtensions(certificate.tbs.extensions);
  const { publicKey, subject } = certificate.tbs;
  const algorithms = signatureAlgorithms(config);
  const alternativeKey = extensions.subjectAltPublicKeyInfo;
  if ((alternativeKey === undefined) !== (algorithms.alternative === undefined)) {
    throw new PkiError(
      'KEY_UNAVAILABLE',
      `the configuration of the CA and ${name} disagree about an alternative key`,
    );
  }
  const alternative =
    alternativeKey && algorithms.alternative
      ? { algorithm: algorithms.alternative, publicKey: alternativeKey }
      : undefined;
  const openOwnKeys = async (): Promise<IssuerKeys> => {
    await using opened = new AsyncDisposableStack();
    const found = opened.use(await openKeys(config, access));
    mustBeKey(publicKey, found.signer, `the public key in ${name}`);
    if (found.alternative) {
      mustBeKey(alternativeKey, found.alternative, `the alternative public key in ${name}`);
    }
    opened.move();
    return found;
  };
  let keys: Promise<IssuerKeys> | undefined; // a failure is remembered too: no PIN is sent twice
  return {
    name: subject,
    keyIdentifier: extensions.subjectKeyIdentifier ?? keyIdentifier(publicKey),
    signing: { algorithm: algorithms.signing, publicKey },
    alternative,
    certificate,
    extensions,
    open() {
      keys ??= openOwnKeys();
      return keys;
    },
    async [Symbol.asyncDispose]() {
      const opened = await keys?.catch(() => undefined); // what failed to open is closed
      await opened?.[Symbol.asyncDispose]();
    },
  };
}

/** A CA that is about to sign its own certificate. */
export const selfIssuer = (subject: readonly NameAttribute[], keys: IssuerKeys): Issuer => ({
  name: encodeName(subject),
  keyIdentifier: keyIdentifier(keys.signer.publicKey),
  signing: keys.signer,
  alternative: keys.alternative,
  certificate: undefined,
  extensions: undefined,
  open: async () => keys,
});

/** A CA whose keys are open already; who opened them closes them. */
export function openIssuer(certificate: Certificate, keys: IssuerKeys): CertifiedIssuer {
  const extensions = knownExtensions(certificate.tbs.extensions);
  const { subject, publicKey } = certificate.tbs;
  return {
    name: subject,
    keyIdentifier: extensions.subjectKeyIdentifier ?? keyIdentifier(publicKey),
    signing: keys.signer,
    alternative: keys.alternative,
    certificate,
    extensions,
    open: async () => keys,
  };
}

function mustBeKey(wanted: Uint8Array | undefined, found: PublicHalf, what: string): void {
  if (wanted && Buffer.compare(wanted, found.publicKey) === 0) return;
  throw new PkiError('KEY_UNAVAILABLE', `the ${found.algorithm.name} key is not ${what}`, {
    hints: ['nothing was signed; open the key that the CA certificate was made for'],
  });
}
