#include "unit.h"

#include <string.h>

#include "base/mem.h"
#include "lean/checker_words.h"
#include "lean/kernel_holes.h"

typedef void (*read_fn)(const struct checker_output *output, struct checker_word *word_out);

/* What a program said, and what it has to be taken for. The wording is that of each program; the
 * texts are ours. */
struct saying {
	read_fn read;
	int status;
	const char *out;
	const char *err;
	enum final_outcome outcome;
	enum reject_reason reason;
};

#define COMPARATOR checker_comparator_read
#define SAFEVERIFY checker_safeverify_read
#define LEANCHECKER checker_leanchecker_read
#define BUILT "Building Challenge\nExporting #[t] from Challenge\nBuilding M\n"
#define RAN BUILT "Exporting #[t] from M\nRunning Lean default kernel on solution.\n"
#define UNCAUGHT "uncaught exception: "

static const struct saying sayings[] = {
	/* Accepted: status and words together, and the words last. */
	{COMPARATOR, 0, RAN "Lean default kernel accepts the solution\nYour solution is okay!\n", "",
		FINAL_ACCEPTED, REASON_NONE},
	{COMPARATOR, 0, "Your solution is okay!\nand more\n", "", FINAL_FAILED, REASON_NONE},
	{COMPARATOR, 0, "", "", FINAL_FAILED, REASON_NONE},
	{COMPARATOR, 0, "", "Your solution is okay!\n", FINAL_FAILED, REASON_NONE},
	{COMPARATOR, 1, RAN "Your solution is okay!\n", "", FINAL_FAILED, REASON_NONE},
	{COMPARATOR, 3, RAN "Your solution is okay!\n", "", FINAL_FAILED, REASON_NONE},
	{COMPARATOR, 0, "X Your solution is okay!\n", "", FINAL_FAILED, REASON_NONE},
	{SAFEVERIFY, 0, "", "Replaying a\nSafeVerify check passed.\n", FINAL_ACCEPTED, REASON_NONE},
	{SAFEVERIFY, 0, "------\nFinished with no errors.\n", "", FINAL_ACCEPTED, REASON_NONE},
	{SAFEVERIFY, 0, "", "", FINAL_FAILED, REASON_NONE},
	{SAFEVERIFY, 1, "", "SafeVerify check passed.\n", FINAL_FAILED, REASON_NONE},
	{SAFEVERIFY, 0, "", "SafeVerify check passed.\nbut\n", FINAL_FAILED, REASON_NONE},
	{LEANCHECKER, 0, "replaying M\n", "", FINAL_ACCEPTED, REASON_NONE},
	{LEANCHECKER, 0, "replaying M with --fresh\n", "", FINAL_ACCEPTED, REASON_NONE},
	{LEANCHECKER, 0, "replaying Ms\n", "", FINAL_FAILED, REASON_NONE},
	{LEANCHECKER, 0, "", "", FINAL_FAILED, REASON_NONE},
	{LEANCHECKER, 0, "replaying M\n", "leanchecker found a problem in M\n", FINAL_FAILED,
		REASON_NONE},
	{LEANCHECKER, 1, "replaying M\n", "", FINAL_FAILED, REASON_NONE},
	/* comparator refuses. */
	{COMPARATOR, 1, RAN, UNCAUGHT "Illegal axiom detected: 'oracle'\n", FINAL_REJECTED,
		REASON_AXIOMS},
	{COMPARATOR, 1, RAN, UNCAUGHT "Illegal axiom detected: 'sorryAx'\n", FINAL_REJECTED,
		REASON_SORRY},
	{COMPARATOR, 1, RAN, UNCAUGHT "Const not found in solution: 't'\n", FINAL_REJECTED,
		REASON_ABSENT},
	{COMPARATOR, 1, RAN, UNCAUGHT "Const not found in solution 'd'\n", FINAL_REJECTED,
		REASON_STATEMENT},
	{COMPARATOR, 1, RAN,
		UNCAUGHT "Challenge and solution theorem statement do not match: 't'\n",
		FINAL_REJECTED, REASON_STATEMENT},
	{COMPARATOR, 1, RAN,
		UNCAUGHT "Challenge and solution constant kind don't match: 't'\n", FINAL_REJECTED,
		REASON_ABSENT},
	{COMPARATOR, 1, RAN,
		UNCAUGHT "Const does not match between challenge and target 'Nat.add'\n",
		FINAL_REJECTED, REASON_STATEMENT},
	{COMPARATOR, 1, RAN "Lean default kernel rejects the solution\n",
		UNCAUGHT "(kernel) declaration type mismatch\n", FINAL_REJECTED, REASON_ERROR},
	{COMPARATOR, 1, RAN "nanoda kernel rejected the solution\n",
		UNCAUGHT "nanoda exited with 1\n", FINAL_REJECTED, REASON_ERROR},
	{COMPARATOR, 1, BUILT "error: M.lean:3:2: unknown identifier\n",
		UNCAUGHT "Child exited with 1\n", FINAL_REJECTED, REASON_ERROR},
	/* Ours, whatever it says: the challenge, the machine, what we do not know. */
	{COMPARATOR, 1, "Building Challenge\nerror: Challenge.lean:3:2: x\n",
		UNCAUGHT "Child exited with 1\n", FINAL_FAILED, REASON_NONE},
	{COMPARATOR, 1, "Building Challenge\nerror: M.lean:3:2: x\n",
		UNCAUGHT "Child exited with 1\n", FINAL_FAILED, REASON_NONE},
	{COMPARATOR, 1, RAN, UNCAUGHT "Const not found in challenge: 't'\n", FINAL_FAILED,
		REASON_NONE},
	{COMPARATOR, 1, RAN, UNCAUGHT "no such file or directory\n", FINAL_FAILED, REASON_NONE},
	{COMPARATOR, 1, RAN, "Illegal axiom detected: 'oracle'\n", FINAL_FAILED, REASON_NONE},
	{COMPARATOR, 1, RAN,
		"said by the build: " UNCAUGHT "Illegal axiom detected: 'oracle'\n" UNCAUGHT
		"landrun is not there\n",
		FINAL_FAILED, REASON_NONE},
	{COMPARATOR, 127, "", "env: comparator: No such file\n", FINAL_FAILED, REASON_NONE},
	/* SafeVerify refuses, newer and older. */
	{SAFEVERIFY, 1, "", "t used disallowed axioms. #[oracle]\n", FINAL_REJECTED, REASON_AXIOMS},
	{SAFEVERIFY, 1, "", "t used disallowed axioms. #[sorryAx]\n", FINAL_REJECTED, REASON_SORRY},
	{SAFEVERIFY, 1, "",
		"t used disallowed axioms. #[x]\nFound a problem in s with declaration t: theorem "
		"type mismatch\n",
		FINAL_REJECTED, REASON_STATEMENT},
	{SAFEVERIFY, 1, "",
		"Found a problem in s with declaration t: declaration not found in submission\n",
		FINAL_REJECTED, REASON_ABSENT},
	{SAFEVERIFY, 1, "",
		"Found a problem in s with declaration d: declaration not found in submission\n",
		FINAL_REJECTED, REASON_STATEMENT},
	{SAFEVERIFY, 1, "",
		"Found a problem in s with declaration t: kind mismatch (expected theorem, got "
		"def)\n",
		FINAL_REJECTED, REASON_ABSENT},
	{SAFEVERIFY, 1, "",
		"Found a problem in s with declaration d: definition type or value mismatch\n",
		FINAL_REJECTED, REASON_STATEMENT},
	{SAFEVERIFY, 1, "", UNCAUGHT "unsafe constant bad detected\n", FINAL_REJECTED,
		REASON_FORBIDDEN},
	{SAFEVERIFY, 1, "", UNCAUGHT "kernel verification failed for 't': x\n", FINAL_REJECTED,
		REASON_ERROR},
	{SAFEVERIFY, 1, "", UNCAUGHT "(kernel) declaration has free variables 't'\n",
		FINAL_REJECTED, REASON_ERROR},
	{SAFEVERIFY, 1, "",
		"found a problem in s\n" UNCAUGHT
		"oracle is not in the allowed set of standard axioms\n",
		FINAL_REJECTED, REASON_AXIOMS},
	{SAFEVERIFY, 1, "", UNCAUGHT "theorem t does not have the same type as the requirement\n",
		FINAL_REJECTED, REASON_STATEMENT},
	{SAFEVERIFY, 1, "", UNCAUGHT "t not found in submission\n", FINAL_REJECTED, REASON_ABSENT},
	{SAFEVERIFY, 1, "", UNCAUGHT "failed to read file 's', incompatible header\n", FINAL_FAILED,
		REASON_NONE},
	{SAFEVERIFY, 134, "", "t used disallowed axioms. #[oracle]\n", FINAL_FAILED, REASON_NONE},
	{SAFEVERIFY, 1, "", "", FINAL_FAILED, REASON_NONE},
	/* leanchecker refuses by its kernel's words only. */
	{LEANCHECKER, 1, "",
		"leanchecker found a problem in M\n" UNCAUGHT
		"while replaying declaration 't':\n(kernel) declaration type mismatch\n",
		FINAL_REJECTED, REASON_ERROR},
	{LEANCHECKER, 1, "",
		"lean4checker found a problem in M\n" UNCAUGHT
		"(kernel) declaration has metavariables\n",
		FINAL_REJECTED, REASON_ERROR},
	{LEANCHECKER, 1, "",
		"leanchecker found a problem in M\n" UNCAUGHT
		"object file 'x' of module M does not exist\n",
		FINAL_FAILED, REASON_NONE},
	{LEANCHECKER, 1, "", UNCAUGHT "Could not find any oleans for: [M]\n", FINAL_FAILED,
		REASON_NONE},
};

