#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "core/problem.h"
#include "lean/candidate.h"
#include "lean/check.h"
#include "verifier/verifier.h"

enum { NONCE_BYTES = 12 };

void verifier_nonce(char nonce[VERIFIER_NONCE]) {
	unsigned char random[NONCE_BYTES];
	clock_random(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++) {
		snprintf(nonce + 2 * i, 3, "%02x", random[i]);
	}
}

void verifier_selftest(const char *header, bool is_true, struct lean_check *check_out) {
	// Copies, because a problem and a candidate own their texts.
	struct problem problem = {
		.theorem = xstrdup("f2f_selftest"),
		.header = xstrdup(header),
		.preamble = xstrdup(""),
		.statement = xstrdup("theorem f2f_selftest : True"),
	};
	struct lean_candidate candidate = {
		.proof = xstrdup(is_true ? "True.intro" : "sorry"),
		.helpers = xstrdup(""),
	};
	char nonce[VERIFIER_NONCE];
	verifier_nonce(nonce);
	lean_check_assemble(&problem, &candidate, nonce, check_out);
	problem_finish(&problem);
	lean_candidate_finish(&candidate);
}
