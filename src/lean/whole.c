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
#include "lean/reading.h"

enum { HELPERS_MAX_BYTES = 8 << 20 };

struct str reading_text(const struct lean_tokens *tokens, size_t index) {
	const struct lean_token *token = &tokens->list.items[index];
	return str_slice(tokens->text + token->start, token->end - token->start);
}

void reading_refuse(
	struct reading *reading, enum reject_reason reason, size_t token, const char *why) {
	if (reading->result.status == CANDIDATE_OK) {
		char *word = xasprintf("%.*s", STR_ARG(reading_text(reading->tokens, token)));
		reading->result = lean_candidate_refuse(
			reason, word, reading->tokens->list.items[token].line + 1, why);
		free(word);
	}
}

void reading_check(struct reading *reading, size_t from, size_t to, enum lean_place place) {
	struct lean_refusal refusal;
	if (reading->result.status == CANDIDATE_OK &&
		!lean_policy_check(reading->policy, reading->tokens, from, to, place,
			&reading->passes, &refusal)) {
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
			str_equal(reading_text(reading->tokens, signature.name),
				reading->problem->theorem)) {
			reading->index = i - 1;
			reading->signature = signature;
			return true;
		}
	}
	return false;
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
					  ? reading_text(reading->tokens, signature_out->name)
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
		reading_refuse(reading, REASON_SORRY, reading->signature.name,
			"a placeholder is left open");
		return;
	}
	if (lean_token_is(reading->tokens, answer.value, "sorry")) {
		reading_refuse(reading, REASON_SORRY, answer.name, "a placeholder is left open");
		return;
	}
	reading_check(reading, answer.value, command->to, LEAN_PLACE_FILL);
	const char *why = NULL;
	if (reading->result.status == CANDIDATE_OK &&
		(answer.equations || !lean_fill_closed(reading->tokens, answer.value, command->to,
					     &reading->statement, name, &why))) {
		reading_refuse(reading, REASON_STATEMENT, answer.name,
			why != NULL ? why : "an answer by cases");
	}
	char *text = lean_proof_text(reading->tokens, answer.value, command->to);
	if (text == NULL) {
		reading_refuse(reading, REASON_STATEMENT, answer.name,
			"an answer that cannot be indented");
		return;
	}
	out->fills = xreallocarray(out->fills, out->fill_count + 1, sizeof(*out->fills));
	out->fills[out->fill_count++] = text;
}

static void fill_placeholders(struct reading *reading, struct lean_candidate *out) {
	struct lean_placeholders places;
	lean_placeholders_find(&reading->preamble, &reading->given, &places);
	for (size_t i = 0; i < places.list.count && reading->result.status == CANDIDATE_OK; i++) {
		fill_one(reading, reading_text(&reading->preamble, places.list.items[i].name), out);
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
		reading_refuse(
			reading, REASON_ERROR, signature->value, "no proof begins like this");
	}
	for (size_t i = 0; signature->equations && i < reading->statement.list.count; i++) {
		if (lean_token_is(&reading->statement, i, "match") ||
			lean_token_is(&reading->statement, i, "fun") ||
			lean_token_is(&reading->statement, i, "λ")) {
			reading_refuse(reading, REASON_FORBIDDEN, signature->value,
				"cases that could belong to a function in the statement");
		}
	}
}

/* What the reply opens and our header does not, it opens for its proof only. Takes over the text. */
static char *open_for(struct reading *reading, char *proof) {
	if (reading->opens.len == 0) {
		return proof;
	}
	if (reading->signature.equations) {
		buf_appendf(&reading->dropped, "%sopen", reading->dropped.len > 0 ? ", " : "");
		return proof;
	}
	struct buf out = BUF_INIT(HELPERS_MAX_BYTES + 4096);
	for (size_t i = 0; i < reading->opens.len; i++) {
		buf_append_char(
			&out, reading->opens.data[i] == '\n' ? ' ' : reading->opens.data[i]);
	}
	buf_append_str(&out, proof);
	free(proof);
	return buf_detach(&out);
}

static void take_proof(struct reading *reading, struct lean_candidate *out) {
	const struct lean_command *command = &reading->commands->list.items[reading->index];
	const struct lean_signature *signature = &reading->signature;
	size_t bad = 0;
	reading_prefix(reading, command);
	if (!signature->assigned || signature->value >= command->to) {
		reading_refuse(reading, REASON_ERROR, signature->name, "the theorem has no proof");
		reading->result.truncated = true;
		return;
	}
	check_joint(reading);
	reading_check(reading, signature->value, command->to, LEAN_PLACE_PROOF);
	if (!lean_tokens_balanced(reading->tokens, signature->value, command->to, &bad)) {
		reading_refuse(reading, REASON_ERROR, bad < command->to ? bad : command->to - 1,
			"brackets do not pair, or nest over 512 deep");
		reading->result.truncated = bad == command->to;
	}
	if (reading->result.status != CANDIDATE_OK) {
		return;
	}
	char *proof = lean_proof_text(reading->tokens, signature->value, command->to);
	if (proof == NULL) {
		reading_refuse(reading, REASON_FORBIDDEN, signature->name,
			"a long string in a proof that must be indented");
	}
	out->proof = proof != NULL ? open_for(reading, proof) : NULL;
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
		.opens = BUF_INIT(4096),
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
	reading_before(&reading);
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
	if (reading.passes.words[0] != '\0') {
		out->let_through = xstrdup(reading.passes.words);
	}
	buf_finish(&reading.dropped);
	buf_finish(&reading.options);
	buf_finish(&reading.opens);
	lean_commands_finish(&reading.given);
	lean_tokens_finish(&reading.preamble);
	lean_tokens_finish(&reading.header);
	lean_tokens_finish(&reading.statement);
	return reading.result;
}
