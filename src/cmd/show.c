#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <jansson.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/show_list.h"
#include "cmd/show_missing.h"
#include "cmd/show_print.h"
#include "cmd/show_steps.h"
#include "cmd/verdict_json.h"
#include "core/problem.h"
#include "report/report.h"
#include "store/store.h"

static const struct option options[] = {
	{"outcome", 0, OPTION_TEXT, "WORD",
		"list a run's attempts that ended so: accepted, rejected, no_code, truncated, "
		"refused, context, missing or pending"},
	{"reason", 0, OPTION_TEXT, "WORD",
		"list attempts that were rejected for this: error, sorry, axioms, statement, "
		"forbidden, absent, timeout or resources"},
	{"random", 0, OPTION_COUNT, "N", "list N attempts drawn by chance"},
	{"json", 0, OPTION_FLAG, NULL, "one JSON object"},
	{0},
};

/* A text that may be absent; json_string gives NULL for what is not UTF-8, too. */
static json_t *text(const char *string) {
	json_t *value = string != NULL ? json_string(string) : NULL;
	return value != NULL ? value : json_null();
}

static json_t *parsed(const char *string) {
	json_t *value = string != NULL ? json_loads(string, JSON_DECODE_ANY, NULL) : NULL;
	return value != NULL ? value : json_null();
}

/* ---- A problem. */

static int show_problem(struct store *store, const char *split, const char *name, json_t *shown,
	struct error *err) {
	struct problem problem;
	int rc = store_problem_get(store, split, name, &problem, err);
	if (rc < 0) {
		return rc;
	}
	json_object_set_new(shown, "split", text(problem.split));
	json_object_set_new(shown, "problem", text(problem.name));
	json_object_set_new(shown, "subset", text(problem.subset));
	json_object_set_new(shown, "toolchain", text(problem.toolchain));
	json_object_set_new(shown, "informal", text(problem.informal));
	json_object_set_new(shown, "header", text(problem.header));
	json_object_set_new(shown, "preamble", text(problem.preamble));
	json_object_set_new(shown, "statement", text(problem.statement));
	json_object_set_new(shown, "proof", text(problem.proof));
	problem_finish(&problem);
	return 0;
}

/* ---- A run. */

static int show_run(struct store *store, const char *run, json_t *shown, struct error *err) {
	struct report *report = NULL;
	int rc = report_build(store, run, NULL, &report, err);
	if (rc < 0) {
		return rc;
	}
	json_object_set_new(shown, "id", text(report->run.id));
	json_object_set_new(shown, "model", text(report->run.model));
	json_object_set_new(shown, "split", text(report->run.split));
	json_object_set_new(shown, "subset", text(report->run.subset));
	json_object_set_new(shown, "task", text(report->run.task));
	json_object_set_new(shown, "state", text(report->run.state));
	json_object_set_new(shown, "samples", json_integer(report->run.samples));
	json_object_set_new(shown, "valid", json_boolean(report->valid));
	json_t *outcomes = json_object();
	for (size_t i = 0; i < report->outcomes.count; i++) {
		json_object_set_new(outcomes, report->outcomes.items[i].words,
			json_integer(report->outcomes.items[i].count));
	}
	json_object_set_new(shown, "outcomes", outcomes);
	json_object_set_new(shown, "settings", parsed(report->run.settings));
	json_object_set_new(shown, "manifest", parsed(report->run.manifest));
	report_destroy(report);
	return 0;
}

/* ---- Attempts. */

static int add_verdict(const struct stored_verdict *verdict, void *data) {
	json_t *object = json_object();
	json_object_set_new(object, "outcome", text(verdict->outcome));
	json_object_set_new(object, "reason", text(verdict->reason));
	json_object_set_new(object, "missing", text(verdict->missing));
	json_object_set_new(object, "axioms", parsed(verdict->axioms));
	json_object_set_new(object, "messages", text(verdict->messages));
	json_object_set_new(object, "cpu_s", verdict_json_cpu(verdict->cpu_ns));
	json_object_set_new(object, "backend", text(verdict->backend));
	json_object_set_new(object, "lean", text(verdict->lean));
	json_object_set_new(object, "policy", text(verdict->policy));
	json_object_set_new(object, "sandbox", text(verdict->sandbox));
	json_object_set_new(object, "mathlib", text(verdict->mathlib));
	json_object_set_new(object, "cpu_limit_s", json_integer(verdict->limits.cpu_s));
	json_object_set_new(object, "wall_limit_s", json_integer(verdict->limits.wall_s));
	json_object_set_new(
		object, "memory_limit_bytes", json_integer(verdict->limits.memory_bytes));
	json_object_set_new(object, "reused", json_boolean(verdict->reused));
	json_object_set_new(object, "final", text(verdict->final));
	json_object_set_new(object, "final_checker", text(verdict->final_checker));
	json_object_set_new(object, "final_messages", text(verdict->final_messages));
	json_array_append_new(data, object);
	return 0;
}

