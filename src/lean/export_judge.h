#ifndef F2F_LEAN_EXPORT_JUDGE_H
#define F2F_LEAN_EXPORT_JUDGE_H

#include <stddef.h>

#include "base/vec.h"
#include "lean/export_read.h"

struct checker_word;

/*
 * Whether a solution proves what a challenge asks, from the exports of both: the theorem is there and
 * is one; its type, and every constant that it uses, are the same in both, but for what fills a
 * placeholder; and it rests on nothing but the three axioms. Whether a kernel accepts it is not
 * looked at here.
 */

/** Names are as written in the problem. Both files share their nodes. */
struct export_question {
	struct export_file *challenge;
	struct export_file *solution;
	const char *theorem;
	const char *const *holes;
	size_t hole_count;
};

void export_judge(const struct export_question *question, struct checker_word *word_out);

/**
 * Constants that a kernel treats specially, and the three axioms, as far as the solution has them:
 * the challenge has to be exported with these too. Borrowed texts, in `names_out`.
 */
struct export_names {
	VEC(const char *) list;
};
void export_special(struct export_file *solution, struct export_names *names_out);

/** Which of these lean4export's complaint says is not there; NULL: none. */
const char *export_special_missing(const char *complaint);

#endif
