#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/words_json.h"
#include "logic/generate.h"
#include "logic/program.h"
#include "logic/solved.h"
#include "logic/verbalise.h"
#include "logic/vocabulary.h"

enum { LINE_MAX_BYTES = 16 * 1024 * 1024, CELLS_MAX = 64 };

static const struct option options[] = {
	{"cell", 0, OPTION_LIST, "CELL",
		"trees/both, axiom/control, base …; repeatable (default: all)"},
	{"family", 0, OPTION_TEXT, "disconnected|connected",
		"of the distractors (default disconnected)"},
	{"count", 0, OPTION_COUNT, "N", "problems a cell (default 1)"},
	{"start", 0, OPTION_COUNT, "N", "number of the first one (default 0)"},
	{"seed", 0, OPTION_COUNT, "N", "the same seed, the same problems (default 0)"},
	{"ground", 0, OPTION_FLAG, NULL, "\"prove that … has 17 …\" instead of a question"},
	{"shuffle", 0, OPTION_FLAG, NULL, "statements in any order that respects time"},
	{"match", 0, OPTION_TEXT, "axioms|steps", "what controls have in common (default axioms)"},
	{0},
};

struct generation {
	struct vocabulary *vocabulary;
	struct words_options options;
	const char *cell;
	struct buf line;
	struct buf text;
};

/* Everything that makes the problem what it is, so that no two have one name. */
static void add_id(struct generation *generation, uint64_t number) {
	const struct words_options *made = &generation->options;
	struct buf *id = &generation->text;
	buf_clear(id);
	buf_append_str(id, made->family == WORDS_CONNECTED ? "connected-" : "");
	for (const char *at = generation->cell; *at != '\0'; at++) {
		buf_append_char(id, *at == '/' ? '-' : *at);
	}
	buf_appendf(id, "-%03" PRIu64 "-s%" PRIu64 "%s%s%s", number, made->seed,
		made->ground ? "-ground" : "", made->shuffle ? "-shuffled" : "",
		made->match == WORDS_MATCH_STEPS ? "-steps" : "");
	words_json_text(&generation->line, "id", id->data, id->len);
}

static int write_problem(struct generation *generation, uint64_t number, struct error *err) {
	struct words_problem problem;
	int rc = words_generate(
		generation->vocabulary, &generation->options, number, &problem, err);
	if (rc < 0) {
		return rc;
	}
	struct buf *line = &generation->line;
	struct buf *text = &generation->text;
	buf_clear(line);
	add_id(generation, number);
	words_json_text(line, "cell", generation->cell, strlen(generation->cell));
	buf_clear(text);
	program_write(&problem.solved->program, text);
	words_json_text(line, "program", text->data, text->len);
	words_json_text(line, "text", problem.text, strlen(problem.text));
	words_json_text(line, "question", problem.question, strlen(problem.question));
	words_json_number(line, "answer", solved_answer(problem.solved));
	buf_appendf(line, ",\"shortest_steps\":%zu,\"shortest_vertices\":%zu",
		problem.solved->shortest.steps, problem.solved->shortest.vertices);
	buf_clear(text);
	verbalise_proof(problem.solved, PROOF_SHORTEST, text);
	words_json_text(line, "proof", text->data, text->len);
	buf_append_str(line, "}\n");
	fwrite(line->data, 1, line->len, stdout);
	words_problem_finish(&problem);
	return 0;
}

static int choose_cells(
	const struct options *given, const char **cells, size_t *count_out, struct error *err) {
	const char *known[CELLS_MAX];
	size_t known_count = 0;
	while (known_count < CELLS_MAX && words_cell_at(known_count) != NULL) {
		known[known_count] = words_cell_at(known_count);
		known_count++;
	}
	const char *item;
	size_t count = 0;
	for (; count < CELLS_MAX && (item = option_item(given, "cell", count)) != NULL; count++) {
		enum words_size size;
		enum words_overlap overlap;
		if (!words_cell_parse(item, &size, &overlap)) {
			const char *near = str_nearest(item, known, known_count);
			return error_set(err, ERROR_USAGE, "no cell \"%s\"; %s%s%s", item,
				near != NULL ? "did you mean " : "",
				near != NULL ? near
					     : "there are base, and axiom, tree and trees with "
					       "/none, /entity, /agent, /both and /control",
				near != NULL ? "?" : "");
		}
		cells[count] = item;
	}
	if (count == 0) {
		memcpy(cells, known, known_count * sizeof(known[0]));
		count = known_count;
	}
	*count_out = count;
	return 0;
}

static int check_kind(const struct options *given, struct error *err) {
	const char *kind = option_argument(given, 0);
	static const char *const kinds[] = {"words"};
	if (kind == NULL || option_argument(given, 1) != NULL) {
		return error_set(err, ERROR_USAGE, "say what: f2f generate words");
	}
	if (strcmp(kind, kinds[0]) != 0) {
		return error_set(err, ERROR_USAGE, "nothing called \"%s\" is generated; %s", kind,
			str_nearest(kind, kinds, 1) != NULL ? "did you mean words?"
							    : "there is: words");
	}
	return 0;
}

static int run(struct options *given, struct error *err) {
	const char *cells[CELLS_MAX];
	size_t count = 0;
	struct generation generation = {
		.options = {
			.seed = (uint64_t)option_count(given, "seed", 0),
			.family = strcmp(option_text(given, "family", "disconnected"),
					  "connected") == 0 ? WORDS_CONNECTED
							    : WORDS_DISCONNECTED,
			.match = strcmp(option_text(given, "match", "axioms"), "steps") == 0
					 ? WORDS_MATCH_STEPS
					 : WORDS_MATCH_AXIOMS,
			.ground = option_flag(given, "ground"),
			.shuffle = option_flag(given, "shuffle"),
		},
		.line = BUF_INIT(LINE_MAX_BYTES),
		.text = BUF_INIT(LINE_MAX_BYTES),
	};
	int rc = check_kind(given, err);
	rc = rc < 0 ? rc : choose_cells(given, cells, &count, err);
	rc = rc < 0 ? rc : vocabulary_load(&generation.vocabulary, err);
	uint64_t start = (uint64_t)option_count(given, "start", 0);
	uint64_t each = (uint64_t)option_count(given, "count", 1);
	for (uint64_t i = 0; rc == 0 && i < each && !ferror(stdout); i++) {
		for (size_t k = 0; rc == 0 && k < count && !ferror(stdout); k++) {
			generation.cell = cells[k];
			words_cell_parse(cells[k], &generation.options.size,
				&generation.options.overlap);
			rc = write_problem(&generation, start + i, err);
		}
	}
	vocabulary_destroy(generation.vocabulary);
	buf_finish(&generation.line);
	buf_finish(&generation.text);
	return rc;
}

const struct command cmd_generate = {
	.name = "generate",
	.synopsis = "words",
	.summary = "word problems, shortest proofs and their text as JSONL",
	.about =
		"Writes word problems with distractors, a JSON object a line: id, cell, program (a "
		"logic program), text, question, answer, shortest_steps, shortest_vertices and "
		"proof (the shortest one in words). The same options give the same problems on "
		"every machine.\n"
		"\n"
		"Examples:\n"
		"  f2f generate words --count 100 > words.jsonl\n"
		"  f2f generate words --cell trees/both --seed 7 --count 3 --shuffle\n",
	.options = options,
	.run = run,
};
