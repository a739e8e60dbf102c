/* Lean's own replay of compiled files: part of the toolchain from 4.28 on, lean4checker before. */

#include <stdlib.h>

#include "base/mem.h"
#include "verifier/final_checker.h"
#include "verifier/verifier.h"

static const char *const programs[] = {"leanchecker", "lean4checker", NULL};

static void command(const struct final_case *subject, struct final_command *out) {
	const char *imports = subject->place->lean->lean_path;
	char *toolchain = final_toolchain(subject->place->lean);
	final_command_word(out, "/usr/bin/env");
	// The toolchain finds its own library; the solution's folder holds nothing but the one file.
	final_command_take(out, xasprintf("LEAN_PATH=%s%s%s", subject->solution,
					imports != NULL ? ":" : "", imports != NULL ? imports : ""));
	final_command_set(out, "LEAN_SYSROOT", toolchain);
	final_command_word(out, subject->tool->program);
	final_command_word(out, "-v"); // silent success could be anything
	final_command_word(out, FINAL_MODULE);
	vec_push(&out->readable, xstrdup(subject->tool->program));
	vec_push(&out->readable, xstrdup(subject->solution));
	out->cwd = xstrdup(subject->solution);
	free(toolchain);
}

const struct final_checker checker_leanchecker = {
	.name = "leanchecker",
	.checks = "every declaration of the compiled file, again, by Lean's kernel",
	.blind = "the statement, axioms and holes (they rest on the filter); imports",
	.sees = FINAL_SEES_KERNEL,
	.rank = 3,
	.variable = "F2F_LEANCHECKER",
	.programs = programs,
	.command = command,
	.read = checker_leanchecker_read,
};
