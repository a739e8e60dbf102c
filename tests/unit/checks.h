#ifndef F2F_TESTS_UNIT_CHECKS_H
#define F2F_TESTS_UNIT_CHECKS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "core/verdict.h"
#include "io/loop.h"
#include "lean/check.h"
#include "verifier/verifier.h"

/* Checks made by hand, past the policy that would refuse some of them, and run to their verdict. */

/* `text` declares theorem t of this type; what f2f appends follows. */
static inline struct lean_check check_of(const char *header, const char *type, const char *text) {
	char nonce[VERIFIER_NONCE];
	struct lean_check check;
	char *statement = xasprintf("theorem t : %s", type);
	verifier_nonce(nonce);
	lean_check_around(header, statement, "t", text, nonce, &check);
	free(statement);
	return check;
}

struct asked {
	struct loop *loop;
	size_t left;
	struct verdict *verdicts;
};

struct ask {
	struct asked *asked;
	size_t index;
};

static inline void on_asked(const struct verdict *verdict, void *data) {
	struct ask *ask = data;
	verdict_copy(verdict, &ask->asked->verdicts[ask->index]);
	if (--ask->asked->left == 0) {
		loop_stop(ask->asked->loop);
	}
}

/* Puts all checks at once and runs the loop to the last verdict; verdicts are the caller's. */
static inline void ask_all(struct loop *loop, struct verifier *verifier,
	const struct lean_check *checks, size_t count, struct verdict *verdicts) {
	struct asked asked = {.loop = loop, .left = count, .verdicts = verdicts};
	struct ask *asks = xcalloc(count, sizeof(*asks));
	for (size_t i = 0; i < count; i++) {
		asks[i] = (struct ask){&asked, i};
		verifier_submit(verifier, &checks[i], on_asked, &asks[i]);
	}
	loop_run(loop);
	free(asks);
}

static inline struct verdict ask_one(struct loop *loop, struct verifier *verifier,
	const char *header, const char *type, const char *text) {
	struct lean_check check = check_of(header, type, text);
	struct verdict verdict = {0};
	ask_all(loop, verifier, &check, 1, &verdict);
	lean_check_finish(&check);
	return verdict;
}

#endif
