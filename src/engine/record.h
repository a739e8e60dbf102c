#ifndef F2F_ENGINE_RECORD_H
#define F2F_ENGINE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/verdict.h"
#include "lean/candidate.h"
#include "store/store.h"

struct completion;
struct error;
struct problem;

/* From a reply to a row: the one place where a completion becomes an outcome. Used by eval and
 * import. */

/** What is known of the asking. All borrowed. */
struct record_context {
	struct store *store;
	struct sample_key key;
	const char *twin_split; // also gets a row, which shares this one's reply; NULL: none
	const struct problem *problem;
	const char *prompt; // NULL when none was sent (import)
	enum lean_policy policy; // what its text may hold
	const char *proof_text; // stage "reason": which text of the reply counts
	int64_t attempts;
	bool from_cache; // the reply was not asked for
	int64_t elapsed_ns;
	int64_t wait_ns;
};

/** What came back: a completion, or an outcome without one (context, refused), or missing. */
struct record_reply {
	const struct completion *completion; // NULL when there is none
	enum outcome outcome; // without a completion
	enum missing missing; // without either
	const char *note; // why, for people; NULL: none
	bool cut; // our own deadline ended it
};

/* What a row said before; all three NONE: pending. */
struct recorded_before {
	enum outcome outcome;
	enum reject_reason reason;
	enum missing missing;
};

struct recorded {
	int64_t sample_id;
	int64_t twin_id; // 0: no twin
	struct recorded_before before; // record_recall
	bool refused; // record_recall: by its text, and was not before
	struct verdict verdict; // unless to_check; owned: verdict_finish
	bool to_check; // candidate is filled (owned: lean_candidate_finish); else it is zeroed
	struct lean_candidate candidate;
};

/**
 * Writes the row (and its twin's). Truncated, refused and context come from the completion's finish
 * or the outcome given; else the candidate is taken out of the text: no_code, rejected by text with
 * its reason, or pending and to be checked.
 */
int record_reply(const struct record_context *context, const struct record_reply *reply,
	struct recorded *recorded_out, struct error *err);

/**
 * A stored reply again, for checking: the candidate is taken out anew, by today's rules, and
 * nothing is written. When they refuse it, `verdict` says so, and `refused` is false where that is
 * what they said before. ERROR_NOT_FOUND when there is no such sample or it has no reply.
 */
int record_recall(struct store *store, const struct sample_key *key, const char *twin_split,
	const struct problem *problem, enum lean_policy policy, struct recorded *recorded_out,
	struct error *err);

/** Writes what was taken out of a stored reply into its row (and its twin's). */
int record_candidate(
	struct store *store, const struct recorded *recorded, struct error *err);

#endif
