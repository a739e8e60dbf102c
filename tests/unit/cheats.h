#ifndef F2F_TESTS_UNIT_CHEATS_H
#define F2F_TESTS_UNIT_CHEATS_H

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "core/verdict.h"
#include "lean/candidate.h"
#include "lean/policy.h"
#include "lean/statement.h"

/* tests/data/cheats: one directory a case. A new directory is a new case, without code. */

#define CHEATS_DIR TEST_SOURCE_ROOT "/tests/data/cheats"
#define CHEATS_CHALLENGE "theorem T : (1 : Nat) = 2"

enum { CHEATS_MAX = 1000 };

struct cheat {
	char *name; // of its directory
	struct buf reply;
	struct buf old; // the same cheat in the words of Lean 2021; empty when there is none
	struct problem problem;
	json_t *expect;
};

static inline bool cheat_read(const char *name, const char *file, struct buf *out) {
	char *path = xasprintf("%s/%s/%s", CHEATS_DIR, name, file);
	bool found = file_exists(path) && file_read(path, out, NULL) == 0;
	free(path);
	return found;
}

/* Ends the program when a case is not whole: a test that cannot be read must not pass. */
static inline void cheat_require(bool good, const char *name, const char *what) {
	if (!good) {
		printf("Bail out! tests/data/cheats/%s: %s\n", name, what);
		exit(EXIT_FAILURE);
	}
}

static inline void cheat_load(const char *name, struct cheat *cheat) {
	struct buf text = BUF_INIT(1 << 20);
	struct error err = {0};
	struct lean_statement statement = {0};
	*cheat = (struct cheat){.name = xstrdup(name)};
	buf_init(&cheat->reply, 1 << 20);
	buf_init(&cheat->old, 1 << 20);
	cheat_require(cheat_read(name, "reply.lean", &cheat->reply) ||
			      cheat_read(name, "reply.txt", &cheat->reply),
		name, "no reply.lean and no reply.txt");
	cheat_read(name, "old.lean", &cheat->old);
	cheat_require(cheat_read(name, "expect.json", &text) &&
			      json_parse(text.data, text.len, &cheat->expect, &err) == 0,
		name, "no readable expect.json");
	buf_clear(&text);
	if (!cheat_read(name, "statement.lean", &text)) {
		buf_append_str(&text, CHEATS_CHALLENGE);
	}
	int rc = lean_statement_split(buf_str(&text), text.len, &statement, &err);
	cheat_require(rc == 0, name, err.message);
	lean_statement_move(&statement, &cheat->problem);
	lean_statement_finish(&statement);
	buf_finish(&text);
}

static inline void cheat_finish(struct cheat *cheat) {
	free(cheat->name);
	buf_finish(&cheat->reply);
	buf_finish(&cheat->old);
	problem_finish(&cheat->problem);
	json_decref(cheat->expect);
}

static inline int cheat_compare(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/** Names of all cases in order, owned; returns how many. */
static inline size_t cheat_names(char *names[CHEATS_MAX]) {
	DIR *dir = opendir(CHEATS_DIR);
	size_t count = 0;
	struct dirent *entry = NULL;
	while (dir != NULL && (entry = readdir(dir)) != NULL && count < CHEATS_MAX) {
		if (entry->d_name[0] != '.' && strchr(entry->d_name, '-') != NULL) {
			names[count++] = xstrdup(entry->d_name);
		}
	}
	if (dir != NULL) {
		closedir(dir);
	}
	qsort(names, count, sizeof(names[0]), cheat_compare);
	return count;
}

static inline const char *cheat_says(const struct cheat *cheat, const char *key) {
	return json_string_or(cheat->expect, key, "");
}

/** The verdict by text: "undecided", "no_code", or a reason. `candidate_out` is filled only when
 * undecided. */
static inline const char *cheat_text_verdict(const struct problem *problem, enum lean_policy policy,
	const char *reply, size_t length, struct lean_candidate *candidate_out,
	struct candidate_result *result_out) {
	*candidate_out = (struct lean_candidate){0};
	*result_out = lean_candidate_from_reply(problem, policy, reply, length, candidate_out);
	switch (result_out->status) {
	case CANDIDATE_OK:
		return "undecided";
	case CANDIDATE_NO_CODE:
		return "no_code";
	case CANDIDATE_REJECTED:
	default:
		return reject_reason_name(result_out->reason);
	}
}

#endif
