#ifndef F2F_LEAN_OURS_H
#define F2F_LEAN_OURS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

struct problem;

/* The commands of our own that stand around what a model wrote. */

/**
 * Before all of the model's text: the asked statement as a theorem of our own, proved by an axiom
 * that proves anything. Both have names that nobody can guess; they begin with an underscore, which
 * keeps them out of what searches such as `exact?` look through.
 * Because it is a theorem, its header is read exactly as the asked one's: names and universes that
 * bind themselves, layout, defaults. Nothing may rest on the axiom: it is not on the allow-list.
 * `tail` is the end of the preamble, whose "open … in" belongs to the statement.
 */
void lean_goal_append(
	struct buf *body, const struct problem *problem, struct str tail, const char *nonce);

/** A name that is declared behind the preamble, as it is called from the root: a namespace that the
 * preamble leaves open comes first. Owned. */
char *lean_root_name(const struct problem *problem, const char *name);

/**
 * Behind all of the model's text: a theorem that elaborates without a hole only when the asked one
 * is there, under its full name, usable as a proof, as general in its universes, and of the type
 * that was read before; and the question which axioms it rests on. It mentions the asked theorem but
 * none of ours, so those axioms are the asked theorem's own.
 */
void lean_probe_append(struct buf *body, const struct problem *problem, const char *nonce);

/** Whether Lean, at the start of a token of that probe, would read `sign` instead if it were one. */
bool lean_probe_yields(const struct problem *problem, const char *sign);

#endif
