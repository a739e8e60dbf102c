#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/lean_setup.h"
#include "cmd/recheck.h"
#include "cmd/run_report.h"
#include "core/verdict.h"
#include "dataset/dataset.h"
#include "engine/plan.h"
#include "engine/preflight.h"
#include "engine/reason.h"
#include "engine/run.h"
#include "engine/settings.h"
#include "io/loop.h"
#include "store/store.h"

enum { LINE_MAX_BYTES = 32 * 1024 * 1024 };

static const struct option options[] = {
	{"pending", 0, OPTION_FLAG, NULL, "only what has no outcome yet"},
	LEAN_OPTIONS,
	{"json", 0, OPTION_FLAG, NULL, "a JSON object a verdict, a line each"},
	{0},
};

/* Everything a re-check holds. */
struct recheck {
	struct options *options;
	struct store *store;
	struct loop *loop;
	struct run_record run;
	struct dataset *dataset;
	const char **splits;
	struct plan *plan;
	struct lean_terms terms;
	struct lean_info lean;
	struct verifier *verifier;
	int64_t changed;
	bool json;
};

static json_t *verdict_object(const struct engine_verdict *told) {
	const struct verdict *verdict = told->verdict;
	json_t *axioms = json_array();
	for (size_t i = 0; i < verdict->axiom_count; i++) {
		json_array_append_new(axioms, json_string(verdict->axioms[i]));
	}
	json_t *messages = json_array();
	struct str rest = str_of(verdict->messages != NULL ? verdict->messages : "");
	struct str line;
	while (str_next_line(&rest, &line)) {
		json_array_append_new(messages, json_stringn(line.data, line.len));
	}
	json_t *object = json_pack("{s:s, s:s, s:I}", "split", told->split, "problem",
		told->problem, "sample", (json_int_t)told->sample);
	const char *const names[] = {
		"outcome", "reason", "missing", "backend", "lean", "policy", "sandbox"};
	const char *const values[] = {outcome_name(verdict->outcome),
		reject_reason_name(verdict->reason), missing_name(verdict->missing),
		verdict->backend, verdict->lean, verdict->policy, verdict->sandbox};
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		bool none = values[i] == NULL || values[i][0] == '\0';
		json_object_set_new(object, names[i], none ? json_null() : json_string(values[i]));
	}
	json_object_set_new(object, "axioms", axioms);
	json_object_set_new(object, "messages", messages);
	json_object_set_new(object, "cpu_s", json_real((double)verdict->cpu_ns / 1e9));
	json_object_set_new(object, "elapsed_ms", json_integer(verdict->elapsed_ns / 1000000));
	return object;
}

static void on_verdict(const struct engine_verdict *told, void *data) {
	struct recheck *recheck = data;
	bool changed = told->before != OUTCOME_NONE && told->before != told->verdict->outcome;
	recheck->changed += changed;
	if (changed) {
		log_info("%s/%s sample %" PRId64 ": %s, was %s", told->split, told->problem,
			told->sample,
			told->verdict->outcome != OUTCOME_NONE
				? outcome_name(told->verdict->outcome)
				: "missing",
			outcome_name(told->before));
	}
	if (recheck->json) {
		struct buf text = BUF_INIT(LINE_MAX_BYTES);
		json_t *object = verdict_object(told);
		json_append(&text, object, false);
		puts(buf_str(&text));
		json_decref(object);
		buf_finish(&text);
	}
}

/* The statements that were asked must still be the stored ones. */
static int same_sets(const struct recheck *recheck, size_t count, struct error *err) {
	json_t *settings = json_loads(recheck->run.settings, 0, NULL);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct set_record set;
		bool found = false;
		rc = store_set_get(recheck->store, recheck->splits[i], &set, &found, err);
		if (rc < 0 || !found) {
			continue;
		}
		char *key = xasprintf("dataset.%s", recheck->splits[i]);
		const char *then = json_string_or(settings, key, NULL);
		if (then != NULL && strcmp(then, set.hash) != 0) {
			rc = error_set(err, ERROR_USAGE,
				"run %s was asked with other files of %s than the stored ones: "
				"pull those again first",
				recheck->run.id, recheck->splits[i]);
		}
		free(key);
		set_record_finish(&set);
	}
	json_decref(settings);
	return rc;
}

static int prepare(struct recheck *recheck, const char *id, bool pending, struct error *err) {
	char *database = options_database(recheck->options);
	int rc = store_open(
		database, &(struct store_options){.mode = DB_WRITE}, &recheck->store, err);
	free(database);
	rc = rc < 0 ? rc : store_run_get(recheck->store, id, &recheck->run, err);
	rc = rc < 0 ? rc : dataset_load(recheck->run.split, &recheck->dataset, err);
	if (rc < 0) {
		return rc;
	}
	size_t count = recheck->dataset->member_count;
	recheck->splits = xcalloc(count + 1, sizeof(*recheck->splits));
	for (size_t i = 0; i < count; i++) {
		recheck->splits[i] = recheck->dataset->members[i];
	}
	if (count == 0) {
		recheck->splits[count++] = recheck->dataset->name;
	}
	rc = same_sets(recheck, count, err);
	struct plan_options plan = {
		.splits = recheck->splits, .split_count = count, .samples = recheck->run.samples};
	rc = rc < 0 ? rc : plan_create(recheck->store, &plan, &recheck->plan, err);
	rc = rc < 0 ? rc
		    : plan_recheck(recheck->plan, recheck->store, recheck->run.id, pending, err);
	return rc < 0 ? rc : store_run_lock(recheck->store, recheck->run.id, err);
}

