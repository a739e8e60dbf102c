#ifndef F2F_CORE_COMPLETION_H
#define F2F_CORE_COMPLETION_H

#include <stdbool.h>
#include <stdint.h>

/* Why a reply ended. */
enum finish {
	FINISH_STOP,
	FINISH_LENGTH,	// token limit: outcome truncated
	FINISH_REFUSED, // content filter or refusal: outcome refused
	FINISH_OTHER,	// a word we do not know, kept in finish_reason
};

/** One reply of a model. Texts owned; counts -1 where the endpoint did not say. */
struct completion {
	char *text;	     // the answer, think tags and reasoning taken out; never NULL
	char *reasoning;     // reasoning field or think tags' content; NULL when none
	char *finish_reason; // as spelled; NULL when absent
	enum finish finish;
	bool repaired; // ill-formed text was replaced by U+FFFD
	char *model;   // as returned; NULL when absent
	char *fingerprint;
	char *request_id;
	int64_t prompt_tokens;
	int64_t completion_tokens; // reasoning included
	int64_t reasoning_tokens;
	int64_t cached_tokens;
	double usd; // NAN when not given
};

/** Zero texts, counts -1. */
void completion_init(struct completion *completion);
void completion_finish(struct completion *completion);

/**
 * Split think tags out of `text` (takes it over): everything up to the *last* closing tag is
 * reasoning; an opened and never closed tag leaves an empty answer and sets FINISH_LENGTH when the
 * endpoint did not say so itself.
 */
void completion_take_text(struct completion *completion, char *text);

#endif
