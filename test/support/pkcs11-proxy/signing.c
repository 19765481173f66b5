/* What mechanisms and signatures do otherwise in the module of some vendor. */
#include <pthread.h>
#include <string.h>
#include "proxy.h"

enum { MAX_SIGNATURE = 1024, MAX_DIGEST = 64 };

/* ECDSA with a hash, made of the plain one for tokens that have no other. */
static const struct {
  CK_ULONG mechanism, hash;
} HASHED_ECDSA[] = {
  {CKM_ECDSA_SHA256, CKM_SHA256}, {CKM_ECDSA_SHA384, CKM_SHA384}, {CKM_ECDSA_SHA512, CKM_SHA512}};
enum { HASHED_COUNT = sizeof HASHED_ECDSA / sizeof *HASHED_ECDSA };

CK_RV get_mechanism_list(const struct plan *plan, const CK_ULONG *a) {
  CK_ULONG all[512], count = 512 - HASHED_COUNT, kept = 0;
  CK_ULONG *list = (CK_ULONG *)a[1], *room = (CK_ULONG *)a[2];
  const CK_RV rv = REAL(C_GetMechanismList, a[0], WORD(all), WORD(&count));
  if (rv != CKR_OK) return rv;
  for (int i = 0; i < HASHED_COUNT && plan_is(plan, "hashedEcdsa", "1"); i += 1) {
    all[count++] = HASHED_ECDSA[i].mechanism;
  }
  for (CK_ULONG i = 0; i < count; i += 1) {
    if (!plan_lists(plan, "mechanismsRemoved", all[i])) all[kept++] = all[i];
  }
  const bool fits = !list || *room >= kept;
  if (list && fits) memcpy(list, all, kept * sizeof *list);
  *room = kept;
  return fits ? CKR_OK : CKR_BUFFER_TOO_SMALL;
}

/* Which mechanism a session signs with; the oldest are forgotten. */
static struct {
  CK_ULONG session, mechanism;
} signing[64];
static unsigned oldest;
static pthread_mutex_t signing_lock = PTHREAD_MUTEX_INITIALIZER;

static void remember(CK_ULONG session, CK_ULONG mechanism) {
  pthread_mutex_lock(&signing_lock);
  unsigned i = 0;
  while (i < 64 && signing[i].session != session) i += 1;
  if (i == 64) i = oldest++ % 64;
  signing[i].session = session;
  signing[i].mechanism = mechanism;
  pthread_mutex_unlock(&signing_lock);
}

static CK_ULONG mechanism_of(CK_ULONG session) {
  CK_ULONG found = CK_UNAVAILABLE_INFORMATION;
  pthread_mutex_lock(&signing_lock);
  for (unsigned i = 0; i < 64; i += 1) {
    if (signing[i].session == session) found = signing[i].mechanism;
  }
  pthread_mutex_unlock(&signing_lock);
  return found;
}

/* The hash of a mechanism that the proxy makes of CKM_ECDSA; 0 for all others. */
static CK_ULONG hash_of(const struct plan *plan, CK_ULONG mechanism) {
  for (int i = 0; i < HASHED_COUNT && plan_is(plan, "hashedEcdsa", "1"); i += 1) {
    if (HASHED_ECDSA[i].mechanism == mechanism) return HASHED_ECDSA[i].hash;
  }
  return 0;
}

CK_RV sign_init(const struct plan *plan, const CK_ULONG *a) {
  const CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0}, *wanted = (const CK_MECHANISM *)a[1];
  if (plan_lists(plan, "mechanismsRemoved", wanted->mechanism)) return CKR_MECHANISM_INVALID;
  const CK_RV rv = plan_refusal(plan, "signInitRefused", wanted->mechanism, 0);
  if (rv != CKR_OK) return rv;
  remember(a[0], wanted->mechanism);
  const CK_MECHANISM *used = hash_of(plan, wanted->mechanism) ? &ecdsa : wanted;
  return REAL(C_SignInit, a[0], WORD(used), a[2]);
}

static CK_RV digest(CK_ULONG session, CK_ULONG hash, const CK_ULONG *a, CK_BYTE *out,
                    CK_ULONG *length) {
  CK_ULONG beside;
  const CK_MECHANISM mechanism = {hash, NULL, 0};
  CK_RV rv = open_beside(session, &beside);
  if (rv != CKR_OK) return rv;
  rv = REAL(C_DigestInit, beside, WORD(&mechanism));
  if (rv == CKR_OK) rv = REAL(C_Digest, beside, a[1], a[2], WORD(out), WORD(length));
  REAL(C_CloseSession, beside);
  return rv;
}

static CK_ULONG put_integer(CK_BYTE *out, const CK_BYTE *value, CK_ULONG length) {
  while (length > 1 && *value == 0) value += 1, length -= 1;
  const CK_ULONG padding = *value >> 7; /* an INTEGER is signed */
  out[0] = 0x02;
  out[1] = (CK_BYTE)(padding + length);
  out[2] = 0;
  memcpy(out + 2 + padding, value, length);
  return 2 + padding + length;
}

/* r and s in fixed length to Ecdsa-Sig-Value (RFC 3279 section 2.2.3). */
static CK_ULONG to_x962(CK_BYTE *out, const CK_BYTE *raw, CK_ULONG length) {
  CK_BYTE integers[MAX_SIGNATURE];
  CK_ULONG size = put_integer(integers, raw, length / 2), at = 0;
  size += put_integer(integers + size, raw + length / 2, length / 2);
  out[at++] = 0x30;
  if (size >= 0x80) out[at++] = 0x81;
  out[at++] = (CK_BYTE)size;
  memcpy(out + at, integers, size);
  return at + size;
}

static CK_RV sign_x962(CK_ULONG session, CK_ULONG data, CK_ULONG data_length, CK_BYTE *signature,
                       CK_ULONG *room) {
  CK_BYTE raw[MAX_SIGNATURE];
  CK_ULONG length = 0;
  CK_RV rv = REAL(C_Sign, session, data, data_length, 0, WORD(&length)); /* the length alone */
  if (rv != CKR_OK) return rv;
  const CK_ULONG longest = 3 + 2 * (2 + 1 + length / 2), given = *room;
  if (!signature || given < longest) {
    *room = longest;
    return signature ? CKR_BUFFER_TOO_SMALL : CKR_OK;
  }
  rv = REAL(C_Sign, session, data, data_length, WORD(raw), WORD(&length));
  if (rv == CKR_OK) *room = to_x962(signature, raw, length);
  return rv;
}

CK_RV sign(const struct plan *plan, const CK_ULONG *a) {
  const CK_ULONG mechanism = mechanism_of(a[0]), hash = hash_of(plan, mechanism);
  CK_BYTE hashed[MAX_DIGEST], unused[MAX_SIGNATURE];
  CK_ULONG data = a[1], length = a[2], size = sizeof hashed;
  const CK_RV refusal = plan_refusal(plan, "signRefused", mechanism, 0);
  if (refusal != CKR_OK) {
    size = sizeof unused;
    REAL(C_Sign, a[0], data, length, WORD(unused), WORD(&size)); /* ends the operation */
    return refusal;
  }
  if (hash) {
    const CK_RV rv = digest(a[0], hash, a, hashed, &size);
    if (rv != CKR_OK) return rv;
    data = WORD(hashed), length = size;
  }
  if ((hash || mechanism == CKM_ECDSA) && plan_is(plan, "ecdsaSignature", "x962")) {
    return sign_x962(a[0], data, length, (CK_BYTE *)a[3], (CK_ULONG *)a[4]);
  }
  return REAL(C_Sign, a[0], data, length, a[3], a[4]);
}
