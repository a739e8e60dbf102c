/* SafeVerify: two compiled files, the challenge's and the solution's, compared and replayed. Its
 * definitions that rest on a hole in the challenge may differ: placeholders need no naming. */

#include <stdlib.h>

#include "base/mem.h"
#include "verifier/final_checker.h"
#include "verifier/verifier.h"

static const char *const programs[] = {"safe_verify", "safeverify", NULL};

static void command(const struct final_case *subject, struct final_command *out) {
	const char *imports = subject->place->lean->lean_path;
	char *toolchain = final_toolchain(subject->place->lean);
	final_command_word(out, "/usr/bin/env");
	final_command_set(out, "LEAN_SYSROOT", toolchain);
	final_command_set(out, "LEAN_PATH", imports);
	final_command_word(out, subject->tool->program);
	final_command_take(out, xasprintf("%s/" FINAL_MODULE ".olean", subject->challenge));
	final_command_take(out, xasprintf("%s/" FINAL_MODULE ".olean", subject->solution));
	vec_push(&out->readable, xstrdup(subject->tool->program));
	vec_push(&out->readable, xstrdup(subject->challenge));
	vec_push(&out->readable, xstrdup(subject->solution));
	out->cwd = xstrdup(subject->solution);
	free(toolchain);
}

const struct final_checker checker_safeverify = {
	.name = "safeverify",
	.checks = "statement and definitions against the challenge, axioms, and every declaration again "
		  "by Lean's kernel",
	.blind = "imports, code that replaces definitions when compiled; maps the candidate's file into "
		 "its own memory",
	.sees = FINAL_SEES_KERNEL | FINAL_SEES_STATEMENT | FINAL_SEES_AXIOMS,
	.rank = 1,
	.variable = "F2F_SAFEVERIFY",
	.programs = programs,
	.command = command,
	.read = checker_safeverify_read,
};
