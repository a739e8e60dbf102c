#include "lean/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "lean/candidate.h"
#include "lean/command.h"
#include "lean/final_text.h"
#include "lean/lex.h"
#include "lean/ours.h"
#include "lean/placeholder.h"

enum { BODY_MAX_BYTES = 64 << 20 };

/* Header bytes are the key of warm workers, so they get one canonical form. */
static char *canonical_header(const char *header) {
	size_t length = header != NULL ? strlen(header) : 0;
	while (length > 0 && strchr(" \t\r\n", header[length - 1]) != NULL) {
		length--;
	}
	return length > 0 ? xasprintf("%.*s\n", (int)length, header) : xstrdup("");
}

/* Where helpers go: behind the last declaration of the preamble, before a doc comment or prefix
 * that belongs to the theorem. */
static size_t helpers_offset(
	const struct lean_tokens *tokens, const struct lean_commands *commands) {
	size_t count = commands->list.count;
	while (count > 0) {
		const struct lean_command *command = &commands->list.items[count - 1];
		size_t last = command->to - 1;
		bool prefix = command->keyword >= command->to; // "@[simp]", "protected"
		if (!prefix && !lean_token_is(tokens, last, "in")) {
			return tokens->list.items[last].end;
		}
		count--;
	}
	return 0;
}

/* The preamble's bytes from..to, with each placeholder's `sorry` inside them replaced by its fill.
 */
static void append_filled(struct buf *body, const char *preamble, size_t from, size_t to,
	const struct lean_placeholders *places, const struct lean_candidate *candidate) {
	for (size_t i = 0; i < places->list.count && i < candidate->fill_count; i++) {
		const struct lean_placeholder *place = &places->list.items[i];
		if (place->hole_start < from || place->hole_end > to) {
			continue;
		}
		buf_append(body, preamble + from, place->start - from);
		/* A closed form over the reals cannot be compiled, and Lean would call that an
		 * error. */
		buf_append_str(body, place->noncomputable ? "" : "noncomputable ");
		buf_append(body, preamble + place->start, place->hole_start - place->start);
		buf_append_str(body, candidate->fills[i]);
		from = place->hole_end;
	}
	buf_append(body, preamble + from, to - from);
}

/* The name that Lean prints. */
static char *probe_name(const struct problem *problem, const char *nonce) {
	char *own = xasprintf("f2f_probe_%s", nonce);
	char *probe = lean_root_name(problem, own);
	free(own);
	return probe;
}

static unsigned count_lines(const struct buf *body) {
	unsigned lines = 0;
	for (size_t i = 0; i < body->len; i++) {
		lines += body->data[i] == '\n';
	}
	return lines;
}

/* Preamble with its answers, our goal, and only then what the model wrote before the theorem. */
static void append_before(struct buf *body, const struct problem *problem,
	const struct lean_candidate *candidate, const char *nonce, struct lean_check *check) {
	const char *preamble = problem->preamble != NULL ? problem->preamble : "";
	size_t length = strlen(preamble);
	struct lean_tokens tokens;
	struct lean_commands commands;
	struct lean_placeholders places;
	lean_lex(preamble, length, &tokens, NULL);
	lean_commands_find(&tokens, &commands);
	lean_placeholders_find(&tokens, &commands, &places);
	size_t split = helpers_offset(&tokens, &commands);
	append_filled(body, preamble, 0, split, &places, candidate);
	if (body->len > 0) {
		buf_append_str(body, "\n\n");
	}
	check->filled = places.list.count > 0 && candidate->fill_count > 0;
	check->goal_line = count_lines(body);
	lean_goal_append(body, problem, str_slice(preamble + split, length - split), nonce);
	check->theirs_line = count_lines(body);
	if (candidate->helpers != NULL && candidate->helpers[0] != '\0') {
		buf_append_str(body, candidate->helpers);
		buf_append_str(body, "\n\n");
	}
	if (candidate->options != NULL) {
		buf_append_str(body, candidate->options);
	}
	while (split < length && strchr(" \t\r\n", preamble[split]) != NULL) {
		split++;
	}
	append_filled(body, preamble, split, length, &places, candidate);
	lean_placeholders_finish(&places);
	lean_commands_finish(&commands);
	lean_tokens_finish(&tokens);
}

void lean_check_assemble(const struct problem *problem, const struct lean_candidate *candidate,
	const char *nonce, struct lean_check *check_out) {
	struct buf body = BUF_INIT(BODY_MAX_BYTES);
	*check_out = (struct lean_check){
		.header = canonical_header(problem->header),
		.theorem = lean_root_name(problem, problem->theorem),
		.probe = probe_name(problem, nonce),
		.needs_final = candidate->let_through != NULL,
	};
	append_before(&body, problem, candidate, nonce, check_out);
	buf_append_str(&body, problem->statement);
	bool equations = candidate->proof[0] == '|' || str_starts_with(candidate->proof, "where");
	buf_append_str(&body, equations ? "\n  " : " := ");
	check_out->proof_line = count_lines(&body);
	buf_append_str(&body, candidate->proof);
	buf_append_str(&body, "\n\n");
	check_out->append_line = count_lines(&body);
	lean_probe_append(&body, problem, nonce);
	check_out->body = buf_detach(&body);
	lean_final_challenge(problem, check_out);
}

void lean_check_around(const char *header, const char *statement, const char *theorem,
	const char *text, const char *nonce, struct lean_check *check_out) {
	struct problem problem = {
		.theorem = (char *)theorem, .statement = (char *)statement, .preamble = NULL};
	struct buf body = BUF_INIT(BODY_MAX_BYTES);
	*check_out = (struct lean_check){
		.header = canonical_header(header),
		.theorem = xstrdup(theorem),
		.probe = xasprintf("f2f_probe_%s", nonce),
	};
	lean_goal_append(&body, &problem, str_of(""), nonce);
	check_out->theirs_line = check_out->proof_line = count_lines(&body);
	buf_append_str(&body, text);
	buf_append_str(&body, "\n");
	check_out->append_line = count_lines(&body);
	lean_probe_append(&body, &problem, nonce);
	check_out->body = buf_detach(&body);
}
