/* What key objects, their attributes and templates do otherwise in the module of some vendor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "proxy.h"

/* Of an attribute with a truth value, that value; of others, one that no list has. */
static CK_ULONG truth(const CK_ATTRIBUTE *attribute) {
  const bool is_boolean = attribute->pValue && attribute->ulValueLen == sizeof(CK_BYTE);
  return is_boolean ? *(const CK_BYTE *)attribute->pValue : CK_UNAVAILABLE_INFORMATION;
}

static CK_RV refused(const struct plan *plan, const char *list, const CK_ATTRIBUTE *template,
                     CK_ULONG count) {
  for (CK_ULONG i = 0; i < count; i += 1) {
    const CK_RV rv = plan_refusal(plan, list, template[i].type, truth(&template[i]));
    if (rv != CKR_OK) return rv;
  }
  return CKR_OK;
}

/* An object of the class with the ID, 0 if there is none. */
static CK_ULONG object_with_id(CK_ULONG session, CK_ULONG class, const CK_ATTRIBUTE *id) {
  CK_ULONG beside, found = 0, count = 0;
  const CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}, *id};
  if (open_beside(session, &beside) != CKR_OK) return 0;
  REAL(C_FindObjectsInit, beside, WORD(template), 2);
  REAL(C_FindObjects, beside, WORD(&found), 1, WORD(&count));
  REAL(C_CloseSession, beside);
  return count == 1 ? found : 0;
}

static CK_RV id_refused(const struct plan *plan, CK_ULONG session, const CK_ATTRIBUTE *id) {
  const bool exists = plan_is(plan, "uniqueId", "1") &&
                      (object_with_id(session, CKO_PRIVATE_KEY, id) ||
                       object_with_id(session, CKO_PUBLIC_KEY, id));
  const CK_ULONG longest = plan_number(plan, "maxIdBytes", CK_UNAVAILABLE_INFORMATION);
  return exists || id->ulValueLen > longest ? CKR_ATTRIBUTE_VALUE_INVALID : CKR_OK;
}

static CK_RV template_refused(const struct plan *plan, const char *class, CK_ULONG session,
                              const CK_ATTRIBUTE *template, CK_ULONG count) {
  char list[32], required[512];
  snprintf(list, sizeof list, "%sRefused", class);
  CK_RV rv = refused(plan, list, template, count);
  for (CK_ULONG i = 0; rv == CKR_OK && i < count; i += 1) {
    if (template[i].type == CKA_ID) rv = id_refused(plan, session, &template[i]);
  }
  if (rv != CKR_OK) return rv;
  snprintf(list, sizeof list, "%sRequired", class);
  if (!plan_text(plan, list, required, sizeof required)) return CKR_OK;
  CK_ULONG present = 0, wanted = 1;
  for (const char *blank = required; (blank = strchr(blank, ' ')); blank += 1) wanted += 1;
  for (CK_ULONG i = 0; i < count; i += 1) present += plan_lists(plan, list, template[i].type);
  return present < wanted ? CKR_TEMPLATE_INCOMPLETE : CKR_OK;
}

enum { MAX_TEMPLATE = 64 };

/* The template with what it leaves out set to false, where the real module's default is true. */
static CK_ULONG completed(const struct plan *plan, const char *list, const CK_ATTRIBUTE *template,
                          CK_ULONG count, CK_ATTRIBUTE *out) {
  static CK_BYTE no = 0;
  char numbers[512];
  if (count > MAX_TEMPLATE / 2) give_up("too long a template for", list);
  memcpy(out, template, count * sizeof *out);
  if (!plan_text(plan, list, numbers, sizeof numbers)) return count;
  CK_ULONG total = count;
  for (char *next = numbers; *next && total < MAX_TEMPLATE;) {
    const CK_ULONG type = strtoul(next, &next, 0);
    bool present = false;
    for (CK_ULONG i = 0; i < count; i += 1) present |= template[i].type == type;
    if (!present) out[total++] = (CK_ATTRIBUTE){type, &no, sizeof no};
  }
  return total;
}

CK_RV generate_key_pair(const struct plan *plan, const CK_ULONG *a) {
  const CK_ATTRIBUTE *public = (const CK_ATTRIBUTE *)a[2], *private = (const CK_ATTRIBUTE *)a[4];
  CK_ATTRIBUTE both[2][MAX_TEMPLATE];
  CK_RV rv = template_refused(plan, "public", a[0], public, a[3]);
  if (rv == CKR_OK) rv = template_refused(plan, "private", a[0], private, a[5]);
  if (rv != CKR_OK) return rv;
  const CK_ULONG public_count = completed(plan, "publicFalse", public, a[3], both[0]);
  const CK_ULONG private_count = completed(plan, "privateFalse", private, a[5], both[1]);
  return REAL(C_GenerateKeyPair, a[0], a[1], WORD(both[0]), public_count, WORD(both[1]),
              private_count, a[6], a[7]);
}

CK_RV find_objects_init(const struct plan *plan, const CK_ULONG *a) {
  const CK_RV rv = refused(plan, "searchRefused", (const CK_ATTRIBUTE *)a[1], a[2]);
  return rv == CKR_OK ? real(FN_C_FindObjectsInit, a) : rv;
}

