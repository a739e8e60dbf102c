#ifndef F2F_CMD_DOCTOR_FINAL_H
#define F2F_CMD_DOCTOR_FINAL_H

#include <stdbool.h>

struct lean_info;
struct options;

/* One finding about the final check: `there`, or something that is missing; `broken` is no good. */
typedef void (*doctor_final_fn)(
	bool there, bool broken, const char *text, const char *fix, void *data);

/**
 * Which checkers are here, what each looks at and what not; whether the one that would be used passes
 * its self-tests; which kernel holes this Lean has.
 */
void doctor_final(struct options *options, const struct lean_info *lean, doctor_final_fn found,
	void *data);

#endif
