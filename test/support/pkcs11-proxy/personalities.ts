import { CKA, CKF, CKM, CKR, CKU } from './cryptoki.ts';
import { refuse, refuseValue, type Settings } from './plan.ts';

/** How the module of one vendor behaves, as far as somebody has written it down. */
export interface Personality {
  /** Whose word it is: documents, source code, or reports of users. */
  readonly cites: readonly string[];
  readonly settings: Settings;
}

const TEMPLATES = [CKA.WRAP_TEMPLATE, CKA.UNWRAP_TEMPLATE, CKA.DERIVE_TEMPLATE];

/** Of XiPKI, whose emulator has a file for each vendor: `xihsm/src/main/resources/…/vendor/`. */
const xipki = (vendor: string): string => `XiPKI xihsm, vendor-${vendor}.json`;

export const PERSONALITIES = {
  'aws-cloudhsm': {
    cites: [
      'AWS CloudHSM User Guide: pkcs11-pin, pkcs11-v3-attr-errors, ki-pkcs11-sdk',
      'https://github.com/OpenSC/OpenSC/issues/2747 (CKA_PRIVATE)',
      'https://github.com/awsdocs/aws-cloudhsm-user-guide/issues/26 (CKA_ID)',
      xipki('cloudhsm'),
    ],
    settings: {
      manufacturer: 'Amazon Web Services',
      readOnlySessionRv: CKR.FUNCTION_FAILED,
      pinPrefix: 'crypto_user:',
      uniqueId: true,
      publicRefused: [
        ...refuse(CKR.TEMPLATE_INCONSISTENT, CKA.VERIFY_RECOVER, ...TEMPLATES),
        ...refuseValue(CKR.ATTRIBUTE_VALUE_INVALID, false, CKA.PRIVATE),
      ],
      privateRefused: [
        ...refuse(CKR.TEMPLATE_INCONSISTENT, CKA.SIGN_RECOVER, CKA.ALWAYS_AUTHENTICATE),
        ...refuse(CKR.TEMPLATE_INCONSISTENT, CKA.ALLOWED_MECHANISMS, ...TEMPLATES),
        ...refuseValue(CKR.ATTRIBUTE_VALUE_INVALID, false, CKA.PRIVATE),
      ],
      readRefused: refuse(
        CKR.ATTRIBUTE_TYPE_INVALID,
        ...[CKA.ALWAYS_AUTHENTICATE, CKA.ALLOWED_MECHANISMS, CKA.KEY_GEN_MECHANISM],
        ...[CKA.SIGN_RECOVER, CKA.VERIFY_RECOVER],
      ),
    },
  },
  'yubihsm-2': {
    cites: [
      'https://github.com/Yubico/yubihsm-shell: pkcs11/yubihsm_pkcs11.c, pkcs11/util_pkcs11.c',
    ],
    settings: {
      manufacturer: 'Yubico (www.yubico.com)',
      model: 'YubiHSM',
      maxRwSessions: 16,
      pinPrefix: '0001', // the ID of the authentication key
      pinPrefixRv: CKR.ARGUMENTS_BAD, // a PIN without it is shorter than the least length of 12
      maxIdBytes: 2,
      publicRefused: refuse(CKR.ATTRIBUTE_TYPE_INVALID, CKA.VERIFY_RECOVER),
      privateRefused: [
        ...refuse(CKR.ATTRIBUTE_TYPE_INVALID, CKA.SIGN_RECOVER),
        ...refuseValue(CKR.ATTRIBUTE_VALUE_INVALID, false, CKA.TOKEN, CKA.PRIVATE, CKA.SENSITIVE),
        ...refuseValue(CKR.ATTRIBUTE_VALUE_INVALID, true, CKA.VERIFY, CKA.ENCRYPT, CKA.WRAP),
        ...refuseValue(CKR.ATTRIBUTE_VALUE_INVALID, true, CKA.MODIFIABLE, CKA.COPYABLE),
      ],
      // a key has the capabilities that the template asks for, and no others
      publicFalse: [CKA.ENCRYPT, CKA.VERIFY_RECOVER, CKA.WRAP],
      privateFalse: [CKA.DECRYPT, CKA.SIGN_RECOVER, CKA.UNWRAP, CKA.DERIVE],
    },
  },
  'nshield-strict-fips': {
    cites: [
      'https://github.com/smallstep/certificates/issues/2409 (C_Sign with CKM_RSA_PKCS)',
      'https://github.com/OpenSC/libp11/issues/195 (CKA_ALWAYS_AUTHENTICATE)',
      xipki('ncipher'),
    ],
    settings: {
      manufacturer: 'nCipher Corp. Ltd',
      signRefused: refuse(CKR.FUNCTION_FAILED, CKM.RSA_PKCS),
      publicRefused: refuse(CKR.TEMPLATE_INCONSISTENT, ...TEMPLATES),
      privateRefused: refuse(CKR.TEMPLATE_INCONSISTENT, ...TEMPLATES),
      readRefused: refuse(CKR.ATTRIBUTE_TYPE_INVALID, CKA.ALWAYS_AUTHENTICATE),
    },
  },
  /** The accelerator slot, whose keys are protected by the module and not by a PIN. */
  'nshield-accelerator': {
    cites: ['Entrust nShield, Cryptographic API Integration Guide: PKCS #11, accelerator slot'],
    settings: {
      manufacturer: 'nCipher Corp. Ltd',
      tokenFlagsClear: CKF.LOGIN_REQUIRED,
      moduleLogin: '1234',
    },
  },
  'thales-luna': {
    cites: [xipki('luna'), 'https://github.com/ThalesGroup/crypto11: Config.UserType'],
    settings: {
      manufacturer: 'Safenet, Inc.',
      requiredUserType: CKU.LUNA_CRYPTO_USER,
      publicRefused: refuse(CKR.ATTRIBUTE_TYPE_INVALID, CKA.TRUSTED, CKA.WRAP_TEMPLATE),
      privateRefused: refuse(
        CKR.ATTRIBUTE_TYPE_INVALID,
        ...[CKA.WRAP_WITH_TRUSTED, CKA.ALLOWED_MECHANISMS, CKA.KEY_GEN_MECHANISM, ...TEMPLATES],
      ),
    },
  },
  utimaco: {
    cites: [
      'https://github.com/Pkcs11Admin/Pkcs11Admin/issues/43 (C_FindObjectsInit)',
      xipki('utimaco'),
    ],
    settings: {
      manufacturer: 'Utimaco IS GmbH',
      model: 'CryptoServer',
      // which one it was is not told; these are of the newest that an application may search by
      searchRefused: refuse(CKR.ATTRIBUTE_TYPE_INVALID, CKA.COPYABLE, CKA.ALLOWED_MECHANISMS),
      privateRefused: refuse(CKR.ATTRIBUTE_TYPE_INVALID, CKA.ALLOWED_MECHANISMS),
    },
  },
  tass: {
    cites: [`${xipki('tass')}: ECDSA_X962_SIGNATURE, EC_PRIVATEKEY_ECPOINT`],
    settings: { ecdsaSignature: 'x962', publicKeysHidden: true, ecPointOnPrivateKey: true },
  },
  'hashed-ecdsa-only': {
    cites: ['https://github.com/opendnssec/SoftHSMv2 2.7.0, which has both; others have no other'],
    settings: { hashedEcdsa: true, mechanismsRemoved: [CKM.ECDSA] },
  },
  'raw-ec-point': {
    cites: ['kryoptic, KRYOPTIC_EC_POINT_ENCODING (Edwards and Montgomery keys)'],
    settings: { ecPoint: 'raw' },
  },
  'ec-point-without-04': {
    cites: ['https://github.com/opencryptoki/opencryptoki/issues/257 (ICA, CCA and EP11 tokens)'],
    settings: { ecPoint: 'no04' },
  },
  'ec-point-in-bit-string': {
    cites: ['QPKI, pkcs11_utimaco.go, comments'],
    settings: { ecPoint: 'bitString' },
  },
  'pin-pad': {
    cites: ['PKCS #11 2.40 §5.6, C_Login: CKF_PROTECTED_AUTHENTICATION_PATH'],
    settings: { tokenFlagsSet: CKF.PROTECTED_AUTHENTICATION_PATH, pinPad: '1234' },
  },
  'pin-count-low': {
    cites: ['PKCS #11 2.40 §3.2, CK_TOKEN_INFO'],
    settings: { tokenFlagsSet: CKF.USER_PIN_COUNT_LOW },
  },
  'pin-final-try': {
    cites: ['PKCS #11 2.40 §3.2, CK_TOKEN_INFO'],
    settings: { tokenFlagsSet: CKF.USER_PIN_COUNT_LOW | CKF.USER_PIN_FINAL_TRY },
  },
  'pin-locked': {
    cites: ['PKCS #11 2.40 §3.2, CK_TOKEN_INFO'],
    settings: { tokenFlagsSet: CKF.USER_PIN_LOCKED },
  },
  'sessions-unknown': {
    cites: ['PKCS #11 2.40 §3.2, CK_TOKEN_INFO: CK_UNAVAILABLE_INFORMATION'],
    settings: { maxRwSessions: 'CK_UNAVAILABLE_INFORMATION' },
  },
} as const satisfies Readonly<Record<string, Personality>>;

export type PersonalityName = keyof typeof PERSONALITIES;
