/* What the proxy needs of PKCS #11 2.40, for systems on which structures are not packed. */
#ifndef CRYPTOKI_H
#define CRYPTOKI_H

typedef unsigned char CK_BYTE;
typedef unsigned long CK_ULONG;
typedef CK_ULONG CK_RV;

typedef struct {
  CK_ULONG mechanism;
  void *pParameter;
  CK_ULONG ulParameterLen;
} CK_MECHANISM;

typedef struct {
  CK_ULONG type;
  void *pValue;
  CK_ULONG ulValueLen;
} CK_ATTRIBUTE;

typedef struct {
  CK_ULONG slotID, state, flags, ulDeviceError;
} CK_SESSION_INFO;

/* Without what follows in the structure: it is only read and written where the caller made it. */
typedef struct {
  CK_BYTE label[32], manufacturerID[32], model[16], serialNumber[16];
  CK_ULONG flags, ulMaxSessionCount, ulSessionCount, ulMaxRwSessionCount;
} CK_TOKEN_INFO;

enum { CKU_USER = 1 };
enum { CKO_PUBLIC_KEY = 2, CKO_PRIVATE_KEY = 3 };
enum { CKA_CLASS = 0x00, CKA_ID = 0x102, CKA_EC_POINT = 0x181 };
enum { CKF_RW_SESSION = 0x02, CKF_SERIAL_SESSION = 0x04 };
enum { CKM_SHA256 = 0x250, CKM_SHA384 = 0x260, CKM_SHA512 = 0x270 };
enum {
  CKM_ECDSA = 0x1041,
  CKM_ECDSA_SHA256 = 0x1044,
  CKM_ECDSA_SHA384 = 0x1045,
  CKM_ECDSA_SHA512 = 0x1046
};
enum {
  CKR_OK = 0x00,
  CKR_GENERAL_ERROR = 0x05,
  CKR_ATTRIBUTE_VALUE_INVALID = 0x13,
  CKR_MECHANISM_INVALID = 0x70,
  CKR_PIN_INCORRECT = 0xa0,
  CKR_SESSION_COUNT = 0xb1,
  CKR_TEMPLATE_INCOMPLETE = 0xd0,
  CKR_USER_TYPE_INVALID = 0x103,
  CKR_BUFFER_TOO_SMALL = 0x150
};
#define CK_UNAVAILABLE_INFORMATION (~0UL)

/* Every function of CK_FUNCTION_LIST, in its order, with the number of its arguments. */
#define FUNCTIONS(F)                                                                        \
  F(C_Initialize, 1) F(C_Finalize, 1) F(C_GetInfo, 1) F(C_GetFunctionList, 1)               \
  F(C_GetSlotList, 3) F(C_GetSlotInfo, 2) F(C_GetTokenInfo, 2) F(C_GetMechanismList, 3)     \
  F(C_GetMechanismInfo, 3) F(C_InitToken, 4) F(C_InitPIN, 3) F(C_SetPIN, 5)                 \
  F(C_OpenSession, 5) F(C_CloseSession, 1) F(C_CloseAllSessions, 1) F(C_GetSessionInfo, 2)  \
  F(C_GetOperationState, 3) F(C_SetOperationState, 5) F(C_Login, 4) F(C_Logout, 1)          \
  F(C_CreateObject, 4) F(C_CopyObject, 5) F(C_DestroyObject, 2) F(C_GetObjectSize, 3)       \
  F(C_GetAttributeValue, 4) F(C_SetAttributeValue, 4) F(C_FindObjectsInit, 3)               \
  F(C_FindObjects, 4) F(C_FindObjectsFinal, 1) F(C_EncryptInit, 3) F(C_Encrypt, 5)          \
  F(C_EncryptUpdate, 5) F(C_EncryptFinal, 3) F(C_DecryptInit, 3) F(C_Decrypt, 5)            \
  F(C_DecryptUpdate, 5) F(C_DecryptFinal, 3) F(C_DigestInit, 2) F(C_Digest, 5)              \
  F(C_DigestUpdate, 3) F(C_DigestKey, 2) F(C_DigestFinal, 3) F(C_SignInit, 3) F(C_Sign, 5)  \
  F(C_SignUpdate, 3) F(C_SignFinal, 3) F(C_SignRecoverInit, 3) F(C_SignRecover, 5)          \
  F(C_VerifyInit, 3) F(C_Verify, 5) F(C_VerifyUpdate, 3) F(C_VerifyFinal, 3)                \
  F(C_VerifyRecoverInit, 3) F(C_VerifyRecover, 5) F(C_DigestEncryptUpdate, 5)               \
  F(C_DecryptDigestUpdate, 5) F(C_SignEncryptUpdate, 5) F(C_DecryptVerifyUpdate, 5)         \
  F(C_GenerateKey, 5) F(C_GenerateKeyPair, 8) F(C_WrapKey, 6) F(C_UnwrapKey, 8)             \
  F(C_DeriveKey, 6) F(C_SeedRandom, 3) F(C_GenerateRandom, 3) F(C_GetFunctionStatus, 1)     \
  F(C_CancelFunction, 1) F(C_WaitForSlotEvent, 3)

#define NUMBERED(name, arguments) FN_##name,
enum function { FUNCTIONS(NUMBERED) FUNCTION_COUNT };
#undef NUMBERED

#endif
