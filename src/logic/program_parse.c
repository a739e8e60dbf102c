#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "logic/program.h"
#include "logic/program_text.h"

enum { NAME_MAX_BYTES = 256, LINE_MAX_BYTES = 8192, VERSION_MAX = 4096 };

struct parser {
	struct program *program;
	const char *at;
	const char *end; // of the line
	bool has_goal;
	struct fact goal;
	bool goal_dated[FACT_KEYS_MAX]; // a version was given
	struct error *err;
};

static int fail(struct parser *parser, const char *what) {
	int shown = (int)(parser->end - parser->at < 40 ? parser->end - parser->at : 40);
	return shown > 0 ? error_set(parser->err, ERROR_INPUT, "%s at \"%.*s\"", what, shown,
				   parser->at)
			 : error_set(parser->err, ERROR_INPUT, "%s at its end", what);
}

static void skip_spaces(struct parser *parser) {
	while (parser->at < parser->end && (*parser->at == ' ' || *parser->at == '\t')) {
		parser->at++;
	}
}

static bool take(struct parser *parser, char c) {
	skip_spaces(parser);
	if (parser->at < parser->end && *parser->at == c) {
		parser->at++;
		return true;
	}
	return false;
}

static int expect(struct parser *parser, char c) {
	char what[] = "expected \"c\"";
	what[10] = c;
	return take(parser, c) ? 0 : fail(parser, what);
}

static int quoted_name(struct parser *parser, char *name) {
	size_t length = 0;
	while (parser->at < parser->end && *parser->at != '"') {
		parser->at += *parser->at == '\\' && parser->at + 1 < parser->end ? 1 : 0;
		if (length + 1 >= NAME_MAX_BYTES) {
			return fail(parser, "a name is too long");
		}
		name[length++] = *parser->at++;
	}
	name[length] = '\0';
	if (length == 0) {
		return fail(parser, "an empty name");
	}
	return parser->at < parser->end ? (parser->at++, 0) : fail(parser, "a quote is not closed");
}

/* A name into `name`, which holds NAME_MAX_BYTES. */
static int take_name(struct parser *parser, char *name) {
	if (take(parser, '"')) {
		return quoted_name(parser, name);
	}
	const char *start = parser->at;
	while (parser->at < parser->end && strchr(PROGRAM_RESERVED, *parser->at) == NULL) {
		parser->at++;
	}
	struct str text = str_trim(str_slice(start, (size_t)(parser->at - start)));
	if (text.len == 0) {
		return fail(parser, "expected a name");
	}
	if (text.len >= NAME_MAX_BYTES) {
		return fail(parser, "a name is too long");
	}
	memcpy(name, text.data, text.len);
	name[text.len] = '\0';
	return 0;
}

/* One of `words`; its index in *index_out. */
static int take_word(struct parser *parser, const char *const *words, size_t count,
	size_t *index_out, const char *what) {
	char name[NAME_MAX_BYTES];
	const char *start = parser->at;
	int rc = take_name(parser, name);
	if (rc < 0) {
		return rc;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, words[i]) == 0) {
			*index_out = i;
			return 0;
		}
	}
	parser->at = start;
	return fail(parser, what);
}

/* "@2", when there is one. */
static int take_version(struct parser *parser, bool *given_out, uint16_t *version_out) {
	*given_out = take(parser, '@');
	if (!*given_out) {
		return 0;
	}
	int version = 0;
	const char *start = parser->at;
	while (parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9') {
		version = version * 10 + (*parser->at++ - '0');
		if (version > VERSION_MAX) {
			return fail(parser, "a version over 4096");
		}
	}
	*version_out = (uint16_t)version;
	return parser->at > start ? 0 : fail(parser, "expected a version");
}

static int noun_of(struct parser *parser, const char *name, uint16_t *noun_out) {
	struct program *program = parser->program;
	size_t found = program->noun_count;
	for (size_t i = 0; i < program->noun_count; i++) {
		if (strcmp(program->nouns[i].singular, name) == 0) {
			found = i; // "glasses" may be a noun beside "glass"
			break;
		}
		if (found == program->noun_count && strcmp(program->nouns[i].plural, name) == 0) {
			found = i;
		}
	}
	if (found < program->noun_count) {
		*noun_out = (uint16_t)found;
		return 0;
	}
	if (program->noun_count >= PROGRAM_NAMES_MAX) {
		return fail(parser, "more than 4096 nouns");
	}
	*noun_out = program_noun(program, name, NULL);
	return 0;
}

/* "Agent/noun@version"; with `agent` given, only "noun@version". */
static int take_key(
	struct parser *parser, const uint16_t *agent, struct key *key, bool *dated_out) {
	char name[NAME_MAX_BYTES];
	int rc = 0;
	if (agent == NULL) {
		rc = take_name(parser, name);
		if (rc < 0) {
			return rc;
		}
		if (parser->program->agent_count >= PROGRAM_NAMES_MAX) {
			return fail(parser, "more than 4096 agents");
		}
		key->agent = program_agent(parser->program, name);
		rc = expect(parser, '/');
	} else {
		key->agent = *agent;
	}
	if (rc == 0) {
		rc = take_name(parser, name);
	}
	if (rc == 0) {
		rc = noun_of(parser, name, &key->noun);
	}
	if (rc == 0) {
		rc = take_version(parser, dated_out, &key->version);
	}
	if (rc == 0 && !*dated_out) {
		key->version = program_version(parser->program, key->agent, key->noun);
	}
	return rc;
}

