#include "verifier/selftest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "core/verdict.h"
#include "lean/check.h"
#include "verifier/verifier.h"

enum { NONCE_BYTES = 12, SAID_SHOWN = 100 };

#define NAME "f2f_selftest"
#define FALSE_STATEMENT "theorem " NAME " : (1 : Nat) = 2"

/* What is asked, in this order. Of the last ones, which trust the compiler, a Lean knows some: it
 * has to refuse one for its axioms, unless it knows none. */
static const struct trial {
	const char *what;
	const char *before;
	const char *statement;
	const char *proof;
	enum reject_reason reason; // REASON_NONE: accepted
	bool compiled; // a Lean that does not know the words refuses it for an error
} trials[] = {
	{"a true theorem", "", "theorem " NAME " : True", "True.intro", REASON_NONE, false},
	{"a hole (sorry)", "", FALSE_STATEMENT, "sorry", REASON_SORRY, false},
	{"an axiom above the statement", "axiom f2f_oracle : False\n", FALSE_STATEMENT,
		"False.elim f2f_oracle", REASON_AXIOMS, false},
	{"compiled code that differs from its definition (native_decide)",
		"def f2f_yes : Bool := true\n@[implemented_by f2f_yes] def f2f_no : Bool := "
		"false\n",
		FALSE_STATEMENT, "absurd (show f2f_no = true by native_decide) (by decide)",
		REASON_AXIOMS, true},
	// as Lean wrote it until 2022
	{"compiled code that differs from its definition (nativeDecide)",
		"def f2f_yes : Bool := true\n@[implementedBy f2f_yes] def f2f_no : Bool := false\n",
		FALSE_STATEMENT, "absurd (show f2f_no = true by nativeDecide) (by decide)",
		REASON_AXIOMS, true},
	{"compiled code that differs from its definition (ofReduceBool)",
		"def f2f_yes : Bool := true\n@[implementedBy f2f_yes] def f2f_no : Bool := false\n",
		FALSE_STATEMENT, "absurd (Lean.ofReduceBool f2f_no true rfl) (by decide)",
		REASON_AXIOMS, true},
};

void verifier_nonce(char nonce[VERIFIER_NONCE]) {
	unsigned char random[NONCE_BYTES];
	clock_random(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++) {
		snprintf(nonce + 2 * i, 3, "%02x", random[i]);
	}
}

bool selftest_next(const struct selftest *test, const char *header, struct lean_check *check_out) {
	if (test->step >= F2F_COUNT(trials)) {
		return false;
	}
	const struct trial *trial = &trials[test->step];
	char nonce[VERIFIER_NONCE];
	char *text = xasprintf("%s%s := %s\n", trial->before, trial->statement, trial->proof);
	verifier_nonce(nonce);
	lean_check_around(header, trial->statement, NAME, text, nonce, check_out);
	free(text);
	return true;
}

/* Owned. */
static char *describe(const struct trial *trial, const struct verdict *verdict) {
	const char *said = verdict->messages != NULL ? verdict->messages : "";
	size_t length = strcspn(said, "\n");
	length = length > SAID_SHOWN ? SAID_SHOWN : length;
	const char *before = length > 0 ? ": " : "";
	const char *reason = reject_reason_name(verdict->reason);
	if (verdict->outcome == OUTCOME_ACCEPTED) {
		return xasprintf("%s is accepted", trial->what);
	}
	if (verdict->missing != MISSING_NONE) {
		return xasprintf("%s gets no answer%s%.*s", trial->what, before, (int)length, said);
	}
	if (trial->reason == REASON_NONE) {
		return xasprintf(
			"%s is refused (%s)%s%.*s", trial->what, reason, before, (int)length, said);
	}
	return xasprintf("%s is refused for \"%s\", not for \"%s\"%s%.*s", trial->what, reason,
		reject_reason_name(trial->reason), before, (int)length, said);
}

bool selftest_take(struct selftest *test, const struct verdict *verdict, char **why_out) {
	const struct trial *trial = &trials[test->step];
	bool unknown = trial->compiled && verdict->outcome == OUTCOME_REJECTED &&
		       verdict->reason == REASON_ERROR;
	enum outcome wanted = trial->reason == REASON_NONE ? OUTCOME_ACCEPTED : OUTCOME_REJECTED;
	if (!unknown && (verdict->outcome != wanted || verdict->reason != trial->reason)) {
		*why_out = describe(trial, verdict);
		return false;
	}
	test->compiled_refused = test->compiled_refused || (trial->compiled && !unknown);
	test->step = test->compiled_refused ? F2F_COUNT(trials) : test->step + 1;
	return true;
}
