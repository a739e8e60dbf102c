#include "engine/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/str.h"
#include "base/vec.h"
#include "core/problem.h"
#include "engine/plan_cells.h"
#include "store/store.h"

enum todo { TODO_ASK, TODO_CHECK, TODO_DONE };

struct planned {
	char *split;
	char *name;
	char *subset;
	char *cell;
	char *family;
	const char *twin_split; // asked for both
	bool follows;		// its twin in the first split stands for it
	struct sha256 texts;
	unsigned char *todo; // an enum todo per sample
};

struct plan {
	struct plan_options options;
	VEC(struct planned) problems;
	struct map *index;   // "split/name" to position + 1
	struct map *headers; // text to itself
	VEC(const char *) header_list;
	size_t total;
	size_t left;
	size_t checks_left;
	size_t accepted; // by what the store says of a run that goes on
	size_t check_cursor;
	size_t ask_cursor;
	bool has_proofs;
	bool has_cells;
};

struct loading {
	struct plan *plan;
	struct cell_shares *shares;
	size_t taken;
	size_t split_index;
};

static struct planned *plan_find(const struct plan *plan, const char *split, const char *name) {
	char *key = xasprintf("%s/%s", split, name);
	size_t position = (size_t)(uintptr_t)map_get(plan->index, key);
	free(key);
	return position > 0 ? &plan->problems.items[position - 1] : NULL;
}

static bool is_among(const char *const *wanted, size_t count, const char *text) {
	for (size_t i = 0; i < count; i++) {
		if (text != NULL && str_equal_nocase(wanted[i], text)) {
			return true;
		}
	}
	return count == 0;
}

static bool is_wanted(const struct plan_options *options, const struct problem *problem) {
	bool family = options->family == NULL || problem->family == NULL ||
		      strcmp(options->family, problem->family) == 0;
	return family && is_among(options->only, options->only_count, problem->name) &&
	       is_among(options->cells, options->cell_count, problem->cell);
}

static int count_problem(const struct problem *problem, void *data) {
	struct loading *loading = data;
	if (is_wanted(&loading->plan->options, problem)) {
		cell_shares_count(loading->shares, problem->cell);
	}
	return 0;
}

/* Everything that reaches a prompt or Lean: two problems with equal hashes can share a sample. */
static struct sha256 texts_hash(const struct problem *problem) {
	struct sha256_stream *stream = sha256_stream_create();
	const char *texts[] = {problem->informal, problem->header, problem->preamble,
		problem->statement, problem->theorem, problem->program};
	for (size_t i = 0; i < F2F_COUNT(texts); i++) {
		const char *text = texts[i] != NULL ? texts[i] : "\x01";
		sha256_stream_add(stream, text, strlen(text) + 1);
	}
	return sha256_stream_finish(stream);
}

static void add_header(struct plan *plan, const char *header) {
	const char *text = header != NULL ? header : "";
	if (!map_has(plan->headers, text)) {
		char *copy = xstrdup(text);
		map_set(plan->headers, text, copy);
		vec_push(&plan->header_list, copy);
	}
}

static int load_problem(const struct problem *problem, void *data) {
	struct loading *loading = data;
	struct plan *plan = loading->plan;
	if (!is_wanted(&plan->options, problem) ||
		!cell_shares_take(loading->shares, problem->cell)) {
		return 0;
	}
	loading->taken++;
	plan->has_cells = plan->has_cells || problem->cell != NULL;
	plan->has_proofs = plan->has_proofs || problem->proof != NULL;
	add_header(plan, problem->header);
	struct planned planned = {
		.split = xstrdup(problem->split),
		.name = xstrdup(problem->name),
		.subset = xstrdup(problem->subset),
		.cell = xstrdup(problem->cell),
		.family = xstrdup(problem->family),
		.texts = texts_hash(problem),
		.todo = xcalloc((size_t)plan->options.samples, 1),
	};
	struct planned *first = loading->split_index > 0
		? plan_find(plan, plan->options.splits[0], problem->name)
		: NULL;
	if (first != NULL && first->twin_split == NULL &&
		strcmp(first->texts.hex, planned.texts.hex) == 0) {
		planned.follows = true;
		memset(planned.todo, TODO_DONE, (size_t)plan->options.samples);
		first->twin_split = planned.split;
	} else {
		plan->left += (size_t)plan->options.samples;
	}
	vec_push(&plan->problems, planned);
	char *key = xasprintf("%s/%s", problem->split, problem->name);
	map_set(plan->index, key, (void *)(uintptr_t)plan->problems.count);
	free(key);
	return 0;
}

