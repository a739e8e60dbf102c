#ifndef F2F_LEAN_FINAL_TEXT_H
#define F2F_LEAN_FINAL_TEXT_H

#include <stddef.h>

struct lean_check;
struct problem;

/* The two files of a final check. Both are whole: header included, nothing appended. */

/**
 * Fills in what the final check compares with: `challenge`, the problem's own text with its
 * placeholders and its proof left open, and the names of those placeholders in `holes`.
 */
void lean_final_challenge(const struct problem *problem, struct lean_check *check);

/** The challenge as a file. Owned; NULL when the check has none. */
char *lean_final_challenge_file(const struct lean_check *check);

/** What was checked, without what f2f put before and behind it for its own check. Owned. */
char *lean_final_solution_file(const struct lean_check *check);

#endif
