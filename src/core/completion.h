#ifndef F2F_CORE_COMPLETION_H
#define F2F_CORE_COMPLETION_H

#include <stdbool.h>
#include <stdint.h>

/* More tokens than any reply has: sums over a run's rows must not overflow. */
#define COMPLETION_TOKENS_MAX INT64_C(10000000000)

/* Why a reply ended. */
enum finish {
	FINISH_STOP,
	FINISH_LENGTH, // token limit: outcome truncated
	FINISH_REFUSED, // content filter or refusal: outcome refused
	FINISH_OTHER, // a word we do not know, kept in finish_reason
};

/** One reply of a model. Texts owned; counts -1 where the endpoint did not say. */
struct completion {
	char *text; // the answer, think tags and reasoning taken out; never NULL
	char *reasoning; // reasoning field or think tags' content; NULL when none
	char *finish_reason; // as spelled; NULL when absent
	enum finish finish;
	bool repaired; // ill-formed text was replaced by U+FFFD
	char *model; // as returned; NULL when absent
	char *fingerprint;
	char *request_id;
	int64_t prompt_tokens;
	int64_t completion_tokens; // reasoning included
	int64_t reasoning_tokens;
	int64_t cached_tokens;
	double usd; // NAN when not given
	// The model paused: its content so far as JSON, to be sent back; NULL when it did not.
	char *continuation;
};

/** Zero texts, counts -1. */
void completion_init(struct completion *completion);
void completion_finish(struct completion *completion);

/**
 * Appends what the model went on to say (`more` is left empty): texts one behind the other, counts
 * and cost added up where both are known, the end that of `more`.
 */
void completion_join(struct completion *completion, struct completion *more);

/**
 * Split think tags out of `text` (takes it over): everything up to the *last* closing tag is
 * reasoning; an opened and never closed tag leaves an empty answer and sets FINISH_LENGTH unless the
 * reply was refused.
 */
void completion_take_text(struct completion *completion, char *text);

#endif