struct name_list {
	VEC(char *) names;
	VEC(char *) cells; // each once
};

static int collect_names(const struct problem *problem, void *data) {
	struct name_list *list = data;
	vec_push(&list->names, xstrdup(problem->name));
	const char *const *cells = (const char *const *)list->cells.items;
	if (problem->cell != NULL &&
		(list->cells.count == 0 || !is_among(cells, list->cells.count, problem->cell))) {
		vec_push(&list->cells, xstrdup(problem->cell));
	}
	return 0;
}

static void name_list_finish(struct name_list *list) {
	for (size_t i = 0; i < list->names.count; i++) {
		free(list->names.items[i]);
	}
	for (size_t i = 0; i < list->cells.count; i++) {
		free(list->cells.items[i]);
	}
	vec_finish(&list->names);
	vec_finish(&list->cells);
}

/* ERROR_USAGE for the first that is not there, with what was probably meant. */
static int check_known(const char *what, const char *const *wanted, size_t wanted_count,
	char *const *there, size_t there_count, const struct plan_options *options,
	struct error *err) {
	const char *const *known = (const char *const *)there;
	for (size_t i = 0; i < wanted_count; i++) {
		if (there_count > 0 && is_among(known, there_count, wanted[i])) {
			continue;
		}
		const char *near = str_nearest(wanted[i], known, there_count);
		return error_set(err, ERROR_USAGE, "no %s \"%s\" in %s, subset %s%s%s%s", what,
			wanted[i], options->splits[0],
			options->subset != NULL ? options->subset : "all",
			near != NULL ? "; did you mean " : "", near != NULL ? near : "",
			near != NULL ? "?" : "");
	}
	return 0;
}

/* Every name asked for must be there, and something must be left. */
static int check_choice(struct store *store, const struct plan_options *options, size_t taken,
	struct error *err) {
	struct name_list list = {0};
	int rc = store_problems(
		store, options->splits[0], options->subset, collect_names, &list, err);
	rc = rc < 0 ? rc
		    : check_known("problem", options->only, options->only_count,
			      list.names.items, list.names.count, options, err);
	rc = rc < 0 ? rc
		    : check_known("cell", options->cells, options->cell_count, list.cells.items,
			      list.cells.count, options, err);
	if (rc == 0 && list.names.count == 0) {
		rc = error_set(err, ERROR_USAGE,
			"no problem of %s is in subset %s; there are test, valid and all",
			options->splits[0], options->subset != NULL ? options->subset : "all");
	} else if (rc == 0 && taken == 0) {
		rc = error_set(err, ERROR_USAGE,
			"no problem of %s has name, cell and family (%s) as asked for",
			options->splits[0], options->family != NULL ? options->family : "any");
	}
	name_list_finish(&list);
	return rc;
}

static int load_split(struct plan *plan, struct store *store, size_t index, struct error *err) {
	const struct plan_options *options = &plan->options;
	const char *split = options->splits[index];
	struct set_record set;
	bool found = false;
	int rc = store_set_get(store, split, &set, &found, err);
	if (rc < 0) {
		return rc;
	}
	if (!found) {
		return error_set(err, ERROR_ENVIRONMENT,
			"%s is not in the database yet; type: f2f pull %s", split, split);
	}
	set_record_finish(&set);
	struct loading loading = {
		.plan = plan, .shares = cell_shares_create(), .split_index = index};
	rc = store_problems(store, split, options->subset, count_problem, &loading, err);
	cell_shares_deal(loading.shares, options->limit);
	rc = rc < 0 ? rc
		    : store_problems(store, split, options->subset, load_problem, &loading, err);
	cell_shares_destroy(loading.shares);
	bool named = options->only_count > 0 || options->cell_count > 0;
	if (rc == 0 && (loading.taken == 0 || named)) {
		rc = check_choice(store, options, loading.taken, err);
	}
	return rc;
}