static CK_ULONG class_of(CK_ULONG session, CK_ULONG object) {
  CK_ULONG class = CK_UNAVAILABLE_INFORMATION;
  CK_ATTRIBUTE attribute = {CKA_CLASS, &class, sizeof class};
  REAL(C_GetAttributeValue, session, object, WORD(&attribute), 1);
  return class;
}

/* One by one, so that the caller's buffer is filled although some are left out. */
CK_RV find_objects(const struct plan *plan, const CK_ULONG *a) {
  CK_ULONG *objects = (CK_ULONG *)a[1], *count = (CK_ULONG *)a[3];
  if (!plan_is(plan, "publicKeysHidden", "1")) return real(FN_C_FindObjects, a);
  for (*count = 0; *count < a[2];) {
    CK_ULONG object, found;
    const CK_RV rv = REAL(C_FindObjects, a[0], WORD(&object), 1, WORD(&found));
    if (rv != CKR_OK) return rv;
    if (found == 0) break;
    if (class_of(a[0], object) != CKO_PUBLIC_KEY) objects[(*count)++] = object;
  }
  return CKR_OK;
}

/* The public object that SoftHSM keeps the point in, for a token that keeps it in the private. */
static CK_ULONG point_holder(const struct plan *plan, CK_ULONG session, CK_ULONG object) {
  CK_BYTE value[256];
  CK_ATTRIBUTE id = {CKA_ID, value, sizeof value};
  if (!plan_is(plan, "ecPointOnPrivateKey", "1")) return object;
  if (class_of(session, object) != CKO_PRIVATE_KEY) return object;
  if (REAL(C_GetAttributeValue, session, object, WORD(&id), 1) != CKR_OK) return object;
  const CK_ULONG found = object_with_id(session, CKO_PUBLIC_KEY, &id);
  return found ? found : object;
}

/* From an OCTET STRING (PKCS #11 2.40 section 2.3.3) of up to 255 octets to how a vendor has it. */
static CK_ULONG point_in_form(const struct plan *plan, const CK_BYTE *der, CK_ULONG length,
                              CK_BYTE *out) {
  const CK_ULONG header = der[1] < 0x80 ? 2 : 3;
  const CK_BYTE *point = der + header;
  CK_ULONG size = length - header, at = 0;
  if (plan_is(plan, "ecPoint", "raw")) {
    at = 0;
  } else if (plan_is(plan, "ecPoint", "no04")) {
    /* not of Edwards keys, which are shorter: their first octet is no marker */
    if (size >= 65) point += 1, size -= 1;
  } else if (plan_is(plan, "ecPoint", "bitString")) {
    out[at++] = 0x03;
    if (size + 1 >= 0x80) out[at++] = 0x81;
    out[at++] = (CK_BYTE)(size + 1);
    out[at++] = 0; /* unused bits */
  } else {
    point = der, size = length;
  }
  memcpy(out + at, point, size);
  return at + size;
}

/* Answers as C_GetAttributeValue does: the length alone, the value, or that it does not fit. */
static CK_RV give(CK_ATTRIBUTE *attribute, const CK_BYTE *value, CK_ULONG length) {
  const bool fits = !attribute->pValue || attribute->ulValueLen >= length;
  if (fits && attribute->pValue) memcpy(attribute->pValue, value, length);
  attribute->ulValueLen = fits ? length : CK_UNAVAILABLE_INFORMATION;
  return fits ? CKR_OK : CKR_BUFFER_TOO_SMALL;
}

static CK_RV read_attribute(const struct plan *plan, CK_ULONG session, CK_ULONG object,
                            CK_ATTRIBUTE *attribute) {
  CK_RV rv = plan_refusal(plan, "readRefused", attribute->type, CK_UNAVAILABLE_INFORMATION);
  if (rv == CKR_OK && attribute->type != CKA_EC_POINT) {
    return REAL(C_GetAttributeValue, session, object, WORD(attribute), 1);
  }
  CK_BYTE der[256], value[260];
  CK_ATTRIBUTE point = {CKA_EC_POINT, der, sizeof der};
  if (rv == CKR_OK) {
    const CK_ULONG holder = point_holder(plan, session, object);
    rv = REAL(C_GetAttributeValue, session, holder, WORD(&point), 1);
  }
  if (rv == CKR_OK) {
    return give(attribute, value, point_in_form(plan, der, point.ulValueLen, value));
  }
  attribute->ulValueLen = CK_UNAVAILABLE_INFORMATION;
  return rv;
}

CK_RV get_attribute_value(const struct plan *plan, const CK_ULONG *a) {
  CK_ATTRIBUTE *template = (CK_ATTRIBUTE *)a[2];
  CK_RV result = CKR_OK;
  for (CK_ULONG i = 0; i < a[3]; i += 1) {
    const CK_RV rv = read_attribute(plan, a[0], a[1], &template[i]);
    if (rv != CKR_OK) result = rv; /* the others are read all the same */
  }
  return result;
}
