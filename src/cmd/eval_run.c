#include "cmd/eval_run.h"

#include <inttypes.h>
#include <math.h>
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
#include "cmd/help.h"
#include "cmd/lean_setup.h"
#include "cmd/model_headers.h"
#include "dataset/dataset.h"
#include "engine/serve.h"
#include "engine/manifest.h"
#include "engine/preflight.h"
#include "engine/settings.h"
#include "io/http.h"

enum { TEXT_MAX = 1 << 16, SOURCE_MAX = 1 << 30 };

int eval_open_verifier(struct eval *eval, struct error *err) {
	int rc = lean_setup_find(eval->options, &eval->wish, &eval->lean, err);
	rc = rc < 0 ? rc
		    : lean_setup_open(eval->options, eval->loop, &eval->lean, &eval->terms,
			      &eval->verifier, err);
	if (rc < 0) {
		return lean_setup_or_later(rc, err);
	}
	VEC(const char *) headers = {0};
	for (size_t i = 0; i < plan_header_count(eval->plan); i++) {
		vec_push(&headers, plan_header(eval->plan, i));
	}
	rc = preflight_headers(eval->loop, eval->verifier, headers.items, headers.count, err);
	vec_finish(&headers);
	return lean_setup_or_later(rc, err);
}

/* ---- The run's identity. */

/* A local source that is a file is known by its content: other replies are another run. */
static int add_source(struct settings *settings, const struct eval *eval, struct error *err) {
	if (!eval->model.provider->local || !file_exists(eval->model.name)) {
		return 0;
	}
	struct buf text = BUF_INIT(SOURCE_MAX);
	int rc = file_read(eval->model.name, &text, err);
	if (rc == 0) {
		settings_text(settings, "source", sha256_of(buf_str(&text), text.len).hex);
	}
	buf_finish(&text);
	return rc;
}

static void add_list(
	struct settings *settings, const char *key, const char *const *items, size_t count) {
	if (count == 0) {
		return;
	}
	struct buf names = BUF_INIT(TEXT_MAX);
	for (size_t i = 0; i < count; i++) {
		buf_appendf(&names, "%s%s", i > 0 ? "," : "", items[i]);
	}
	settings_text(settings, key, buf_str(&names));
	buf_finish(&names);
}

/* Which problems: what other sets than word problems do not have is left out, for their older runs'
 * sake. */
static void add_choice(struct settings *settings, const struct eval *eval) {
	const struct plan_options *options = &eval->plan_options;
	add_list(settings, "sample-id", options->only, options->only_count);
	add_list(settings, "cell", options->cells, options->cell_count);
	if (plan_has_cells(eval->plan)) {
		settings_text(
			settings, "family", options->family != NULL ? options->family : "all");
	}
}

static int add_sets(struct settings *settings, const struct eval *eval, struct error *err) {
	for (size_t i = 0; i < eval->split_count; i++) {
		struct set_record set;
		bool found = false;
		int rc = store_set_get(eval->store, eval->splits[i], &set, &found, err);
		if (rc < 0) {
			return rc;
		}
		char *key = xasprintf("dataset.%s", eval->splits[i]);
		settings_text(settings, key, found ? set.hash : NULL);
		free(key);
		if (found) {
			set_record_finish(&set);
		}
	}
	return 0;
}

/* Left out where there is none, for the sake of runs from before it. */
static void add_final(struct settings *settings, const struct eval *eval) {
	const char *checker = eval->verifier != NULL ? verifier_final(eval->verifier) : NULL;
	if (eval->dry && eval->terms.final) {
		settings_text(settings, "final", "all");
	}
	if (checker != NULL) {
		settings_text(settings, "final", eval->terms.final ? "all" : "needed");
		settings_text(settings, "final-checker", checker);
	}
}

