#ifndef F2F_STORE_STORE_H
#define F2F_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"
#include "core/completion.h"
#include "core/verdict.h"
#include "io/db.h"

struct error;
struct problem;

/**
 * The one place with SQL. Texts that come out are borrowed for the callback unless a struct says
 * owned.
 */
struct store;

struct store_options {
	enum db_mode mode;
	bool durable;
};

int store_open(const char *path, const struct store_options *options, struct store **store_out,
	struct error *err);
void store_close(struct store *store);

/**
 * Writes between begin and commit are one transaction (the engine begins at a turn's first write
 * and commits before it sleeps).
 */
int store_begin(struct store *store, struct error *err); // no-op inside one
int store_commit(struct store *store, struct error *err); // no-op outside one
void store_rollback(struct store *store);

/* ---- Texts: once, under their SHA-256. */

int store_text_put(struct store *store, const char *text, size_t length, struct sha256 *hash_out,
	struct error *err);

/** Owned, NUL-terminated; ERROR_NOT_FOUND. */
int store_text_get(struct store *store, const char *hash, char **text_out, struct error *err);

/* ---- Problem sets. */

/** One file as it was pulled. Borrowed. */
struct set_file {
	const char *source;
	const char *url; // redacted
	const char *commit; // the commit used; "" for built-in files
	const char *path;
	const char *sha256;
	int64_t bytes;
};

/** What a pulled set is. Owned when read. */
struct set_record {
	char *name;
	char *version;
	char *hash; // of all its files' hashes
	int64_t problems;
	int64_t pulled_ns;
};

/** Replaces the set, its files and its problems in one transaction. */
int store_set_replace(struct store *store, const struct set_record *set,
	const struct set_file *files, size_t file_count, const struct problem *problems,
	size_t problem_count, struct error *err);

/** *found_out false when it was never pulled. */
int store_set_get(struct store *store, const char *name, struct set_record *set_out,
	bool *found_out, struct error *err);
void set_record_finish(struct set_record *set);
int store_set_files(struct store *store, const char *name,
	int (*each)(const struct set_file *file, void *data), void *data, struct error *err);

/**
 * Problems of one split (not of v2: ask for v2s and v2c) in the set's order. subset NULL: all;
 * "file:test": the file's word.
 */
int store_problems(struct store *store, const char *split, const char *subset,
	int (*each)(const struct problem *problem, void *data), void *data, struct error *err);
int store_problem_get(struct store *store, const char *split, const char *name,
	struct problem *problem_out, struct error *err);

/** The splits that have a problem of this name, none for an unknown one. */
int store_problem_splits(struct store *store, const char *name,
	int (*each)(const char *split, void *data), void *data, struct error *err);

/* ---- What is suspected of statements, or known against them. */

/** One finding. Borrowed; NULL where there is none. */
struct finding_record {
	const char *problem; // may be one that the set leaves out
	const char *class;
	const char *severity; // "error", "warning", "hint"
	const char *place; // "formal", "informal", "record"
	const char *evidence;
	const char *text; // for people
};

/** Replaces all findings of this split and signal, in one transaction. */
int store_findings_replace(struct store *store, const char *split, const char *signal,
	const struct finding_record *findings, size_t count, struct error *err);

/* ---- What endpoints can do. */

/** Owned JSON of provider/capabilities.h; NULL where nothing is known of the model there. */
int store_capability_get(struct store *store, const char *url, const char *model,
	char **capabilities_out, struct error *err);

/** Replaces what was known. `url` is redacted. */
int store_capability_put(struct store *store, const char *url, const char *model,
	const char *capabilities, struct error *err);

/* ---- Which statements elaborate where. */

/** Borrowed. */
struct elaboration_key {
	const char *lean; // as verdicts name it
	const char *mathlib; // commit; "" where there is none, or where it is not known
	const char *statement; // hash of all that stands before a proof
};

int store_elaboration_put(struct store *store, const struct elaboration_key *key, bool broken,
	const char *messages, struct error *err);

struct elaboration {
	bool found;
	bool broken;
	char *messages; // owned; NULL when there are none
};

int store_elaboration_get(struct store *store, const struct elaboration_key *key,
	struct elaboration *out, struct error *err);

