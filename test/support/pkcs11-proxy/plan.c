/* Reads the plan file. Nothing is kept between calls, so that a test may change it at any time. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "proxy.h"

void give_up(const char *why, const char *what) {
  fprintf(stderr, "PKCS#11 proxy: %s: %s\n", why, what);
  abort();
}

void plan_read(struct plan *plan) {
  const char *path = getenv("PKI_PROXY_PLAN");
  const int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  const ssize_t length = file < 0 ? 0 : read(file, plan->text, sizeof plan->text - 1);
  if (file >= 0) close(file);
  if (length < 0 || length == sizeof plan->text - 1) give_up("cannot read the plan", path);
  plan->text[length] = '\0';
}

/* The value of a setting, up to the end of its line; null if it is not set. */
static const char *value_of(const struct plan *plan, const char *name) {
  const size_t length = strlen(name);
  for (const char *line = plan->text; *line; line += *line == '\n') {
    if (strncmp(line, name, length) == 0 && line[length] == '=') return line + length + 1;
    line += strcspn(line, "\n");
  }
  return NULL;
}

bool plan_text(const struct plan *plan, const char *name, char *value, size_t size) {
  const char *found = value_of(plan, name);
  if (found) snprintf(value, size, "%.*s", (int)strcspn(found, "\n"), found);
  return found != NULL;
}

CK_ULONG plan_number(const struct plan *plan, const char *name, CK_ULONG otherwise) {
  const char *found = value_of(plan, name);
  return found ? strtoul(found, NULL, 0) : otherwise;
}

bool plan_is(const struct plan *plan, const char *name, const char *value) {
  const char *found = value_of(plan, name);
  const size_t length = strlen(value);
  return found && length == strcspn(found, "\n") && strncmp(found, value, length) == 0;
}

bool plan_lists(const struct plan *plan, const char *name, CK_ULONG number) {
  const char *item = value_of(plan, name);
  while (item && *item && *item != '\n') {
    char *end;
    if (strtoul(item, &end, 0) == number) return true;
    if (*end != ' ' && *end != '\n') give_up("not a list of numbers", item);
    item = end + (*end == ' ');
  }
  return false;
}

CK_RV plan_refusal(const struct plan *plan, const char *name, CK_ULONG number, CK_ULONG value) {
  const char *item = value_of(plan, name);
  while (item && *item && *item != '\n') {
    char *end;
    bool matches = strtoul(item, &end, 0) == number;
    if (*end == '=') matches &= strtoul(end + 1, &end, 0) == value;
    if (*end != ':') give_up("not a list of NUMBER:RV", item);
    const CK_RV rv = strtoul(end + 1, &end, 0);
    if (matches) return rv;
    item = end + (*end == ' ');
  }
  return CKR_OK;
}

/* Counts one call for the fault with this index; all processes with this plan count together. */
static CK_ULONG counted(const struct plan *plan, CK_ULONG index) {
  char path[4096];
  CK_ULONG count = 0;
  if (!plan_text(plan, "counts", path, sizeof path)) give_up("the plan lacks", "counts=PATH");
  const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const off_t offset = (off_t)(index * sizeof count);
  if (file < 0 || flock(file, LOCK_EX) != 0 || pread(file, &count, sizeof count, offset) < 0) {
    give_up("cannot read", path);
  }
  count += 1;
  if (pwrite(file, &count, sizeof count, offset) != sizeof count) give_up("cannot write", path);
  close(file); /* also gives up the lock */
  return count;
}

/* Parses what follows the function's name, and tells whether it is this fault's turn. */
static bool parse_fault(const char *words, CK_ULONG call, struct fault *fault) {
  CK_ULONG skip = 0, count = CK_UNAVAILABLE_INFORMATION;
  *fault = (struct fault){0};
  while (*words == ' ') {
    const char *key = words + 1;
    const size_t length = strcspn(key, "=\n");
    char *end;
    const CK_ULONG value = key[length] == '=' ? strtoul(key + length + 1, &end, 0) : 0;
    if (key[length] != '=' || !strchr(" \n", *end)) give_up("not key=NUMBER", key);
#define KEY(name) (length == sizeof name - 1 && strncmp(key, name, length) == 0)
    if (KEY("rv")) fault->has_rv = true, fault->rv = value;
    else if (KEY("skip")) skip = value;
    else if (KEY("count")) count = value;
    else if (KEY("delay")) fault->delay = value;
    else if (KEY("after")) fault->after = value;
    else if (KEY("corrupt")) fault->corrupt = value;
    else if (KEY("hang")) fault->hang = value;
    else if (KEY("abort")) fault->abort = value;
    else give_up("unknown key", key);
#undef KEY
    words = end;
  }
  return call > skip && call - skip <= count;
}

bool plan_fault(const struct plan *plan, const char *function, struct fault *fault) {
  bool found = false;
  CK_ULONG index = 0;
  for (const char *line = plan->text; *line; line += *line == '\n') {
    const size_t name = strcspn(line, " =\n");
    if (line[name] != '=') {
      const bool any = name == 1 && *line == '*';
      const bool same = name == strlen(function) && strncmp(line, function, name) == 0;
      struct fault candidate;
      /* each fault counts all calls of its function, also those that another fault takes */
      if ((any || same) && parse_fault(line + name, counted(plan, index), &candidate) && !found) {
        *fault = candidate;
        found = true;
      }
      index += 1;
    }
    line += strcspn(line, "\n");
  }
  return found;
}
