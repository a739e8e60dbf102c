#ifndef F2F_CMD_CHECK_PRINT_H
#define F2F_CMD_CHECK_PRINT_H

#include <jansson.h>

struct lean_candidate;
struct lean_check;
struct problem;
struct verdict;

/** What `f2f check` has to tell. Borrowed. */
struct check_print {
	const struct verdict *verdict;
	const struct problem *problem;
	const struct lean_candidate *candidate;
	const struct lean_check *check; // zeroed when the text alone decided
	const char *path; // of the file with the proof; "-" is standard input
	const char *statement; // the statement's
	const char *text; // of the file with the proof
};

/** For people: the verdict, where and why, what it rests on, what to do next. */
void check_print(const struct check_print *shown);

/**
 * Where in the file each message belongs: {"line","column"} from 1 and from 0, in code points, or
 * null where it belongs to nothing there. Owned array, as long as the verdict's messages.
 */
json_t *check_places(const struct check_print *shown);

#endif