static int take_quantity(struct parser *parser, struct fact *fact, bool *open) {
	skip_spaces(parser);
	if (open != NULL && take(parser, '?')) {
		*open = true;
		fact->quantity = rational_of(0);
		return 0;
	}
	const char *start = parser->at;
	while (parser->at < parser->end && strchr("-/.0123456789", *parser->at) != NULL) {
		parser->at++;
	}
	if (!rational_parse(start, (size_t)(parser->at - start), &fact->quantity)) {
		parser->at = start;
		return fail(parser, "expected a number of at most 18 digits");
	}
	return 0;
}

/* Whether what follows is a number, or ?, and the closing parenthesis; "3/4)" is no key. */
static bool at_quantity(struct parser *parser) {
	skip_spaces(parser);
	const char *at = parser->at;
	while (at < parser->end && strchr("-/.0123456789?", *at) != NULL) {
		at++;
	}
	return at == parser->end || (at > parser->at && *at == ')');
}

/* A part-whole goal's list of keys, up to its quantity. */
static int take_parts(struct parser *parser, struct fact *fact, bool *dated) {
	char name[NAME_MAX_BYTES];
	int rc = take_name(parser, name);
	if (rc == 0) {
		rc = noun_of(parser, name, &fact->whole);
	}
	for (;;) {
		if (rc == 0) {
			rc = expect(parser, ',');
		}
		if (rc < 0 || at_quantity(parser)) {
			break;
		}
		if (fact->key_count == FACT_KEYS_MAX) {
			return fail(parser, "more than 8 parts");
		}
		rc = take_key(parser, NULL, &fact->keys[fact->key_count],
			&dated[fact->key_count]);
		fact->key_count++;
	}
	return rc < 0 || fact->key_count >= 2 ? rc : fail(parser, "a whole of less than 2 parts");
}

static int take_kind(struct parser *parser, enum comparison_kind *kind_out) {
	size_t kind = 0;
	int rc = take_word(parser, program_kinds, 4, &kind,
		"expected more, less, times or fraction");
	if (rc == 0) {
		*kind_out = (enum comparison_kind)kind;
		rc = expect(parser, ',');
	}
	return rc;
}

static int take_keys(struct parser *parser, struct fact *fact, size_t count, bool *dated) {
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = fact->key_count > 0 ? expect(parser, ',') : 0;
		if (rc == 0 && fact->form == FACT_EQUALITY && i == 2) {
			rc = take_kind(parser, &fact->other_kind);
		}
		if (rc == 0) {
			const uint16_t *agent =
				fact->form == FACT_RATE && i == 1 ? &fact->keys[0].agent : NULL;
			rc = take_key(parser, agent, &fact->keys[fact->key_count],
				&dated[fact->key_count]);
			fact->key_count++;
		}
	}
	return rc;
}

static bool multiplies(enum comparison_kind kind) {
	return kind == KIND_TIMES || kind == KIND_FRACTION;
}

/* What the grammar cannot say. */
static int check_fact(struct parser *parser, const struct fact *fact, bool goal, bool open) {
	static const bool goals[] = {
		[FACT_CONTAINER] = true, [FACT_COMPARISON] = true, [FACT_PART_WHOLE] = true};
	if (goal && (fact->form > FACT_PART_WHOLE || !goals[fact->form])) {
		return fail(parser, "a goal is a container, a comparison or a whole,");
	}
	if (!goal && fact->form == FACT_PART_WHOLE) {
		return fail(parser, "a whole can only be a goal,");
	}
	if (fact->form == FACT_TRANSFER && (fact->keys[0].noun != fact->keys[1].noun ||
						   fact->keys[0].agent == fact->keys[1].agent)) {
		return fail(parser, "a transfer is of one noun between two agents,");
	}
	if (fact->form == FACT_RATE && fact->keys[0].noun == fact->keys[1].noun) {
		return fail(parser, "a rate is between two nouns,");
	}
	if (fact->form == FACT_EQUALITY && multiplies(fact->kind) != multiplies(fact->other_kind)) {
		return fail(parser, "an equality is of two differences or of two ratios,");
	}
	if (fact->form == FACT_COMPARISON && multiplies(fact->kind) && !open &&
		fact->quantity.numerator == 0) {
		return fail(parser, "a ratio of 0,");
	}
	return 0;
}

