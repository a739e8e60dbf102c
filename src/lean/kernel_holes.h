#ifndef F2F_LEAN_KERNEL_HOLES_H
#define F2F_LEAN_KERNEL_HOLES_H

#include <stdbool.h>
#include <stddef.h>

/* Versions of Lean whose own kernel, or whose own checker, is known to accept what it must not. */

/** One such hole. */
struct kernel_hole {
	const char *from; // first version that has it; NULL: all older ones do
	const char *before; // first version that does not
	const char *what;
	const char *source; // where it was reported
};

/** Row `index`, or NULL past the last. */
const struct kernel_hole *kernel_hole(size_t index);

/** Whether this version ("4.9.0", "4.33.0-rc1") has it; a version that cannot be read has all. */
bool kernel_hole_applies(const struct kernel_hole *hole, const char *version);

/**
 * Owned: "Lean 4.9.0 has 4 known kernel holes (lean4#14484, …): …", or NULL when this version has
 * none that we know.
 */
char *kernel_holes_note(const char *version);

#endif
