#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "cmd/cmd.h"
#include "store/store.h"

static const struct option options[] = {
	{"json", 0, OPTION_FLAG, NULL, "one JSON object"},
	{0},
};

struct listing {
	const struct store *store;
	bool json;
	json_t *runs;
	int count;
};

static int add_run(const struct run_record *run, void *data) {
	struct listing *listing = data;
	const char *state = store_run_state(listing->store, run);
	char created[32];
	clock_format_utc(run->created_ns, created);
	listing->count++;
	if (listing->json) {
		json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "id",
			run->id, "created", created, "state", state, "model", run->model,
			"split", run->split, "subset", run->subset, "task", run->task, "samples",
			(json_int_t)run->samples, "created_ns", (json_int_t)run->created_ns);
		json_t *settings = json_loads(run->settings, 0, NULL);
		json_object_set_new(object, "settings", settings != NULL ? settings : json_null());
		json_array_append_new(listing->runs, object);
		return 0;
	}
	if (listing->count == 1) {
		printf("%-21s %-12s %-9s %-9s %s\n", "id", "state", "task", "split", "model");
	}
	printf("%-21s %-12s %-9s %-9s %s\n", run->id, state, run->task, run->split, run->model);
	return 0;
}

static int run(struct options *given, struct error *err) {
	if (option_argument(given, 0) != NULL) {
		return error_set(err, ERROR_USAGE, "runs takes no argument; type: f2f show %s",
			option_argument(given, 0));
	}
	struct listing listing = {.json = option_flag(given, "json"), .runs = json_array()};
	char *database = options_database(given);
	struct store *store = NULL;
	int rc = store_open(database, &(struct store_options){.mode = DB_READ_ONLY}, &store, err);
	if (rc == ERROR_NOT_FOUND) {
		rc = 0; // no database yet: no runs
	} else if (rc == 0) {
		listing.store = store;
		rc = store_runs(store, add_run, &listing, err);
	}
	if (rc == 0 && listing.json) {
		json_t *object = json_pack("{s:i, s:O}", "schema_version", 1, "runs", listing.runs);
		json_dumpf(object, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(object);
	} else if (rc == 0 && listing.count == 0) {
		printf("no runs yet in %s; type: f2f eval --model builtin/gold --split demo\n",
			database);
	}
	json_decref(listing.runs);
	store_close(store);
	free(database);
	return rc;
}

const struct command cmd_runs = {
	.name = "runs",
	.synopsis = "",
	.summary = "list runs, newest first",
	.about = "Lists the runs of the database, newest first. One is running while an f2f "
		 "works on it; interrupted ones go on with the same command. f2f show RUN says "
		 "with which settings.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f runs\n"
		 "  f2f runs --json\n",
	.options = options,
	.run = run,
};