struct showing {
	json_t *object;
	int64_t id;
	const struct problem *words; // a word problem, whose proof is read; else NULL
	struct error *err;
};

static int add_attempt(const struct stored_attempt *attempt, void *data) {
	struct showing *showing = data;
	json_t *object = showing->object;
	bool pending = attempt->outcome == NULL && attempt->missing == NULL;
	showing->id = attempt->id;
	json_object_set_new(object, "outcome", text(pending ? "pending" : attempt->outcome));
	json_object_set_new(object, "reason", text(attempt->reason));
	json_object_set_new(object, "missing", text(attempt->missing));
	json_object_set_new(object, "note", text(attempt->note));
	json_object_set_new(object, "prompt", text(attempt->prompt));
	json_object_set_new(object, "reasoning", text(attempt->reasoning));
	json_object_set_new(object, "reply", text(attempt->reply));
	json_object_set_new(object, "candidate", text(attempt->candidate));
	json_object_set_new(object, "difference", text(attempt->difference));
	json_object_set_new(object, "finish_reason", text(attempt->finish_reason));
	json_object_set_new(object, "prompt_tokens",
		attempt->prompt_tokens < 0 ? json_null() : json_integer(attempt->prompt_tokens));
	json_object_set_new(object, "completion_tokens",
		attempt->completion_tokens < 0 ? json_null()
					       : json_integer(attempt->completion_tokens));
	json_object_set_new(object, "attempts", json_integer(attempt->attempts));
	json_object_set_new(object, "elapsed_s", json_real((double)attempt->elapsed_ns / 1e9));
	json_object_set_new(object, "wait_s", json_real((double)attempt->wait_ns / 1e9));
	json_object_set_new(object, "request_id", text(attempt->request_id));
	json_object_set_new(object, "model_returned", text(attempt->model_returned));
	json_object_set_new(
		object, "usd", isnan(attempt->usd) ? json_null() : json_real(attempt->usd));
	json_object_set_new(object, "from_cache", json_boolean(attempt->from_cache));
	json_object_set_new(object, "repaired", json_boolean(attempt->repaired));
	if (showing->words == NULL) {
		return 0;
	}
	int rc = show_steps(showing->words, attempt->reply, "read", object, showing->err);
	return rc < 0 ? rc
		      : show_steps(showing->words, attempt->reasoning, "read_reasoning", object,
				showing->err);
}

static int show_attempt(
	struct store *store, const struct sample_key *key, json_t *attempts, struct error *err) {
	struct problem problem = {0};
	struct showing showing = {.object = json_object(), .err = err};
	bool words = strcmp(key->stage, "reason") == 0 &&
		     store_problem_get(store, key->split, key->problem, &problem, NULL) == 0;
	showing.words = words ? &problem : NULL;
	json_object_set_new(showing.object, "split", text(key->split));
	json_object_set_new(showing.object, "sample", json_integer(key->sample));
	json_array_append_new(attempts, showing.object);
	int rc = store_attempt_read(store, key, add_attempt, &showing, err);
	problem_finish(&problem);
	json_t *verdicts = json_array();
	json_object_set_new(showing.object, "verdicts", verdicts);
	return rc < 0 ? rc : store_verdicts(store, showing.id, add_verdict, verdicts, err);
}

/* What of a run's samples is wanted, by the command line. */
struct choice {
	const char *split; // NULL: any
	const char *problem;
	const char *sample;
	const char *outcome;
	const char *reason;
	VEC(struct sample_state) samples; // texts owned
};

static int choose(const struct sample_state *state, void *data) {
	struct choice *choice = data;
	const char *outcome = state->missing != MISSING_NONE   ? "missing"
			      : state->outcome != OUTCOME_NONE ? outcome_name(state->outcome)
							       : "pending";
	int64_t sample = 0;
	bool wanted =
		(choice->split == NULL || strcmp(choice->split, state->key.split) == 0) &&
		(choice->problem == NULL || strcmp(choice->problem, state->key.problem) == 0) &&
		(choice->sample == NULL ||
			(str_to_int64(choice->sample, &sample) && sample == state->key.sample)) &&
		(choice->outcome == NULL || strcmp(choice->outcome, outcome) == 0) &&
		(choice->reason == NULL ||
			strcmp(choice->reason, reject_reason_name(state->reason)) == 0);
	if (wanted) {
		struct sample_state copy = *state;
		copy.key.split = xstrdup(state->key.split);
		copy.key.problem = xstrdup(state->key.problem);
		copy.key.stage = xstrdup(state->key.stage);
		copy.candidate_hash = NULL;
		vec_push(&choice->samples, copy);
	}
	return 0;
}

