#include "lean/whole.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "lean/command.h"
#include "lean/placeholder.h"
#include "lean/policy.h"

enum { HELPERS_MAX_BYTES = 8 << 20 };

/* One reply's file beside the problem it answers. */
struct reading {
	const struct problem *problem;
	enum lean_policy policy;
	const struct lean_tokens *tokens;
	const struct lean_commands *commands;
	size_t index; // of the command that declares the asked theorem
	struct lean_signature signature;
	struct lean_tokens statement; // of the asked statement
	struct lean_tokens header; // of the problem
	struct lean_tokens preamble; // of the problem, with its commands
	struct lean_commands given;
	struct buf helpers;
	struct buf options;
	struct buf dropped; // words of the header lines that were left out
	struct candidate_result result;
};

static struct str text_of(const struct lean_tokens *tokens, size_t index) {
	const struct lean_token *token = &tokens->list.items[index];
	return str_slice(tokens->text + token->start, token->end - token->start);
}

static void refuse(
	struct reading *reading, enum reject_reason reason, size_t token, const char *why) {
	if (reading->result.status == CANDIDATE_OK) {
		char *word = xasprintf("%.*s", STR_ARG(text_of(reading->tokens, token)));
		reading->result = lean_candidate_refuse(
			reason, word, reading->tokens->list.items[token].line + 1, why);
		free(word);
	}
}

/* Applies the policy to tokens from..to. */
static void check(struct reading *reading, size_t from, size_t to, enum lean_place place) {
	struct lean_refusal refusal;
	if (reading->result.status == CANDIDATE_OK &&
		!lean_policy_check(reading->policy, reading->tokens, from, to, place, &refusal)) {
		reading->result = lean_candidate_refuse(
			refusal.reason, refusal.word, refusal.line, refusal.why);
	}
}

/* The last theorem or lemma of that name; false when there is none. */
static bool find_asked(struct reading *reading) {
	for (size_t i = reading->commands->list.count; i > 0; i--) {
		const struct lean_command *command = &reading->commands->list.items[i - 1];
		if (command->kind != LEAN_COMMAND_THEOREM) {
			continue;
		}
		struct lean_signature signature = lean_signature_of(reading->tokens, command);
		if (signature.name != SIZE_MAX &&
			str_equal(text_of(reading->tokens, signature.name),
				reading->problem->theorem)) {
			reading->index = i - 1;
			reading->signature = signature;
			return true;
		}
	}
	return false;
}

/* Whether the problem's header has a word among its tokens: then what opens it changes nothing. */
static bool header_has(const struct reading *reading, struct str word) {
	for (size_t i = 0; i < reading->header.list.count; i++) {
		struct str have = text_of(&reading->header, i);
		if (have.len == word.len && memcmp(have.data, word.data, word.len) == 0) {
			return true;
		}
	}
	return false;
}

/* "set_option maxRecDepth 4000", with or without "in": kept as a prefix of our own statement when
 * it only sets effort. */
static bool keep_option(struct reading *reading, size_t from, size_t to) {
	if (from + 3 > to || !lean_token_is(reading->tokens, from, "set_option")) {
		return false;
	}
	struct str name = text_of(reading->tokens, from + 1);
	if (!lean_policy_option(name.data, name.len)) {
		return false;
	}
	/* Linters only talk: their options are dropped. */
	if (reading->tokens->list.items[from + 2].kind == LEAN_NUMBER &&
		!header_has(reading, name)) {
		buf_appendf(&reading->options, "set_option %.*s %.*s in\n", STR_ARG(name),
			STR_ARG(text_of(reading->tokens, from + 2)));
	}
	return true;
}

/* Import, open and option lines: ours are used; what ours lack is recorded. */
static void drop_header(struct reading *reading, const struct lean_command *command) {
	if (keep_option(reading, command->keyword, command->to)) {
		return;
	}
	for (size_t i = command->keyword + 1; i < command->to; i++) {
		struct str word = text_of(reading->tokens, i);
		if (reading->tokens->list.items[i].kind == LEAN_IDENT &&
			!header_has(reading, word)) {
			buf_appendf(&reading->dropped, "%s%.*s %.*s",
				reading->dropped.len > 0 ? ", " : "",
				STR_ARG(text_of(reading->tokens, command->keyword)), STR_ARG(word));
		}
	}
}