int plan_create(struct store *store, const struct plan_options *options, struct plan **plan_out,
	struct error *err) {
	struct plan *plan = xcalloc(1, sizeof(*plan));
	plan->options = *options;
	plan->index = map_create();
	plan->headers = map_create();
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < options->split_count; i++) {
		rc = load_split(plan, store, i, err);
	}
	if (rc < 0) {
		plan_destroy(plan);
		return rc;
	}
	plan->total = plan->left;
	*plan_out = plan;
	return 0;
}

void plan_destroy(struct plan *plan) {
	if (plan == NULL) {
		return;
	}
	for (size_t i = 0; i < plan->problems.count; i++) {
		struct planned *planned = &plan->problems.items[i];
		free(planned->split);
		free(planned->name);
		free(planned->subset);
		free(planned->cell);
		free(planned->family);
		free(planned->todo);
	}
	vec_finish(&plan->problems);
	vec_finish(&plan->header_list);
	map_destroy(plan->index, NULL);
	map_destroy(plan->headers, free);
	free(plan);
}

struct resuming {
	struct plan *plan;
	bool check;
};

static int resume_sample(const struct sample_state *state, void *data) {
	struct resuming *resuming = data;
	struct plan *plan = resuming->plan;
	struct planned *planned = plan_find(plan, state->key.split, state->key.problem);
	if (planned == NULL || planned->follows || state->key.sample < 0 ||
		state->key.sample >= plan->options.samples) {
		return 0;
	}
	unsigned char *todo = &planned->todo[state->key.sample];
	bool pending = state->outcome == OUTCOME_NONE && state->missing == MISSING_NONE;
	// A check that failed on our side is repeated on the stored reply: the model is not asked
	// again.
	bool unchecked = state->missing == MISSING_VERIFIER || pending;
	if (*todo != TODO_ASK || (!unchecked && state->missing != MISSING_NONE)) {
		return 0;
	}
	plan->accepted += state->outcome == OUTCOME_ACCEPTED;
	if (unchecked && resuming->check) {
		*todo = TODO_CHECK;
		plan->checks_left++;
	} else {
		*todo = TODO_DONE;
		plan->left--;
	}
	return 0;
}

int plan_resume(
	struct plan *plan, struct store *store, const char *run, bool check, struct error *err) {
	struct resuming resuming = {plan, check};
	return store_samples(store, run, resume_sample, &resuming, err);
}

struct rechecking {
	struct plan *plan;
	bool (*wanted)(const struct sample_state *state, void *data);
	void *data;
};

/* What the text alone decided is looked at again too: another policy may let it through. */
static bool rests_on_checks(const struct sample_state *state) {
	switch (state->outcome) {
	case OUTCOME_ACCEPTED:
	case OUTCOME_REJECTED:
	case OUTCOME_NO_CODE:
		return true;
	case OUTCOME_NONE:
		return state->missing == MISSING_VERIFIER || state->missing == MISSING_NONE;
	case OUTCOME_TRUNCATED:
	case OUTCOME_REFUSED:
	case OUTCOME_CONTEXT:
		break;
	}
	return false;
}

