#ifndef F2F_CMD_EVAL_RUN_H
#define F2F_CMD_EVAL_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "cmd/lean_setup.h"
#include "cmd/model.h"
#include "core/prompt.h"
#include "engine/plan.h"
#include "engine/run.h"
#include "store/store.h"
#include "verifier/verifier.h"

struct dataset;
struct loop;
struct options;

/* Owned texts. */
struct eval_names {
	char **items;
	size_t count;
	size_t cap;
};

/* Everything an eval is made of, from its options to its run row. Zeroed at first; eval_finish
 * takes all of it down. */
struct eval {
	const struct options *options;
	struct loop *loop;
	struct store *store;
	char *database;
	struct dataset *dataset;
	const char **splits; // stored splits: its members, or itself
	size_t split_count;
	const char *subset; // NULL: all
	const char *task;
	const char *proof_text; // which text of a reply is its proof in words
	const char *shots;	// worked examples before a word problem
	struct resolved_model model;
	struct prompt prompt;
	struct sampling sampling;
	int64_t choices; // samples a request may ask for
	struct eval_names stops; // its texts that end a reply
	enum stream_mode stream;
	struct capabilities capabilities; // of the endpoint, as far as is known
	struct eval_names only; // problems asked for by name
	struct eval_names cells;
	struct plan_options plan_options; // its lists are those two
	struct plan *plan;
	bool verify;
	struct lean_terms terms;
	struct lean_wish wish; // the model's or the set's
	char *wish_by;
	struct lean_info lean;
	struct verifier *verifier;
	struct run_record run;
	bool resumed;
	bool dry; // nothing is sent, started or stored
	char *dry_folder; // of a database for as long as that takes; NULL: there is one
	struct engine_result result;
};

/**
 * From options to plan, prompt and model: everything that can be wrong before Lean or an endpoint
 * is touched.
 */
int eval_prepare(struct eval *eval, struct error *err);

/** Sampling settings: an option, else the model's section, else the prompt's. */
void eval_choose_sampling(struct eval *eval);

/** How many samples a request may ask for. ERROR_USAGE where there is no such request. */
int eval_choose_choices(struct eval *eval, struct error *err);

/** Whether a request can be built from all that was given: ERROR_USAGE before anything is sent. */
int eval_check_request(const struct eval *eval, struct error *err);

/** What earlier runs and f2f doctor found out of the endpoint; and back, into the manifest too. */
int eval_load_capabilities(struct eval *eval, struct error *err);
int eval_save_capabilities(struct eval *eval, struct error *err);

/** Cache, speed, prices and limits; what earlier sessions of the run spent. */
int eval_terms(const struct eval *eval, struct engine_options *engine, struct error *err);

/** Finds Lean and opens the verifier, warm and tried under every header of the plan. */
int eval_open_verifier(struct eval *eval, struct error *err);

/**
 * Finds the run to resume, or inserts a new one and says which setting made it new. Takes the run's
 * lock.
 */
int eval_open_run(struct eval *eval, struct error *err);

/** Which run it would be. Zeroed but for `why`. */
struct eval_choice {
	char *same; // the run that would go on; NULL: a new one
	struct buf why; // what differs from the newest of this model and set; empty: there is none
	size_t total; // samples
	size_t left;
};

/** The same as eval_open_run would find; the plan then holds what is left. Stores nothing. */
int eval_choose_run(struct eval *eval, struct eval_choice *choice, struct error *err);
void eval_choice_finish(struct eval_choice *choice);

/** All that the engine is told. Borrows. */
int eval_engine_options(const struct eval *eval, struct engine_options *out, struct error *err);

/** Shows the prompts of two problems, and how much would be asked at what price. */
int eval_dry_run(struct eval *eval, struct error *err);

/** Runs the engine and writes the run's state. */
int eval_perform(struct eval *eval, struct error *err);

/**
 * Prints scores; 0, or the exit status that they call for (3: below --min-score, 4: too much is
 * missing).
 */
int eval_report(struct eval *eval, struct error *err);

void eval_finish(struct eval *eval);

/** Owned: a name for a run that begins now. */
char *eval_new_run_id(int64_t now_ns);

#endif
