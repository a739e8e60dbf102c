#ifndef F2F_PROVIDER_DRAFT_H
#define F2F_PROVIDER_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"
#include "provider/capabilities.h"

/* What has been read of a response so far. Wire formats fill it; reading.c makes completions of it. */

/** A reply in the making. */
struct draft_choice {
	bool seen;
	struct buf text;
	struct buf reasoning;
	struct buf refusal;
	char *finish_reason; // NULL: not said so far
};

struct draft {
	size_t wanted; // replies asked for, ≥ 1
	struct draft_choice *choices;
	int64_t stray; // index of a stream's only choice where that is not below `wanted`; -1
	bool done; // the stream said that it is over
	bool paused; // the model will go on when asked to: `blocks` is what it said
	bool logprobs; // they came
	bool repaired;
	bool overflow;
	char *id;
	char *model;
	char *fingerprint;
	int64_t prompt_tokens; // all counts -1: not said
	int64_t completion_tokens;
	int64_t reasoning_tokens;
	int64_t cached_tokens;
	double usd; // NAN: not said
	enum reasoning_field reasoning;
	json_t *error; // a body or event that tells of an error; owned
	const char *broken; // why the response is none; NULL
	bool interrupted; // `broken` is no fault of form: generation ended badly
	json_t *blocks; // for `paused`: content as it came; owned, NULL when there is none
	struct buf piece; // of the block that is coming: its text
	struct buf signature;
};

void draft_init(struct draft *draft, size_t wanted);
void draft_finish(struct draft *draft);

/** The choice that a stream calls `index`, NULL for one that was not asked for. */
struct draft_choice *draft_choice_at(struct draft *draft, int64_t index);

/** The first choice that nothing has come for, marked seen; NULL when there is none. */
struct draft_choice *draft_choice_free(struct draft *draft);

/** Appends a JSON string; anything else is nothing. */
void draft_append(struct draft *draft, struct buf *text, const json_t *value);

/** A string, or an array of parts whose texts count. */
void draft_append_content(struct draft *draft, struct buf *text, const json_t *content);

/** Keeps the first text given; empty ones and other types are nothing. */
void draft_keep(char **kept, const json_t *object, const char *key);

void draft_finish_reason(struct draft_choice *choice, const json_t *value);

/** The body or event tells of an error; the first one counts. */
void draft_fail(struct draft *draft, const json_t *body);
void draft_break(struct draft *draft, const char *why);
void draft_interrupt(struct draft *draft, const char *why);

/** A count of tokens: a whole number from 0 that can be true; else -1. */
int64_t draft_count(const json_t *object, const char *key);

#endif
