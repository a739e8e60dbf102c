#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/doctor_final.h"
#include "cmd/doctor_model.h"
#include "cmd/doctor_sandbox.h"
#include "cmd/help.h"
#include "cmd/lean_setup.h"
#include "dataset/dataset.h"
#include "engine/preflight.h"
#include "io/loop.h"
#include "store/store.h"

static const struct option options[] = {
	{"model", 'm', OPTION_TEXT, "PROVIDER/NAME",
		"also ask this model's endpoint what it can do"},
	{"base-url", 0, OPTION_TEXT, "URL", "its endpoint, up to and with /v1"},
	{"api-key-env", 0, OPTION_TEXT, "VARIABLE", "the variable that holds its key"},
	{"extra-body", 0, OPTION_TEXT, "JSON", "object merged into each request"},
	{"header", 0, OPTION_LIST, "NAME: VALUE", "of each request, never a key; repeatable",
		OPTION_RARE},
	LEAN_OPTIONS,
	{"json", 0, OPTION_FLAG, NULL, "the findings as one JSON object"},
	{0},
};

enum finding { FINDING_OK, FINDING_MISSING, FINDING_BROKEN };

/* One line a finding; `rows` collects them for --json. */
struct doctor {
	struct options *options;
	bool json;
	json_t *rows;
	int broken;
};

static void find(struct doctor *doctor, enum finding finding, const char *what, const char *text,
	const char *fix) {
	static const char *const words[] = {"ok", "missing", "broken"};
	doctor->broken += finding == FINDING_BROKEN;
	json_t *row =
		json_pack("{s:s, s:s, s:s}", "what", what, "state", words[finding], "text", text);
	fix = finding != FINDING_OK ? fix : NULL;
	json_object_set_new(row, "fix", fix != NULL ? json_string(fix) : json_null());
	json_array_append_new(doctor->rows, row);
	if (!doctor->json) {
		printf("%-8s %-10s %s\n", words[finding], what, text);
		if (fix != NULL) {
			printf("%-19s → %s\n", "", fix);
		}
	}
}

static int count_run(const struct run_record *run, void *data) {
	(void)run;
	++*(int *)data;
	return 0;
}

/* Without a store none has been pulled. */
static void look_at_sets(struct doctor *doctor, struct store *store) {
	const char *name;
	for (size_t i = 0; (name = dataset_name(i)) != NULL; i++) {
		struct dataset *dataset = NULL;
		struct set_record set;
		bool found = false;
		struct error err;
		if (dataset_load(name, &dataset, &err) < 0) {
			find(doctor, FINDING_BROKEN, name, err.message, NULL);
			continue;
		}
		bool built_in = dataset->source_count == 0;
		bool made_of_others = dataset->member_count > 0;
		dataset_destroy(dataset);
		if (built_in || made_of_others ||
			(store != NULL && store_set_get(store, name, &set, &found, &err) < 0)) {
			continue;
		}
		char *text = found ? xasprintf("%lld problems, files %.12s",
					     (long long)set.problems, set.hash)
				   : xstrdup("not pulled");
		char *fix = xasprintf("f2f pull %s", name);
		find(doctor, found ? FINDING_OK : FINDING_MISSING, name, text, fix);
		free(fix);
		free(text);
		if (found) {
			set_record_finish(&set);
		}
	}
}

static void look_at_database(struct doctor *doctor) {
	char *path = options_database(doctor->options);
	struct store *store = NULL;
	struct error err;
	int rc = store_open(path, &(struct store_options){.mode = DB_READ_ONLY}, &store, &err);
	if (rc == ERROR_NOT_FOUND) {
		char *text = xasprintf("%s is not there yet", path);
		find(doctor, FINDING_OK, "database", text, NULL);
		free(text);
		look_at_sets(doctor, NULL);
	} else if (rc == ERROR_USAGE && strstr(err.message, "older f2f") != NULL) {
		find(doctor, FINDING_MISSING, "database", err.message, "f2f pull demo");
	} else if (rc < 0 || store_check(store, &err) < 0) {
		find(doctor, FINDING_BROKEN, "database", err.message,
			"choose another with --db, or restore a copy");
	} else {
		int runs = 0;
		store_runs(store, count_run, &runs, &err);
		char *text = xasprintf("%s, %d runs, integrity ok", path, runs);
		find(doctor, FINDING_OK, "database", text, NULL);
		free(text);
		look_at_sets(doctor, store);
	}
	store_close(store);
	free(path);
}

static void look_at_helper(struct doctor *doctor, const char *name, const char *purpose) {
	char *path = path_find_helper(name);
	char *text = xasprintf("%s (%s)", path != NULL ? path : "not found", purpose);
	find(doctor, path != NULL ? FINDING_OK : FINDING_BROKEN, name, text,
		"build or install f2f again");
	free(text);
	free(path);
}

