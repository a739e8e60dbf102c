#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/eval_run.h"
#include "cmd/help.h"
#include "cmd/import_source.h"
#include "cmd/lean_setup.h"
#include "cmd/recheck.h"
#include "cmd/run_report.h"
#include "dataset/dataset.h"
#include "engine/import.h"
#include "engine/manifest.h"
#include "engine/settings.h"
#include "store/store.h"

enum { TEXT_MAX = 1 << 16, UNKNOWN_SHOWN = 10 };

static const struct option options[] = {
	{"split", 's', OPTION_TEXT, "SPLIT", "the set that the replies answer: v1, v2s, demo …"},
	{"model", 'm', OPTION_TEXT, "NAME", "who wrote them; any name"},
	{"subset", 0, OPTION_TEXT, "test|valid|all",
		"what the scores are of (default: the one that all replies belong to, else all)"},
	{"skip-unknown", 0, OPTION_FLAG, NULL, "leave out what answers no problem of the set"},
	{"no-verify", 0, OPTION_FLAG, NULL, "store them as pending; f2f verify checks them later"},
	{"fresh", 0, OPTION_FLAG, NULL, "another run even if just these were imported before"},
	LEAN_OPTIONS,
	{"json", 0, OPTION_FLAG, NULL, "what was stored, then a verdict a line, as JSON"},
	{0},
};

struct importing {
	const struct options *options;
	const char *path;
	const char *model;
	bool json;
	bool verify;
	struct dataset *dataset;
	struct store *store;
	struct import *import;
	struct run_record run;
	size_t stored;
	char *same; // a run that holds just this
};

static int need(const struct options *given, const char *name, const char *example,
	const char **value_out, struct error *err) {
	*value_out = option_text(given, name, NULL);
	return *value_out != NULL ? 0
				  : error_set(err, ERROR_USAGE, "--%s is missing; for example: %s",
					    name, example);
}

static int prepare(struct importing *importing, struct error *err) {
	const struct options *given = importing->options;
	const char *split;
	importing->path = option_argument(given, 0);
	if (importing->path == NULL || option_argument(given, 1) != NULL) {
		return error_set(
			err, ERROR_USAGE, "give one file of JSON lines, directory or archive");
	}
	int rc = need(given, "split", "--split v1", &split, err);
	rc = rc < 0 ? rc
		    : need(given, "model", "--model deepseek-prover-v2", &importing->model, err);
	rc = rc < 0 ? rc : dataset_load(split, &importing->dataset, err);
	if (rc == 0 && importing->dataset->member_count > 0) {
		rc = error_set(err, ERROR_USAGE,
			"%s is made of several sets: import to one of them (%s)", split,
			importing->dataset->members[0]);
	}
	rc = rc < 0 ? rc : lean_setup_verify(given, &importing->verify, err);
	if (rc == 0 && importing->verify) {
		// Missing Lean is said before anything is stored.
		struct lean_info lean = {0};
		struct lean_wish wish = {
			importing->dataset->toolchain, importing->dataset->name, false};
		rc = lean_setup_or_later(lean_setup_find(given, &wish, &lean, err), err);
		lean_info_finish(&lean);
	}
	if (rc < 0) {
		return rc;
	}
	char *database = options_database(given);
	rc = store_open(
		database, &(struct store_options){.mode = DB_WRITE}, &importing->store, err);
	free(database);
	return rc < 0 ? rc
		      : import_create(importing->store, importing->dataset->name,
				&importing->import, err);
}

