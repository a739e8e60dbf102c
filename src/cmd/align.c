#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "core/problem.h"
#include "dataset/dataset.h"
#include "engine/sets.h"
#include "logic/align.h"
#include "logic/published.h"
#include "logic/solved.h"
#include "store/store.h"

enum { LINE_MAX_BYTES = 64 * 1024 * 1024, OUT_MAX_BYTES = 1 << 30 };

static const struct option options[] = {
	{"split", 's', OPTION_TEXT, "SPLIT", "of the problems that words_id names (default words)"},
	{"aligner", 0, OPTION_TEXT, "ours|published",
		"published: the efficiency paper's matcher (default ours)"},
	{0},
};

struct filter {
	const struct options *options;
	struct store *store; // opened when the first words_id comes
	char *program;	     // text of the one that is solved
	struct solved *solved;
	struct buf line;
	struct published_reference *reference; // of the solved program, for the published matcher
	int64_t bad;
	bool stop; // the database cannot be used
};

/* Proofs of one problem often come together: the last program stays solved. */
static int solve(struct filter *filter, const char *program, struct error *err) {
	if (filter->program != NULL && strcmp(filter->program, program) == 0) {
		return 0;
	}
	struct solved *solved = NULL;
	int rc = solved_parse(program, strlen(program), &solved, err);
	if (rc < 0) {
		error_prefix(err, "program");
		return rc;
	}
	published_reference_destroy(filter->reference);
	filter->reference = NULL;
	solved_destroy(filter->solved);
	free(filter->program);
	filter->solved = solved;
	filter->program = xstrdup(program);
	return 0;
}

static int open_store(struct filter *filter, const char *split, struct error *err) {
	char *database = options_database(filter->options);
	const struct store_options mode = {.mode = DB_WRITE};
	int rc = store_open(database, &mode, &filter->store, err);
	rc = rc < 0 ? rc : sets_ensure_builtin(filter->store, split, err);
	filter->stop = rc < 0;
	free(database);
	return rc;
}

static int solve_named(struct filter *filter, const char *name, struct error *err) {
	const char *split = option_text(filter->options, "split", "words");
	struct problem problem = {0};
	int rc = filter->store == NULL ? open_store(filter, split, err) : 0;
	rc = rc < 0 ? rc : store_problem_get(filter->store, split, name, &problem, err);
	if (rc == 0) {
		rc = problem.program != NULL
			     ? solve(filter, problem.program, err)
			     : error_set(err, ERROR_USAGE, "%s has no logic program", name);
		problem_finish(&problem);
	}
	return rc;
}

/* What the paper's matcher makes of it: the figures of ../shared/spec/efficiency.md 1.4. */
static void write_published(struct filter *filter, const char *text, size_t length) {
	struct published_match match;
	size_t count = 0;
	if (filter->reference == NULL) {
		filter->reference = published_reference_create(filter->solved);
	}
	const struct published_sentence *sentences =
		published_reference_sentences(filter->reference, &count);
	published_align(sentences, count, text, length, &match);
	buf_appendf(&filter->line,
		"\"aligner\":\"published\",\"steps\":%zu,\"matched\":%zu,\"ambiguous\":%zu,"
		"\"precision\":%.12g,\"recall\":%.12g,\"precision_conclusions\":%.12g,"
		"\"exact\":%s",
		match.step_count, match.matched_steps, match.ambiguous_steps, match.precision_all,
		match.recall, match.precision_conclusions, match.exact ? "true" : "false");
	published_match_finish(&match);
}

static void write_ours(struct filter *filter, const char *text, size_t length) {
	struct alignment alignment;
	align_text(filter->solved, text, length, &alignment);
	alignment_write_json(filter->solved, &alignment, text, &filter->line);
	alignment_finish(&alignment);
}