static void choice_finish(struct choice *choice) {
	for (size_t i = 0; i < choice->samples.count; i++) {
		free((char *)choice->samples.items[i].key.split);
		free((char *)choice->samples.items[i].key.problem);
		free((char *)choice->samples.items[i].key.stage);
	}
	vec_finish(&choice->samples);
}

/* The first `wanted` places are drawn from all. The kernel's chance: whoever audits a run must not
 * be able to tell beforehand what will be looked at. */
static void draw(struct choice *choice, size_t wanted) {
	size_t count = choice->samples.count;
	for (size_t i = 0; i < wanted && i + 1 < count; i++) {
		uint64_t chance = 0;
		if (getrandom(&chance, sizeof(chance), 0) != sizeof(chance)) {
			return;
		}
		size_t other = i + (size_t)(chance % (count - i));
		struct sample_state swapped = choice->samples.items[i];
		choice->samples.items[i] = choice->samples.items[other];
		choice->samples.items[other] = swapped;
	}
}

static int show_list(const struct options *given, struct store *store, struct choice *choice,
	json_t *shown, struct error *err) {
	size_t count = choice->samples.count;
	json_t *list = json_array();
	if (option_given(given, "random")) {
		size_t wanted = (size_t)option_count(given, "random", 0);
		draw(choice, wanted);
		count = wanted < count ? wanted : count;
	}
	const char *run = json_string_value(json_object_get(shown, "run"));
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		json_t *row = show_list_row(store, run, &choice->samples.items[i], err);
		rc = row != NULL ? json_array_append_new(list, row) : err->code;
	}
	json_object_set_new(shown, "matching", json_integer((json_int_t)choice->samples.count));
	json_object_set_new(shown, "attempts", list);
	return rc;
}

static int show_attempts(struct store *store, const struct run_record *run, struct choice *choice,
	json_t *shown, struct error *err) {
	if (choice->samples.count == 0) {
		return show_no_attempt(store, run, choice->problem, choice->sample,
			choice->outcome != NULL || choice->reason != NULL, err);
	}
	json_t *attempts = json_array();
	int rc = 0;
	const struct sample_key *first = &choice->samples.items[0].key;
	if (show_problem(store, first->split, first->problem, shown, NULL) < 0) {
		json_object_set_new(shown, "problem", text(first->problem)); // no longer in the set
	}
	json_object_set_new(shown, "attempts", attempts);
	for (size_t i = 0; rc == 0 && i < choice->samples.count; i++) {
		struct sample_key key = choice->samples.items[i].key;
		key.run = run->id;
		rc = show_attempt(store, &key, attempts, err);
	}
	return rc;
}

/* What the arguments name. */
struct words {
	const char *run;
	const char *problem;
	const char *sample;
};

static int show_samples(const struct options *given, const struct words *words, struct store *store,
	json_t *shown, struct error *err) {
	struct choice choice = {
		.problem = words->problem,
		.sample = words->sample,
		.outcome = option_text(given, "outcome", NULL),
		.reason = option_text(given, "reason", NULL),
	};
	const char *slash = choice.problem != NULL ? strchr(choice.problem, '/') : NULL;
	char *split =
		slash != NULL ? xmemdup0(choice.problem, (size_t)(slash - choice.problem)) : NULL;
	choice.split = split;
	choice.problem = slash != NULL ? slash + 1 : choice.problem;
	struct run_record run = {0};
	int rc = store_run_get(store, words->run, &run, err);
	rc = rc < 0 ? rc : store_samples(store, run.id, choose, &choice, err);
	if (rc == 0) {
		json_object_set_new(shown, "run", text(run.id));
		rc = choice.problem == NULL ? show_list(given, store, &choice, shown, err)
					    : show_attempts(store, &run, &choice, shown, err);
	}
	choice_finish(&choice);
	run_record_finish(&run);
	free(split);
	return rc;
}

static int check_words(const struct options *given, struct error *err) {
	const char *word = option_text(given, "outcome", "pending");
	enum outcome outcome;
	if (strcmp(word, "pending") != 0 && strcmp(word, "missing") != 0 &&
		(word[0] == '\0' || !outcome_from_name(word, &outcome))) {
		return error_set(err, ERROR_USAGE,
			"--outcome %s is not a word for one; type: f2f "
			"help show",
			word);
	}
	word = option_text(given, "reason", "error");
	enum reject_reason reason;
	return word[0] != '\0' && reject_reason_from_name(word, &reason)
		       ? 0
		       : error_set(err, ERROR_USAGE,
				 "--reason %s is not a word for one; type: f2f "
				 "help show",
				 word);
}

struct splits {
	VEC(char *) names;
};

static int add_split(const char *split, void *data) {
	struct splits *splits = data;
	vec_push(&splits->names, xstrdup(split));
	return 0;
}

