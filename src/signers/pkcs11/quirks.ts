import type { Template } from 'pkcs11js';
import { PkiError } from '../../errors.ts';
import { CKA, CKK, CKM } from './constants.ts';
import { CKR } from './errors.ts';
import type { Token } from './slots.ts';

/** ML-DSA as PKCS #11 3.2 has it, or as a vendor had it before. */
export interface MlDsaNumbers {
  readonly keyPairGen: number;
  readonly sign: number;
  /** CKA_KEY_TYPE as it reads back. */
  readonly keyType: number;
  /** Attribute with the raw public key, of the public object or of the private one. */
  readonly publicValue: number;
  /** Whether a context can be given as CK_SIGN_ADDITIONAL_CONTEXT. */
  readonly takesContext: boolean;
  /** The parameter of CKM_…_KEY_PAIR_GEN; CKP_ML_DSA_… is `set`. */
  readonly generationParameter?: (set: number) => Buffer;
  /** The parameter of each signature. */
  readonly signatureParameter?: (set: number) => Buffer;
  /** What the templates of a new key have beside the usual. */
  readonly publicTemplate: (set: number) => Template;
  readonly privateTemplate: (set: number) => Template;
}

/** How the tokens of one vendor differ from what the standard says, or leaves open. */
export interface Quirks {
  /** What `--hsm-config` calls it. */
  readonly vendor: string;
  /** Length of a new CKA_ID, in octets. */
  readonly idBytes: number;
  /** It refuses RSA signatures over a digest of ours; it hashes itself. */
  readonly hashesItself: boolean;
  /** It takes Edwards curves by name (PrintableString), not by OBJECT IDENTIFIER. */
  readonly edwardsByName: boolean;
  /** Attributes that must not be in a template of a new key, even as false. */
  readonly unlisted: readonly number[];
  /** Return codes of C_OpenSession that also mean that no session is free. */
  readonly busy: readonly number[];
  /** Attribute with the bare point that the template of an unwrapped EC key must have. */
  readonly unwrapPoint: number | undefined;
  readonly mlDsa: MlDsaNumbers;
}

const ML_DSA: MlDsaNumbers = {
  keyPairGen: CKM.mlDsaKeyPairGen,
  sign: CKM.mlDsa,
  keyType: CKK.mlDsa,
  publicValue: CKA.value,
  takesContext: true,
  publicTemplate: (set) => [{ type: CKA.parameterSet, value: set }],
  privateTemplate: () => [],
};

/** Flags, of which none is set, and the parameter set, each in four octets, the highest first. */
const flagsAndSet = (set: number): Buffer => Buffer.of(0, 0, 0, 0, 0, 0, 0, set);

/** QuantumProtect of Utimaco; numbers of its header qptool2.h. From documents only. */
const UTIMACO_ML_DSA: MlDsaNumbers = {
  keyPairGen: 0xca50_0001,
  sign: 0xca50_3001,
  keyType: 0x8000_0000, // CKK_VENDOR_DEFINED, though templates take the number of the mechanism
  publicValue: 0x80d0_0001, // CKA_UTI_CUSTOM_DATA
  takesContext: false,
  generationParameter: (set) => Buffer.concat([flagsAndSet(set), Buffer.of(0, 0)]),
  signatureParameter: flagsAndSet,
  publicTemplate: () => [{ type: CKA.keyType, value: 0xca50_0001 }],
  privateTemplate: () => [{ type: CKA.keyType, value: 0xca50_0001 }],
};

export const STANDARD: Quirks = {
  vendor: 'standard',
  idBytes: 8,
  hashesItself: false,
  edwardsByName: false,
  unlisted: [],
  busy: [],
  unwrapPoint: undefined,
  mlDsa: ML_DSA,
};

/** One vendor: what C_GetTokenInfo says of its tokens, how they differ, and who says so. */
interface QuirksRow extends Partial<Quirks> {
  readonly vendor: string;
  /** Both have to match; absent: the token tells nothing that is known, and the vendor is given. */
  readonly manufacturer?: RegExp;
  readonly model?: RegExp;
  readonly source: string;
}

