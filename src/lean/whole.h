#ifndef F2F_LEAN_WHOLE_H
#define F2F_LEAN_WHOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "lean/candidate.h"
#include "lean/lex.h"

struct lean_commands;
struct problem;

/* Taking the proof out of one piece of Lean text. Each returns CANDIDATE_NO_CODE when the piece is
 * not of its kind. */

/** A file or part of one that declares the asked theorem. Its last declaration of that name counts.
 */
struct candidate_result lean_whole_take(const struct problem *problem, enum lean_policy policy,
	const struct lean_tokens *tokens, const struct lean_commands *commands,
	struct lean_candidate *out);

/** Only a proof: "by …", ":= …", a tactic block, a term. */
struct candidate_result lean_bare_take(const struct problem *problem, enum lean_policy policy,
	const struct lean_tokens *tokens, const struct lean_commands *commands,
	struct lean_candidate *out);

/** Whether a word begins a tactic, so that text without fence can be told from prose. */
bool lean_is_tactic_word(const char *word, size_t length);

/** A refusal with the word, its line and why. */
struct candidate_result lean_candidate_refuse(
	enum reject_reason reason, const char *word, unsigned line, const char *why);

/**
 * Owned text of tokens from..to as a proof, kept byte for byte but for two cases. A block whose
 * later tactics stand under the first one, on the line of "by", gets lines of its own. And where a
 * line after the first begins at column 0, all of them move two columns to the right; NULL is
 * returned when a literal runs over such a line end.
 */
char *lean_proof_text(const struct lean_tokens *tokens, size_t from, size_t to);

/** Whether a proof that stands behind ":=" begins with a word that assembling takes for a way to do
 * without it. */
bool lean_proof_joins(const struct lean_tokens *tokens, size_t from);

/** Owned one-line account of how two runs of tokens differ; NULL when they do not. Lines count in
 * `theirs`. */
char *lean_tokens_difference(const struct lean_tokens *ours, size_t our_from, size_t our_to,
	const struct lean_tokens *theirs, size_t their_from, size_t their_to);

#endif
