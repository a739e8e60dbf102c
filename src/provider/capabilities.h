#ifndef F2F_PROVIDER_CAPABILITIES_H
#define F2F_PROVIDER_CAPABILITIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct error;

/* What an endpoint can do, for one model: found by probing or from what it refused, and remembered. */

enum support { SUPPORT_UNKNOWN, SUPPORT_NO, SUPPORT_YES };

/* Request fields that are left out where an endpoint refuses them. */
enum parameter {
	PARAMETER_TEMPERATURE,
	PARAMETER_TOP_P,
	PARAMETER_SEED,
	PARAMETER_STOP,
	PARAMETER_N,
	PARAMETER_STREAM,
	PARAMETER_STREAM_OPTIONS,
	PARAMETER_REASONING_EFFORT,
	PARAMETER_COUNT,
};

/* The field that limits the length of a reply. */
enum limit_field { LIMIT_MAX_TOKENS, LIMIT_MAX_COMPLETION_TOKENS };

/* Where reasoning came in a reply. */
enum reasoning_field {
	REASONING_UNKNOWN,
	REASONING_CONTENT, // reasoning_content
	REASONING_PLAIN, // reasoning
	REASONING_THINKING, // blocks of their own
	REASONING_TAGS, // in the text, between tags
};

/** Zeroed: nothing is known, everything is sent. */
struct capabilities {
	enum support stream;
	enum support stream_usage; // a stream ends with its token counts
	enum support usage;
	enum support n; // as many choices as were asked for
	enum support seed; // the same seed gives the same text
	enum support logprobs;
	enum reasoning_field reasoning;
	enum limit_field limit;
	bool limit_refused[2]; // by enum limit_field
	unsigned dropped; // bits by enum parameter
	int64_t context_tokens; // 0: not known
	int64_t slots; // requests that it works on at once; 0: not known
	unsigned adjustments; // how many of the above were made by refusals
};

/** As the field is spelled: "top_p". */
const char *parameter_name(enum parameter parameter);
bool capabilities_drops(const struct capabilities *capabilities, enum parameter parameter);

/** The spelling of the length limit. */
const char *limit_field_name(enum limit_field field);
const char *reasoning_field_name(enum reasoning_field field);

/**
 * The endpoint refuses the field of this name: leave it out from now on, or spell it otherwise. True
 * when the next request will differ from the one that was refused, or differs already; false when
 * nothing can be done about this field.
 */
bool capabilities_refuse(struct capabilities *capabilities, const char *field);

/** What refusals changed, as a JSON array of lines for people: ["temperature is left out"]. */
void capabilities_changes(const struct capabilities *capabilities, struct buf *out);

/** One JSON object, and back; unknown keys and words of a later f2f are passed over. */
void capabilities_write(const struct capabilities *capabilities, struct buf *out);
int capabilities_read(const char *text, struct capabilities *capabilities_out, struct error *err);

#endif