/* Prefixes and modifiers before a keyword: effort, and scopes that our header opens anyway. */
static void check_prefix(struct reading *reading, const struct lean_command *command) {
	size_t i = command->from;
	while (i < command->keyword && reading->result.status == CANDIDATE_OK) {
		if (keep_option(reading, i, command->keyword)) {
			i += 4;
			continue;
		}
		if (lean_token_is(reading->tokens, i, "noncomputable") ||
			lean_token_is(reading->tokens, i, "protected")) {
			i++;
			continue;
		}
		if (!lean_token_is(reading->tokens, i, "open")) {
			check(reading, i, i + 1, LEAN_PLACE_HELPER);
			refuse(reading, REASON_FORBIDDEN, i, "stands before the declaration");
			return;
		}
		size_t open = i++;
		while (i < command->keyword && !lean_token_is(reading->tokens, i, "in")) {
			if (!header_has(reading, text_of(reading->tokens, i))) {
				refuse(reading, REASON_FORBIDDEN, open,
					"opens what the problem's header does not");
			}
			i++;
		}
		i++;
	}
}

/* Whether a dotted name has `part` among its components. */
static bool name_has_part(struct str name, struct str part) {
	while (name.len > 0) {
		const char *dot = memchr(name.data, '.', name.len);
		size_t length = dot != NULL ? (size_t)(dot - name.data) : name.len;
		if (length == part.len && memcmp(name.data, part.data, length) == 0) {
			return true;
		}
		size_t moved = dot != NULL ? length + 1 : length;
		name = str_slice(name.data + moved, name.len - moved);
	}
	return false;
}

/*
 * A helper must not be what a word of the statement means: "def Nat", "theorem T.match_1", or the
 * name of a variable that the statement leaves to be bound automatically. Names are compared by
 * their last part, since the header opens namespaces.
 */
static void check_helper_name(struct reading *reading, size_t name) {
	struct str last = text_of(reading->tokens, name);
	if (name_has_part(last, str_of(reading->problem->theorem)) ||
		name_has_part(last, str_of("_root_"))) {
		refuse(reading, REASON_FORBIDDEN, name,
			"a helper with a name inside the theorem's own");
	}
	const char *dot = memrchr(last.data, '.', last.len);
	if (dot != NULL) {
		last = str_slice(dot + 1, last.len - (size_t)(dot + 1 - last.data));
	}
	for (size_t i = 0; i < reading->statement.list.count; i++) {
		if (reading->statement.list.items[i].kind == LEAN_IDENT &&
			name_has_part(text_of(&reading->statement, i), last)) {
			refuse(reading, REASON_FORBIDDEN, name,
				"a helper named like a word of the statement");
		}
	}
}

/* What the problem's preamble declares already: placeholders, whose answers are looked for later,
 * and definitions. */
static bool is_given(const struct reading *reading, struct str name) {
	for (size_t i = 0; i < reading->given.list.count; i++) {
		struct lean_signature signature =
			lean_signature_of(&reading->preamble, &reading->given.list.items[i]);
		struct str given = signature.name != SIZE_MAX
					   ? text_of(&reading->preamble, signature.name)
					   : str_of("");
		if (given.len == name.len && memcmp(given.data, name.data, name.len) == 0) {
			return true;
		}
	}
	return false;
}

static void keep_helper(struct reading *reading, const struct lean_command *command) {
	struct lean_signature signature = lean_signature_of(reading->tokens, command);
	if (signature.name == SIZE_MAX) {
		refuse(reading, REASON_FORBIDDEN, command->keyword, "a helper without a name");
		return;
	}
	struct str name = text_of(reading->tokens, signature.name);
	if (str_equal(name, reading->problem->theorem) || is_given(reading, name)) {
		return; // an earlier attempt at the theorem, or what the problem itself declares
	}
	if (lean_token_is(reading->tokens, command->keyword, "abbrev")) {
		refuse(reading, REASON_FORBIDDEN, command->keyword,
			"only theorem, lemma and def may help");
	}
	check_prefix(reading, command);
	check(reading, signature.name, command->to, LEAN_PLACE_HELPER);
	check_helper_name(reading, signature.name);
	size_t bad = 0;
	if (!lean_tokens_balanced(reading->tokens, command->keyword, command->to, &bad)) {
		refuse(reading, REASON_ERROR, command->keyword,
			"brackets do not pair, or nest over 512 deep");
	}
	size_t from = command->keyword;
	while (from > command->from &&
		(lean_token_is(reading->tokens, from - 1, "noncomputable") ||
			lean_token_is(reading->tokens, from - 1, "protected"))) {
		from--;
	}
	size_t start = reading->tokens->list.items[from].start;
	size_t end = reading->tokens->list.items[command->to - 1].end;
	buf_append_str(&reading->helpers, reading->helpers.len > 0 ? "\n\n" : "");
	buf_append(&reading->helpers, reading->tokens->text + start, end - start);
}

