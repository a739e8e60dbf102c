#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/asset.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/eval_run.h"
#include "dataset/dataset.h"
#include "engine/reason.h"
#include "engine/sets.h"
#include "io/http.h"
#include "io/loop.h"

enum { PROMPT_FILE_MAX = 1 << 20, SAMPLES_MAX = 1 << 20 };

static int need(const struct options *options, const char *name, const char *example,
	const char **value_out, struct error *err) {
	*value_out = option_text(options, name, NULL);
	return *value_out != NULL ? 0
				  : error_set(err, ERROR_USAGE, "--%s is missing; for example: %s",
					    name, example);
}

/* Word problems are reasoned about, theorems are proved. */
static int check_task(const struct eval *eval, struct error *err) {
	bool words = eval->dataset->task != NULL && strcmp(eval->dataset->task, "reason") == 0;
	bool reason = strcmp(eval->task, "reason") == 0;
	if (words != reason) {
		return error_set(err, ERROR_USAGE, "--task %s: %s; type: f2f eval --split %s",
			eval->task,
			words ? "word problems have no formal side"
			      : "there are no logic programs in this set",
			words ? eval->dataset->name : "words");
	}
	return reason || strcmp(eval->task, "prove") == 0
		       ? 0
		       : error_set(err, ERROR_USAGE,
				 "task %s is not built yet; there are: prove, reason", eval->task);
}

/* Options of word problems, and which text of a reply is the proof. */
static int choose_reading(struct eval *eval, struct error *err) {
	bool reason = strcmp(eval->task, "reason") == 0;
	eval->proof_text = option_text(eval->options, "proof-text", "answer");
	eval->shots = option_text(eval->options, "shots", "0");
	bool given =
		option_given(eval->options, "proof-text") || option_given(eval->options, "shots");
	return given && !reason
		       ? error_set(err, ERROR_USAGE,
				 "--proof-text and --shots are for word problems: --split words")
		       : 0;
}

static int choose_task(struct eval *eval, struct error *err) {
	static const char *const tasks[] = {
		"prove", "formalize", "pipeline", "reason", "disprove", "all"};
	eval->task = option_text(
		eval->options, "task", eval->dataset->task != NULL ? eval->dataset->task : "prove");
	for (size_t i = 0; i < F2F_COUNT(tasks); i++) {
		if (strcmp(eval->task, tasks[i]) == 0) {
			return check_task(eval, err);
		}
	}
	const char *near = str_nearest(eval->task, tasks, F2F_COUNT(tasks));
	return error_set(err, ERROR_USAGE, "no task \"%s\"%s%s%s", eval->task,
		near != NULL ? "; did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?" : "");
}

static int choose_subset(struct eval *eval, struct error *err) {
	static const char *const subsets[] = {"test", "valid", "all", "file:test", "file:valid"};
	const char *given = option_text(eval->options, "subset", "test");
	for (size_t i = 0; i < F2F_COUNT(subsets); i++) {
		if (strcmp(given, subsets[i]) == 0) {
			eval->subset = strcmp(given, "all") == 0 ? NULL : subsets[i];
			return 0;
		}
	}
	const char *near = str_nearest(given, subsets, F2F_COUNT(subsets));
	return error_set(err, ERROR_USAGE, "no subset \"%s\"%s%s%s", given,
		near != NULL ? "; did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?" : "");
}

static int choose_split(struct eval *eval, struct error *err) {
	const char *split;
	int rc = need(eval->options, "split", "--split v2", &split, err);
	rc = rc < 0 ? rc : dataset_load(split, &eval->dataset, err);
	if (rc < 0) {
		return rc;
	}
	eval->split_count = eval->dataset->member_count > 0 ? eval->dataset->member_count : 1;
	eval->splits = xcalloc(eval->split_count, sizeof(*eval->splits));
	for (size_t i = 0; i < eval->split_count; i++) {
		eval->splits[i] = eval->dataset->member_count > 0 ? eval->dataset->members[i]
								  : eval->dataset->name;
	}
	return 0;
}

/* A name of a built-in prompt, or a file. */
static int load_prompt(struct eval *eval, struct error *err) {
	const char *given = option_text(eval->options, "prompt",
		eval->model.prompt != NULL ? eval->model.prompt : eval->task);
	char *path = xasprintf("prompts/%s.md", given);
	const struct asset *asset = asset_find(path);
	free(path);
	int rc = 0;
	if (asset != NULL) {
		rc = prompt_parse(asset->data, asset->size, &eval->prompt, err);
	} else {
		struct buf text = BUF_INIT(PROMPT_FILE_MAX);
		rc = file_read(given, &text, err);
		if (rc == ERROR_NOT_FOUND) {
			rc = error_set(err, ERROR_USAGE,
				"no prompt \"%s\" and no such file; type: f2f list prompts", given);
		} else if (rc == 0) {
			rc = prompt_parse(
				text.data != NULL ? text.data : "", text.len, &eval->prompt, err);
		}
		buf_finish(&text);
	}
	if (rc < 0 && rc != ERROR_USAGE) {
		error_prefix(err, "prompt %s", given);
	}
	return rc;
}

