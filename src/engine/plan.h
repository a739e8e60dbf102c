#ifndef F2F_ENGINE_PLAN_H
#define F2F_ENGINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct run_problem;
struct sample_state;
struct store;

/**
 * What a run has to do: every (problem, sample) of its splits, less what the store says is done.
 * Holds names, not texts: memory does not follow the size of the problems. Sample 0 of all problems
 * comes before sample 1, so that a run cut short is still even.
 */
struct plan;

struct plan_options {
	// stored splits: "v2s", "v2c"; the first may share samples with the others
	const char *const *splits;
	size_t split_count;
	const char *subset;	 // "test", "valid", "file:test"; NULL: all
	const char *const *only; // names of the problems wanted; NULL: all
	size_t only_count;
	// word problems: those of this family and those of both; NULL: all. No other set has any
	const char *family;
	const char *const *cells; // "trees/both"; none: all
	size_t cell_count;
	// problems a split, in the set's order, from all its cells evenly; 0: all
	int64_t limit;
	int64_t samples; // a problem
};

/** One thing to do. Names borrowed from the plan. */
struct plan_item {
	const char *split;
	const char *problem;
	const char *twin_split; // another split in which the same texts stand; NULL: none
	int64_t sample;
	bool ask; // false: the reply is stored, only the check is missing
};

/**
 * ERROR_ENVIRONMENT when a split was never pulled, ERROR_USAGE (nearest name) for an unknown
 * problem or cell, or an empty choice.
 */
int plan_create(struct store *store, const struct plan_options *options, struct plan **plan_out,
	struct error *err);
void plan_destroy(struct plan *plan);

/**
 * Take what a run has already stored: known outcomes are done, missing ones are asked again;
 * pending ones, and those whose check failed on our side, are checked when `check`, else done.
 */
int plan_resume(
	struct plan *plan, struct store *store, const char *run, bool check, struct error *err);

/**
 * Nothing but checks: those of the run's samples whose outcome rests on what Lean or the policy
 * says of their reply, and that `wanted` wants (NULL: all).
 */
int plan_recheck(struct plan *plan, struct store *store, const char *run,
	bool (*wanted)(const struct sample_state *state, void *data), void *data,
	struct error *err);

/** The next thing to do, once each; false when there is none left. Checks come before questions. */
bool plan_next(struct plan *plan, struct plan_item *item_out);

/** The next sample of the item's problem that is to be asked for, if there is one left. */
bool plan_next_beside(struct plan *plan, const struct plan_item *item, struct plan_item *item_out);

/** How many of those there are. */
size_t plan_beside(const struct plan *plan, const struct plan_item *item);

/** How many plan_next calls are left. */
size_t plan_left(const struct plan *plan);

/** How many of those are checks. */
size_t plan_checks_left(const struct plan *plan);

/** How many of those that plan_resume found done are accepted. */
size_t plan_accepted(const struct plan *plan);

/** Samples in all, done ones included; a sample that two splits share counts once. */
size_t plan_total(const struct plan *plan);

/**
 * Every planned problem, shared ones once per split: what a report divides by. A negative return
 * stops.
 */
int plan_each_problem(const struct plan *plan,
	int (*each)(const struct run_problem *problem, void *data), void *data);

/** Headers of the planned problems, each different one once. Borrowed. */
size_t plan_header_count(const struct plan *plan);
const char *plan_header(const struct plan *plan, size_t index);

/** Whether any planned problem is of a cell: only those have families of distractors. */
bool plan_has_cells(const struct plan *plan);

/** Whether any planned problem has a proof of its own (builtin/gold needs one). */
bool plan_has_proofs(const struct plan *plan);

#endif