static int make_settings(const struct eval *eval, char **settings_out, struct error *err) {
	struct settings *settings = settings_create();
	char *url = eval->model.base_url != NULL ? http_redact_url(eval->model.base_url) : NULL;
	settings_text(settings, "model", eval->model.label);
	settings_text(settings, "base-url", url);
	settings_text(settings, "extra-body", eval->model.extra_body);
	if (eval->model.header_count > 0) { // left out for the sake of runs from before it
		char *headers = model_headers_text(&eval->model);
		settings_text(settings, "header", headers);
		free(headers);
	}
	if (eval->choices > 1) { // other requests, with other seeds
		settings_integer(settings, "choices", eval->choices);
	}
	settings_text(settings, "split", eval->dataset->name);
	settings_text(settings, "subset", eval->subset != NULL ? eval->subset : "all");
	settings_text(settings, "task", eval->task);
	settings_integer(settings, "samples", eval->plan_options.samples);
	settings_integer(settings, "limit", eval->plan_options.limit);
	settings_text(
		settings, "prompt", eval->model.provider->local ? NULL : eval->prompt.hash.hex);
	settings_number(settings, "temperature", eval->sampling.temperature);
	settings_number(settings, "top-p", eval->sampling.top_p);
	settings_integer(settings, "max-tokens", eval->sampling.max_tokens);
	settings_text(settings, "reasoning-effort", eval->sampling.reasoning_effort);
	add_list(settings, "stop", eval->sampling.stop, eval->sampling.stop_count);
	settings_integer(settings, "seed", option_count(eval->options, "seed", 0));
	bool reason = strcmp(eval->task, "reason") == 0;
	if (reason) {
		settings_text(settings, "proof_text", eval->proof_text);
		settings_text(settings, "shots", eval->model.provider->local ? NULL : eval->shots);
	} else {
		settings_text(settings, "policy", lean_policy_name(eval->terms.policy));
	}
	if (eval->verify) {
		settings_text(settings, "lean", eval->lean.version);
		settings_integer(settings, "lean-cpu", eval->terms.cpu_limit_s);
		add_final(settings, eval);
	}
	add_choice(settings, eval);
	int rc = add_sets(settings, eval, err);
	rc = rc < 0 ? rc : add_source(settings, eval, err);
	if (rc == 0) {
		*settings_out = settings_render(settings);
	}
	free(url);
	settings_destroy(settings);
	return rc;
}

static int make_manifest(const struct eval *eval, char **manifest_out, struct error *err) {
	const struct options *options = eval->options;
	struct manifest_options manifest = {
		.version = build_version(),
		.commit = build_commit(),
		.build = F2F_BUILD,
		.model = eval->model.label,
		.base_url = eval->model.base_url,
		.prompt = eval->model.provider->local ? NULL : &eval->prompt,
		.splits = eval->splits,
		.split_count = eval->split_count,
		.connections =
			(int)option_count(options, "max-connections", eval->model.connections),
		.max_attempts = option_count(options, "max-retries", 7) + 1,
		.fail_on_error = option_number(options, "fail-on-error", 0),
	};
	// A run that is checked later, perhaps elsewhere, still wants its Lean.
	struct lean_wish wish = lean_setup_wish(options, &eval->wish);
	manifest.toolchain = wish.toolchain;
	manifest.toolchain_by = wish.by;
	if (eval->verifier != NULL) {
		manifest.lean =
			lean_setup_manifest(options, &eval->lean, &eval->terms, eval->verifier);
	}
	return manifest_render(eval->store, &manifest, manifest_out, err);
}

/* ---- Finding the run, or making it. */

struct looking {
	const struct eval *eval;
	const char *settings;
	char *same; // id of the newest run with these settings
	char *newest; // id of the newest run of this model, split and task
	struct buf difference; // of that one
};

/* Which checker a final check would take shows when Lean is found; a dry run knows only whether
 * one is asked for. Owned. */
static char *comparable(const struct eval *eval, const char *settings) {
	json_t *object = json_loads(settings, 0, NULL);
	json_object_del(object, "final-checker");
	if (!eval->terms.final && strcmp(json_string_or(object, "final", ""), "needed") == 0) {
		json_object_del(object, "final");
	}
	struct buf out = BUF_INIT(TEXT_MAX);
	json_append(&out, object, true);
	json_decref(object);
	return buf_detach(&out);
}

static int look_at_run(const struct run_record *run, void *data) {
	struct looking *looking = data;
	const struct eval *eval = looking->eval;
	if (looking->same != NULL || strcmp(run->model, eval->model.label) != 0 ||
		strcmp(run->split, eval->dataset->name) != 0 ||
		strcmp(run->task, eval->task) != 0) {
		return 0;
	}
	struct buf difference = BUF_INIT(TEXT_MAX);
	char *settings = eval->dry ? comparable(eval, run->settings) : xstrdup(run->settings);
	if (settings_difference(settings, looking->settings, &difference) == 0) {
		looking->same = xstrdup(run->id);
	} else if (looking->newest == NULL) {
		looking->newest = xstrdup(run->id);
		buf_append_str(&looking->difference, buf_str(&difference));
	}
	buf_finish(&difference);
	free(settings);
	return 0;
}