/* Names that answer nothing: shown, and refused unless they may be left out. */
static int look_at_unknown(const struct importing *importing, struct error *err) {
	size_t count = 0;
	struct buf names = BUF_INIT(TEXT_MAX);
	while (import_unknown(importing->import, count) != NULL) {
		if (count < UNKNOWN_SHOWN) {
			buf_appendf(&names, "%s%s", count > 0 ? ", " : "",
				import_unknown(importing->import, count));
		}
		count++;
	}
	if (count > UNKNOWN_SHOWN) {
		buf_appendf(&names, " and %zu more", count - UNKNOWN_SHOWN);
	}
	int rc = 0;
	if (count > 0 && option_flag(importing->options, "skip-unknown")) {
		log_info("left out, as %s has no such problem: %zu (%s)", importing->dataset->name,
			count, buf_str(&names));
	} else if (count > 0) {
		rc = error_set(err, ERROR_INPUT,
			"%s: %s has no problem %.300s; nothing is stored (--skip-unknown leaves "
			"%s out)",
			importing->path, importing->dataset->name, buf_str(&names),
			count == 1 ? "it" : "them");
	}
	buf_finish(&names);
	return rc;
}

static int choose_subset(struct importing *importing, struct error *err) {
	static const char *const subsets[] = {"test", "valid", "all"};
	const char *given = option_text(importing->options, "subset", NULL);
	if (given == NULL) {
		const char *own = import_subset(importing->import);
		importing->run.subset = xstrdup(own != NULL ? own : "all");
		return 0;
	}
	for (size_t i = 0; i < F2F_COUNT(subsets); i++) {
		if (strcmp(given, subsets[i]) == 0) {
			importing->run.subset = xstrdup(given);
			return 0;
		}
	}
	return error_set(
		err, ERROR_USAGE, "no subset \"%s\"; there are test, valid and all", given);
}

static int make_settings(struct importing *importing, struct error *err) {
	struct run_record *run = &importing->run;
	struct settings *settings = settings_create();
	struct set_record set;
	bool found = false;
	int rc = store_set_get(importing->store, run->split, &set, &found, err);
	char *key = xasprintf("dataset.%s", run->split);
	settings_text(settings, "model", run->model);
	settings_text(settings, "split", run->split);
	settings_text(settings, "subset", run->subset);
	settings_text(settings, "task", run->task);
	settings_integer(settings, "samples", run->samples);
	settings_text(settings, "source", import_hash(importing->import).hex);
	if (strcmp(run->task, "reason") == 0) {
		settings_text(settings, "proof_text", "answer");
	} else {
		settings_text(settings, "policy",
			lean_policy_name(lean_setup_policy(importing->options)));
	}
	if (rc == 0 && found) {
		settings_text(settings, key, set.hash);
		set_record_finish(&set);
	}
	run->settings = settings_render(settings);
	free(key);
	settings_destroy(settings);
	return rc;
}

static int make_run(struct importing *importing, struct error *err) {
	struct run_record *run = &importing->run;
	int64_t now = clock_utc();
	run->id = eval_new_run_id(now);
	run->created_ns = now;
	run->finished_ns = now;
	run->state = xstrdup("finished");
	run->model = xstrdup(importing->model);
	run->split = xstrdup(importing->dataset->name);
	run->task = xstrdup(importing->dataset->task != NULL ? importing->dataset->task : "prove");
	run->samples = import_samples(importing->import);
	int rc = choose_subset(importing, err);
	rc = rc < 0 ? rc : make_settings(importing, err);
	struct manifest_options manifest = {
		.version = build_version(),
		.commit = build_commit(),
		.build = F2F_BUILD,
		.model = run->model,
		.splits = (const char *const *)&run->split,
		.split_count = 1,
	};
	return rc < 0 ? rc : manifest_render(importing->store, &manifest, &run->manifest, err);
}

static int look_for_same(const struct run_record *run, void *data) {
	struct importing *importing = data;
	struct buf difference = BUF_INIT(TEXT_MAX);
	if (importing->same == NULL && strcmp(run->model, importing->run.model) == 0 &&
		strcmp(run->split, importing->run.split) == 0 &&
		settings_difference(run->settings, importing->run.settings, &difference) == 0) {
		importing->same = xstrdup(run->id);
	}
	buf_finish(&difference);
	return 0;
}

