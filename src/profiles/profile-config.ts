import type { KeyUse } from '../algorithms/spki.ts';
import type { ExtendedKeyUsage, KeyUsage } from '../x509/extensions.ts';
import type { GeneralNameType } from '../x509/general-names.ts';
import type { AttributeType } from '../x509/names.ts';

/** A profile as people write it. */
export interface ProfileConfig {
  readonly name: string;
  /** One line for `--help` and error messages. */
  readonly summary: string;
  /** True for certificates of CAs. */
  readonly ca?: boolean;
  /** How many CA certificates may follow (RFC 5280 §4.2.1.9); no limit if absent. */
  readonly pathLength?: number;
  /** From notBefore to notAfter, both included. Days of 86,400 seconds. */
  readonly validityDays: number;
  /**
   * `keyEncipherment` is for keys that can encrypt: RSA keys get all of the list, ML-KEM keys that
   * alone, and keys that only sign all but that.
   */
  readonly keyUsage: readonly KeyUsage[];
  readonly extKeyUsage?: readonly ExtendedKeyUsage[];
  readonly extKeyUsageCritical?: boolean;
  /** id-pkix-ocsp-nocheck: the certificate is not asked about at the OCSP (RFC 6960 §4.2.2.2.1). */
  readonly ocspNoCheck?: boolean;
  /** Which attributes a subject may have; others are left out of what a CSR asks for. */
  readonly subject: readonly AttributeType[];
  readonly subjectAltName: {
    /** Which kinds of names are taken. */
    readonly types: readonly GeneralNameType[];
    /** Whether there has to be one. */
    readonly required: boolean;
    /** The common name is a name of one of these types too, and is added to the list. */
    readonly commonName?: readonly GeneralNameType[];
  };
}

/** An extension that is the same in each certificate of a profile. */
export interface ConstantExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
  /** In certificates of which subject keys, by what they can do; absent is all. */
  readonly keys?: KeyUse;
}

/** A sound profile with its constant extensions encoded. */
export interface Profile extends ProfileConfig {
  readonly extensions: readonly ConstantExtension[];
}