static int compare_texts(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A list option's items, each of which may be several with commas between. Sorted: in which order
 * they were given makes no other run. */
static void take_list(const struct options *options, const char *name, struct eval_names *out) {
	const char *item;
	for (size_t i = 0; (item = option_item(options, name, i)) != NULL; i++) {
		while (*item != '\0') {
			struct str one = str_trim(str_slice(item, strcspn(item, ",")));
			if (one.len > 0) {
				vec_push(out, xmemdup0(one.data, one.len));
			}
			item += strcspn(item, ",");
			item += *item == ',';
		}
	}
	if (out->count > 0) {
		qsort(out->items, out->count, sizeof(*out->items), compare_texts);
	}
}

static void names_finish(struct eval_names *names) {
	for (size_t i = 0; i < names->count; i++) {
		free(names->items[i]);
	}
	vec_finish(names);
}

/* A problem asked for by name is wanted whatever its family. */
static const char *choose_family(const struct eval *eval) {
	return option_text(eval->options, "family", eval->only.count > 0 ? NULL : "disconnected");
}

/* Cells and families are of word problems: an option that would do nothing is refused. */
static int check_cells(const struct eval *eval, struct error *err) {
	bool asked = option_text(eval->options, "family", NULL) != NULL;
	return asked && !plan_has_cells(eval->plan)
		       ? error_set(err, ERROR_USAGE, "--family: %s has no families of distractors",
				 eval->dataset->name)
		       : 0;
}

static int make_plan(struct eval *eval, struct error *err) {
	const struct options *options = eval->options;
	long long samples = option_count(options, "samples", 1);
	if (samples < 1 || samples > SAMPLES_MAX) {
		return error_set(err, ERROR_USAGE, "--samples %lld is not between 1 and %d",
			samples, SAMPLES_MAX);
	}
	take_list(options, "sample-id", &eval->only);
	take_list(options, "cell", &eval->cells);
	eval->plan_options = (struct plan_options){
		.splits = eval->splits,
		.split_count = eval->split_count,
		.subset = eval->subset,
		.only = (const char *const *)eval->only.items,
		.only_count = eval->only.count,
		.cells = (const char *const *)eval->cells.items,
		.cell_count = eval->cells.count,
		.family = choose_family(eval),
		.limit = option_count(options, "limit", 0),
		.samples = samples,
	};
	int rc = plan_create(eval->store, &eval->plan_options, &eval->plan, err);
	return rc < 0 ? rc : check_cells(eval, err);
}

/* Sets are read from a database: a dry run that finds none has its own, and leaves none. */
static int make_dry_database(struct eval *eval, struct error *err) {
	const char *parent = getenv("TMPDIR");
	eval->dry_folder =
		path_join(parent != NULL && parent[0] == '/' ? parent : "/tmp", "f2f-dry-XXXXXX");
	if (mkdtemp(eval->dry_folder) == NULL) {
		int rc = error_set_errno(err, "%s", eval->dry_folder);
		free(eval->dry_folder);
		eval->dry_folder = NULL;
		return rc;
	}
	free(eval->database);
	eval->database = path_join(eval->dry_folder, "f2f.db");
	return 0;
}

static void remove_dry_database(struct eval *eval) {
	static const char *const ends[] = {"", "-wal", "-shm"};
	for (size_t i = 0; eval->dry_folder != NULL && i < F2F_COUNT(ends); i++) {
		char *path = xasprintf("%s%s", eval->database, ends[i]);
		unlink(path);
		free(path);
	}
	if (eval->dry_folder != NULL) {
		rmdir(eval->dry_folder);
		free(eval->dry_folder);
	}
}

static int open_store(struct eval *eval, struct error *err) {
	eval->database = options_database(eval->options);
	if (eval->dry && !file_exists(eval->database)) {
		int made = make_dry_database(eval, err);
		if (made < 0) {
			return made;
		}
	}
	int rc = store_open(
		eval->database, &(struct store_options){.mode = DB_WRITE}, &eval->store, err);
	for (size_t i = 0; rc == 0 && i < eval->split_count; i++) {
		rc = sets_ensure_builtin(eval->store, eval->splits[i], err);
	}
	return rc;
}

/* A source that cannot be read, or that nobody knows, is said before there is a run. */
static int check_local(const struct eval *eval, struct error *err) {
	const struct provider *provider = eval->model.provider;
	if (!provider->local) {
		return 0;
	}
	struct model model = model_view(&eval->model);
	void *source = NULL;
	int rc = provider->open(&model, &source, err);
	if (rc == 0) {
		provider->close(source);
	}
	return rc;
}

/* What is asked of no endpoint is said, so that nobody takes it for done. */
static void warn_of_unused(const struct eval *eval) {
	static const char *const names[] = {"prompt", "base-url", "temperature", "top-p", "max-tokens",
		"reasoning-effort", "extra-body", "header"};
	for (size_t i = 0; eval->model.provider->local && i < F2F_COUNT(names); i++) {
		const char *origin = option_origin(eval->options, names[i]);
		if (origin != NULL && str_starts_with(origin, "-")) {
			log_warn("--%s changes nothing for %s, which asks no endpoint", names[i],
				eval->model.label);
		}
	}
}

/* The built-in baselines are for one task each. */
static int check_builtin(const struct eval *eval, struct error *err) {
	bool reason = strcmp(eval->task, "reason") == 0;
	const char *label = eval->model.label;
	bool words =
		strcmp(label, "builtin/efficient") == 0 || strcmp(label, "builtin/exhaustive") == 0;
	bool lean = strcmp(label, "builtin/gold") == 0 || strcmp(label, "builtin/tactics") == 0;
	if ((reason && lean) || (!reason && words)) {
		return error_set(err, ERROR_USAGE, "%s is not for %s; there are %s", label,
			eval->dataset->name,
			reason ? "builtin/efficient and builtin/exhaustive"
			       : "builtin/gold and builtin/tactics");
	}
	return 0;
}

/* Published provers were trained for one version: the model's wish comes first, then the set's. */
static void choose_wish(struct eval *eval) {
	bool own = eval->model.toolchain != NULL;
	eval->wish_by = own ? xasprintf("[model.%s]", option_text(eval->options, "model", ""))
			    : xasprintf("set %s", eval->dataset->name);
	eval->wish = (struct lean_wish){
		own ? eval->model.toolchain : eval->dataset->toolchain, eval->wish_by, own};
}

/* Each request has a socket. */
static int allow_connections(const struct eval *eval, struct error *err) {
	int rc = http_raise_descriptors(option_count(eval->options, "max-connections", 0), err);
	if (rc < 0) {
		error_prefix(err, "--max-connections");
	}
	return rc;
}

/* Less than a millisecond would be none at all, which is another word for the default. */
static int check_times(const struct options *options, struct error *err) {
	static const char *const names[] = {"connect-timeout", "request-timeout"};
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		if (option_number(options, names[i], 1) < 0.001) {
			return error_set(err, ERROR_USAGE,
				"--%s: no request ends in less than 0.001 s", names[i]);
		}
	}
	return 0;
}