static void read_before(struct reading *reading) {
	for (size_t i = 0; i < reading->index && reading->result.status == CANDIDATE_OK; i++) {
		const struct lean_command *command = &reading->commands->list.items[i];
		const struct lean_tokens *tokens = reading->tokens;
		switch (command->kind) {
		case LEAN_COMMAND_NONE:
			refuse(reading, REASON_FORBIDDEN, command->from,
				"text before the first command");
			break;
		case LEAN_COMMAND_HEADER:
			drop_header(reading, command);
			break;
		case LEAN_COMMAND_THEOREM:
		case LEAN_COMMAND_DEF:
			keep_helper(reading, command);
			break;
		case LEAN_COMMAND_OTHER:
		default:
			/* A section without variables means nothing; asking what something is
			 * neither helps nor harms. */
			if (lean_token_is(tokens, command->keyword, "section") ||
				lean_token_is(tokens, command->keyword, "#check") ||
				lean_token_is(tokens, command->keyword, "#print") ||
				lean_token_is(tokens, command->keyword, "example")) {
				break;
			}
			check(reading, command->from, command->to, LEAN_PLACE_HELPER);
			refuse(reading, REASON_FORBIDDEN, command->keyword,
				"a command before the theorem");
			break;
		}
	}
}

/* The model's declaration of a placeholder, before the theorem; NULL when there is none. */
static const struct lean_command *find_answer(
	const struct reading *reading, struct str name, struct lean_signature *signature_out) {
	for (size_t i = 0; i < reading->index; i++) {
		const struct lean_command *command = &reading->commands->list.items[i];
		if (command->kind != LEAN_COMMAND_DEF) {
			continue;
		}
		*signature_out = lean_signature_of(reading->tokens, command);
		struct str have = signature_out->name != SIZE_MAX
					  ? text_of(reading->tokens, signature_out->name)
					  : str_of("");
		if (have.len == name.len && memcmp(have.data, name.data, name.len) == 0) {
			return command;
		}
	}
	return NULL;
}

static void fill_one(struct reading *reading, struct str name, struct lean_candidate *out) {
	struct lean_signature answer;
	const struct lean_command *command = find_answer(reading, name, &answer);
	if (command == NULL || !answer.assigned || answer.value >= command->to) {
		refuse(reading, REASON_SORRY, reading->signature.name,
			"a placeholder is left open");
		return;
	}
	if (lean_token_is(reading->tokens, answer.value, "sorry")) {
		refuse(reading, REASON_SORRY, answer.name, "a placeholder is left open");
		return;
	}
	check(reading, answer.value, command->to, LEAN_PLACE_FILL);
	const char *why = NULL;
	if (reading->result.status == CANDIDATE_OK &&
		(answer.equations || !lean_fill_closed(reading->tokens, answer.value, command->to,
					     &reading->statement, &why))) {
		refuse(reading, REASON_STATEMENT, answer.name,
			why != NULL ? why : "an answer by cases");
	}
	char *text = lean_proof_text(reading->tokens, answer.value, command->to);
	if (text == NULL) {
		refuse(reading, REASON_STATEMENT, answer.name, "an answer that cannot be indented");
		return;
	}
	out->fills = xreallocarray(out->fills, out->fill_count + 1, sizeof(*out->fills));
	out->fills[out->fill_count++] = text;
}

static void fill_placeholders(struct reading *reading, struct lean_candidate *out) {
	struct lean_placeholders places;
	lean_placeholders_find(&reading->preamble, &reading->given, &places);
	for (size_t i = 0; i < places.list.count && reading->result.status == CANDIDATE_OK; i++) {
		fill_one(reading, text_of(&reading->preamble, places.list.items[i].name), out);
	}
	lean_placeholders_finish(&places);
}

