#ifndef F2F_LEAN_READING_H
#define F2F_LEAN_READING_H

#include "base/buf.h"
#include "base/str.h"
#include "lean/candidate.h"
#include "lean/command.h"
#include "lean/lex.h"
#include "lean/policy.h"

struct problem;

/* Inside the reading of a whole file: what whole.c and before.c share. */

enum { READING_BLOCKS_MAX = 32 };

/* A section, namespace or mutual block that is open. */
struct reading_block {
	bool kept; // its first line is among the helpers
	bool scoped_name; // namespace, mutual: a theorem inside it is another one
	bool noncomputable;
	size_t opens; // what was opened before it
};

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
	struct buf opens; // "open Finset in ": what the reply opens and our header does not
	struct buf dropped; // words of the header lines that were left out
	struct lean_passes passes;
	struct reading_block blocks[READING_BLOCKS_MAX];
	size_t depth;
	struct candidate_result result;
};

struct str reading_text(const struct lean_tokens *tokens, size_t index);

/** The first refusal is the one that stands. */
void reading_refuse(
	struct reading *reading, enum reject_reason reason, size_t token, const char *why);

/** Applies the policy to tokens from..to. */
void reading_check(struct reading *reading, size_t from, size_t to, enum lean_place place);

/** Reads what stands before the asked theorem: header lines, helpers, other commands. */
void reading_before(struct reading *reading);

/** Looks at what the asked theorem's own command begins with: effort, scopes, attributes. */
void reading_prefix(struct reading *reading, const struct lean_command *command);

#endif