int eval_prepare(struct eval *eval, struct error *err) {
	const char *given;
	int rc = need(eval->options, "model", "--model builtin/gold", &given, err);
	rc = rc < 0 ? rc : model_resolve(eval->options, given, &eval->model, err);
	rc = rc < 0 ? rc : check_times(eval->options, err);
	rc = rc < 0 ? rc : check_local(eval, err);
	rc = rc < 0 ? rc : choose_split(eval, err);
	rc = rc < 0 ? rc : choose_task(eval, err);
	rc = rc < 0 ? rc : choose_subset(eval, err);
	rc = rc < 0 ? rc : choose_reading(eval, err);
	rc = rc < 0 ? rc : lean_setup_verify(eval->options, &eval->verify, err);
	if (rc == 0 && !eval->model.provider->local) {
		rc = load_prompt(eval, err);
		rc = rc < 0 ? rc : reason_shots(eval->shots, &eval->prompt.shots, err);
		rc = rc < 0 ? rc : allow_connections(eval, err);
	}
	rc = rc < 0 ? rc : open_store(eval, err);
	rc = rc < 0 ? rc : make_plan(eval, err);
	if (rc < 0) {
		return rc;
	}
	rc = check_builtin(eval, err);
	if (rc < 0) {
		return rc;
	}
	if (strcmp(eval->model.label, "builtin/gold") == 0 && !plan_has_proofs(eval->plan)) {
		return error_set(err, ERROR_USAGE,
			"%s has no proofs of its own: builtin/gold needs a set that has, such as "
			"demo",
			eval->dataset->name);
	}
	warn_of_unused(eval);
	eval_choose_sampling(eval);
	rc = eval_load_capabilities(eval, err);
	rc = rc < 0 ? rc : eval_choose_choices(eval, err);
	rc = rc < 0 ? rc : eval_check_request(eval, err);
	if (rc < 0) {
		return rc;
	}
	eval->terms = lean_setup_terms(eval->options);
	choose_wish(eval);
	eval->verify = eval->verify && strcmp(eval->task, "reason") != 0;
	eval->loop = loop_create(NULL);
	return 0;
}

void eval_finish(struct eval *eval) {
	verifier_close(eval->verifier);
	plan_destroy(eval->plan);
	names_finish(&eval->only);
	names_finish(&eval->cells);
	names_finish(&eval->stops);
	loop_destroy(eval->loop);
	lean_info_finish(&eval->lean);
	run_record_finish(&eval->run);
	store_close(eval->store);
	remove_dry_database(eval);
	prompt_finish(&eval->prompt);
	resolved_model_finish(&eval->model);
	dataset_destroy(eval->dataset);
	free(eval->splits);
	free(eval->wish_by);
	free(eval->database);
}