export const QUIRKS: readonly QuirksRow[] = [
  {
    vendor: 'softhsm',
    manufacturer: /^SoftHSM project$/,
    source: 'SoftHSMv2 src/lib/slot_mgr/Token.cpp',
  },
  {
    vendor: 'nss',
    manufacturer: /^Mozilla Foundation$/,
    unwrapPoint: 0xd5a0_db00, // CKA_NSS_DB, for keys that come without their public half
    source: 'NSS lib/softoken/pkcs11.c',
  },
  { vendor: 'kryoptic', manufacturer: /^Kryoptic/, source: 'latchset/kryoptic#372' },
  {
    vendor: 'yubihsm',
    manufacturer: /^Yubico/,
    model: /^YubiHSM$/,
    idBytes: 2, // longer ones become opaque objects of their own
    unlisted: [CKA.decrypt, CKA.signRecover, CKA.encrypt, CKA.verifyRecover, CKA.wrap],
    source: 'yubihsm-shell pkcs11/yubihsm_pkcs11.c; gravitational/teleport#25370',
  },
  {
    vendor: 'nshield',
    manufacturer: /^nCipher/,
    hashesItself: true, // in FIPS 140 level 3 mode
    edwardsByName: true,
    source: 'smallstep/certificates#2409; XiPKI vendor-ncipher.json',
  },
  {
    vendor: 'luna',
    manufacturer: /^\s*(SafeNet|Thales|Gemalto)/,
    model: /^Luna/i,
    source: 'XiPKI vendor-luna.json',
  },
  {
    vendor: 'utimaco',
    manufacturer: /^Utimaco/,
    mlDsa: UTIMACO_ML_DSA,
    source: 'systemd/systemd#26106; Keyfactor/ejbca-ce#67; Utimaco pkcs11t_cs.h, qptool2.h',
  },
  {
    vendor: 'cloudhsm',
    manufacturer: /amazon|cloudhsm|cavium|marvell/i,
    unlisted: [CKA.signRecover, CKA.verifyRecover],
    busy: [CKR.argumentsBad],
    source: 'AWS CloudHSM user guide, pkcs11-attributes-interpreting; ThalesGroup/crypto11#59',
  },
  {
    vendor: 'opencryptoki',
    manufacturer: /^IBM/,
    model: /^(?!SW +TPM)/,
    source: 'opencryptoki usr/lib/common',
  },
  {
    vendor: 'tpm2',
    manufacturer: /^IBM/,
    model: /^SW +TPM/,
    // the chip has one bit for CKA_ENCRYPT and CKA_SIGN, and one for CKA_DECRYPT and CKA_VERIFY
    unlisted: [CKA.encrypt, CKA.verify],
    hashesItself: true, // signing our own digest is decrypting it there, which a CA key cannot do
    source: 'tpm2-software/tpm2-pkcs11#44; its src/lib/attrs.c, attr_conditional_add',
  },
  {
    vendor: 'smartcard-hsm',
    manufacturer: /cardcontact/i,
    source: 'OpenSC src/libopensc/card-sc-hsm.c',
  },
  {
    vendor: 'nethsm',
    manufacturer: /^Nitrokey/,
    model: /^NetHSM/,
    source: 'Nitrokey/nethsm-pkcs11',
  },
];

/** What `--pkcs11-vendor` and `--hsm-config` take. */
export const VENDORS = QUIRKS.map(({ vendor }) => vendor);

/** The quirks of a token, by `vendor` where that is given; a vendor that is unknown is an error. */
export function quirksOf({ manufacturer, model }: Token, vendor?: string): Quirks {
  const row = QUIRKS.find((item) =>
    vendor === undefined
      ? item.manufacturer?.test(manufacturer) && (item.model?.test(model) ?? true)
      : item.vendor === vendor,
  );
  if (row || vendor === undefined) return { ...STANDARD, ...row };
  throw new PkiError('USAGE', `unknown vendor "${vendor}"`, {
    hints: [`use one of: ${VENDORS.join(', ')}`],
  });
}
