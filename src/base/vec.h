#ifndef F2F_BASE_VEC_H
#define F2F_BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"

/**
 * A typed growable array: `struct { T *items; size_t count, cap; }`, written VEC(T) as a field or
 * variable. Zeroed is empty. Elements move when it grows: keep indices, not pointers.
 */
#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t count;                                                                      \
		size_t cap;                                                                        \
	}

/** Append a value (evaluated once). */
#define vec_push(vec, ...)                                                                         \
	do {                                                                                       \
		if ((vec)->count == (vec)->cap) {                                                  \
			(vec)->cap = (vec)->cap > 0 ? (vec)->cap * 2 : 8;                          \
			(vec)->items =                                                             \
				xreallocarray((vec)->items, (vec)->cap, sizeof(*(vec)->items));    \
		}                                                                                  \
		(vec)->items[(vec)->count++] = (__VA_ARGS__);                                      \
	} while (0)

/** Frees the array, not what its elements own; empty afterwards. */
#define vec_finish(vec)                                                                            \
	do {                                                                                       \
		free((vec)->items);                                                                \
		(vec)->items = NULL;                                                               \
		(vec)->count = (vec)->cap = 0;                                                     \
	} while (0)

#endif
