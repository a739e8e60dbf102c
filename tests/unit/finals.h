#ifndef F2F_TESTS_UNIT_FINALS_H
#define F2F_TESTS_UNIT_FINALS_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/loop.h"
#include "lean/check.h"
#include "stuck.h"
#include "verifier/final.h"
#include "verifier/sandbox.h"
#include "verifier/verifier.h"

/* A final check with stand-ins: tests/fake/fake_lean.py compiles, tests/fake/fake_checker.py is each
 * of the programs. Both decide from the texts. */

#define FAKE TEST_SOURCE_ROOT "/tests/fake/"

static const char *const stand_ins[] = {
	"safe_verify", "leanchecker", "comparator", "lake", "landrun", "lean4export"};

struct finals {
	char folder[64];
	struct lean_info lean;
	struct stuck_clock clock;
	struct loop *loop;
	struct sandbox *sandbox;
	struct final_check *final;
	char *path; // PATH before
};

static inline void finals_link(const struct finals *finals, const char *file, const char *name) {
	char *target = xasprintf(FAKE "%s", file);
	char *path = path_join(finals->folder, name);
	ck_assert_int_eq(symlink(target, path), 0);
	free(target);
	free(path);
}

/* Lean and the stand-ins for `programs` (names separated by blanks; NULL: all) are in PATH. */
static inline void finals_prepare(
	struct finals *finals, const char *sandbox, const char *programs) {
	*finals = (struct finals){.folder = "/tmp/f2f-finals-XXXXXX"};
	ck_assert_ptr_nonnull(mkdtemp(finals->folder));
	finals_link(finals, "fake_lean.py", "lean");
	for (size_t i = 0; i < F2F_COUNT(stand_ins); i++) {
		if (programs == NULL || strstr(programs, stand_ins[i]) != NULL) {
			finals_link(finals, "fake_checker.py", stand_ins[i]);
		}
	}
	finals->path = xstrdup(getenv("PATH"));
	char *path = xasprintf("%s:%s", finals->folder, finals->path);
	setenv("PATH", path, 1);
	free(path);
	char *lean = path_join(finals->folder, "lean");
	struct error err = {0};
	ck_assert_msg(lean_find(lean, NULL, NULL, &finals->lean, &err) == 0, "%s", err.message);
	finals->loop = stuck_loop(&finals->clock, finals->folder, 1);
	struct sandbox_options options = {.mode = sandbox, .lean = lean};
	ck_assert_msg(
		sandbox_open(&options, &finals->sandbox, &err) == 0, "%s", err.message);
	free(lean);
}

static inline int finals_open(
	struct finals *finals, struct final_options options, struct error *err) {
	options.cpu_limit_s = options.cpu_limit_s > 0 ? options.cpu_limit_s : 20;
	options.wall_limit_s = STUCK_LIMIT_S;
	return final_open(finals->loop, &options, &finals->lean, finals->sandbox, &finals->final,
		err);
}

static inline void finals_close(struct finals *finals) {
	final_close(finals->final);
	sandbox_close(finals->sandbox);
	stuck_end(&finals->clock);
	loop_destroy(finals->loop);
	lean_info_finish(&finals->lean);
	setenv("PATH", finals->path, 1);
	free(finals->path);
	for (size_t i = 0; i < F2F_COUNT(stand_ins); i++) {
		char *path = path_join(finals->folder, stand_ins[i]);
		unlink(path);
		free(path);
	}
	char *lean = path_join(finals->folder, "lean");
	unlink(lean);
	free(lean);
	ck_assert_int_eq(rmdir(finals->folder), 0);
}

/* A check made by hand, past every filter. */
static inline struct lean_check finals_check(const char *challenge, const char *solution) {
	return (struct lean_check){
		.header = xstrdup(""),
		.body = xstrdup(solution),
		.theorem = xstrdup("t"),
		.challenge = xstrdup(challenge),
		.append_line = 1000,
	};
}

struct final_asked {
	struct loop *loop;
	size_t left;
};

struct final_ask {
	struct final_asked *asked;
	struct final_result result;
};

static inline void on_final_asked(const struct final_result *result, void *data) {
	struct final_ask *ask = data;
	ask->result = *result;
	ask->result.messages = xstrdup(result->messages);
	if (--ask->asked->left == 0) {
		loop_stop(ask->asked->loop);
	}
}

/* The result is the caller's. */
static inline struct final_result finals_ask(
	struct finals *finals, const char *challenge, const char *solution) {
	struct lean_check check = finals_check(challenge, solution);
	struct final_asked asked = {.loop = finals->loop, .left = 1};
	struct final_ask ask = {.asked = &asked};
	final_submit(finals->final, &check, on_final_asked, &ask);
	loop_run(finals->loop);
	lean_check_finish(&check);
	return ask.result;
}

#endif
