#ifndef F2F_CORE_PROMPT_H
#define F2F_CORE_PROMPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"

struct buf;
struct error;
struct problem;

/**
 * A prompt template: front matter between lines of --- (id, version, temperature, top_p,
 * max_tokens, system; indented lines go on with the system message) and text. Known by the hash of
 * the whole file.
 *
 * {{name}} stands for a text of the problem: informal, header, preamble, statement (ends in ":=
 * by"), name, theorem; and shots for worked examples, where the run has any. {{#name}}…{{/name}} is
 * left out for a problem whose text of that name is missing or empty; {{#placeholder}} asks whether
 * the preamble holds a `sorry` of its own, which the model has to fill in. A block's tag alone on a
 * line takes the line with it. What the texts hold is never looked at again. An unknown name, an
 * unclosed brace pair or block, or unknown front matter is an error with its line.
 */
struct prompt {
	char *id;
	int64_t version;
	double temperature; // NAN when not given
	double top_p;	    // NAN when not given
	int64_t max_tokens; // 0 when not given
	char *system;	    // system message or NULL
	char *text;
	struct sha256 hash;
	char *shots; // worked examples, or NULL: not of the file, set by its user
};

int prompt_parse(const char *text, size_t length, struct prompt *prompt_out, struct error *err);
void prompt_finish(struct prompt *prompt);

/**
 * Appends the text for one problem. ERROR_INPUT when a name has no value in this problem (no
 * informal text, no formal side).
 */
int prompt_render(const struct prompt *prompt, const struct problem *problem, struct buf *out,
	struct error *err);

#endif
