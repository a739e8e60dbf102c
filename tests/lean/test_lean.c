/* What a verifier makes of a real Lean, through every backend. Prints a line a case with its
 * latency; 77: there is no Lean here. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "checks.h"

enum { SKIPPED = 77, REPEATS = 50 };

#define TRUE_TYPE "∀ (p q : Prop), p ∧ q → q ∧ p"
#define TRUE_TEXT "theorem t : " TRUE_TYPE " := fun p q h => ⟨h.2, h.1⟩\n"

struct expected {
	const char *name;
	const char *header;
	const char *type;
	const char *text; // NULL: made by nest()
	const char *reason; // of the rejection, "" for accepted, "missing"
	const char *also; // another reason that is right, depending on the Lean; or NULL
};

static const struct expected cases[] = {
	{"true theorem", "", TRUE_TYPE, TRUE_TEXT, "", NULL},
	{"true theorem by tactics", "", "∀ n : Nat, n + 0 = n",
		"theorem t : ∀ n : Nat, n + 0 = n := by\n  intro n\n  rfl\n", "", NULL},
	{"under a header", "import Init\n", "2 + 2 = 4", "theorem t : 2 + 2 = 4 := rfl\n", "",
		NULL},
	{"wrong proof", "", "2 + 2 = 5", "theorem t : 2 + 2 = 5 := rfl\n", "error", NULL},
	{"another statement", "", "2 + 2 = 5", "theorem t : 2 + 2 = 4 := rfl\n", "absent", NULL},
	{"hole", "", "2 + 2 = 5", "theorem t : 2 + 2 = 5 := sorry\n", "sorry", NULL},
	{"hole behind a definition", "", "2 + 2 = 5",
		"theorem u : 2 + 2 = 5 := sorry\ntheorem t : 2 + 2 = 5 := u\n", "sorry", NULL},
	{"own axiom", "", "2 + 2 = 5", "axiom u : 2 + 2 = 5\ntheorem t : 2 + 2 = 5 := u\n",
		"axioms", NULL},
	{"classical logic", "", "∀ p : Prop, p ∨ ¬p",
		"theorem t : ∀ p : Prop, p ∨ ¬p := fun p => Classical.em p\n", "", NULL},
	{"#exit before ours", "", "2 + 2 = 5", "theorem t : 2 + 2 = 4 := rfl\n#exit\n", "absent",
		NULL},
	{"open comment", "", "2 + 2 = 4", "theorem t : 2 + 2 = 4 := rfl\n/- \n", "error", "absent"},
	{"proof that loops for ever", "", "2 + 2 = 4",
		"partial def spin (n : Nat) : IO Unit := spin (n + 1)\n#eval spin 0\ntheorem t : 2 "
		"+ 2 = 4 := rfl\n",
		"timeout", NULL},
	{"recursion without end", "", "2 + 2 = 4",
		"partial def deep (n : Nat) : Nat := 1 + deep (n + 1)\n#eval deep 0\ntheorem t : 2 "
		"+ 2 = 4 := rfl\n",
		"resources", "error"},
	{"200,000 brackets", "", "2 + 2 = 4", NULL, "resources", "error"},
	{"bytes into the protocol", "", "2 + 2 = 4",
		"#eval IO.FS.writeFile \"/proc/self/fd/1\" \"HELLO\\n\"\ntheorem t : 2 + 2 = 4 := "
		"rfl\n",
		"resources", "error"},
	{"a header that is not there", "import Nowhere.AtAll\n", TRUE_TYPE, TRUE_TEXT, "missing",
		NULL},
};

static char *nest(void) {
	enum { DEPTH = 200000 };
	char *left = xmalloc(DEPTH + 1);
	char *right = xmalloc(DEPTH + 1);
	memset(left, '(', DEPTH);
	memset(right, ')', DEPTH);
	left[DEPTH] = right[DEPTH] = '\0';
	char *text = xasprintf("theorem t : 2 + 2 = 4 := %srfl%s\n", left, right);
	free(left);
	free(right);
	return text;
}

static const char *result_of(const struct verdict *verdict) {
	return verdict->missing != MISSING_NONE ? "missing" : reject_reason_name(verdict->reason);
}

static int run_case(struct loop *loop, struct verifier *verifier, const char *backend,
	const struct expected *expected) {
	char *made = expected->text == NULL ? nest() : NULL;
	struct verdict verdict = ask_one(loop, verifier, expected->header, expected->type,
		made != NULL ? made : expected->text);
	const char *result = result_of(&verdict);
	bool right = strcmp(result, expected->reason) == 0 ||
		     (expected->also != NULL && strcmp(result, expected->also) == 0);
	printf("%s %s: %s: %s%s, %.1f ms, %.1f ms CPU\n", right ? "ok" : "NOT OK", backend,
		expected->name, verdict.outcome == OUTCOME_ACCEPTED ? "accepted" : "", result,
		(double)verdict.elapsed_ns / CLOCK_MS, (double)verdict.cpu_ns / CLOCK_MS);
	if (!right) {
		printf("    %.600s\n", verdict.messages);
	}
	verdict_finish(&verdict);
	free(made);
	return !right;
}

static int repeat(struct loop *loop, struct verifier *verifier, const char *backend) {
	int wrong = 0;
	int64_t began = clock_now();
	for (int i = 0; i < REPEATS; i++) {
		struct verdict verdict = ask_one(loop, verifier, "", TRUE_TYPE, TRUE_TEXT);
		wrong += verdict.outcome != OUTCOME_ACCEPTED;
		verdict_finish(&verdict);
	}
	printf("%s %s: %d times the true theorem: %.1f ms each\n", wrong == 0 ? "ok" : "NOT OK",
		backend, REPEATS, (double)(clock_now() - began) / CLOCK_MS / REPEATS);
	return wrong;
}

static int run_backend(const struct lean_info *lean, const char *backend) {
	struct loop *loop = loop_create(NULL);
	struct verifier *verifier = NULL;
	struct error err;
	struct verifier_options options = {
		.backend = backend,
		.lean = lean,
		.jobs = 1,
		.cpu_limit_s = 3,
		.wall_limit_s = 30,
		.start_limit_s = 60,
		.memory_limit_bytes = INT64_C(3) << 30,
	};
	if (verifier_open(loop, &options, &verifier, &err) < 0) {
		// One that needs more than a Lean is not asked; the two that do not have to open.
		bool needed = strcmp(backend, "lsp") == 0 || strcmp(backend, "batch") == 0;
		printf("%s %s: %s\n", needed ? "NOT OK" : "not here:", backend, err.message);
		loop_destroy(loop);
		return needed;
	}
	int wrong = 0;
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		wrong += run_case(loop, verifier, backend, &cases[i]);
		wrong += i > 0 ? run_case(loop, verifier, backend, &cases[0])
			       : 0; // the next one works
	}
	wrong += repeat(loop, verifier, backend);
	verifier_close(verifier);
	loop_destroy(loop);
	return wrong;
}

int main(void) {
	signal(SIGPIPE, SIG_IGN); // as main does
	struct lean_info lean = {0};
	struct error err;
	if (lean_find(NULL, NULL, NULL, &lean, &err) < 0) {
		printf("skipped: %s\n", err.message);
		return SKIPPED;
	}
	printf("%s, Lean %s\n", lean.path, lean.version);
	setvbuf(stdout, NULL, _IOLBF, 0);
	int wrong = 0;
	// Those that need nothing but Lean itself.
	static const char *const backends[] = {"batch", "lsp"};
	for (size_t i = 0; i < F2F_COUNT(backends); i++) {
		wrong += run_backend(&lean, backends[i]);
	}
	lean_info_finish(&lean);
	printf("%d wrong\n", wrong);
	return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