/* Compares what the reply states with what was asked, keyword and name aside. */
static char *compare(const struct reading *reading) {
	struct lean_command command = {.to = reading->statement.list.count};
	struct lean_signature asked = lean_signature_of(&reading->statement, &command);
	size_t from = asked.name != SIZE_MAX ? asked.name + 1 : 1;
	return lean_tokens_difference(&reading->statement, from, reading->statement.list.count,
		reading->tokens, reading->signature.name + 1, reading->signature.type_end);
}

/* Between statement and proof: nothing of the proof may be read as a part of the statement. */
static void check_joint(struct reading *reading) {
	const struct lean_signature *signature = &reading->signature;
	if (!signature->equations && lean_proof_joins(reading->tokens, signature->value)) {
		refuse(reading, REASON_ERROR, signature->value, "no proof begins like this");
	}
	for (size_t i = 0; signature->equations && i < reading->statement.list.count; i++) {
		if (lean_token_is(&reading->statement, i, "match") ||
			lean_token_is(&reading->statement, i, "fun") ||
			lean_token_is(&reading->statement, i, "λ")) {
			refuse(reading, REASON_FORBIDDEN, signature->value,
				"cases that could belong to a function in the statement");
		}
	}
}

static void take_proof(struct reading *reading, struct lean_candidate *out) {
	const struct lean_command *command = &reading->commands->list.items[reading->index];
	const struct lean_signature *signature = &reading->signature;
	size_t bad = 0;
	check_prefix(reading, command);
	if (!signature->assigned || signature->value >= command->to) {
		refuse(reading, REASON_ERROR, signature->name, "the theorem has no proof");
		reading->result.truncated = true;
		return;
	}
	check_joint(reading);
	check(reading, signature->value, command->to, LEAN_PLACE_PROOF);
	if (!lean_tokens_balanced(reading->tokens, signature->value, command->to, &bad)) {
		refuse(reading, REASON_ERROR, bad < command->to ? bad : command->to - 1,
			"brackets do not pair, or nest over 512 deep");
		reading->result.truncated = bad == command->to;
	}
	if (reading->result.status != CANDIDATE_OK) {
		return;
	}
	out->proof = lean_proof_text(reading->tokens, signature->value, command->to);
	if (out->proof == NULL) {
		refuse(reading, REASON_FORBIDDEN, signature->name,
			"a long string in a proof that must be indented");
	}
	out->difference = compare(reading);
}

struct candidate_result lean_whole_take(const struct problem *problem, enum lean_policy policy,
	const struct lean_tokens *tokens, const struct lean_commands *commands,
	struct lean_candidate *out) {
	struct reading reading = {
		.problem = problem,
		.policy = policy,
		.tokens = tokens,
		.commands = commands,
		.helpers = BUF_INIT(HELPERS_MAX_BYTES),
		.options = BUF_INIT(4096),
		.dropped = BUF_INIT(200),
	};
	if (!find_asked(&reading)) {
		return (struct candidate_result){.status = CANDIDATE_NO_CODE};
	}
	const char *preamble = problem->preamble != NULL ? problem->preamble : "";
	const char *header = problem->header != NULL ? problem->header : "";
	lean_lex(problem->statement, strlen(problem->statement), &reading.statement, NULL);
	lean_lex(preamble, strlen(preamble), &reading.preamble, NULL);
	lean_lex(header, strlen(header), &reading.header, NULL);
	lean_commands_find(&reading.preamble, &reading.given);
	read_before(&reading);
	take_proof(&reading, out);
	if (reading.result.status == CANDIDATE_OK) {
		fill_placeholders(&reading, out);
	}
	out->helpers = buf_detach(&reading.helpers);
	out->options = reading.options.len > 0 ? buf_detach(&reading.options) : NULL;
	if (reading.result.status == CANDIDATE_OK && reading.dropped.len > 0) {
		snprintf(reading.result.note, sizeof(reading.result.note), "left out: %s",
			reading.dropped.data);
	}
	buf_finish(&reading.dropped);
	buf_finish(&reading.options);
	lean_commands_finish(&reading.given);
	lean_tokens_finish(&reading.preamble);
	lean_tokens_finish(&reading.header);
	lean_tokens_finish(&reading.statement);
	return reading.result;
}