static int open_verifier(struct recheck *recheck, struct error *err) {
	recheck->loop = loop_create(NULL);
	struct lean_wish wish = {recheck->dataset->toolchain, recheck->dataset->name, false};
	int rc = lean_setup_find(recheck->options, &wish, &recheck->lean, err);
	recheck->terms = lean_setup_terms(recheck->options);
	rc = rc < 0 ? rc
		    : lean_setup_open(recheck->options, recheck->loop, &recheck->lean,
			      &recheck->terms, &recheck->verifier, err);
	VEC(const char *) headers = {0};
	for (size_t i = 0; i < plan_header_count(recheck->plan); i++) {
		vec_push(&headers, plan_header(recheck->plan, i));
	}
	rc = rc < 0 ? rc
		    : preflight_headers(
			      recheck->loop, recheck->verifier, headers.items, headers.count, err);
	vec_finish(&headers);
	return rc;
}

static int perform(struct recheck *recheck, struct error *err) {
	struct engine_options engine = {
		.loop = recheck->loop,
		.store = recheck->store,
		.verifier = recheck->verifier,
		.plan = recheck->plan,
		.run = recheck->run.id,
		.task = recheck->run.task,
		.policy = recheck->terms.policy,
		.connections = (int)plan_left(recheck->plan) + 1,
		.progress = option_text(recheck->options, "progress", "auto"),
		.on_verdict = on_verdict,
		.data = recheck,
	};
	struct engine_result result;
	size_t todo = plan_left(recheck->plan);
	int rc = engine_run(&engine, &result, err);
	if (rc < 0) {
		return rc;
	}
	log_info("run %s: %" PRId64 " of %zu checked with Lean %s, %" PRId64 " changed",
		recheck->run.id, result.checked, todo, recheck->lean.version, recheck->changed);
	if (result.end == ENGINE_INTERRUPTED) {
		return result.signo == SIGTERM ? 143 : 130;
	}
	return 0;
}

static void finish(struct recheck *recheck) {
	verifier_close(recheck->verifier);
	plan_destroy(recheck->plan);
	loop_destroy(recheck->loop);
	lean_info_finish(&recheck->lean);
	dataset_destroy(recheck->dataset);
	free(recheck->splits);
	run_record_finish(&recheck->run);
	store_close(recheck->store);
}

static void on_reread(const struct sample_key *key, const char *change, void *data) {
	struct recheck *recheck = data;
	recheck->changed++;
	log_info("%s/%s sample %" PRId64 ": %s", key->split, key->problem, key->sample, change);
}

/* Proofs in words are read again; there is nothing for Lean in them. */
static int reread(struct recheck *recheck, struct error *err) {
	json_t *settings = json_loads(recheck->run.settings, 0, NULL);
	const char *proof_text = json_string_or(settings, "proof_text", "answer");
	int64_t read = 0;
	int rc = reason_reread(recheck->store, recheck->run.id, proof_text, on_reread, recheck,
		&read, err);
	json_decref(settings);
	if (rc == 0) {
		log_info("run %s: %" PRId64 " replies read again (%s), %" PRId64 " changed",
			recheck->run.id, read, F2F_READER, recheck->changed);
	}
	return rc;
}

int recheck_run(struct options *given, const char *id, bool pending, struct error *err) {
	struct recheck recheck = {.options = given, .json = option_flag(given, "json")};
	int rc = prepare(&recheck, id, pending, err);
	if (rc == 0 && strcmp(recheck.run.task, "reason") == 0) {
		rc = reread(&recheck, err);
	} else if (rc == 0 && plan_left(recheck.plan) == 0) {
		log_info("run %s: nothing to check", recheck.run.id);
	} else if (rc == 0) {
		rc = open_verifier(&recheck, err);
		rc = rc < 0 ? rc : perform(&recheck, err);
	}
	if (rc == 0 && !recheck.json) {
		rc = run_report_table(recheck.store, recheck.run.id, err);
	}
	finish(&recheck);
	return rc;
}

static int run(struct options *given, struct error *err) {
	const char *id = option_argument(given, 0);
	if (id == NULL || option_argument(given, 1) != NULL) {
		return error_set(err, ERROR_USAGE, "give one RUN, or latest; type: f2f runs");
	}
	return recheck_run(given, id, option_flag(given, "pending"), err);
}

const struct command cmd_verify = {
	.name = "verify",
	.synopsis = "RUN",
	.summary = "(re-)check a run's stored completions: no model is asked",
	.about = "Takes the proofs out of a run's stored replies again and checks them with Lean. "
		 "Earlier verdicts are kept; "
		 "the newest counts. Proofs in words are read again. With --json a line per "
		 "verdict.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f verify latest --pending\n"
		 "  f2f verify 20261123-160501-4f2a --backend batch --lean-cpu 600\n",
	.options = options,
	.run = run,
};
