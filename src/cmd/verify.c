#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/lean_setup.h"
#include "cmd/recheck.h"
#include "core/verdict.h"
#include "store/store.h"

static const struct option options[] = {
	{"pending", 0, OPTION_FLAG, NULL, "only what has no outcome yet"},
	{"problem", 0, OPTION_LIST, "NAME", "only this one, or SPLIT/NAME; repeatable"},
	{"sample", 0, OPTION_COUNT, "N", "only this sample of each problem, from 0"},
	{"outcome", 0, OPTION_TEXT, "WORD", "only what ended so: accepted, rejected, missing …"},
	{"reason", 0, OPTION_TEXT, "WORD", "only what was rejected for this: error, timeout …"},
	{"dry-run", 0, OPTION_FLAG, NULL, "show what would change and store nothing"},
	{"lean-cpu", 0, OPTION_LIST, "SECONDS",
		"CPU time a proof (default: the run's own); several, 60,120,300, show how much "
		"depends on it"},
	LEAN_OPTIONS_BUT_CPU,
	{"json", 0, OPTION_FLAG, NULL, "a JSON object a verdict, a line each"},
	{0},
};

/* ---- What is wanted. */

static const char *word_of(const struct sample_state *state) {
	return state->missing != MISSING_NONE	? "missing"
	       : state->outcome == OUTCOME_NONE ? "pending"
						: outcome_name(state->outcome);
}

static bool is_named(const struct recheck_request *request, const struct sample_key *key) {
	for (size_t i = 0; i < request->problem_count; i++) {
		const char *name = request->problems[i];
		size_t split = strlen(key->split);
		if (strcmp(name, key->problem) == 0 ||
			(str_starts_with(name, key->split) && name[split] == '/' &&
				strcmp(name + split + 1, key->problem) == 0)) {
			return true;
		}
	}
	return request->problem_count == 0;
}

bool recheck_wants(const struct recheck_request *request, const struct sample_state *state) {
	bool unchecked = state->outcome == OUTCOME_NONE &&
			 (state->missing == MISSING_NONE || state->missing == MISSING_VERIFIER);
	return (!request->pending || unchecked) && is_named(request, &state->key) &&
	       (!request->has_sample || state->key.sample == request->sample) &&
	       (request->outcome == NULL || strcmp(request->outcome, word_of(state)) == 0) &&
	       (request->reason == NULL ||
		       strcmp(request->reason, reject_reason_name(state->reason)) == 0);
}

/* ---- Options. */

/* Owned lists behind a request. */
struct lists {
	VEC(char *) problems;
	VEC(int64_t) limits;
};

static void lists_finish(struct lists *lists) {
	for (size_t i = 0; i < lists->problems.count; i++) {
		free(lists->problems.items[i]);
	}
	vec_finish(&lists->problems);
	vec_finish(&lists->limits);
}

/* The next of several with commas between; empty at the end. */
static struct str next_item(const char **rest) {
	struct str item = str_trim(str_slice(*rest, strcspn(*rest, ",")));
	*rest += strcspn(*rest, ",");
	*rest += **rest == ',';
	return item;
}

