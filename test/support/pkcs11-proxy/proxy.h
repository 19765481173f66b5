/* The parts of the proxy, as they see each other. */
#ifndef PROXY_H
#define PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include "cryptoki.h"

/* Pointers and numbers travel as words: arguments of all functions are of one size or smaller. */
#define WORD(pointer) ((CK_ULONG)(pointer))
_Static_assert(sizeof(void *) == sizeof(CK_ULONG), "pointers and CK_ULONG have one size");

/* proxy.c: calls the real module. */
CK_RV real(enum function function, const CK_ULONG *arguments);
#define REAL(name, ...) real(FN_##name, (const CK_ULONG[]){__VA_ARGS__})

/* plan.c: the plan file as it is now; empty if there is none. */
struct plan {
  char text[16384];
};
void plan_read(struct plan *plan);

/* Settings, one `name=value` a line. A list is separated by blanks. */
bool plan_text(const struct plan *plan, const char *name, char *value, size_t size);
CK_ULONG plan_number(const struct plan *plan, const char *name, CK_ULONG otherwise);
bool plan_is(const struct plan *plan, const char *name, const char *value);
bool plan_lists(const struct plan *plan, const char *name, CK_ULONG number);
/* The RV for a number, and its value, in a list of NUMBER:RV and NUMBER=VALUE:RV; or CKR_OK. */
CK_RV plan_refusal(const struct plan *plan, const char *name, CK_ULONG number, CK_ULONG value);

/* Faults, one `FUNCTION key=value...` a line; the first whose turn it is. False: none. */
struct fault {
  bool has_rv, after, corrupt, hang, abort;
  CK_RV rv;
  CK_ULONG delay; /* milliseconds */
};
bool plan_fault(const struct plan *plan, const char *function, struct fault *fault);

/* Says why on stderr and ends the process: a test with a wrong plan must not pass. */
_Noreturn void give_up(const char *why, const char *what);

/* personality.c, keys.c, signing.c: what a vendor's module does otherwise; null where nothing. */
typedef CK_RV (*override)(const struct plan *plan, const CK_ULONG *arguments);
extern const override OVERRIDES[FUNCTION_COUNT];

CK_RV generate_key_pair(const struct plan *plan, const CK_ULONG *arguments);
CK_RV find_objects_init(const struct plan *plan, const CK_ULONG *arguments);
CK_RV find_objects(const struct plan *plan, const CK_ULONG *arguments);
CK_RV get_attribute_value(const struct plan *plan, const CK_ULONG *arguments);

CK_RV get_mechanism_list(const struct plan *plan, const CK_ULONG *arguments);
CK_RV sign_init(const struct plan *plan, const CK_ULONG *arguments);
CK_RV sign(const struct plan *plan, const CK_ULONG *arguments);

/* A session of the proxy's own beside `session`, whose operations it does not disturb. */
CK_RV open_beside(CK_ULONG session, CK_ULONG *opened);

#endif
