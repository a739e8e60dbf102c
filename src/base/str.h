#ifndef F2F_BASE_STR_H
#define F2F_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Text as bytes: views, prefixes, numbers, UTF-8. Nothing here allocates unless it says so. */

/* A borrowed piece of text, not NUL-terminated. */
struct str {
	const char *data;
	size_t len;
};

#define STR_ARG(view) (int)(view).len, (view).data // for "%.*s"

struct str str_of(const char *text);
struct str str_slice(const char *data, size_t len);
bool str_equal(struct str a, const char *b);
struct str str_trim(struct str text); // ASCII white space at both ends

/** The next line without its LF or CR LF, moving *rest past it; false at the end. */
bool str_next_line(struct str *rest, struct str *line_out);

/** Owned copy with CR LF as LF, NUL-terminated; *length_out is its length. */
char *str_unix_lines(const char *data, size_t length, size_t *length_out);

bool str_starts_with(const char *text, const char *prefix);
bool str_ends_with(const char *text, const char *suffix);
bool str_equal_nocase(const char *a, const char *b); // ASCII case only

/** Whole text as a decimal number; false on anything else, overflow included. */
bool str_to_int64(const char *text, int64_t *value_out);
bool str_to_double(const char *text, double *value_out); // C locale; no inf, no nan

/**
 * The candidate nearest to `word` by edit distance (adjacent exchange counts once, ASCII case and
 * '_' for '-' are free), or NULL when none is near enough to be what was meant. Borrowed from
 * `candidates`.
 */
const char *str_nearest(const char *word, const char *const *candidates, size_t count);

/** The edit distance that str_nearest goes by; SIZE_MAX when a text is longer than 64 bytes. */
size_t str_distance(const char *a, const char *b);

/**
 * True when all bytes are well-formed UTF-8 (no surrogates, no overlong forms); else *bad_out is
 * the first bad byte's offset.
 */
bool utf8_valid(const char *bytes, size_t length, size_t *bad_out);

/** Appends the text with every ill-formed sequence replaced by U+FFFD; returns how many were. */
size_t utf8_repair(struct buf *out, const char *bytes, size_t length);

/**
 * Decodes one code point of well-formed UTF-8, moving *cursor; 0xFFFD and one byte on a malformed
 * one. cursor < end.
 */
uint32_t utf8_next(const char **cursor, const char *end);

/** Appends one code point. */
void utf8_append(struct buf *out, uint32_t code_point);

#endif
