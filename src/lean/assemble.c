#include "lean/check.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "lean/candidate.h"
#include "lean/command.h"
#include "lean/final_text.h"
#include "lean/lex.h"
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
		size_t last = commands->list.items[count - 1].to - 1;
		if (!lean_token_is(tokens, last, "in")) {
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

static void append_preamble(
	struct buf *body, const struct problem *problem, const struct lean_candidate *candidate) {
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

/* Bytes of tokens from..to at the column they had, so that layout inside them means the same. */
static void append_at_column(
	struct buf *body, const struct lean_tokens *tokens, size_t from, size_t to) {
	const struct lean_token *first = &tokens->list.items[from];
	buf_appendf(body, "\n%*s", (int)(first->column > 200 ? 200 : first->column), "");
	buf_append(
		body, tokens->text + first->start, tokens->list.items[to - 1].end - first->start);
}

/* The statement once more, as the type of the probe. False when it has no colon, so that its type
 * cannot be told. */
static bool append_type(struct buf *body, const struct lean_tokens *tokens) {
	struct lean_command command = {.to = tokens->list.count};
	struct lean_signature signature = lean_signature_of(tokens, &command);
	size_t colon = signature.colon;
	if (signature.name == SIZE_MAX || colon + 1 >= signature.type_end ||
		signature.type_end != command.to) {
		return false;
	}
	size_t universes = signature.name + 1;
	if (signature.binders > universes) {
		size_t start = tokens->list.items[universes].start;
		buf_append(body, tokens->text + start,
			tokens->list.items[signature.binders - 1].end - start);
	}
	buf_append_str(body, " :");
	if (colon > signature.binders) {
		buf_append_str(body, " ∀");
		append_at_column(body, tokens, signature.binders, colon);
		buf_append_str(body, ",");
	}
	append_at_column(body, tokens, colon + 1, signature.type_end);
	return true;
}

/*
 * Our own commands: a theorem whose name the candidate could not know, which states the asked
 * statement again and is proved by the asked theorem only, and the axioms it rests on. "first"
 * tries the plain name where auto-bound names make "@" too strict; nothing that looks at the
 * context ("assumption") may be tried, or a hypothesis smuggled in by "variable" would prove the
 * probe. Parses and elaborates on Lean 4 of July 2021 as well as on today's.
 */
static void append_probe(struct buf *body, const struct problem *problem, const char *probe) {
	struct lean_tokens tokens;
	const char *name = problem->theorem;
	lean_lex(problem->statement, strlen(problem->statement), &tokens, NULL);
	size_t start = body->len;
	buf_appendf(body, "theorem %s", probe);
	if (append_type(body, &tokens)) {
		buf_appendf(body,
			" := by\n  first\n  | exact @_root_.%s\n  | exact @%s\n  | exact %s\n",
			name, name, name);
	} else {
		buf_truncate(body, start);
		buf_appendf(body, "theorem %s : True := by\n  have h := @%s\n  exact True.intro\n",
			probe, name);
	}
	buf_appendf(body, "#print axioms %s\n", probe);
	lean_tokens_finish(&tokens);
}

static unsigned count_lines(const struct buf *body) {
	unsigned lines = 0;
	for (size_t i = 0; i < body->len; i++) {
		lines += body->data[i] == '\n';
	}
	return lines;
}

void lean_check_assemble(const struct problem *problem, const struct lean_candidate *candidate,
	const char *nonce, struct lean_check *check_out) {
	struct buf body = BUF_INIT(BODY_MAX_BYTES);
	append_preamble(&body, problem, candidate);
	buf_append_str(&body, problem->statement);
	bool equations = candidate->proof[0] == '|' || str_starts_with(candidate->proof, "where");
	buf_append_str(&body, equations ? "\n  " : " := ");
	*check_out = (struct lean_check){
		.header = canonical_header(problem->header),
		.theorem = xstrdup(problem->theorem),
		.probe = xasprintf("f2f_probe_%s", nonce),
		.proof_line = count_lines(&body),
	};
	buf_append_str(&body, candidate->proof);
	buf_append_str(&body, "\n\n");
	check_out->append_line = count_lines(&body);
	append_probe(&body, problem, check_out->probe);
	check_out->body = buf_detach(&body);
	lean_final_challenge(problem, check_out);
}
