/* What tokens and sessions do otherwise in the module of some vendor. */
#include <stdatomic.h>
#include <string.h>
#include "proxy.h"

/* Of this process; a session that closed with its slot or module is not counted either. */
static atomic_ulong rw_sessions;

static void set_padded(const struct plan *plan, const char *name, CK_BYTE *field, size_t size) {
  char text[33];
  if (!plan_text(plan, name, text, sizeof text)) return;
  const size_t length = strlen(text);
  memset(field, ' ', size);
  memcpy(field, text, length < size ? length : size);
}

static CK_RV get_token_info(const struct plan *plan, const CK_ULONG *a) {
  CK_TOKEN_INFO *info = (CK_TOKEN_INFO *)a[1];
  const CK_RV rv = real(FN_C_GetTokenInfo, a);
  if (rv != CKR_OK) return rv;
  set_padded(plan, "label", info->label, sizeof info->label);
  set_padded(plan, "manufacturer", info->manufacturerID, sizeof info->manufacturerID);
  set_padded(plan, "model", info->model, sizeof info->model);
  info->flags &= ~plan_number(plan, "tokenFlagsClear", 0);
  info->flags |= plan_number(plan, "tokenFlagsSet", 0);
  info->ulMaxRwSessionCount = plan_number(plan, "maxRwSessions", info->ulMaxRwSessionCount);
  return CKR_OK;
}

static CK_RV open_session(const struct plan *plan, const CK_ULONG *a) {
  const bool rw = a[1] & CKF_RW_SESSION;
  const CK_RV read_only_rv = plan_number(plan, "readOnlySessionRv", CKR_OK);
  /* so that CK_EFFECTIVELY_INFINITE, which is 0, and CK_UNAVAILABLE_INFORMATION limit none */
  const CK_ULONG others = plan_number(plan, "maxRwSessions", 0) - 1;
  char pin[64];
  if (!rw && read_only_rv != CKR_OK) return read_only_rv;
  if (rw && rw_sessions > others) return CKR_SESSION_COUNT;
  const CK_RV rv = real(FN_C_OpenSession, a);
  if (rv != CKR_OK) return rv;
  if (rw) rw_sessions += 1;
  if (plan_text(plan, "moduleLogin", pin, sizeof pin)) {
    REAL(C_Login, *(CK_ULONG *)a[4], CKU_USER, WORD(pin), strlen(pin));
  }
  return CKR_OK;
}

static CK_RV close_session(const struct plan *plan, const CK_ULONG *a) {
  (void)plan;
  CK_SESSION_INFO info = {0};
  REAL(C_GetSessionInfo, a[0], WORD(&info));
  const CK_RV rv = real(FN_C_CloseSession, a);
  if (rv == CKR_OK && (info.flags & CKF_RW_SESSION)) rw_sessions -= 1;
  return rv;
}

static CK_RV close_all_sessions(const struct plan *plan, const CK_ULONG *a) {
  (void)plan;
  rw_sessions = 0;
  return real(FN_C_CloseAllSessions, a);
}

static CK_RV finalize(const struct plan *plan, const CK_ULONG *a) {
  (void)plan;
  rw_sessions = 0;
  return real(FN_C_Finalize, a);
}

static CK_RV login(const struct plan *plan, const CK_ULONG *a) {
  CK_ULONG user = a[1], length = a[3];
  const char *pin = (const char *)a[2];
  char prefix[64], typed[64];
  const CK_ULONG required = plan_number(plan, "requiredUserType", user);
  if (user != required) return CKR_USER_TYPE_INVALID;
  if (plan_number(plan, "requiredUserType", 0)) user = CKU_USER;
  if (length == 0 && plan_text(plan, "pinPad", typed, sizeof typed)) {
    return REAL(C_Login, a[0], user, WORD(typed), strlen(typed));
  }
  if (plan_text(plan, "pinPrefix", prefix, sizeof prefix)) {
    const CK_ULONG skipped = strlen(prefix);
    if (!pin || length < skipped || memcmp(pin, prefix, skipped) != 0) {
      return plan_number(plan, "pinPrefixRv", CKR_PIN_INCORRECT);
    }
    pin += skipped;
    length -= skipped;
  }
  return REAL(C_Login, a[0], user, WORD(pin), length);
}

CK_RV open_beside(CK_ULONG session, CK_ULONG *opened) {
  CK_SESSION_INFO info;
  const CK_RV rv = REAL(C_GetSessionInfo, session, WORD(&info));
  if (rv != CKR_OK) return rv;
  return REAL(C_OpenSession, info.slotID, CKF_SERIAL_SESSION, 0, 0, WORD(opened));
}

const override OVERRIDES[FUNCTION_COUNT] = {
  [FN_C_GetTokenInfo] = get_token_info,
  [FN_C_OpenSession] = open_session,
  [FN_C_CloseSession] = close_session,
  [FN_C_CloseAllSessions] = close_all_sessions,
  [FN_C_Finalize] = finalize,
  [FN_C_Login] = login,
  [FN_C_GenerateKeyPair] = generate_key_pair,
  [FN_C_FindObjectsInit] = find_objects_init,
  [FN_C_FindObjects] = find_objects,
  [FN_C_GetAttributeValue] = get_attribute_value,
  [FN_C_GetMechanismList] = get_mechanism_list,
  [FN_C_SignInit] = sign_init,
  [FN_C_Sign] = sign,
};