/* A true theorem and a hole under one header. */
static int try_lean(struct doctor *doctor, const struct lean_info *lean, const char *header,
	struct error *err) {
	struct loop *loop = loop_create(NULL);
	struct verifier *verifier = NULL;
	struct lean_terms terms = lean_setup_terms(doctor->options);
	terms.policy = LEAN_POLICY_STRICT; // the final check is looked at by itself
	terms.final = false;
	int rc = lean_setup_open(doctor->options, loop, lean, &terms, &verifier, err);
	rc = rc < 0 ? rc : preflight_headers(loop, verifier, &header, 1, err);
	verifier_close(verifier);
	loop_destroy(loop);
	return rc;
}

static void found_of_sandbox(bool good, const char *text, const char *fix, void *data) {
	find(data, good ? FINDING_OK : FINDING_BROKEN, "sandbox", text, fix);
}

static void found_of_final(bool there, bool broken, const char *text, const char *fix, void *data) {
	enum finding finding = there ? FINDING_OK : broken ? FINDING_BROKEN : FINDING_MISSING;
	find(data, finding, "final", text, fix);
}

static void look_at_lean(struct doctor *doctor) {
	struct lean_info lean = {0};
	struct error err;
	int rc = lean_setup_find(doctor->options, NULL, &lean, &err);
	if (rc < 0) {
		find(doctor, FINDING_MISSING, "lean", err.message,
			"f2f lean setup, or F2F_LEAN=/path/to/lean; without it: --no-verify");
		doctor_sandbox(doctor->options, NULL, found_of_sandbox, doctor);
		return;
	}
	if (lean.server != NULL) {
		find(doctor, FINDING_OK, "sandbox", "remote: the server's own", NULL);
	} else {
		doctor_sandbox(doctor->options, &lean, found_of_sandbox, doctor);
	}
	char *backend = xasprintf("%s (%s)", lean.backend, lean.backend_why);
	find(doctor, FINDING_OK, "backend", backend, NULL);
	free(backend);
	rc = try_lean(doctor, &lean, "", &err);
	char *text = xasprintf(
		"%s, version %s%s", lean.path, lean.version, rc == 0 ? ", proves and refuses" : "");
	find(doctor, rc == 0 ? FINDING_OK : FINDING_BROKEN, "lean", rc == 0 ? text : err.message,
		NULL);
	free(text);
	bool mathlib = rc == 0 && try_lean(doctor, &lean, "import Mathlib\n", &err) == 0;
	if (rc == 0) {
		find(doctor, mathlib ? FINDING_OK : FINDING_MISSING, "mathlib",
			mathlib ? "import Mathlib works"
				: "import Mathlib does not work: only demo can be checked",
			"f2f lean setup v2s, or --lean-project DIR with a built Lake project");
	}
	if (rc == 0) {
		doctor_final(doctor->options, &lean, found_of_final, doctor);
	}
	lean_info_finish(&lean);
}

static void on_model(enum probe_finding finding, const char *what, const char *text, void *data) {
	struct doctor *doctor = data;
	// What an endpoint lacks is a fact; a model that its list does not have is a mistake.
	bool lacks = finding == PROBE_NO && strcmp(what, "models") == 0;
	find(doctor,
		finding == PROBE_FAILED ? FINDING_BROKEN
		: lacks			? FINDING_MISSING
					: FINDING_OK,
		what, text,
		lacks ? "see that the name behind PROVIDER/ is the server's own"
		      : "see that the server runs, and that --base-url and the key are right");
}

static void look_at_limits(struct doctor *doctor) {
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	char *text = xasprintf("up to %llu open files", (unsigned long long)limit.rlim_max);
	find(doctor, FINDING_OK, "limits", text, NULL);
	free(text);
}

static int run(struct options *given, struct error *err) {
	int rc = option_arguments_end(given, 0, err);
	if (rc < 0) {
		return rc;
	}
	struct doctor doctor = {
		.options = given, .json = option_flag(given, "json"), .rows = json_array()};
	char *version = xasprintf("%s (%s)", build_version(), build_commit());
	find(&doctor, FINDING_OK, "f2f", version, NULL);
	free(version);
	look_at_helper(&doctor, "f2f-git", "fetches problem sets");
	look_at_helper(&doctor, "f2f-launch", "starts Lean");
	look_at_helper(&doctor, "f2f-probe", "looks around in the sandbox");
	look_at_helper(&doctor, "f2f-unpack", "reads archives for f2f import");
	look_at_limits(&doctor);
	look_at_database(&doctor);
	look_at_lean(&doctor);
	rc = doctor_model(given, on_model, &doctor, err);
	if (doctor.json && rc == 0) {
		char *text = json_dumps(doctor.rows, JSON_COMPACT);
		printf("{\"schema_version\":1,\"findings\":%s}\n", text);
		free(text);
	}
	json_decref(doctor.rows);
	return rc < 0 ? rc : doctor.broken > 0 ? 1 : 0;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.synopsis = "[--model PROVIDER/NAME]",
	.summary = "what is installed, reachable, configured; how to fix what is not",
	.about = "Looks at f2f's own parts, the database, the problem sets, Lean and Mathlib, and "
		 "the model's endpoint, and "
		 "says what to type where something is missing. Exit status 1 when a part is "
		 "broken; missing parts are no "
		 "fault.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f doctor\n"
		 "  f2f doctor --model openai/my-prover --base-url http://127.0.0.1:8000/v1\n",
	.options = options,
	.run = run,
};