static void write_line(
	struct filter *filter, const json_t *id, int64_t number, const char *text, size_t length) {
	const char *aligner = option_text(filter->options, "aligner", "ours");
	buf_clear(&filter->line);
	buf_append_str(&filter->line, "{\"id\":");
	if (id != NULL) {
		json_append(&filter->line, id, false);
	} else {
		buf_appendf(&filter->line, "%" PRId64, number);
	}
	buf_append_char(&filter->line, ',');
	if (strcmp(aligner, "published") == 0) {
		write_published(filter, text, length);
	} else {
		write_ours(filter, text, length);
	}
	buf_append_str(&filter->line, "}\n");
	fwrite(filter->line.data, 1, filter->line.len, stdout);
	fflush(stdout);
}

static int align_line(struct filter *filter, struct str line, int64_t number, struct error *err) {
	json_t *object = NULL;
	bool repaired = false;
	const char *text = NULL;
	int rc = json_parse_repaired(line.data, line.len, &object, &repaired, err);
	rc = rc < 0 ? rc : json_need_string(object, "text", &text, err);
	if (rc < 0) {
		json_decref(object);
		return rc;
	}
	const char *program = json_string_or(object, "program", NULL);
	const char *words = json_string_or(object, "words_id", NULL);
	if ((program == NULL) == (words == NULL)) {
		rc = error_set(err, ERROR_INPUT, "give one of \"program\" and \"words_id\"");
	} else {
		rc = program != NULL ? solve(filter, program, err)
				     : solve_named(filter, words, err);
	}
	if (rc == 0) {
		write_line(filter, json_object_get(object, "id"), number, text,
			json_string_length(json_object_get(object, "text")));
	}
	json_decref(object);
	return rc;
}

/* What is wrong with one line is not wrong with the next; a database that cannot be used is. */
static bool goes_on(const struct filter *filter, int rc) {
	return !filter->stop && (rc == ERROR_INPUT || rc == ERROR_USAGE || rc == ERROR_NOT_FOUND);
}

static int run(struct options *given, struct error *err) {
	struct filter filter = {.options = given, .line = BUF_INIT(OUT_MAX_BYTES)};
	struct lines *lines = NULL;
	struct str line;
	if (option_argument(given, 0) != NULL) {
		return error_set(err, ERROR_USAGE,
			"reads standard input: f2f align < %s", option_argument(given, 0));
	}
	struct dataset *dataset = NULL;
	int rc = dataset_load(option_text(given, "split", "words"), &dataset, err);
	dataset_destroy(dataset);
	rc = rc < 0 ? rc : lines_open("/dev/stdin", LINE_MAX_BYTES, &lines, err);
	while (rc == 0 && !ferror(stdout) && (rc = lines_next(lines, &line, err)) > 0) {
		rc = line.len > 0 ? align_line(&filter, line, lines_number(lines), err) : 0;
		if (goes_on(&filter, rc)) {
			log_error("line %" PRId64 ": %s", lines_number(lines), err->message);
			filter.bad++;
			rc = 0;
		}
	}
	lines_close(lines);
	store_close(filter.store);
	published_reference_destroy(filter.reference);
	solved_destroy(filter.solved);
	free(filter.program);
	buf_finish(&filter.line);
	if (rc == 0 && filter.bad > 0) {
		rc = error_set(err, ERROR_USAGE, "%" PRId64 " line%s could not be aligned",
			filter.bad, filter.bad == 1 ? "" : "s");
	}
	return rc;
}

const struct command cmd_align = {
	.name = "align",
	.synopsis = "< FILE",
	.summary = "align proofs in words (JSONL on stdin) with shortest proofs",
	.about = "Reads a JSON object a line: id, text (a proof in words), and program (a logic "
		 "program) or words_id (a problem of split words). Writes one for each: the answer "
		 "and whether it is right, whether the proof is complete, shortest and own steps "
		 "and vertices, efficiencies with bounds, and every step with its place in the "
		 "text, its label, fact and premises. Lines that cannot be read are said on stderr "
		 "and left out (exit 2). --aligner published gives the figures of the efficiency "
		 "paper's own matcher instead, for comparing with its tables.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f align < proofs.jsonl > aligned.jsonl\n"
		 "  f2f align --split words-paper --aligner published < proofs.jsonl\n",
	.options = options,
	.run = run,
};