/* A problem by its name alone, as each split that has it puts it. *found_out false: none has. */
static int show_everywhere(
	struct store *store, const char *name, json_t *shown, bool *found_out, struct error *err) {
	struct splits splits = {0};
	json_t *problems = json_array();
	int rc = store_problem_splits(store, name, add_split, &splits, err);
	for (size_t i = 0; rc == 0 && i < splits.names.count; i++) {
		json_t *problem = json_object();
		json_array_append_new(problems, problem);
		rc = show_problem(store, splits.names.items[i], name, problem, err);
	}
	*found_out = splits.names.count > 0;
	if (rc == 0 && splits.names.count == 1) {
		json_object_update(shown, json_array_get(problems, 0));
	} else if (rc == 0 && splits.names.count > 1) {
		json_object_set(shown, "problems", problems);
	}
	for (size_t i = 0; i < splits.names.count; i++) {
		free(splits.names.items[i]);
	}
	vec_finish(&splits.names);
	json_decref(problems);
	return rc;
}

/* "SPLIT/PROBLEM", or "RUN/PROBLEM". */
static int show_pair(
	const struct options *given, struct store *store, json_t *shown, struct error *err) {
	const char *first = option_argument(given, 0);
	const char *slash = strchr(first, '/');
	char *before = xmemdup0(first, (size_t)(slash - first));
	struct run_record record = {0};
	int rc = show_problem(store, before, slash + 1, shown, err);
	if (rc == ERROR_NOT_FOUND && store_run_get(store, before, &record, NULL) == 0) {
		run_record_finish(&record);
		struct words words = {before, slash + 1, option_argument(given, 1)};
		rc = show_samples(given, &words, store, shown, err);
	} else if (rc == ERROR_NOT_FOUND) {
		rc = show_no_problem(store, before, slash + 1, err);
	}
	free(before);
	return rc;
}

/* A run, or a problem by its name. What is neither is told as a run that is not there. */
static int show_named(struct store *store, const char *name, json_t *shown, struct error *err) {
	int rc = show_run(store, name, shown, err);
	if (rc == ERROR_USAGE) {
		bool found = false;
		struct error of_problem;
		int of_name = show_everywhere(store, name, shown, &found, &of_problem);
		if (of_name < 0) {
			*err = of_problem;
		}
		rc = found || of_name < 0 ? of_name : rc;
	}
	return rc;
}

static int run(struct options *given, struct error *err) {
	const char *first = option_argument(given, 0);
	if (first == NULL || option_argument(given, 3) != NULL) {
		return error_set(err, ERROR_USAGE,
			"give a RUN, a RUN and a PROBLEM, or SPLIT/PROBLEM; type: f2f help show");
	}
	int rc = check_words(given, err);
	if (rc < 0) {
		return rc;
	}
	bool list = option_given(given, "outcome") || option_given(given, "reason") ||
		    option_given(given, "random");
	char *database = options_database(given);
	json_t *shown = json_pack("{s:i}", "schema_version", 1);
	struct store *store = NULL;
	rc = store_open(database, &(struct store_options){.mode = DB_READ_ONLY}, &store, err);
	if (rc == 0 && strchr(first, '/') != NULL) {
		rc = show_pair(given, store, shown, err);
	} else if (rc == 0 && (list || option_argument(given, 1) != NULL)) {
		const char *problem = option_argument(given, 1);
		struct words words = {
			first, problem, problem != NULL ? option_argument(given, 2) : NULL};
		rc = show_samples(given, &words, store, shown, err);
	} else if (rc == 0) {
		rc = show_named(store, first, shown, err);
	}
	bool json = option_flag(given, "json");
	if (rc == 0 && !json && json_object_get(shown, "matching") != NULL) {
		show_list_print(shown);
	} else if (rc == 0) {
		show_print(shown, json);
	}
	json_decref(shown);
	store_close(store);
	free(database);
	return rc;
}

const struct command cmd_show = {
	.name = "show",
	.synopsis = "RUN [PROBLEM [SAMPLE]] | [SPLIT/]PROBLEM",
	.summary = "show a run, an attempt, a problem",
	.about = "Shows a run: settings, manifest, counts of outcomes. With a problem of it: the "
		 "statement, and of each sample the prompt, the reply and its reasoning, the "
		 "candidate that was checked, how its statement differs, and every verdict. With "
		 "--outcome, --reason or --random it lists attempts, with the first line of what was "
		 "said of each. SPLIT/PROBLEM shows a problem "
		 "as it was pulled, PROBLEM alone as each split has it.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f show latest\n"
		 "  f2f show latest demo_two_add_two 0\n"
		 "  f2f show latest --outcome rejected --reason error --random 10\n"
		 "  f2f show demo/demo_two_add_two --json\n",
	.options = options,
	.run = run,
};
