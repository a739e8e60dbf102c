/* f2f's own comparison of what lean4export writes of both files, in this process, which never maps a
 * compiled file; then leanchecker, where it is here, for the kernel. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "lean/check.h"
#include "lean/export_judge.h"
#include "verifier/final_checker.h"
#include "verifier/verifier.h"

static const size_t nodes_bytes = (size_t)1 << 30;

enum { RUN_SOLUTION, RUN_CHALLENGE, RUN_KERNEL };

static const char *const programs[] = {"lean4export", NULL};
static const char *const kernels[] = {"leanchecker", "lean4checker", NULL};

struct session {
	struct export_nodes nodes;
	struct export_file solution;
	struct export_file challenge;
	struct export_file *reading; // NULL: the run's output is not an export
	struct buf said; // then
	bool absent; // a name of ours is not in the solution
	struct checker_word word; // of the comparison
};

static void equip(const struct final_place *place, struct final_tool *tool) {
	tool->kernel = final_find_program(place, "F2F_LEANCHECKER", kernels);
	tool->beside = tool->kernel != NULL ? xstrdup(" with leanchecker") : NULL;
}

static void *open_session(const struct final_case *subject) {
	struct session *session = xcalloc(1, sizeof(*session));
	export_nodes_init(&session->nodes, nodes_bytes);
	export_file_init(&session->solution, &session->nodes);
	export_file_init(&session->challenge, &session->nodes);
	buf_init(&session->said, 1 << 20);
	session->reading = &session->solution;
	return session;
}

static void close_session(void *data) {
	struct session *session = data;
	export_file_finish(&session->solution);
	export_file_finish(&session->challenge);
	export_nodes_finish(&session->nodes);
	buf_finish(&session->said);
	free(session);
}

static int take(void *data, const char *bytes, size_t length, struct error *err) {
	struct session *session = data;
	if (session->reading != NULL) {
		return export_file_add(session->reading, bytes, length, err);
	}
	return buf_append(&session->said, bytes, length)
		       ? 0
		       : error_set(err, ERROR_INPUT, "leanchecker says too much");
}

static void add_environment(
	const struct final_case *subject, const char *folder, struct final_command *out) {
	const char *imports = subject->place->lean->lean_path;
	char *toolchain = final_toolchain(subject->place->lean);
	final_command_word(out, "/usr/bin/env");
	final_command_take(out, xasprintf("LEAN_PATH=%s%s%s", folder, imports != NULL ? ":" : "",
					imports != NULL ? imports : ""));
	final_command_set(out, "LEAN_SYSROOT", toolchain);
	vec_push(&out->readable, xstrdup(folder));
	out->cwd = xstrdup(folder);
	free(toolchain);
}

/* The theorem, the placeholders, and of the challenge also what kernels treat specially, where the
 * solution has it. */
static void add_names(const struct final_case *subject, struct final_command *out) {
	struct session *session = subject->session;
	const struct lean_check *check = subject->check;
	final_command_word(out, "--");
	final_command_word(out, check->theorem);
	for (size_t i = 0; i < check->hole_count; i++) {
		final_command_word(out, check->holes[i]);
	}
	if (subject->step == RUN_CHALLENGE) {
		struct export_names names;
		export_special(&session->solution, &names);
		for (size_t i = 0; i < names.list.count; i++) {
			final_command_word(out, names.list.items[i]);
		}
		vec_finish(&names.list);
	}
}

static void command(const struct final_case *subject, struct final_command *out) {
	bool challenge = subject->step == RUN_CHALLENGE;
	add_environment(subject, challenge ? subject->challenge : subject->solution, out);
	if (subject->step == RUN_KERNEL) {
		final_command_word(out, subject->tool->kernel);
		final_command_word(out, "-v");
		final_command_word(out, FINAL_MODULE);
		vec_push(&out->readable, xstrdup(subject->tool->kernel));
	} else {
		final_command_word(out, subject->tool->program);
		final_command_word(out, FINAL_MODULE);
		add_names(subject, out);
		vec_push(&out->readable, xstrdup(subject->tool->program));
	}
}

static void fail(struct checker_word *word, const char *what, const char *said) {
	*word = (struct checker_word){.outcome = FINAL_FAILED};
	snprintf(word->text, sizeof(word->text), "%s%.200s", what, said);
}

static bool compare(const struct final_case *subject, struct checker_word *word_out) {
	struct session *session = subject->session;
	struct export_question question = {
		.challenge = &session->challenge,
		.solution = &session->solution,
		.theorem = subject->check->theorem,
		.holes = (const char *const *)subject->check->holes,
		.hole_count = subject->check->hole_count,
	};
	export_judge(&question, word_out);
	session->word = *word_out;
	session->reading = NULL;
	return word_out->outcome == FINAL_ACCEPTED && subject->tool->kernel != NULL;
}

static void replayed(const struct final_case *subject, const struct checker_output *output,
	struct checker_word *word_out) {
	struct session *session = subject->session;
	struct checker_output own = *output;
	own.out = buf_str(&session->said);
	checker_leanchecker_read(&own, word_out);
	if (word_out->outcome == FINAL_ACCEPTED) {
		*word_out = session->word;
	}
}

static bool ended(const struct final_case *subject, const struct checker_output *output,
	struct checker_word *word_out) {
	struct session *session = subject->session;
	struct error err = {0};
	if (subject->step == RUN_KERNEL) {
		replayed(subject, output, word_out);
		return false;
	}
	bool solution = subject->step == RUN_SOLUTION;
	const char *made = solution ? NULL : export_special_missing(output->err);
	if (output->status != 0 && made != NULL) {
		// The solution has it, and not from what both import.
		*word_out = (struct checker_word){FINAL_REJECTED, REASON_STATEMENT, ""};
		snprintf(word_out->text, sizeof(word_out->text),
			"declares what kernels treat specially: %s", made);
		return false;
	}
	if (output->status != 0) {
		fail(word_out, "lean4export: ", output->err);
		// It panics over a name that is not there. That it is in the challenge is seen next.
		session->absent = solution && strstr(output->err, "not found in environment") != NULL;
		session->reading = &session->challenge;
		return session->absent;
	}
	if (export_file_end(session->reading, &err) < 0) {
		fail(word_out, "", err.message);
		return false;
	}
	if (session->absent) {
		*word_out = (struct checker_word){FINAL_REJECTED, REASON_ABSENT,
			"not in the solution, or what it has to fill is not"};
		return false;
	}
	session->reading = &session->challenge;
	return solution || compare(subject, word_out);
}

const struct final_checker checker_export = {
	.name = "export",
	.checks = "statement and all it uses against the challenge, and axioms, by f2f itself from "
		  "lean4export's text; every declaration again by Lean's kernel where leanchecker is "
		  "here",
	.blind = "imports; without leanchecker not whether a kernel accepts the proof",
	.sees = FINAL_SEES_STATEMENT | FINAL_SEES_AXIOMS,
	.rank = 2,
	.variable = "F2F_LEAN4EXPORT",
	.programs = programs,
	.equip = equip,
	.command = command,
	.open = open_session,
	.close = close_session,
	.take = take,
	.ended = ended,
};