char *eval_new_run_id(int64_t now_ns) {
	char stamp[32];
	uint16_t random;
	clock_format_utc(now_ns, stamp);
	clock_random(&random, sizeof(random));
	// 2026-11-23T16:05:01Z → 20261123-160501-4f2a
	return xasprintf("%.4s%.2s%.2s-%.2s%.2s%.2s-%04x", stamp, stamp + 5, stamp + 8, stamp + 11,
		stamp + 14, stamp + 17, random);
}

struct run_problems {
	struct store *store;
	const char *run;
	struct error *err;
};

static int put_problem(const struct run_problem *problem, void *data) {
	struct run_problems *problems = data;
	return store_run_problem_put(problems->store, problems->run, problem, problems->err);
}

static int insert_run(struct eval *eval, char *settings, struct error *err) {
	int64_t now = clock_utc();
	eval->run = (struct run_record){
		.id = eval_new_run_id(now),
		.created_ns = now,
		.state = xstrdup("running"),
		.model = xstrdup(eval->model.label),
		.split = xstrdup(eval->dataset->name),
		.subset = xstrdup(eval->subset != NULL ? eval->subset : "all"),
		.task = xstrdup(eval->task),
		.samples = eval->plan_options.samples,
		.settings = xstrdup(settings),
	};
	int rc = make_manifest(eval, &eval->run.manifest, err);
	rc = rc < 0 ? rc : store_begin(eval->store, err);
	rc = rc < 0 ? rc : store_run_insert(eval->store, &eval->run, err);
	struct run_problems problems = {eval->store, eval->run.id, err};
	rc = rc < 0 ? rc : plan_each_problem(eval->plan, put_problem, &problems);
	rc = rc < 0 ? rc : store_commit(eval->store, err);
	return rc < 0 ? rc : store_run_lock(eval->store, eval->run.id, err);
}

/* Its lock comes first: what another f2f does meanwhile must not be planned again. */
static int resume_run(struct eval *eval, const char *id, const char *settings, struct error *err) {
	int rc = store_run_lock(eval->store, id, err);
	rc = rc < 0 ? rc : store_run_get(eval->store, id, &eval->run, err);
	rc = rc < 0 ? rc : plan_resume(eval->plan, eval->store, id, eval->verify, err);
	if (rc < 0) {
		return rc;
	}
	char *merged = settings_merge(eval->run.settings, settings);
	free(eval->run.settings);
	eval->run.settings = merged;
	eval->resumed = true;
	if (eval->verify) {
		free(eval->run.manifest);
		eval->run.manifest = NULL;
		rc = make_manifest(eval, &eval->run.manifest, err);
	}
	size_t left = plan_left(eval->plan);
	if (rc == 0 && left == 0) {
		log_info("run %s is complete: nothing is asked again (--fresh starts another)", id);
	} else if (rc == 0) {
		log_info("run %s goes on: %zu of %zu samples to do", id, left,
			plan_total(eval->plan));
	}
	return rc;
}

int eval_choose_run(struct eval *eval, struct eval_choice *choice, struct error *err) {
	char *settings = NULL;
	int rc = make_settings(eval, &settings, err);
	struct looking looking = {
		.eval = eval, .settings = settings, .difference = BUF_INIT(TEXT_MAX)};
	if (rc == 0 && !option_flag(eval->options, "fresh")) {
		rc = store_runs(eval->store, look_at_run, &looking, err);
	}
	if (rc == 0 && looking.same != NULL) {
		rc = plan_resume(eval->plan, eval->store, looking.same, eval->verify, err);
	} else if (rc == 0 && looking.newest != NULL) {
		buf_appendf(&choice->why, "%s since run %s", buf_str(&looking.difference),
			looking.newest);
	}
	choice->same = looking.same;
	choice->total = plan_total(eval->plan);
	choice->left = plan_left(eval->plan);
	buf_finish(&looking.difference);
	free(looking.newest);
	free(settings);
	return rc;
}

void eval_choice_finish(struct eval_choice *choice) {
	buf_finish(&choice->why);
	free(choice->same);
}

int eval_open_run(struct eval *eval, struct error *err) {
	char *settings = NULL;
	int rc = make_settings(eval, &settings, err);
	if (rc < 0) {
		return rc;
	}
	struct looking looking = {
		.eval = eval, .settings = settings, .difference = BUF_INIT(TEXT_MAX)};
	if (!option_flag(eval->options, "fresh")) {
		rc = store_runs(eval->store, look_at_run, &looking, err);
	}
	if (rc == 0 && looking.same != NULL) {
		rc = resume_run(eval, looking.same, settings, err);
	} else if (rc == 0) {
		rc = insert_run(eval, settings, err);
		if (rc == 0 && looking.newest != NULL) {
			log_info("run %s is new: %s since run %s", eval->run.id,
				buf_str(&looking.difference), looking.newest);
		} else if (rc == 0) {
			log_info("run %s: %zu samples", eval->run.id, plan_total(eval->plan));
		}
	}
	buf_finish(&looking.difference);
	free(looking.newest);
	free(looking.same);
	free(settings);
	return rc;
}

