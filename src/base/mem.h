#ifndef F2F_BASE_MEM_H
#define F2F_BASE_MEM_H

#include <stddef.h>

#include "base/error.h"

/* Allocation that ends the program instead of failing: every finished attempt is already on
 * disk. */

/** Owned, never NULL. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
void *xreallocarray(void *old, size_t count, size_t size);

/** Owned copy; NULL for NULL. */
char *xstrdup(const char *text);

/** Owned, NUL-terminated copy of `length` bytes, which may hold NULs. */
char *xmemdup0(const void *bytes, size_t length);

/** Owned formatted text. */
char *xasprintf(const char *format, ...) F2F_PRINTF(1, 2);

#define F2F_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
