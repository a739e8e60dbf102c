#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "store/store.h"

enum { HOURS_A_DAY = 24, SECONDS_AN_HOUR = 3600 };

static const struct option options[] = {
	{"older-than", 0, OPTION_NUMBER, "DAYS", "prune: only what was not used for so long"},
	{"model", 'm', OPTION_TEXT, "PROVIDER/NAME", "prune: only replies of this model"},
	{"json", 0, OPTION_FLAG, NULL, "one JSON object"},
	{0},
};

static json_t *group_object(const struct cache_group *group) {
	char oldest[32], used[32];
	clock_format_utc(group->oldest_ns, oldest);
	clock_format_utc(group->used_ns, used);
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:s, s:s}", "model", group->model, "endpoint",
		group->endpoint, "replies", (json_int_t)group->replies, "bytes",
		(json_int_t)group->bytes, "uses", (json_int_t)group->uses, "oldest", oldest, "used",
		used);
}

struct listing {
	json_t *groups; // NULL: a table
	int count;
};

static int add_group(const struct cache_group *group, void *data) {
	struct listing *listing = data;
	char used[32];
	if (listing->count++ == 0 && listing->groups == NULL) {
		printf("%9s %9s %7s  %-20s  %s\n", "replies", "KiB", "uses", "last used", "model");
	}
	if (listing->groups != NULL) {
		json_array_append_new(listing->groups, group_object(group));
		return 0;
	}
	printf("%9" PRId64 " %9" PRId64 " %7" PRId64 "  %-20s  %s at %s\n", group->replies,
		group->bytes / 1024, group->uses, clock_format_utc(group->used_ns, used),
		group->model, group->endpoint);
	return 0;
}

static int list(struct store *store, bool json, struct error *err) {
	struct listing listing = {.groups = json ? json_array() : NULL};
	int rc = store_cache_groups(store, add_group, &listing, err);
	if (rc == 0 && json) {
		char *text = json_dumps(listing.groups, JSON_COMPACT);
		printf("{\"schema_version\":1,\"cache\":%s}\n", text);
		free(text);
	} else if (rc == 0 && listing.count == 0) {
		log_info("no stored replies");
	}
	json_decref(listing.groups);
	return rc;
}

/* The time before which a reply must have been used last to go. */
static int64_t unused_since(const struct options *given) {
	int64_t now_ns = clock_utc();
	double days = option_number(given, "older-than", 0);
	double age_ns = days * HOURS_A_DAY * SECONDS_AN_HOUR * (double)CLOCK_SECOND;
	if (age_ns <= 0) {
		return now_ns + 1; // all
	}
	return age_ns < (double)now_ns ? now_ns - (int64_t)age_ns : 0;
}

static int prune(const struct options *given, struct store *store, bool json, struct error *err) {
	int64_t removed = 0;
	int rc = store_begin(store, err);
	rc = rc < 0 ? rc
		    : store_cache_prune(store, option_text(given, "model", NULL),
			      unused_since(given), &removed, err);
	rc = rc < 0 ? rc : store_commit(store, err);
	if (rc == 0 && json) {
		printf("{\"schema_version\":1,\"removed\":%" PRId64 "}\n", removed);
	} else if (rc == 0) {
		log_info("%" PRId64 " stored replies removed; runs keep theirs", removed);
	}
	return rc;
}

static int run(struct options *given, struct error *err) {
	const char *verb = option_argument(given, 0);
	bool json = option_flag(given, "json");
	bool pruning = verb != NULL && strcmp(verb, "prune") == 0;
	if (verb == NULL || (!pruning && strcmp(verb, "list") != 0) ||
		option_argument(given, 1) != NULL) {
		return error_set(err, ERROR_USAGE, "cache what? list or prune");
	}
	if (pruning && !option_given(given, "model") && !option_given(given, "older-than")) {
		return error_set(err, ERROR_USAGE,
			"prune what? give --older-than DAYS, --model PROVIDER/NAME, or both "
			"(--older-than 0: all)");
	}
	char *database = options_database(given);
	struct store *store = NULL;
	enum db_mode mode = pruning ? DB_WRITE : DB_READ_ONLY;
	int rc = 0;
	if (!file_exists(database)) {
		log_info("no stored replies: %s is not there yet", database);
		if (json) {
			puts(pruning ? "{\"schema_version\":1,\"removed\":0}"
				     : "{\"schema_version\":1,\"cache\":[]}");
		}
	} else {
		rc = store_open(database, &(struct store_options){.mode = mode}, &store, err);
		rc = rc < 0	? rc
		     : pruning ? prune(given, store, json, err)
			       : list(store, json, err);
	}
	store_close(store);
	free(database);
	return rc;
}

const struct command cmd_cache = {
	.name = "cache",
	.synopsis = "list | prune",
	.summary = "stored replies: what is there, forget some",
	.about = "Eval keeps each reply under what was asked: endpoint, model, whole request with "
		 "its seed, template and index of the sample. Another run that asks the same takes "
		 "it from there (eval --cache on|off|refresh|only), and says how many it took. "
		 "Pruning takes nothing from runs.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f cache list\n"
		 "  f2f cache prune --older-than 30 --model openai/my-prover\n",
	.options = options,
	.run = run,
};
