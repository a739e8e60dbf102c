#ifndef F2F_ENGINE_REASON_H
#define F2F_ENGINE_REASON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/verdict.h"
#include "store/store.h"

struct completion;
struct error;
struct problem;

/* Stage "reason": a reply is a proof in words, read at once, with no Lean in sight. */

/** Name and version of our reader, for the run's settings: other readings are other figures. */
#define F2F_READER "ours-1"

/** What a reply to a word problem came to. `alignments` borrow from it: reason_finish. */
struct reasoning {
	enum outcome outcome;	   // accepted: the answer is right; rejected (error); no_code
	enum reject_reason reason; // with rejected
	struct alignment_record alignments[2]; // the answer's text, and the reasoning's
	size_t alignment_count;
	char *answers[2]; // private
};

/**
 * Reads a reply's text, and its reasoning where it has any, as proofs of the problem. The answer is
 * taken from the text, where that gives none from the reasoning. `proof_text`: the run's.
 * ERROR_INPUT when the problem has no program that can be solved.
 */
int reason_read(const struct problem *problem, const char *text, const char *reasoning,
	const char *proof_text, struct reasoning *out, struct error *err);
void reason_finish(struct reasoning *reasoning);

/** Stores the readings of a sample. */
int reason_store(struct store *store, int64_t sample_id, const struct reasoning *reasoning,
	struct error *err);

/**
 * Reads all stored replies of a run anew with today's reader; no model is asked. `each` (may be
 * NULL) is called for each sample whose outcome changed. *read_out: replies that were read.
 */
int reason_reread(struct store *store, const char *run, const char *proof_text,
	void (*each)(const struct sample_key *key, const char *change, void *data), void *data,
	int64_t *read_out, struct error *err);

/**
 * Owned: two worked examples of problems that are in no set, their proofs the shortest
 * ("efficient") or everything derivable ("exhaustive"). "" for "0".
 */
int reason_shots(const char *shots, char **text_out, struct error *err);

#endif