/* ---- Doing it. */

static struct engine_options engine_options_of(const struct eval *eval) {
	const struct options *options = eval->options;
	struct engine_options engine = {
		.loop = eval->loop,
		.store = eval->store,
		.verifier = eval->verifier,
		.plan = eval->plan,
		.provider = eval->model.provider,
		.model = model_view(&eval->model),
		.prompt = eval->model.provider->local ? NULL : &eval->prompt,
		.sampling = eval->sampling,
		.stream = eval->stream,
		.capabilities = eval->capabilities,
		.seed = (uint64_t)option_count(options, "seed", 0),
		.run = eval->run.id,
		.task = eval->task,
		.policy = eval->terms.policy,
		.proof_text = eval->proof_text,
		.connect_timeout_ms =
			(int64_t)(option_number(options, "connect-timeout", 10) * 1000),
		.request_timeout_ms =
			(int64_t)(option_number(options, "request-timeout", 600) * 1000),
		.idle_timeout_ms = (int64_t)(option_number(options, "idle-timeout", 300) * 1000),
		.retry = RETRY_POLICY_DEFAULT,
		.progress = option_text(options, "progress", "auto"),
	};
	engine.retry.max_attempts = option_count(options, "max-retries", 7) + 1;
	engine.retry.cap_ns =
		(int64_t)(option_number(options, "retry-cap", 60) * (double)CLOCK_SECOND);
	return engine;
}

int eval_engine_options(const struct eval *eval, struct engine_options *out, struct error *err) {
	*out = engine_options_of(eval);
	return eval_terms(eval, out, err);
}

/* `serve =` of the model's section; what it says goes beside the database. */
static int start_server(const struct eval *eval, struct serve **serve_out, int *signo_out,
	struct error *err) {
	if (eval->model.serve == NULL || eval->model.provider->local ||
		plan_left(eval->plan) == 0) {
		return 0;
	}
	char *log = xasprintf("%s.serve.log", eval->database);
	char **env = model_server_env(eval->options, &eval->model);
	struct serve_options options = {
		.command = eval->model.serve,
		.by = eval->model.serve_by,
		.env = (const char *const *)env,
		.base_url = eval->model.base_url,
		.api_key = eval->model.api_key,
		.log = log,
	};
	int rc = serve_start(eval->loop, &options, serve_out, signo_out, err);
	free(env);
	free(log);
	return rc;
}

static int update_run(struct eval *eval, const char *state, struct error *err) {
	free(eval->run.state);
	eval->run.state = xstrdup(state);
	int rc = store_begin(eval->store, err);
	rc = rc < 0 ? rc : store_run_update(eval->store, &eval->run, err);
	return rc < 0 ? rc : store_commit(eval->store, err);
}

/* Interrupted before anything was asked: what is known of the endpoint stays as it is. */
static struct engine_result interrupted_result(const struct eval *eval, int signo) {
	return (struct engine_result){.end = ENGINE_INTERRUPTED,
		.signo = signo,
		.message = "interrupted",
		.capabilities = eval->capabilities};
}

int eval_perform(struct eval *eval, struct error *err) {
	int rc = update_run(eval, "running", err);
	if (rc < 0) {
		return rc;
	}
	int64_t started = clock_now();
	struct serve *serve = NULL;
	struct engine_options engine;
	int signo = 0;
	rc = eval_engine_options(eval, &engine, err);
	rc = rc < 0 ? rc : start_server(eval, &serve, &signo, err);
	engine.serve = serve;
	rc = rc < 0 ? rc : engine_run(&engine, &eval->result, err);
	serve_stop(serve);
	if (rc == ERROR_CANCELLED && signo != 0) {
		eval->result = interrupted_result(eval, signo);
		rc = 0;
	}
	eval->run.wall_ns += clock_now() - started;
	rc = rc < 0 ? rc : eval_save_capabilities(eval, err);
	if (rc < 0) {
		// The store may be what failed: then nobody can say so there.
		(void)update_run(eval, "interrupted", NULL);
		return rc;
	}
	bool done = eval->result.end == ENGINE_DONE;
	eval->run.finished_ns = done ? clock_utc() : 0;
	return update_run(eval, done ? "finished" : "interrupted", err);
}