/* ---- Runs. */

/**
 * Owned when read. `settings` is a flat, sorted JSON object: the run's identity. `manifest` holds
 * all else that repeats it.
 */
struct run_record {
	char *id; // "20261123-160501-4f2a"
	int64_t created_ns;
	int64_t finished_ns; // 0: not finished
	char *state; // "running", "interrupted", "finished"
	char *model; // "openai/gpt-x"
	char *split;
	char *subset;
	char *task;
	int64_t samples; // per problem
	char *settings;
	char *manifest;
	int64_t wall_ns; // summed over sessions
};

void run_record_finish(struct run_record *run);
int store_run_insert(struct store *store, const struct run_record *run, struct error *err);
// state, finished, manifest, wall
int store_run_update(struct store *store, const struct run_record *run, struct error *err);

/** How many requests it has sent so far. */
int store_run_requests(
	struct store *store, const char *run, int64_t requests, struct error *err);

/**
 * By id, by a prefix of it that only one has, or "latest". ERROR_USAGE naming the nearest when
 * there is none.
 */
int store_run_get(
	struct store *store, const char *id, struct run_record *run_out, struct error *err);

/** Newest first. */
int store_runs(struct store *store, int (*each)(const struct run_record *run, void *data),
	void *data, struct error *err);

/**
 * Claims a run for this process until store_close, so that two f2f do not ask the same twice.
 * ERROR_BUSY when another one has it; a killed process loses its claim by itself.
 */
int store_run_lock(struct store *store, const char *run, struct error *err);

/**
 * The state to tell of a run: its own, but "interrupted" where it is "running" and nobody has
 * claimed it, as after kill -9. Borrowed, from `run` or static.
 */
const char *store_run_state(const struct store *store, const struct run_record *run);

/* ---- Samples: a row per (run, split, problem, stage, sample). */

struct sample_key {
	const char *run;
	const char *split;
	const char *problem;
	const char *stage; // "prove"
	int64_t sample; // from 0
};

/** What became of asking the model. Borrowed. */
struct sample_record {
	struct sample_key key;
	// no_code, truncated, refused, context, rejected by text; or NONE with missing; or NONE: to
	// be checked
	enum outcome outcome;
	enum reject_reason reason;
	enum missing missing;
	const char *note; // one line: why
	const char *prompt; // the user message as sent; NULL when none was
	const struct completion *completion; // NULL when there is no reply
	const char *candidate; // Lean text taken from the reply; NULL when none
	const char *difference; // how the reply's statement differs; NULL
	int64_t attempts;
	int64_t elapsed_ns;
	int64_t wait_ns; // spent waiting between attempts
	// sample id whose reply this row shares (v2s and v2c with the same text), or 0
	int64_t shared_with;
	bool from_cache; // the reply was not asked for
};

/** Inserts, or replaces a row that was missing or pending. *id_out is the sample's id. */
int store_sample_put(struct store *store, const struct sample_record *sample, int64_t *id_out,
	struct error *err);

/** Adds a verdict (earlier ones are kept) and sets the sample's outcome from it. */
int store_verdict_put(
	struct store *store, int64_t sample_id, const struct verdict *verdict, struct error *err);

/** The candidate that was taken out of a stored reply anew. `difference` may be NULL. */
int store_candidate_put(struct store *store, int64_t sample_id, const char *candidate,
	const char *difference, struct error *err);

/** State of a stored sample, as resume and reports need it. Borrowed. */
struct sample_state {
	int64_t id;
	struct sample_key key;
	enum outcome outcome;
	enum reject_reason reason;
	enum missing missing; // all three NONE: pending
	const char *candidate_hash; // NULL when there is no candidate
	int64_t shared_with;
};

int store_samples(struct store *store, const char *run,
	int (*each)(const struct sample_state *state, void *data), void *data, struct error *err);

/** One stored sample with its reply. Owned. */
struct stored_sample {
	int64_t id;
	enum outcome outcome;
	enum reject_reason reason;
	enum missing missing;
	char *reply; // NULL when there is none
};

/** ERROR_NOT_FOUND when there is no such row. */
int store_sample_get(struct store *store, const struct sample_key *key,
	struct stored_sample *sample_out, struct error *err);
