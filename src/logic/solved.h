#ifndef F2F_LOGIC_SOLVED_H
#define F2F_LOGIC_SOLVED_H

#include <stddef.h>

#include "logic/closure.h"
#include "logic/program.h"
#include "logic/shortest.h"

struct error;

/** A program with its closure and its shortest proofs: what everything else works on. */
struct solved {
	struct program program;
	struct closure *closure;
	struct shortest shortest; // zeroed unless the closure is sound
};

/**
 * Parse, close and solve. ERROR_INPUT when the text is no program; a program that contradicts
 * itself, or whose goal does not follow, is an ERROR_INPUT too, with closure's reason. Owned:
 * solved_destroy.
 */
int solved_parse(const char *text, size_t length, struct solved **solved_out, struct error *err);

/** The same from a program, which is taken over (also on failure). */
int solved_take(struct program *program, struct solved **solved_out, struct error *err);
void solved_destroy(struct solved *solved);

/** The goal's number. */
struct rational solved_answer(const struct solved *solved);

#endif
