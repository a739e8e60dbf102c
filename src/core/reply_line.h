#ifndef F2F_CORE_REPLY_LINE_H
#define F2F_CORE_REPLY_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "core/completion.h"

struct error;

/*
 * A stored reply as one line of JSON: {"id","sample"?,"text","finish_reason"?,"usage"?}. What
 * replay and import read.
 */

enum {
	REPLY_LINE_MAX = 64 * 1024 * 1024,
	REPLY_SAMPLE_MAX = (1 << 20) - 1, // as many as f2f eval asks for
};

/** Owned. */
struct reply_line {
	char *split; // of an id "SPLIT/NAME"; NULL when the id is a name alone
	char *name;
	int64_t sample; // to REPLY_SAMPLE_MAX; -1: not given, count in order of appearance
	struct completion completion;
};

/**
 * Ill-formed text is repaired and completion.repaired says so. ERROR_INPUT says what is wrong with
 * the line.
 */
int reply_line_parse(
	const char *bytes, size_t length, struct reply_line *line_out, struct error *err);
void reply_line_finish(struct reply_line *line);

/** What a word that ends a reply means; NULL counts as a stop. */
enum finish finish_of_reason(const char *reason);

#endif
