#ifndef F2F_LEAN_CANDIDATE_H
#define F2F_LEAN_CANDIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/verdict.h"
#include "lean/policy.h"

struct problem;

/**
 * What a reply offers as a proof of one problem: text only, taken apart with the lexer. f2f writes
 * the statement; of the model's file only these pieces are used.
 */
struct lean_candidate {
	char *proof; // the text after the theorem's ":=": "by …" or a term; never NULL in an
		// accepted candidate
	char *options; // "set_option maxRecDepth 4000 in\n": limits of effort that the reply
		// raised; NULL when none
	char *helpers; // declarations before the theorem that the policy allows, in order; "" when
		// none
	char **fills; // for each placeholder of the problem's preamble, in order, the term it is
		// filled with
	size_t fill_count;
	char *let_through; // words that only permissive lets through, "instance, @["; with any,
		// acceptance needs the final check; NULL when none
	char *difference; // how the reply's statement differs from the asked one, token by token;
		// NULL when it does not
};

enum candidate_status {
	CANDIDATE_OK,
	CANDIDATE_NO_CODE, // nothing in it is Lean for this problem
	CANDIDATE_REJECTED, // it is, and must not be tried: reason and note say why
};

struct candidate_result {
	enum candidate_status status;
	enum reject_reason reason; // with CANDIDATE_REJECTED
	char note[256]; // one line: which word, which line
	bool truncated; // the code stops in the middle (unclosed fence, comment or bracket)
};

/**
 * Take the proof of `problem` out of a reply (its answer part). Tries, in this order: the last
 * fenced block that declares the theorem, then the last one that is a bare proof, then the unfenced
 * text. Owned result in *candidate_out when status is OK.
 */
struct candidate_result lean_candidate_from_reply(const struct problem *problem,
	enum lean_policy policy, const char *reply, size_t length,
	struct lean_candidate *candidate_out);

void lean_candidate_finish(struct lean_candidate *candidate);

/** The Lean text a candidate amounts to, for storage: helpers, fills, proof. Owned. */
char *lean_candidate_text(const struct lean_candidate *candidate);

#endif