START_TEST(status_and_words_have_to_agree) {
	const struct saying *saying = &sayings[_i];
	struct checker_output output = {
		.status = saying->status,
		.out = saying->out,
		.err = saying->err,
		.module = "M",
		.theorem = "t",
	};
	struct checker_word word = {0};
	saying->read(&output, &word);
	ck_assert_msg(word.outcome == saying->outcome && word.reason == saying->reason,
		"row %d is %s %s, not %s %s: %s", _i, final_outcome_name(word.outcome),
		reject_reason_name(word.reason), final_outcome_name(saying->outcome),
		reject_reason_name(saying->reason), word.text);
	for (const char *c = word.text; *c != '\0'; c++) {
		ck_assert_msg((unsigned char)*c >= ' ', "one line of text");
	}
}
END_TEST

START_TEST(long_words_are_cut_and_stay_one_line) {
	char *long_name = xmalloc(100000);
	memset(long_name, 'a', 99999);
	long_name[500] = '\033';
	long_name[99999] = '\0';
	char *err = xasprintf(UNCAUGHT "Illegal axiom detected: '%s'\n", long_name);
	struct checker_output output = {
		.status = 1, .out = RAN, .err = err, .module = "M", .theorem = long_name};
	struct checker_word word = {0};
	checker_comparator_read(&output, &word);
	ck_assert_int_eq(word.outcome, FINAL_REJECTED);
	ck_assert_int_eq(word.reason, REASON_AXIOMS);
	ck_assert_uint_lt(strlen(word.text), sizeof(word.text));
	free(err);
	free(long_name);
}
END_TEST

