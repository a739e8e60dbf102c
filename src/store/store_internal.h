#ifndef F2F_STORE_STORE_INTERNAL_H
#define F2F_STORE_STORE_INTERNAL_H

#include "io/db.h"
#include "store/store.h"

/* All SQL of the store, by name: statements.c. */
enum statement {
	STATEMENT_TEXT_PUT,
	STATEMENT_TEXT_GET,
	STATEMENT_SET_PUT,
	STATEMENT_SET_GET,
	STATEMENT_FILES_DELETE,
	STATEMENT_FILE_PUT,
	STATEMENT_FILES,
	STATEMENT_PROBLEMS_DELETE,
	STATEMENT_PROBLEM_PUT,
	STATEMENT_PROBLEMS,
	STATEMENT_PROBLEMS_BY_SUBSET,
	STATEMENT_PROBLEMS_BY_FILE_SUBSET,
	STATEMENT_PROBLEM_GET,
	STATEMENT_PROBLEM_SPLITS,
	STATEMENT_RUN_INSERT,
	STATEMENT_RUN_UPDATE,
	STATEMENT_RUN_REQUESTS,
	STATEMENT_RUNS,
	STATEMENT_RUN_PROBLEM_PUT,
	STATEMENT_RUN_PROBLEMS,
	STATEMENT_SAMPLE_PUT_NEW,
	STATEMENT_SAMPLE_PUT,
	STATEMENT_SAMPLE_GET,
	STATEMENT_SAMPLE_OUTCOME,
	STATEMENT_ATTEMPT,
	STATEMENT_VERDICTS,
	STATEMENT_SAMPLES,
	STATEMENT_VERDICT_PUT,
	STATEMENT_CANDIDATE_PUT,
	STATEMENT_NEWEST_VERDICTS,
	STATEMENT_ALIGNMENT_PUT,
	STATEMENT_ALIGNMENTS,
	STATEMENT_FINDINGS_DELETE,
	STATEMENT_FINDING_PUT,
	STATEMENT_CACHE_GET,
	STATEMENT_CACHE_GROUPS,
	STATEMENT_CACHE_PRUNE,
	STATEMENT_CACHE_PUT_NEW,
	STATEMENT_CACHE_PUT,
	STATEMENT_CACHE_USED,
	STATEMENT_CAPABILITY_GET,
	STATEMENT_CAPABILITY_PUT,
	STATEMENT_ELABORATION_PUT,
	STATEMENT_ELABORATION_GET,
	STATEMENT_COST_TOKENS,
	STATEMENT_COST_LEAN,
	STATEMENT_CHECK,
	STATEMENT_COUNT,
};

extern const char *const store_statements[STATEMENT_COUNT];

struct store {
	struct db *db;
	char *path;
	bool open_transaction;
	int lock_fd; // -1: none
};

/** Stores a text that may be NULL; *hash_out.hex is "" then. */
int store_text_put_optional(
	struct store *store, const char *text, struct sha256 *hash_out, struct error *err);

/**
 * Outcome, reason and missing from three columns on from `column`. ERROR_DATABASE for a word that
 * is none of the schema's own CHECKs: another program's doing.
 */
int store_read_words(struct db_row *row, int column, enum outcome *outcome,
	enum reject_reason *reason, enum missing *missing, struct error *err);

/** NULL for "": what is bound for an absent text. */
const char *store_hash_or_null(const struct sha256 *hash);

#endif