void stored_sample_finish(struct stored_sample *sample);

/** All of one stored sample. Borrowed; NULL where there is none, counts -1. */
struct stored_attempt {
	int64_t id;
	const char *outcome; // words as stored; NULL with missing, or pending
	const char *reason;
	const char *missing;
	const char *note;
	const char *prompt;
	const char *reasoning;
	const char *reply;
	const char *candidate;
	const char *difference;
	const char *finish_reason;
	int64_t prompt_tokens;
	int64_t completion_tokens;
	int64_t attempts;
	int64_t elapsed_ns; // of the last request
	int64_t wait_ns; // between requests
	const char *request_id;
	const char *model_returned;
	double usd; // NAN: not known
	bool from_cache;
	bool repaired;
};

/** ERROR_NOT_FOUND when there is no such row. */
int store_attempt_read(struct store *store, const struct sample_key *key,
	int (*each)(const struct stored_attempt *attempt, void *data), void *data,
	struct error *err);

/** One stored verdict. Borrowed; texts NULL where there is none. */
struct stored_verdict {
	const char *outcome;
	const char *reason;
	const char *missing;
	const char *axioms; // a JSON array
	const char *messages;
	int64_t cpu_ns; // or VERDICT_CPU_UNKNOWN
	int64_t elapsed_ns;
	const char *backend;
	const char *lean;
	const char *policy;
	const char *sandbox;
	const char *mathlib;
	struct verdict_limits limits;
	const char *check_hash;
	bool reused;
	const char *final;
	const char *final_checker;
	const char *final_messages;
};

/** Of one sample, oldest first: the last one counts. */
int store_verdicts(struct store *store, int64_t sample_id,
	int (*each)(const struct stored_verdict *verdict, void *data), void *data,
	struct error *err);

/** The verdict of a sample that counts. Borrowed; texts NULL where there is none. */
struct newest_verdict {
	int64_t sample_id;
	const char *split;
	const char *problem;
	enum outcome outcome;
	enum reject_reason reason;
	enum missing missing;
	int64_t cpu_ns; // or VERDICT_CPU_UNKNOWN
	int64_t created_ns;
	const char *backend;
	const char *lean;
	const char *policy;
	const char *sandbox;
	int64_t cpu_limit_s;
	const char *check_hash;
	const char *final_checker;
	bool reused;
	bool statement_broken; // its missing is the statement's doing
};

/** Of all samples of a run that have a verdict. */
int store_newest_verdicts(struct store *store, const char *run,
	int (*each)(const struct newest_verdict *verdict, void *data), void *data,
	struct error *err);

/** A problem that a run set out to ask. Borrowed. */
struct run_problem {
	const char *split;
	const char *problem;
	const char *subset;
	const char *cell; // "trees/both"; NULL where the set has none
	const char *family; // "disconnected", "connected"; NULL: of both, or none
};

/**
 * What a run set out to do, a row per (split, problem): reports divide by these, so that a problem
 * that was never reached stays in the denominator. Putting one that is there is no error.
 */
int store_run_problem_put(
	struct store *store, const char *run, const struct run_problem *problem, struct error *err);
int store_run_problems(struct store *store, const char *run,
	int (*each)(const struct run_problem *problem, void *data), void *data, struct error *err);

/* ---- Replies aligned with shortest proofs (task `reason`). */

enum { ALIGNMENT_ORDERS = 3, ALIGNMENT_LABELS = 9 };

/** One alignment. Borrowed; a number that is not defined is NAN. */
struct alignment_record {
	const char *proof_text; // "answer", "reasoning": which text of the reply was read
	const char *aligner; // name and version of what read it
	const char *answer; // the number it gave, "17"; NULL: none
	bool answer_correct;
	bool complete;
	int64_t shortest_steps;
	int64_t shortest_vertices;
	int64_t model_steps;
	int64_t model_vertices;
	int64_t inside_steps;
	double step_efficiency;
	double step_efficiency_lower;
	double step_efficiency_upper;
	double vertex_efficiency;
	double order_distance[ALIGNMENT_ORDERS]; // as logic/align.h's enum order
	double order_chance[ALIGNMENT_ORDERS];
	int64_t labels[ALIGNMENT_LABELS]; // steps by label, as logic/align.h's enum step_label
};