static int holes_of(const char *version) {
	const struct kernel_hole *hole;
	int count = 0;
	for (size_t i = 0; (hole = kernel_hole(i)) != NULL; i++) {
		count += kernel_hole_applies(hole, version);
	}
	return count;
}

START_TEST(known_kernel_holes_go_by_version) {
	ck_assert_int_eq(holes_of("4.34.1"), 0);
	ck_assert_int_eq(holes_of("4.35.0-rc1"), 0);
	ck_assert_int_eq(holes_of("4.34.0"), 1); // its own leanchecker
	ck_assert_int_eq(holes_of("4.9.0"), 4); // no leanchecker of its own
	ck_assert_int_eq(holes_of("4.28.0"), 5);
	ck_assert_int_eq(holes_of("4.32.1"), 4);
	ck_assert_int_eq(holes_of("4.32.1-rc1"), 5);
	ck_assert_int_eq(holes_of("4.34.1-rc1"), 1);
	ck_assert_int_eq(holes_of("4.34.1-nightly"), 1);
	ck_assert_int_eq(holes_of("nightly"), 5); // who knows
	char *note = kernel_holes_note("4.9.0");
	ck_assert_ptr_nonnull(strstr(note, "Lean 4.9.0 has known kernel holes"));
	ck_assert_ptr_nonnull(strstr(note, "lean4#14484"));
	free(note);
	ck_assert_ptr_null(kernel_holes_note("4.34.1"));
}
END_TEST

int main(void) {
	Suite *suite = suite_create("checker_words");
	TCase *tests = tcase_create("words");
	tcase_add_loop_test(
		tests, status_and_words_have_to_agree, 0, (int)F2F_COUNT(sayings));
	tcase_add_test(tests, long_words_are_cut_and_stay_one_line);
	tcase_add_test(tests, known_kernel_holes_go_by_version);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