static int compare_limits(const void *a, const void *b) {
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static int take_limits(const struct options *given, struct lists *lists, struct error *err) {
	const char *rest;
	for (size_t i = 0; (rest = option_item(given, "lean-cpu", i)) != NULL; i++) {
		do {
			struct str item = next_item(&rest);
			char *text = xmemdup0(item.data, item.len);
			int64_t limit = 0;
			bool good = str_to_int64(text, &limit) && limit > 0 && limit <= 1000000;
			int rc = good ? 0
				      : error_set(err, ERROR_USAGE,
						"--lean-cpu: \"%s\" is not a number of seconds "
						"(%s)",
						text, option_origin(given, "lean-cpu"));
			free(text);
			if (rc < 0) {
				return rc;
			}
			vec_push(&lists->limits, limit);
		} while (*rest != '\0');
	}
	if (lists->limits.count == 0) {
		return 0;
	}
	qsort(lists->limits.items, lists->limits.count, sizeof(int64_t), compare_limits);
	size_t kept = 1;
	for (size_t i = 1; i < lists->limits.count; i++) {
		if (lists->limits.items[i] != lists->limits.items[kept - 1]) {
			lists->limits.items[kept++] = lists->limits.items[i];
		}
	}
	lists->limits.count = kept;
	return 0;
}

static void take_problems(const struct options *given, struct lists *lists) {
	const char *rest;
	for (size_t i = 0; (rest = option_item(given, "problem", i)) != NULL; i++) {
		while (*rest != '\0') {
			struct str item = next_item(&rest);
			if (item.len > 0) {
				vec_push(&lists->problems, xmemdup0(item.data, item.len));
			}
		}
	}
}

static int check_words(const struct recheck_request *request, struct error *err) {
	static const char *const words[] = {
		"accepted", "rejected", "no_code", "missing", "pending"};
	enum reject_reason reason;
	bool known = request->outcome == NULL;
	for (size_t i = 0; !known && i < F2F_COUNT(words); i++) {
		known = strcmp(request->outcome, words[i]) == 0;
	}
	if (!known) {
		return error_set(err, ERROR_USAGE,
			"--outcome %s: Lean has no say in that; there are accepted, rejected, "
			"no_code, missing and pending",
			request->outcome);
	}
	return request->reason == NULL || (request->reason[0] != '\0' &&
						  reject_reason_from_name(request->reason, &reason))
		       ? 0
		       : error_set(err, ERROR_USAGE,
				 "--reason %s is not a word for one; type: f2f help show",
				 request->reason);
}

static int read_request(const struct options *given, struct lists *lists,
	struct recheck_request *request, struct error *err) {
	int rc = take_limits(given, lists, err);
	if (rc < 0) {
		return rc;
	}
	take_problems(given, lists);
	*request = (struct recheck_request){
		.pending = option_flag(given, "pending"),
		.dry_run = option_flag(given, "dry-run"),
		.json = option_flag(given, "json"),
		.problems = (const char *const *)lists->problems.items,
		.problem_count = lists->problems.count,
		.outcome = option_text(given, "outcome", NULL),
		.reason = option_text(given, "reason", NULL),
		.has_sample = option_given(given, "sample"),
		.sample = option_count(given, "sample", 0),
		.limits = lists->limits.items,
		.limit_count = lists->limits.count,
	};
	request->chosen = request->problem_count > 0 || request->outcome != NULL ||
			  request->reason != NULL || request->has_sample;
	return check_words(request, err);
}

static int run(struct options *given, struct error *err) {
	struct lists lists = {0};
	struct recheck_request request;
	const char *id = option_argument(given, 0);
	if (id == NULL) {
		return error_set(err, ERROR_USAGE, "give a RUN, or latest; type: f2f runs");
	}
	int rc = read_request(given, &lists, &request, err);
	for (size_t i = 0; rc == 0 && (id = option_argument(given, i)) != NULL; i++) {
		rc = recheck_run(given, id, &request, err);
	}
	lists_finish(&lists);
	return rc;
}

const struct command cmd_verify = {
	.name = "verify",
	.synopsis = "RUN…",
	.summary = "(re-)check a run's stored completions: no model is asked",
	.about = "Takes the proofs out of a run's stored replies again, checks them with Lean and "
		 "shows what changed. Policy, Lean and limit are the run's own where none are "
		 "given. Earlier verdicts are kept; the newest counts. The run's settings stay: "
		 "reports say where its verdicts rest on others. When it is interrupted, the same "
		 "command goes on. Proofs in words are read again.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f verify latest --pending\n"
		 "  f2f verify latest --outcome rejected --reason timeout --lean-cpu 600\n"
		 "  f2f verify 20261123-160501-4f2a --lean-cpu 60,120,300 --dry-run\n",
	.options = options,
	.run = run,
};
