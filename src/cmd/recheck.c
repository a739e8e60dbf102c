#include "cmd/recheck.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/lean_setup.h"
#include "cmd/recheck_list.h"
#include "cmd/recheck_run.h"
#include "cmd/run_report.h"
#include "core/verdict.h"
#include "dataset/dataset.h"
#include "engine/plan.h"
#include "engine/preflight.h"
#include "engine/reason.h"
#include "engine/run.h"
#include "engine/settings.h"
#include "io/loop.h"
#include "report/report.h"
#include "store/store.h"

/* ---- What is to be done. */

/* The statements that were asked must still be the stored ones. */
static int same_sets(const struct recheck *recheck, struct error *err) {
	json_t *settings = json_loads(recheck->run.settings, 0, NULL);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < recheck->split_count; i++) {
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

static void choose_splits(struct recheck *recheck) {
	size_t count = recheck->dataset->member_count;
	recheck->splits = xcalloc(count + 1, sizeof(*recheck->splits));
	for (size_t i = 0; i < count; i++) {
		recheck->splits[i] = recheck->dataset->members[i];
	}
	if (count == 0) {
		recheck->splits[count++] = recheck->dataset->name;
	}
	recheck->split_count = count;
}

/* The run's own policy and limit, unless others are asked for. */
static void choose_terms(struct recheck *recheck) {
	const struct recheck_request *request = recheck->request;
	json_t *settings = json_loads(recheck->run.settings, 0, NULL);
	lean_policy_from_name(json_string_or(settings, "policy", "strict"), &recheck->terms.policy);
	recheck->terms.cpu_limit_s = json_integer_or(settings, "lean-cpu", LEAN_CPU_LIMIT_S);
	const char *final = json_string_or(settings, "final", "");
	recheck->terms.final = option_given(recheck->options, "final")
				       ? option_flag(recheck->options, "final")
				       : strcmp(final, "all") == 0;
	json_decref(settings);
	if (option_given(recheck->options, "policy")) {
		recheck->terms.policy = lean_setup_policy(recheck->options);
	}
	if (request->limit_count > 0) {
		recheck->terms.cpu_limit_s = request->limits[request->limit_count - 1];
	}
}

static int prepare(struct recheck *recheck, const char *id, struct error *err) {
	bool dry = recheck->request->dry_run;
	char *database = options_database(recheck->options);
	// One that is not there has no runs, and none is made for saying so.
	enum db_mode mode = dry || !file_exists(database) ? DB_READ_ONLY : DB_WRITE;
	int rc = store_open(database, &(struct store_options){.mode = mode}, &recheck->store, err);
	free(database);
	rc = rc < 0 ? rc : store_run_get(recheck->store, id, &recheck->run, err);
	rc = rc < 0 ? rc : dataset_load(recheck->run.split, &recheck->dataset, err);
	if (rc < 0) {
		return rc;
	}
	choose_splits(recheck);
	choose_terms(recheck);
	rc = same_sets(recheck, err);
	return rc < 0 || dry ? rc : store_run_lock(recheck->store, recheck->run.id, err);
}

int recheck_plan(struct recheck *recheck,
	bool (*wanted)(const struct sample_state *state, void *data), void *data,
	struct plan **plan_out, struct error *err) {
	struct plan_options options = {
		.splits = recheck->splits,
		.split_count = recheck->split_count,
		.samples = recheck->run.samples,
	};
	struct plan *plan = NULL;
	int rc = plan_create(recheck->store, &options, &plan, err);
	rc = rc < 0 ? rc : plan_recheck(plan, recheck->store, recheck->run.id, wanted, data, err);
	if (rc < 0) {
		plan_destroy(plan);
		return rc;
	}
	*plan_out = plan;
	return 0;
}

/* ---- Lean. */

/* The run's own Lean; else the one that it, or its set, wanted. */
static int find_lean(struct recheck *recheck, struct error *err) {
	json_t *settings = json_loads(recheck->run.settings, 0, NULL);
	const char *own = json_string_or(settings, "lean", NULL);
	char *by = NULL;
	char *wanted = own != NULL ? xstrdup(own) : manifest_toolchain(recheck->run.manifest, &by);
	if (wanted == NULL) {
		wanted = xstrdup(recheck->dataset->toolchain);
	}
	if (by == NULL) {
		by = own != NULL ? xasprintf("run %s", recheck->run.id)
				 : xasprintf("set %s", recheck->dataset->name);
	}
	struct lean_wish wish = {wanted, by, false};
	int rc = lean_setup_find(recheck->options, &wish, &recheck->lean, err);
	free(wanted);
	free(by);
	json_decref(settings);
	return rc;
}

int recheck_verifier(struct recheck *recheck, const struct plan *plan,
	const struct lean_terms *terms, struct verifier **verifier_out, struct error *err) {
	struct verifier *verifier = NULL;
	int rc = lean_setup_open(
		recheck->options, recheck->loop, &recheck->lean, terms, &verifier, err);
	VEC(const char *) headers = {0};
	for (size_t i = 0; i < plan_header_count(plan); i++) {
		vec_push(&headers, plan_header(plan, i));
	}
	rc = rc < 0 ? rc
		    : preflight_headers(recheck->loop, verifier, headers.items, headers.count, err);
	vec_finish(&headers);
	if (rc < 0) {
		verifier_close(verifier);
		return rc;
	}
	*verifier_out = verifier;
	return 0;
}

int recheck_engine(struct recheck *recheck, struct plan *plan, struct verifier *verifier,
	bool show_only, void (*on_verdict)(const struct engine_verdict *told, void *data),
	struct engine_result *result_out, struct error *err) {
	struct engine_options engine = {
		.loop = recheck->loop,
		.store = recheck->store,
		.verifier = verifier,
		.plan = plan,
		.run = recheck->run.id,
		.task = recheck->run.task,
		.policy = recheck->terms.policy,
		.show_only = show_only,
		.connections = (int)plan_left(plan) + 1,
		.progress = option_text(recheck->options, "progress", "auto"),
		.on_verdict = on_verdict,
		.data = recheck,
	};
	return engine_run(&engine, result_out, err);
}

/* ---- The run's identity and what its newest verdicts rest on. */

/* The run's settings, but of what checks now. Owned. */
static char *settings_now(const struct recheck *recheck, const struct verifier *verifier) {
	json_t *settings = json_loads(recheck->run.settings, 0, NULL);
	json_object_set_new(
		settings, "policy", json_string(lean_policy_name(recheck->terms.policy)));
	json_object_set_new(settings, "lean", json_string(recheck->lean.version));
	json_object_set_new(settings, "lean-cpu", json_integer(recheck->terms.cpu_limit_s));
	const char *checker = verifier_final(verifier);
	json_object_del(settings, "final");
	json_object_del(settings, "final-checker");
	if (checker != NULL) {
		json_object_set_new(
			settings, "final", json_string(recheck->terms.final ? "all" : "needed"));
		json_object_set_new(settings, "final-checker", json_string(checker));
	}
	char *text = json_dumps(settings, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(settings);
	return text;
}

/* A run keeps its identity, whatever checks it. What was never checked gets that of its first
 * check. */
static void say_settings(struct recheck *recheck, const struct verifier *verifier) {
	struct buf difference = BUF_INIT(1 << 16);
	char *now = settings_now(recheck, verifier);
	if (settings_difference(recheck->run.settings, now, &difference) > 0) {
		log_warn("run %s is checked under other settings than its own: %s; %s",
			recheck->run.id, buf_str(&difference),
			recheck->request->dry_run
				? "nothing is stored"
				: "these verdicts count until f2f verify checks it again "
				  "(--dry-run only shows)");
	} else {
		char *merged = settings_merge(now, recheck->run.settings);
		free(recheck->run.settings);
		recheck->run.settings = merged;
	}
	free(now);
	buf_finish(&difference);
}

/* What this re-check does, for the same one to go on. Owned. */
static char *describe(const struct recheck *recheck) {
	const struct recheck_request *request = recheck->request;
	struct buf what = BUF_INIT(1 << 16);
	buf_appendf(&what, "lean %s, policy %s, limit %" PRId64 ", backend %s, sandbox %s",
		recheck->lean.version, lean_policy_name(recheck->terms.policy),
		recheck->terms.cpu_limit_s, option_text(recheck->options, "backend", "lsp"),
		option_text(recheck->options, "sandbox", "bwrap"));
	buf_appendf(&what, ", memory %lld", option_count(recheck->options, "lean-mem", 0));
	buf_appendf(&what, ", final %s %s", recheck->terms.final ? "all" : "needed",
		option_text(recheck->options, "final-checker", "auto"));
	for (size_t i = 0; i < request->problem_count; i++) {
		buf_appendf(&what, ", problem %s", request->problems[i]);
	}
	if (request->has_sample) {
		buf_appendf(&what, ", sample %" PRId64, request->sample);
	}
	buf_appendf(&what, ", outcome %s, reason %s",
		request->outcome != NULL ? request->outcome : "any",
		request->reason != NULL ? request->reason : "any");
	return buf_detach(&what);
}

static int write_run(struct recheck *recheck, char *manifest, struct error *err) {
	free(recheck->run.manifest);
	recheck->run.manifest = manifest;
	int rc = store_begin(recheck->store, err);
	rc = rc < 0 ? rc : store_run_update(recheck->store, &recheck->run, err);
	return rc < 0 ? rc : store_commit(recheck->store, err);
}

/* ---- What an interrupted re-check has done already. */

struct earlier {
	struct recheck *recheck;
	int64_t started_ns;
};

static int note_earlier(const struct newest_verdict *verdict, void *data) {
	struct earlier *earlier = data;
	if (verdict->created_ns >= earlier->started_ns) {
		struct recheck_done done = {.id = verdict->sample_id,
			.after = {verdict->outcome, verdict->reason, verdict->missing},
			.cpu_ns = verdict->cpu_ns,
			.reused = verdict->reused,
			.check_hash = xstrdup(verdict->check_hash)};
		vec_push(&earlier->recheck->done, done);
	}
	return 0;
}

static int by_id(const void *a, const void *b) {
	const struct recheck_done *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

/* Goes on with the same re-check if one is open, else opens it. */
static int open_recheck(struct recheck *recheck, struct error *err) {
	const struct recheck_request *request = recheck->request;
	if (request->dry_run || request->pending) {
		return 0;
	}
	char *what = describe(recheck);
	int64_t started = manifest_recheck(recheck->run.manifest, what);
	int rc = 0;
	if (started > 0) {
		struct earlier earlier = {recheck, started};
		rc = store_newest_verdicts(
			recheck->store, recheck->run.id, note_earlier, &earlier, err);
		if (recheck->done.count > 0) {
			qsort(recheck->done.items, recheck->done.count,
				sizeof(*recheck->done.items), by_id);
		}
		log_info("run %s: goes on, %zu are checked already", recheck->run.id,
			recheck->done.count);
	} else {
		rc = write_run(recheck,
			manifest_with_recheck(recheck->run.manifest, what, clock_utc()), err);
	}
	free(what);
	return rc;
}

static int close_recheck(struct recheck *recheck, struct verifier *verifier, struct error *err) {
	if (recheck->request->dry_run) {
		return 0;
	}
	struct manifest_lean lean =
		lean_setup_manifest(recheck->options, &recheck->lean, &recheck->terms, verifier);
	char *named = manifest_with_lean(recheck->run.manifest, &lean);
	char *closed = manifest_with_recheck(named, NULL, 0);
	free(named);
	return write_run(recheck, closed, err);
}

static bool is_wanted(const struct sample_state *state, void *data) {
	struct recheck *recheck = data;
	if (!recheck_wants(recheck->request, state)) {
		return false;
	}
	struct recheck_done key = {.id = state->id};
	const struct recheck_done *done =
		recheck->done.count == 0 ? NULL
					 : bsearch(&key, recheck->done.items, recheck->done.count,
						   sizeof(*recheck->done.items), by_id);
	if (done != NULL && state->shared_with == 0) {
		struct recheck_entry entry = {
			.split = xstrdup(state->key.split),
			.problem = xstrdup(state->key.problem),
			.sample = state->key.sample,
			.before = done->after,
			.after = done->after,
			.cpu_ns = done->cpu_ns,
			.check_hash = xstrdup(done->check_hash),
			.reused = done->reused,
			.earlier = true,
		};
		vec_push(&recheck->list.entries, entry);
	}
	return done == NULL;
}

/* ---- Doing it. */

static void on_verdict(const struct engine_verdict *told, void *data) {
	struct recheck *recheck = data;
	recheck_list_add(&recheck->list, told);
	if (recheck->request->json && told->verdict != NULL) {
		recheck_print_json(told);
	}
}

static int check_all(
	struct recheck *recheck, struct plan *plan, struct verifier *verifier, struct error *err) {
	size_t todo = plan_left(plan);
	struct engine_result result = {0};
	int rc = recheck_engine(
		recheck, plan, verifier, recheck->request->dry_run, on_verdict, &result, err);
	if (rc < 0) {
		return rc;
	}
	log_info("run %s: %" PRId64 " of %zu checked with Lean %s%s", recheck->run.id,
		result.checked, todo, recheck->lean.version,
		recheck->request->dry_run ? "; nothing was stored" : "");
	if (!recheck->request->json) {
		recheck_list_print(&recheck->list);
	}
	if (result.end == ENGINE_INTERRUPTED) {
		log_info("interrupted; what was checked %s",
			recheck->request->dry_run ? "was only shown"
						  : "is kept, the same command goes on");
		return 128 + result.signo;
	}
	recheck->missing = result.missing;
	rc = close_recheck(recheck, verifier, err);
	return rc;
}

static int perform(struct recheck *recheck, struct error *err) {
	struct plan *plan = NULL;
	struct verifier *verifier = NULL;
	recheck->loop = loop_create(NULL);
	int rc = find_lean(recheck, err);
	if (rc < 0) {
		return rc;
	}
	rc = open_recheck(recheck, err);
	rc = rc < 0 ? rc : recheck_plan(recheck, is_wanted, recheck, &plan, err);
	rc = rc < 0 ? rc : recheck_verifier(recheck, plan, &recheck->terms, &verifier, err);
	if (rc == 0) {
		say_settings(recheck, verifier);
		rc = check_all(recheck, plan, verifier, err);
	}
	verifier_close(verifier);
	plan_destroy(plan);
	if (rc == 0 && recheck->request->limit_count > 1) {
		rc = recheck_sensitivity(recheck, err);
	}
	return rc;
}

static bool count_wanted(const struct sample_state *state, void *data) {
	return recheck_wants(((struct recheck *)data)->request, state);
}

/* Nothing to do is told apart from a choice that fits nothing. */
static int count_todo(struct recheck *recheck, size_t *count_out, struct error *err) {
	struct plan *plan = NULL;
	int rc = recheck_plan(recheck, count_wanted, recheck, &plan, err);
	if (rc < 0) {
		return rc;
	}
	*count_out = plan_left(plan);
	plan_destroy(plan);
	return *count_out > 0 || !recheck->request->chosen
		       ? 0
		       : error_set(err, ERROR_USAGE,
				 "run %s has no checked or pending reply that is as asked for; "
				 "type: f2f show %s",
				 recheck->run.id, recheck->run.id);
}

/* ---- Proofs in words. */

static void on_reread(const struct sample_key *key, const char *change, void *data) {
	struct recheck *recheck = data;
	recheck->changed++;
	log_info("%s/%s sample %" PRId64 ": %s", key->split, key->problem, key->sample, change);
}

/* Proofs in words are read again; there is nothing for Lean in them. */
static int reread(struct recheck *recheck, struct error *err) {
	const struct recheck_request *request = recheck->request;
	if (request->chosen || request->dry_run) {
		return error_set(err, ERROR_USAGE,
			"run %s holds proofs in words: all are read again, and there is nothing "
			"to choose",
			recheck->run.id);
	}
	json_t *settings = json_loads(recheck->run.settings, 0, NULL);
	const char *proof_text = json_string_or(settings, "proof_text", "answer");
	int64_t read = 0;
	int rc = reason_reread(
		recheck->store, recheck->run.id, proof_text, on_reread, recheck, &read, err);
	json_decref(settings);
	if (rc == 0) {
		log_info("run %s: %" PRId64 " replies read again (%s), %" PRId64 " changed",
			recheck->run.id, read, F2F_READER, recheck->changed);
	}
	return rc;
}

/* ---- */

static void look(const struct report *report, void *data) {
	*(bool *)data = report->valid;
}

/* The scores, and exit status 4 when this re-check left too much undecided. */
static int report(struct recheck *recheck, struct error *err) {
	const struct recheck_request *request = recheck->request;
	bool valid = true;
	if (request->dry_run) {
		return 0;
	}
	int rc = run_report_print(
		recheck->store, recheck->run.id, request->json ? NULL : "table", look, &valid, err);
	if (rc == 0 && recheck->missing > 0 && !valid) {
		log_error("run %s is not valid: %" PRId64 " of these checks have no verdict; type: "
			  "f2f verify %s --pending",
			recheck->run.id, recheck->missing, recheck->run.id);
		rc = 4;
	}
	return rc;
}

static void finish(struct recheck *recheck) {
	recheck_list_finish(&recheck->list);
	for (size_t i = 0; i < recheck->done.count; i++) {
		free(recheck->done.items[i].check_hash);
	}
	vec_finish(&recheck->done);
	loop_destroy(recheck->loop);
	lean_info_finish(&recheck->lean);
	dataset_destroy(recheck->dataset);
	free(recheck->splits);
	run_record_finish(&recheck->run);
	store_close(recheck->store);
}

int recheck_run(struct options *given, const char *id, const struct recheck_request *request,
	struct error *err) {
	struct recheck recheck = {.options = given, .request = request};
	size_t todo = 0;
	int rc = prepare(&recheck, id, err);
	if (rc == 0 && strcmp(recheck.run.task, "reason") == 0) {
		rc = reread(&recheck, err);
	} else if (rc == 0) {
		rc = count_todo(&recheck, &todo, err);
		if (rc == 0 && todo == 0) {
			log_info("run %s: nothing to check", recheck.run.id);
		} else if (rc == 0) {
			rc = perform(&recheck, err);
		}
	}
	rc = rc != 0 ? rc : report(&recheck, err);
	finish(&recheck);
	return rc;
}
