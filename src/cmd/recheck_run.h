#ifndef F2F_CMD_RECHECK_RUN_H
#define F2F_CMD_RECHECK_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "cmd/lean_setup.h"
#include "cmd/recheck.h"
#include "cmd/recheck_list.h"
#include "engine/run.h"
#include "store/store.h"

struct dataset;
struct loop;
struct plan;

/* What recheck.c and recheck_limits.c share. */

/* A verdict of the same re-check, from before it was interrupted. */
struct recheck_done {
	int64_t id;
	struct recorded_before after;
	int64_t cpu_ns; // or VERDICT_CPU_UNKNOWN
	char *check_hash;
	bool reused;
};

/* Everything a re-check holds. */
struct recheck {
	struct options *options;
	const struct recheck_request *request;
	struct store *store;
	struct loop *loop;
	struct run_record run;
	struct dataset *dataset;
	const char **splits;
	size_t split_count;
	struct lean_terms terms;
	struct lean_info lean;
	VEC(struct recheck_done) done; // by id
	struct recheck_list list;
	int64_t missing; // checks without a verdict
	int64_t changed; // proofs in words
	int64_t accepted; // in the pass at hand
};

/** The checks of the run's samples that `wanted` wants. Owned. */
int recheck_plan(struct recheck *recheck,
	bool (*wanted)(const struct sample_state *state, void *data), void *data,
	struct plan **plan_out, struct error *err);

/** A verifier that has been tried under every header of the plan. */
int recheck_verifier(struct recheck *recheck, const struct plan *plan,
	const struct lean_terms *terms, struct verifier **verifier_out, struct error *err);

int recheck_engine(struct recheck *recheck, struct plan *plan, struct verifier *verifier,
	bool show_only, void (*on_verdict)(const struct engine_verdict *told, void *data),
	struct engine_result *result_out, struct error *err);

/** After a pass at the largest limit: what the smaller ones would have accepted. */
int recheck_sensitivity(struct recheck *recheck, struct error *err);

#endif
