#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/report_published.h"
#include "cmd/word_problems.h"

static const struct option options[] = {
	{"k", 'k', OPTION_LIST, "K,…",
		"pass@K for these K only (default 1, 8, 32 and the run's samples)"},
	{"proof-text", 0, OPTION_TEXT, "answer|reasoning",
		"of word problems: figures of this text of the replies (default the run's own)"},
	{"aligner", 0, OPTION_TEXT, "ours|published",
		"published: word problems by the paper's matcher"},
	{"csv", 0, OPTION_FLAG, NULL, "comma-separated values"},
	{"markdown", 0, OPTION_FLAG, NULL, "a Markdown table"},
	{"json", 0, OPTION_FLAG, NULL, "a JSON object a run"},
	{0},
};

struct ks {
	VEC(int64_t) items;
};

/* "1,8,32": one item of --k. */
static int add_ks(struct ks *ks, const char *item, struct error *err) {
	const char *rest = item;
	while (true) {
		size_t length = strcspn(rest, ",");
		char *word = xmemdup0(rest, length);
		int64_t k = 0;
		bool good = str_to_int64(word, &k) && k >= 1;
		free(word);
		if (!good) {
			return error_set(err, ERROR_USAGE,
				"--k %s: each K is a whole number from 1", item);
		}
		vec_push(&ks->items, k);
		if (rest[length] == '\0') {
			return 0;
		}
		rest += length + 1;
	}
}

static int read_ks(const struct options *given, struct ks *ks, struct error *err) {
	int rc = 0;
	for (size_t i = 0; rc == 0 && option_item(given, "k", i) != NULL; i++) {
		rc = add_ks(ks, option_item(given, "k", i), err);
	}
	return rc;
}

static int read_text(const struct options *given, struct report_options *wanted,
	struct error *err) {
	const char *text = option_text(given, "proof-text", NULL);
	if (text != NULL && strcmp(text, "answer") != 0 && strcmp(text, "reasoning") != 0) {
		return error_set(err, ERROR_USAGE, "--proof-text %s: answer or reasoning", text);
	}
	wanted->proof_text = text;
	return 0;
}

static int render(const struct options *given, struct store *store,
	const struct report_options *wanted, size_t count, struct error *err) {
	static const char *const formats[] = {"csv", "json", "markdown"};
	const char *format = NULL;
	int rc = option_one_of(given, formats, F2F_COUNT(formats), &format, err);
	struct report **reports = xcalloc(count, sizeof(struct report *));
	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = report_build(store, option_argument(given, i), wanted, &reports[i], err);
	}
	if (rc == 0) {
		report_format_find(format != NULL ? format : "table")->render(
			(const struct report *const *)reports, count, stdout);
	}
	for (size_t i = 0; i < count; i++) {
		report_destroy(reports[i]);
	}
	free(reports);
	return rc;
}

static int run(struct options *given, struct error *err) {
	size_t count = 0;
	while (option_argument(given, count) != NULL) {
		count++;
	}
	if (count == 0) {
		return error_set(
			err, ERROR_USAGE, "give one or more RUNs, or latest; type: f2f runs");
	}
	char *database = options_database(given);
	struct store *store = NULL;
	struct ks ks = {0};
	struct report_options wanted = {.words = &word_problems};
	int rc = read_ks(given, &ks, err);
	rc = rc < 0 ? rc : read_text(given, &wanted, err);
	rc = rc < 0 ? rc
		    : store_open(
			      database, &(struct store_options){.mode = DB_READ_ONLY}, &store, err);
	bool published = strcmp(option_text(given, "aligner", "ours"), "published") == 0;
	for (size_t i = 0; rc == 0 && published && i < count; i++) {
		rc = report_published(store, option_argument(given, i), wanted.proof_text,
			option_flag(given, "json"), err);
	}
	if (rc == 0 && !published) {
		wanted.ks = ks.items.items;
		wanted.k_count = ks.items.count;
		rc = render(given, store, &wanted, count, err);
	}
	vec_finish(&ks.items);
	store_close(store);
	free(database);
	return rc;
}

const struct command cmd_report = {
	.name = "report",
	.synopsis = "RUN…",
	.summary = "scores of runs: table, JSON, CSV, Markdown",
	.about = "Prints the scores of one or more runs with their 95 % intervals (problems are "
		 "what is taken as random), the "
		 "bounds that missing samples leave open, and how often each outcome occurred. RUN "
		 "is an id, the beginning of "
		 "one, or latest. Runs of word problems get a row a cell; several of them are "
		 "compared, each with the first, on the problems that both solved with a whole "
		 "proof.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f report latest\n"
		 "  f2f report 20261123-160501-4f2a --json\n",
	.options = options,
	.run = run,
};
