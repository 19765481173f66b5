import type { KeyUse } from '../algorithms/spki.ts';
import type { CertificatePolicy } from '../x509/certificate-policies.ts';
import type { Extension, KeyUsage } from '../x509/extensions.ts';
import type { GeneralName, GeneralNameType } from '../x509/general-names.ts';
import type { NameConstraintsInput } from '../x509/name-subtrees.ts';
import type { AttributeType, NameAttribute } from '../x509/names.ts';
import type { Pointers } from '../x509/pointers.ts';
import type { QcStatements } from '../x509/qc-statements.ts';
import type { Variable } from './variables.ts';

/** Whether what was there before is refused, told the operator, or nobody's business. */
export const REUSES = ['refuse', 'note', 'allow'] as const;
export type Reuse = (typeof REUSES)[number];

/** A profile before its extensions are encoded: a built-in one, or one that was read from YAML. */
export interface ProfileConfig {
  readonly name: string;
  /** One line for `--help` and error messages. */
  readonly summary: string;
  /** True for certificates of CAs. */
  readonly ca?: boolean;
  /** How many CA certificates may follow (RFC 5280 §4.2.1.9); no limit if absent. */
  readonly pathLength?: number | undefined;
  /** From notBefore to notAfter, both included. Days of 86,400 seconds. */
  readonly validityDays?: number | undefined;
  /** The notAfter of every certificate; in the place of `validityDays`. */
  readonly validUntil?: Date | undefined;
  /** Names of the algorithms that keys may be for; any if absent. The first is the default. */
  readonly keyAlgorithms?: readonly string[] | undefined;
  /**
   * `keyEncipherment` is for keys that can encrypt: RSA keys get all of the list, ML-KEM keys that
   * alone, and keys that only sign all but that.
   */
  readonly keyUsage: readonly KeyUsage[];
  /** Purposes, by their names in EXTENDED_KEY_USAGES or their OIDs. */
  readonly extKeyUsage?: readonly string[] | undefined;
  readonly extKeyUsageCritical?: boolean | undefined;
  /** id-pkix-ocsp-nocheck: the certificate is not asked about at the OCSP (RFC 6960 §4.2.2.2.1). */
  readonly ocspNoCheck?: boolean | undefined;
  /** Which attributes a subject may have; others are left out of what a CSR asks for. */
  readonly subject: readonly AttributeType[];
  /**
   * Attributes whose values are templates. One of a type that `subject` has is for certificates
   * that get none of that type otherwise.
   */
  readonly subjectTemplate?: readonly NameAttribute[] | undefined;
  readonly subjectAltName: {
    /** Which kinds of names are taken. */
    readonly types: readonly GeneralNameType[];
    /** Whether there has to be one. */
    readonly required: boolean;
    /** The common name is a name of one of these types too, and is added to the list. */
    readonly commonName?: readonly GeneralNameType[] | undefined;
    /** Names whose values are templates, which every certificate has. */
    readonly template?: readonly GeneralName[] | undefined;
  };
  readonly nameConstraints?: NameConstraintsInput | undefined;
  readonly policies?: readonly CertificatePolicy[] | undefined;
  readonly qcStatements?: QcStatements | undefined;
  /** URLs, which may have placeholders. */
  readonly pointers?: Partial<Pointers> | undefined;
  /** Over how many CRLs the certificates are spread, by `{crl-shard}` in their URLs, from 0 up. */
  readonly crlShards?: number | undefined;
  /** The TLS feature status_request: the server staples OCSP responses (RFC 7633). */
  readonly mustStaple?: boolean | undefined;
  /** The CA will publish nothing about revocation (RFC 9608). */
  readonly noRevAvail?: boolean | undefined;
  /** Too short to be revoked: seven days at most (TLS BR §1.6.1). */
  readonly shortLived?: boolean | undefined;
  /** What becomes of a key that has a certificate under another name; a note if absent. */
  readonly duplicateKey?: Reuse | undefined;
  /** What becomes of a subject with a good certificate for another key; allowed if absent. */
  readonly reusedName?: Reuse | undefined;
  /** What else a certificate has, in DER. */
  readonly otherExtensions?: readonly Extension[] | undefined;
  /** What `--var` gives, by name; in templates as `{name}`. */
  readonly variables?: Readonly<Record<string, Variable>> | undefined;
}

/** An extension that is the same in each certificate of a profile. */
export interface ConstantExtension extends Extension {
  /** In certificates of which subject keys, by what they can do; absent is all. */
  readonly keys?: KeyUse;
}

/** A sound profile with its constant extensions encoded. Only compileProfile makes one. */
export interface Profile extends ProfileConfig {
  readonly extensions: readonly ConstantExtension[];
}
