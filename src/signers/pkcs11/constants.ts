import { MECHANISM_NAMES } from './mechanism-names.ts';

/**
 * Numbers of PKCS #11 3.2 (pkcs11t.h) that are used here. Our own list, because pkcs11js is loaded
 * only when a key is in a token, and knows no number newer than 2.40.
 */
export const CKF = {
  writeProtected: 0x02,
  loginRequired: 0x04,
  userPinInitialized: 0x08,
  tokenInitialized: 0x400,
  protectedAuthenticationPath: 0x100,
  userPinCountLow: 0x1_0000,
  userPinFinalTry: 0x2_0000,
  userPinLocked: 0x4_0000,
  userPinToBeChanged: 0x8_0000,
  errorState: 0x100_0000,
  rwSession: 0x02,
  serialSession: 0x04,
  /** C_Initialize: pkcs11js signs on threads of its own; without this SoftHSM crashes. */
  osLockingOk: 0x02,
} as const;

export const CKU_USER = 1;

/** For keys that want a login for each signature (CKA_ALWAYS_AUTHENTICATE). */
export const CKU_CONTEXT_SPECIFIC = 2;

export const CKO = { certificate: 1, publicKey: 2, privateKey: 3, secretKey: 4 } as const;

export const CKK = {
  rsa: 0x00,
  ec: 0x03,
  genericSecret: 0x10,
  aes: 0x1f,
  ecEdwards: 0x40,
  mlDsa: 0x4a,
} as const;

/** CKA_PARAMETER_SET of ML-DSA keys. */
export const CKP = { 'ml-dsa-44': 1, 'ml-dsa-65': 2, 'ml-dsa-87': 3 } as const;

export const CKA = {
  class: 0x00,
  token: 0x01,
  private: 0x02,
  label: 0x03,
  value: 0x11,
  keyType: 0x100,
  id: 0x102,
  sensitive: 0x103,
  encrypt: 0x104,
  decrypt: 0x105,
  wrap: 0x106,
  unwrap: 0x107,
  sign: 0x108,
  signRecover: 0x109,
  verify: 0x10a,
  verifyRecover: 0x10b,
  derive: 0x10c,
  modulus: 0x120,
  modulusBits: 0x121,
  publicExponent: 0x122,
  publicKeyInfo: 0x129,
  valueLen: 0x161,
  extractable: 0x162,
  local: 0x163,
  neverExtractable: 0x164,
  alwaysSensitive: 0x165,
  ecParams: 0x180,
  ecPoint: 0x181,
  alwaysAuthenticate: 0x202,
  wrapWithTrusted: 0x210,
  parameterSet: 0x61d,
} as const;

export const CKM = {
  rsaPkcsKeyPairGen: 0x00,
  rsaPkcs: 0x01,
  rsaPkcsPss: 0x0d,
  mlDsaKeyPairGen: 0x1c,
  mlDsa: 0x1d,
  sha256RsaPkcs: 0x40,
  sha384RsaPkcs: 0x41,
  sha512RsaPkcs: 0x42,
  sha256RsaPkcsPss: 0x43,
  sha384RsaPkcsPss: 0x44,
  sha512RsaPkcsPss: 0x45,
  sha256: 0x250,
  sha384: 0x260,
  sha512: 0x270,
  ecKeyPairGen: 0x1040,
  ecdsa: 0x1041,
  ecdsaSha256: 0x1044,
  ecdsaSha384: 0x1045,
  ecdsaSha512: 0x1046,
  ecEdwardsKeyPairGen: 0x1055,
  eddsa: 0x1057,
  rsaAesKeyWrap: 0x1054,
  aesKeyGen: 0x1080,
  aesKeyWrap: 0x2109,
  aesKeyWrapPad: 0x210a,
  aesKeyWrapKwp: 0x210b,
  aesKeyWrapPkcs7: 0x210c,
} as const;

/** Mask generation functions of RSASSA-PSS. */
export const CKG = { mgf1Sha256: 0x02, mgf1Sha384: 0x03, mgf1Sha512: 0x04 } as const;

/** Of pkcs11js: the parameter of the mechanism is CK_RSA_PKCS_PSS_PARAMS. */
export const CK_PARAMS_RSA_PSS = 5;

/** Of pkcs11js: it is CK_DES_CBC_ENCRYPT_DATA_PARAMS, `{ CK_BYTE iv[8]; CK_BYTE_PTR; CK_ULONG }`. */
export const CK_PARAMS_DES_CBC_ENCRYPT_DATA = 20;

/** Name of a mechanism number, or the number itself. */
export const mechanismName = (number: number): string =>
  MECHANISM_NAMES.get(number) ?? nameOf(CKM, 'CKM', number);

/** Name of an attribute number, or the number itself. */
export const attributeName = (number: number): string => nameOf(CKA, 'CKA', number);

function nameOf(table: Readonly<Record<string, number>>, prefix: string, wanted: number): string {
  const found = Object.entries(table).find(([, number]) => number === wanted);
  if (!found) return `0x${wanted.toString(16).padStart(8, '0')}`;
  return `${prefix}_${found[0].replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}`;
}