static int store_all(struct importing *importing, struct error *err) {
	int rc = option_flag(importing->options, "fresh")
			 ? 0
			 : store_runs(importing->store, look_for_same, importing, err);
	if (rc < 0 || importing->same != NULL) {
		return rc;
	}
	return import_store(importing->import, &importing->run,
		lean_setup_policy(importing->options), &importing->stored, err);
}

static void tell(const struct importing *importing) {
	const struct import *import = importing->import;
	const char *id = importing->same != NULL ? importing->same : importing->run.id;
	size_t outside = import_count(import) - importing->stored;
	if (importing->json) {
		json_t *object = json_pack("{s:i, s:s, s:b, s:I, s:I}", "schema_version", 1, "run",
			id, "new", importing->same == NULL, "replies",
			(json_int_t)import_count(import), "repaired",
			(json_int_t)import_repaired(import));
		struct buf text = BUF_INIT(TEXT_MAX);
		json_append(&text, object, false);
		puts(buf_str(&text));
		json_decref(object);
		buf_finish(&text);
	}
	if (importing->same != NULL) {
		log_info("run %s holds just these replies: nothing is stored again (--fresh does)",
			id);
		return;
	}
	log_info("run %s: %zu replies to %s, subset %s", id, importing->stored,
		importing->run.split, importing->run.subset);
	if (outside > 0) {
		log_info("%zu replies to problems outside subset %s left out", outside,
			importing->run.subset);
	}
	if (import_elsewhere(import) > 0) {
		log_info("%zu replies to other splits left out", import_elsewhere(import));
	}
	if (import_repaired(import) > 0) {
		log_warn("%zu replies were not UTF-8: repaired, and marked so",
			import_repaired(import));
	}
}

static void finish(struct importing *importing) {
	import_destroy(importing->import);
	store_close(importing->store);
	dataset_destroy(importing->dataset);
	run_record_finish(&importing->run);
	free(importing->same);
}

static int run(struct options *given, struct error *err) {
	struct importing importing = {.options = given, .json = option_flag(given, "json")};
	char *id = NULL;
	int rc = prepare(&importing, err);
	rc = rc < 0 ? rc : import_source_read(importing.path, importing.import, err);
	rc = rc < 0 ? rc : look_at_unknown(&importing, err);
	if (rc == 0 && import_count(importing.import) == 0) {
		rc = error_set(err, ERROR_INPUT, "%s holds no reply to %s", importing.path,
			importing.dataset->name);
	}
	rc = rc < 0 ? rc : make_run(&importing, err);
	rc = rc < 0 ? rc : store_all(&importing, err);
	if (rc == 0) {
		tell(&importing);
		id = xstrdup(importing.same != NULL ? importing.same : importing.run.id);
		if (!importing.verify && !importing.json) {
			rc = run_report_table(importing.store, id, err);
		}
	}
	finish(&importing);
	if (rc == 0 && importing.verify) {
		int64_t limit = lean_setup_terms(given).cpu_limit_s;
		struct recheck_request request = {
			.pending = true,
			.json = importing.json,
			.limits = &limit,
			.limit_count = 1,
		};
		rc = recheck_run(given, id, &request, err);
	}
	free(id);
	return rc;
}

const struct command cmd_import = {
	.name = "import",
	.synopsis = "FILE.jsonl|DIR|ARCHIVE --split SPLIT --model NAME",
	.summary = "replies that were made elsewhere, as a run",
	.about = "Stores replies as a run, as if they had just come from a model, and checks them "
		 "with Lean (proofs in words are read). JSON lines hold "
		 "{\"id\",\"sample\",\"text\",\"finish_reason\",\"usage\"}: "
		 "id is a problem's name or SPLIT/NAME; sample, finish_reason and usage may be "
		 "missing. "
		 "In a directory or an archive (tar, zip) each file is one reply, named after its "
		 "problem; folders do not matter. All or nothing is stored.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f import replies.jsonl --split v2s --model my-prover\n"
		 "  f2f import proofs.tar.gz --split v1 --model published --no-verify\n",
	.options = options,
	.run = run,
};