static int recheck_sample(const struct sample_state *state, void *data) {
	struct rechecking *rechecking = data;
	struct plan *plan = rechecking->plan;
	struct planned *planned = plan_find(plan, state->key.split, state->key.problem);
	if (planned == NULL || planned->follows || !rests_on_checks(state) ||
		state->key.sample < 0 || state->key.sample >= plan->options.samples ||
		(rechecking->wanted != NULL && !rechecking->wanted(state, rechecking->data))) {
		return 0;
	}
	planned->todo[state->key.sample] = TODO_CHECK;
	plan->checks_left++;
	plan->left++;
	return 0;
}

int plan_recheck(struct plan *plan, struct store *store, const char *run,
	bool (*wanted)(const struct sample_state *state, void *data), void *data,
	struct error *err) {
	for (size_t i = 0; i < plan->problems.count; i++) {
		memset(plan->problems.items[i].todo, TODO_DONE, (size_t)plan->options.samples);
	}
	plan->left = 0;
	struct rechecking rechecking = {plan, wanted, data};
	int rc = store_samples(store, run, recheck_sample, &rechecking, err);
	plan->total = plan->left;
	return rc;
}

/* Moves the cursor to the next (sample, problem) in the wanted state; sample-major. */
static bool take(struct plan *plan, size_t *cursor, enum todo wanted, struct plan_item *item_out) {
	size_t count = plan->problems.count;
	size_t end = count * (size_t)plan->options.samples;
	for (; *cursor < end; (*cursor)++) {
		struct planned *planned = &plan->problems.items[*cursor % count];
		size_t sample = *cursor / count;
		if (planned->todo[sample] == wanted) {
			planned->todo[sample] = TODO_DONE;
			*item_out = (struct plan_item){
				.split = planned->split,
				.problem = planned->name,
				.twin_split = planned->twin_split,
				.sample = (int64_t)sample,
				.ask = wanted == TODO_ASK,
			};
			plan->left--;
			return true;
		}
	}
	return false;
}

bool plan_next(struct plan *plan, struct plan_item *item_out) {
	if (plan->checks_left > 0) {
		plan->checks_left--;
		return take(plan, &plan->check_cursor, TODO_CHECK, item_out);
	}
	return take(plan, &plan->ask_cursor, TODO_ASK, item_out);
}

bool plan_next_beside(struct plan *plan, const struct plan_item *item, struct plan_item *item_out) {
	struct planned *planned = plan_find(plan, item->split, item->problem);
	for (int64_t sample = item->sample + 1; sample < plan->options.samples; sample++) {
		if (planned->todo[sample] == TODO_ASK) {
			planned->todo[sample] = TODO_DONE;
			*item_out = *item;
			item_out->sample = sample;
			plan->left--;
			return true;
		}
	}
	return false;
}

size_t plan_beside(const struct plan *plan, const struct plan_item *item) {
	const struct planned *planned = plan_find(plan, item->split, item->problem);
	size_t count = 0;
	for (int64_t sample = item->sample + 1; sample < plan->options.samples; sample++) {
		count += planned->todo[sample] == TODO_ASK;
	}
	return count;
}

size_t plan_checks_left(const struct plan *plan) {
	return plan->checks_left;
}

size_t plan_left(const struct plan *plan) {
	return plan->left;
}

size_t plan_accepted(const struct plan *plan) {
	return plan->accepted;
}

size_t plan_total(const struct plan *plan) {
	return plan->total;
}

int plan_each_problem(const struct plan *plan,
	int (*each)(const struct run_problem *problem, void *data), void *data) {
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < plan->problems.count; i++) {
		const struct planned *planned = &plan->problems.items[i];
		struct run_problem problem = {
			.split = planned->split,
			.problem = planned->name,
			.subset = planned->subset,
			.cell = planned->cell,
			.family = planned->family,
		};
		rc = each(&problem, data);
	}
	return rc;
}

size_t plan_header_count(const struct plan *plan) {
	return plan->header_list.count;
}

const char *plan_header(const struct plan *plan, size_t index) {
	return plan->header_list.items[index];
}

bool plan_has_cells(const struct plan *plan) {
	return plan->has_cells;
}

bool plan_has_proofs(const struct plan *plan) {
	return plan->has_proofs;
}
