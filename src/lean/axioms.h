#ifndef F2F_LEAN_AXIOMS_H
#define F2F_LEAN_AXIOMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

/* What "#print axioms NAME" said, read by its structure. */
enum lean_axioms_status {
	LEAN_AXIOMS_OTHER, // a message about something else
	LEAN_AXIOMS_READ, // both wordings, wrapped or not
	LEAN_AXIOMS_UNREADABLE, // it speaks of NAME, but not in a way we know: refuse
};

/** Names as printed, «…» kept. Texts owned. */
struct lean_axioms {
	VEC(char *) list;
};

/** Reads one information message; *out is filled (and wants lean_axioms_finish) only when
 * LEAN_AXIOMS_READ. */
enum lean_axioms_status lean_axioms_read(
	const char *message, const char *name, struct lean_axioms *out);
void lean_axioms_finish(struct lean_axioms *axioms);

/** The three axioms of ordinary mathematics in Lean. */
bool lean_axiom_allowed(const char *name);

#endif
