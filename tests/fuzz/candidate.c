#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "lean/candidate.h"
#include "lean/check.h"
#include "lean/lex.h"
#include "lean/policy.h"
#include "lean/statement.h"

static const char preamble[] = "/-- words -/\nabbrev T_solution : Set ℝ := sorry\n\n";

/* Whatever the reply, the assembled text ends in our own commands, reached by the lexer outside
 * comments and strings. */
static void check_body(const struct problem *problem, const struct lean_candidate *candidate) {
	struct lean_check check;
	struct lean_tokens tokens;
	lean_check_assemble(problem, candidate, "nonce", &check);
	if (lean_lex(check.body, strlen(check.body), &tokens, NULL) != LEAN_LEX_OK ||
		tokens.list.count < 3 || !lean_token_is(&tokens, tokens.list.count - 3, "#print") ||
		!lean_token_is(&tokens, tokens.list.count - 1, check.probe) ||
		strstr(check.body, problem->statement) == NULL) {
		abort();
	}
	size_t probes = 0;
	for (size_t i = 0; i < tokens.list.count; i++) {
		probes += lean_token_is(&tokens, i, check.probe);
	}
	if (probes != 2) {
		abort();
	}
	lean_tokens_finish(&tokens);
	lean_check_finish(&check);
}

static void check_policy(const char *text, enum lean_policy policy) {
	struct lean_tokens tokens;
	struct lean_refusal refusal;
	struct lean_passes passes = {.words = ""};
	if (lean_lex(text, strlen(text), &tokens, NULL) != LEAN_LEX_OK ||
		!lean_policy_check(policy, &tokens, 0, tokens.list.count, LEAN_PLACE_PROOF, &passes,
			&refusal)) {
		abort();
	}
	lean_tokens_finish(&tokens);
}

static void try_problem(
	const char *before, const uint8_t *bytes, size_t length, enum lean_policy policy) {
	char theorem[] = "T";
	char statement[] = "theorem T (x : ℝ) :\n  x = 1";
	char header[] = "open Nat\n";
	char *given = xstrdup(before);
	struct problem problem = {
		.theorem = theorem, .statement = statement, .header = header, .preamble = given};
	struct lean_candidate candidate = {0};
	struct candidate_result result = lean_candidate_from_reply(
		&problem, policy, (const char *)bytes, length, &candidate);
	if (result.status == CANDIDATE_OK) {
		check_policy(candidate.proof, policy);
		check_body(&problem, &candidate);
		if (policy == LEAN_POLICY_STRICT && candidate.let_through != NULL) {
			abort();
		}
	} else if (candidate.proof != NULL) {
		abort();
	}
	lean_candidate_finish(&candidate);
	free(given);
}

void fuzz_one(const uint8_t *bytes, size_t length) {
	struct lean_statement split = {0};
	try_problem("", bytes, length, LEAN_POLICY_STRICT);
	try_problem(preamble, bytes, length, LEAN_POLICY_STRICT);
	try_problem("", bytes, length, LEAN_POLICY_PERMISSIVE);
	if (lean_statement_split((const char *)bytes, length, &split, NULL) == 0) {
		lean_statement_finish(&split);
	}
}