/** Replaces the alignment of the same sample, text and aligner. */
int store_alignment_put(struct store *store, int64_t sample_id,
	const struct alignment_record *alignment, struct error *err);

/** A sample of stage "reason" with its alignment. Borrowed. */
struct aligned_sample {
	int64_t id;
	struct sample_key key;
	enum outcome outcome;
	enum reject_reason reason;
	enum missing missing; // all three NONE: pending
	const char *cell; // NULL where the set has none
	int64_t completion_tokens; // -1: not known
	// of the aligner that wrote last; NULL: this text of the sample was not aligned
	const struct alignment_record *alignment;
};

/** All samples of stage "reason" of the run, in the order in which they were stored first. */
int store_alignments(struct store *store, const char *run, const char *proof_text,
	int (*each)(const struct aligned_sample *sample, void *data), void *data,
	struct error *err);

/** Totals of a run for reports; shared rows count once in tokens. */
struct run_cost {
	int64_t prompt_tokens;
	int64_t completion_tokens;
	double usd; // NAN when no reply gave one
	int64_t solved; // problems with an accepted sample, each split's by itself
	int64_t from_cache; // samples whose reply was not asked for: they cost nothing
	int64_t unpriced; // replies whose cost nobody knows
	int64_t uncounted; // replies whose tokens nobody knows: in no sum
	int64_t paid_tokens; // prompt and completion, replies from the cache left out
	int64_t paid_uncounted; // of those uncounted the ones that are not from the cache
	int64_t requests; // sent
	int64_t lost_requests; // of those, not told of by any sample: killed, or cancelled
	int64_t lean_cpu_ns; // as far as it was measured
	int64_t unmeasured; // checks whose CPU time nobody knows
	int64_t wall_ns;
};

int store_run_cost(
	struct store *store, const char *run, struct run_cost *cost_out, struct error *err);

/* ---- Replies by what was asked. */

/** Where a reply belongs. Borrowed. */
struct cache_place {
	const char *key; // engine/cached.h
	const char *endpoint; // redacted
	const char *model;
};

/** Owned. */
struct cache_reply {
	struct completion *completion; // NULL: an answer without a reply
	enum outcome outcome; // of such a one: refused, context
	char *note;
};

void cache_reply_finish(struct cache_reply *reply);

/** *reply_out is filled when *found_out. Counts as a use. */
int store_cache_get(struct store *store, const char *key, struct cache_reply *reply_out,
	bool *found_out, struct error *err);

/** Whether it is kept; no use. */
int store_cache_has(struct store *store, const char *key, bool *found_out, struct error *err);

/**
 * Keeps the reply of a stored sample, or replaces the one that was kept. `finish` is its
 * completion's, NULL: it has none, and its outcome and note are kept instead.
 */
int store_cache_put(struct store *store, const struct cache_place *place, int64_t sample_id,
	const enum finish *finish, struct error *err);

/** What is kept of one model at one endpoint. Borrowed. */
struct cache_group {
	const char *endpoint;
	const char *model;
	int64_t replies;
	int64_t bytes; // of text
	int64_t uses;
	int64_t oldest_ns; // UTC
	int64_t used_ns; // the last time one was kept or used
};

int store_cache_groups(struct store *store,
	int (*each)(const struct cache_group *group, void *data), void *data, struct error *err);

/** Forgets replies of `model` (NULL: all) that were last kept or used before a time. */
int store_cache_prune(struct store *store, const char *model, int64_t unused_since_ns,
	int64_t *removed_out, struct error *err);

/* ---- Reading for people. */

/**
 * Rows of any one read-only statement; columns through db.h. ERROR_USAGE for SQL that is wrong or
 * would write.
 */
int store_query(struct store *store, const char *sql,
	int (*columns)(const char *const *names, int count, void *data),
	int (*row)(const char *const *values, const int *types, int count, void *data), void *data,
	struct error *err);

/** `PRAGMA integrity_check`; ERROR_DATABASE with its first line when it is not "ok". */
int store_check(struct store *store, struct error *err);

#endif
