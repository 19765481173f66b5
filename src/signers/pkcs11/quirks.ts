import { CKA, CKK, CKM } from './constants.ts';
import { CKR } from './errors.ts';
import type { Token } from './slots.ts';

/** Numbers of ML-DSA where a vendor has its own instead of those of PKCS #11 3.2. */
export interface MlDsaNumbers {
  readonly keyPairGen: number;
  readonly sign: number;
  readonly keyType: number;
  readonly parameterSet: number;
  /** The parameter set is also wanted in the template of the private key. */
  readonly parameterSetInBoth: boolean;
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
  readonly mlDsa: MlDsaNumbers;
}

const ML_DSA: MlDsaNumbers = {
  keyPairGen: CKM.mlDsaKeyPairGen,
  sign: CKM.mlDsa,
  keyType: CKK.mlDsa,
  parameterSet: CKA.parameterSet,
  parameterSetInBoth: false,
};

export const STANDARD: Quirks = {
  vendor: 'standard',
  idBytes: 8,
  hashesItself: false,
  edwardsByName: false,
  unlisted: [],
  busy: [],
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

/** What AWS CloudHSM refuses in templates, or what makes a key unusable there. */
const CLOUDHSM_UNLISTED = [
  CKA.signRecover,
  CKA.verifyRecover,
  CKA.encrypt,
  CKA.decrypt,
  CKA.wrap,
  CKA.unwrap,
  CKA.derive,
];

export const QUIRKS: readonly QuirksRow[] = [
  {
    vendor: 'softhsm',
    manufacturer: /^SoftHSM project$/,
    source: 'SoftHSMv2 src/lib/slot_mgr/Token.cpp',
  },
  {
    vendor: 'nss',
    manufacturer: /^Mozilla Foundation$/,
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
    source: 'systemd/systemd#26106; Keyfactor/ejbca-ce#67',
  },
  {
    vendor: 'cloudhsm',
    manufacturer: /cloudhsm|cavium|marvell/i,
    unlisted: CLOUDHSM_UNLISTED,
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
    source: 'tpm2-software/tpm2-pkcs11#44',
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

/** The quirks of a token, by `vendor` where that is given. */
export function quirksOf({ manufacturer, model }: Token, vendor?: string): Quirks {
  const row = QUIRKS.find((item) =>
    vendor === undefined
      ? item.manufacturer?.test(manufacturer) && (item.model?.test(model) ?? true)
      : item.vendor === vendor,
  );
  return { ...STANDARD, ...row };
}
