/*
 * A PKCS#11 module that forwards each call to a real one, and misbehaves by plan.
 *
 * PKI_PROXY_MODULE  path of the real module
 * PKI_PROXY_PLAN    path of the plan: faults and settings, one a line; read again for each call
 * PKI_PROXY_LOG     path of the log: what the application called and got, one call a line
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "proxy.h"

typedef void (*function_pointer)(void);

/* CK_FUNCTION_LIST: the version of the standard, then the functions in the standard's order. */
struct function_list {
  CK_BYTE major, minor;
  function_pointer functions[FUNCTION_COUNT];
};

#define NAME(name, arguments) #name,
static const char *const NAMES[] = {FUNCTIONS(NAME)};
#define ARITY(name, arguments) arguments,
static const int ARITIES[] = {FUNCTIONS(ARITY)};

static const struct function_list *real_list;

#define W CK_ULONG
CK_RV real(enum function function, const CK_ULONG *a) {
  const function_pointer f = real_list->functions[function];
  switch (ARITIES[function]) {
    case 1: return ((CK_RV(*)(W))f)(a[0]);
    case 2: return ((CK_RV(*)(W, W))f)(a[0], a[1]);
    case 3: return ((CK_RV(*)(W, W, W))f)(a[0], a[1], a[2]);
    case 4: return ((CK_RV(*)(W, W, W, W))f)(a[0], a[1], a[2], a[3]);
    case 5: return ((CK_RV(*)(W, W, W, W, W))f)(a[0], a[1], a[2], a[3], a[4]);
    case 6: return ((CK_RV(*)(W, W, W, W, W, W))f)(a[0], a[1], a[2], a[3], a[4], a[5]);
    default:
      return ((CK_RV(*)(W, W, W, W, W, W, W, W))f)(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
  }
}

/* One write a line, so that lines of several threads and processes do not mix. */
static void log_call(enum function function, const char *outcome) {
  const char *path = getenv("PKI_PROXY_LOG");
  const int file = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (file < 0) return;
  if (dprintf(file, "%s %s\n", NAMES[function], outcome) < 0) give_up("cannot write", path);
  close(file);
}

static CK_RV perform(const struct plan *plan, enum function function, const CK_ULONG *arguments) {
  const override instead = OVERRIDES[function];
  return instead ? instead(plan, arguments) : real(function, arguments);
}

/* Flips a bit of s, the last part of an (EC)DSA signature; of others the last is as good as any. */
static void corrupt_signature(const CK_ULONG *arguments) {
  CK_BYTE *signature = (CK_BYTE *)arguments[3];
  const CK_ULONG *length = (const CK_ULONG *)arguments[4];
  if (signature && *length > 0) signature[*length - 1] ^= 1;
}

static CK_RV call(enum function function, const CK_ULONG *arguments) {
  struct plan plan;
  struct fault fault = {0};
  CK_RV rv = CKR_OK;
  char outcome[64];
  plan_read(&plan);
  plan_fault(&plan, NAMES[function], &fault);
  if (fault.after) rv = perform(&plan, function, arguments);
  if (fault.delay) poll(NULL, 0, (int)fault.delay);
  if (fault.hang) {
    log_call(function, "hangs");
    for (;;) pause();
  }
  if (fault.abort) {
    log_call(function, "aborts");
    kill(getpid(), SIGKILL);
  }
  if (fault.has_rv) {
    snprintf(outcome, sizeof outcome, "0x%lx %s", fault.rv, fault.after ? "lost" : "withheld");
    log_call(function, outcome);
    return fault.rv;
  }
  if (!fault.after) rv = perform(&plan, function, arguments);
  if (fault.corrupt && function == FN_C_Sign && rv == CKR_OK) corrupt_signature(arguments);
  snprintf(outcome, sizeof outcome, "0x%lx", rv);
  log_call(function, outcome);
  return rv;
}

#define PARAMETERS_1 W a
#define PARAMETERS_2 PARAMETERS_1, W b
#define PARAMETERS_3 PARAMETERS_2, W c
#define PARAMETERS_4 PARAMETERS_3, W d
#define PARAMETERS_5 PARAMETERS_4, W e
#define PARAMETERS_6 PARAMETERS_5, W f
#define PARAMETERS_8 PARAMETERS_6, W g, W h
#define ARGUMENTS_1 a
#define ARGUMENTS_2 ARGUMENTS_1, b
#define ARGUMENTS_3 ARGUMENTS_2, c
#define ARGUMENTS_4 ARGUMENTS_3, d
#define ARGUMENTS_5 ARGUMENTS_4, e
#define ARGUMENTS_6 ARGUMENTS_5, f
#define ARGUMENTS_8 ARGUMENTS_6, g, h

#define DEFINITION(name, arguments)                             \
  static CK_RV proxy_##name(PARAMETERS_##arguments) {           \
    return call(FN_##name, (const W[]){ARGUMENTS_##arguments}); \
  }
FUNCTIONS(DEFINITION)

static CK_RV load_real_module(void) {
  const char *path = getenv("PKI_PROXY_MODULE");
  void *module = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
  CK_RV (*list)(const struct function_list **) = NULL;
  if (module) *(void **)&list = dlsym(module, "C_GetFunctionList");
  if (list) return list(&real_list);
  fprintf(stderr, "PKCS#11 proxy: not a PKCS#11 module: %s\n", path ? path : "(none)");
  return CKR_GENERAL_ERROR;
}

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(struct function_list **list) {
#define ENTRY(name, arguments) (function_pointer)proxy_##name,
  static struct function_list own = {2, 40, {FUNCTIONS(ENTRY)}};
  const CK_RV rv = real_list ? CKR_OK : load_real_module();
  if (rv != CKR_OK) return rv;
  own.functions[FN_C_GetFunctionList] = (function_pointer)C_GetFunctionList;
  *list = &own;
  return CKR_OK;
}