static int take_fact(struct parser *parser, struct fact *fact, bool goal, bool *open, bool *dated) {
	static const size_t counts[] = {1, 2, 4, 2, 2, 0};
	size_t form = 0;
	int rc = take_word(parser, program_forms, 6, &form,
		"expected container, comparison, equality, transfer, rate, whole, noun or goal");
	if (rc == 0) {
		rc = expect(parser, '(');
	}
	*fact = (struct fact){.form = (enum fact_form)form, .quantity = {0, 1}};
	if (rc == 0 && (fact->form == FACT_COMPARISON || fact->form == FACT_EQUALITY)) {
		rc = take_kind(parser, &fact->kind);
	}
	if (rc == 0) {
		rc = fact->form == FACT_PART_WHOLE
			     ? take_parts(parser, fact, dated)
			     : take_keys(parser, fact, counts[form], dated);
	}
	if (rc == 0 && fact->form != FACT_EQUALITY) {
		rc = fact->form == FACT_PART_WHOLE ? 0 : expect(parser, ',');
		if (rc == 0) {
			rc = take_quantity(parser, fact, goal ? open : NULL);
		}
	}
	if (rc == 0) {
		rc = expect(parser, ')');
	}
	return rc == 0 ? check_fact(parser, fact, goal, *open) : rc;
}

static int take_noun(struct parser *parser) {
	char singular[NAME_MAX_BYTES];
	char plural[NAME_MAX_BYTES];
	int rc = expect(parser, '(');
	rc = rc == 0 ? take_name(parser, singular) : rc;
	rc = rc == 0 ? expect(parser, ',') : rc;
	rc = rc == 0 ? take_name(parser, plural) : rc;
	rc = rc == 0 ? expect(parser, ')') : rc;
	if (rc < 0) {
		return rc;
	}
	size_t before = parser->program->noun_count;
	if (before >= PROGRAM_NAMES_MAX) {
		return fail(parser, "more than 4096 nouns");
	}
	if (program_noun(parser->program, singular, plural) != before) {
		return fail(parser, "a noun is declared twice, or after its first use,");
	}
	return 0;
}

/* Whether the word stands here, not as a part of a longer one. */
static bool take_keyword(struct parser *parser, const char *word) {
	size_t length = strlen(word);
	skip_spaces(parser);
	if ((size_t)(parser->end - parser->at) <= length || memcmp(parser->at, word, length) != 0 ||
		strchr(" \t(", parser->at[length]) == NULL) {
		return false;
	}
	parser->at += length;
	return true;
}

static int parse_statement(struct parser *parser) {
	struct fact fact;
	bool open = false;
	bool dated[FACT_KEYS_MAX + 1] = {false};
	if (take_keyword(parser, "noun")) {
		return take_noun(parser);
	}
	bool goal = take_keyword(parser, "goal");
	if (goal && parser->has_goal) {
		return fail(parser, "a second goal");
	}
	int rc = take_fact(parser, &fact, goal, &open, dated);
	if (rc < 0) {
		return rc;
	}
	if (goal) {
		parser->has_goal = true;
		parser->goal = fact;
		parser->program->goal_ground = !open;
		memcpy(parser->goal_dated, dated, sizeof(parser->goal_dated));
		return 0;
	}
	if (parser->program->fact_count >= PROGRAM_FACTS_MAX) {
		return fail(parser, "more than 4096 facts");
	}
	program_add(parser->program, &fact);
	return 0;
}

static int parse_line(struct parser *parser, struct str line) {
	if (line.len > LINE_MAX_BYTES) {
		return error_set(parser->err, ERROR_INPUT, "longer than %d bytes", LINE_MAX_BYTES);
	}
	if (memchr(line.data, '\0', line.len) != NULL) {
		return error_set(parser->err, ERROR_INPUT, "a NUL byte");
	}
	parser->at = line.data;
	parser->end = line.data + line.len;
	skip_spaces(parser);
	if (parser->at == parser->end || *parser->at == '#') {
		return 0;
	}
	int rc = parse_statement(parser);
	if (rc == 0) {
		(void)take(parser, '.');
		skip_spaces(parser);
		if (parser->at < parser->end && *parser->at != '#') {
			rc = fail(parser, "unexpected text");
		}
	}
	return rc;
}

/* A goal asks about the end, wherever it is written. */
static void date_goal(struct parser *parser) {
	struct fact *goal = &parser->goal;
	for (size_t i = 0; i < goal->key_count; i++) {
		if (!parser->goal_dated[i]) {
			goal->keys[i].version = program_version(
				parser->program, goal->keys[i].agent, goal->keys[i].noun);
		}
	}
	parser->program->goal = *goal;
}

int program_parse(const char *text, size_t length, struct program *program_out, struct error *err) {
	struct program program = {0};
	struct parser parser = {.program = &program, .err = err};
	struct str rest = str_slice(text, length);
	struct str line = {0};
	size_t bad = 0;
	int rc = utf8_valid(text, length, &bad)
			 ? 0
			 : error_set(err, ERROR_INPUT, "byte %zu is not UTF-8", bad);
	for (int number = 1; rc == 0 && str_next_line(&rest, &line); number++) {
		rc = parse_line(&parser, line);
		if (rc < 0) {
			error_prefix(err, "line %d", number);
		}
	}
	if (rc == 0 && !parser.has_goal) {
		rc = error_set(err, ERROR_INPUT, "no goal: add a line \"goal container(A/n, ?).\"");
	}
	if (rc == 0) {
		date_goal(&parser);
		*program_out = program;
		return 0;
	}
	program_finish(&program);
	return rc;
}
