#ifndef F2F_BASE_JSON_H
#define F2F_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct buf;
struct error;

/* jansson with our error messages. A json_t stays in the function that parsed it: copy out what is
 * kept. */

/**
 * Parse one whole value; duplicate keys, trailing bytes and ill-formed UTF-8 are errors ("line 3:
 * …"). Owned, json_decref it.
 */
int json_parse(const char *bytes, size_t length, json_t **value_out, struct error *err);

/**
 * Parse foreign bytes that must not be lost: lone surrogates, ill-formed UTF-8, NUL, integers over
 * 64 bits, NaN and infinities are repaired (text to U+FFFD, integers to reals, what is no number to
 * null), of a key that comes twice the last counts, and *repaired_out says so. Still an error: what
 * is not JSON at all, nested deeper than 512 where there is something to repair (2,048 where not), or
 * so many values that they would take hundreds of megabytes.
 */
int json_parse_repaired(const char *bytes, size_t length, json_t **value_out, bool *repaired_out,
	struct error *err);

/** A member that must be a string: borrowed until the object goes. ERROR_INPUT names the key. */
int json_need_string(
	const json_t *object, const char *key, const char **value_out, struct error *err);

/** A member or the fallback when it is absent, null or of another type. */
const char *json_string_or(const json_t *object, const char *key, const char *fallback);
int64_t json_integer_or(const json_t *object, const char *key, int64_t fallback);
double json_number_or(const json_t *object, const char *key, double fallback);

/**
 * Appends the value, compact, keys in insertion order; `sorted` for text that is hashed or
 * compared.
 */
void json_append(struct buf *out, const json_t *value, bool sorted);

/** Appends a JSON string literal of well-formed UTF-8 text (ill-formed bytes become U+FFFD). */
void json_append_string(struct buf *out, const char *text, size_t length);

#endif
