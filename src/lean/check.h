#ifndef F2F_LEAN_CHECK_H
#define F2F_LEAN_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct lean_candidate;
struct problem;
struct verdict;

/** What a verifier is asked: header and body texts that f2f assembled, and what the judge needs to
 * read the answer. Texts owned. */
struct lean_check {
	char *header; // ends in a newline unless empty; equal bytes may share a warm worker
	char *body; // filled preamble, our goal, helpers, statement, proof, then our own appended
		// commands; ends in a newline
	char *theorem; // name asked for, from the root
	char *probe; // name of the appended theorem, which the candidate could not know
	bool filled; // answers of the model fill placeholders: its text begins at line 0
	// lines count from 0 in the body
	unsigned goal_line; // first line of the goal
	unsigned theirs_line; // first line behind it: from here on the model's text
	unsigned proof_line; // first line of the proof
	unsigned append_line; // first line of what we appended
	// for the final check; NULL: there can be none
	char *challenge; // the problem's own text with proof and placeholders left open
	char **holes; // names of those placeholders
	size_t hole_count;
	bool needs_final; // words in it that only the final check can clear
};

/** `nonce` is an unguessable identifier part (letters and digits). */
void lean_check_assemble(const struct problem *problem, const struct lean_candidate *candidate,
	const char *nonce, struct lean_check *check_out);

/**
 * The same around text that declares `theorem` itself, past every filter: for self-tests and tests.
 * `statement` is "theorem NAME binders : type".
 */
void lean_check_around(const char *header, const char *statement, const char *theorem,
	const char *text, const char *nonce, struct lean_check *check_out);
void lean_check_finish(struct lean_check *check);

enum lean_severity { LEAN_ERROR, LEAN_WARNING, LEAN_INFORMATION, LEAN_UNKNOWN };

/* One message of Lean about a check; line and column 0-based, relative to the body (negative line:
 * in the header). Text owned. */
struct lean_message {
	enum lean_severity severity;
	int line;
	int column;
	char *text;
};

/** What a backend read. `complete` only when the protocol says that the whole text was processed
 * and nothing foreign was seen. */
struct lean_answer {
	struct lean_message *messages;
	size_t count;
	size_t cap;
	size_t holes; // written "sorry"s that a backend lists beside its messages
	bool complete;
	bool foreign; // bytes that belong to no message
};

void lean_answer_add(struct lean_answer *answer, enum lean_severity severity, int line, int column,
	const char *text, size_t length);
void lean_answer_finish(struct lean_answer *answer);

/** The first error about the header, borrowed; NULL when there is none. */
const char *lean_answer_header_error(const struct lean_answer *answer);

/**
 * Turn an answer into outcome, reason, axioms and messages of *verdict (the other fields are the
 * verifier's). Accepts on positive evidence only: complete, no error, no unknown severity, the
 * probe's axiom line present once and inside the allow-list. Where the statement itself does not
 * elaborate, before any of the model's text, the verdict is missing: the set and this Lean do not
 * fit, and no model is to blame.
 */
void lean_judge(
	const struct lean_check *check, const struct lean_answer *answer, struct verdict *verdict);

#endif
