#ifndef F2F_VERIFIER_REPL_ANSWER_H
#define F2F_VERIFIER_REPL_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/vec.h"

struct error;
struct lean_answer;

/* What the community REPL answers, typed. A Kimina server hands the same answers on. */

enum repl_kind {
	REPL_COMMAND, // has "env"
	REPL_STEP, // has "proofState" and "goals": a tactic was run
	REPL_FAILURE, // has nothing but "message"
};

/* A key may be left out, be null, or hold something. */
enum repl_presence { REPL_ABSENT, REPL_NULL, REPL_GIVEN };

struct repl_position {
	enum repl_presence presence;
	int64_t line; // from 1, in the text of the request
	int64_t column; // from 0, code points
};

struct repl_texts {
	enum repl_presence presence;
	VEC(char *) list;
};

struct repl_message {
	char *severity; // "info", "warning", "error"; anything else is not understood
	struct repl_position pos;
	struct repl_position end;
	char *data;
};

struct repl_sorry {
	char *goal;
	enum repl_presence has_proof_state;
	int64_t proof_state;
	struct repl_position pos;
	struct repl_position end;
};

struct repl_tactic {
	char *tactic;
	char *goals;
	enum repl_presence has_proof_state;
	int64_t proof_state;
	struct repl_position pos;
	struct repl_position end;
	struct repl_texts used_constants;
};

/** One answer. Everything in it is owned. */
struct repl_answer {
	enum repl_kind kind;
	int64_t env; // of a command
	int64_t proof_state; // of a step
	char *proof_status; // of a step; NULL when older REPLs leave it out
	char *failure; // the text of "message"
	struct repl_texts goals; // of a step
	struct repl_texts traces; // of a step
	enum repl_presence has_messages;
	VEC(struct repl_message) messages;
	enum repl_presence has_sorries;
	VEC(struct repl_sorry) sorries;
	enum repl_presence has_tactics;
	VEC(struct repl_tactic) tactics;
	json_t *infotree; // as it came: trees of any depth up to the parser's limit; NULL: none
};

/**
 * Reads the text of one answer: one whole JSON object of a known form, whose known keys have their
 * types. Unknown keys are ignored. ERROR_PROTOCOL says what is wrong.
 */
int repl_answer_read(
	const char *text, size_t length, struct repl_answer *answer_out, struct error *err);

/** The same from an object that was parsed. */
int repl_answer_from_json(
	const json_t *object, struct repl_answer *answer_out, struct error *err);

/** Back to JSON: what was read, without unknown keys. Owned. */
json_t *repl_answer_to_json(const struct repl_answer *answer);

/**
 * Adds what a command answer says to `out`: messages, `line_shift` lines further down, and how many
 * holes it lists. A failure has no place, and becomes an error in `failure_line`.
 */
void repl_answer_give(const struct repl_answer *answer, int line_shift, int failure_line,
	struct lean_answer *out);

void repl_answer_finish(struct repl_answer *answer);

#endif
