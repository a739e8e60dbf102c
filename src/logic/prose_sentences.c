#include "logic/prose_internal.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/vec.h"
#include "logic/prose.h"

enum { WORD_MAX = 8 };

struct cutter {
	struct prose *prose;
	size_t capacity;
	size_t start; // of the sentence
	size_t paragraph;
	bool used; // the paragraph has a sentence
};

static bool is_letter(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

static bool is_separator(char c) {
	return (unsigned char)c <= PROSE_SPACE; // no other control bytes are left
}

static bool is_among(const char *const *words, size_t count, const char *word, size_t length) {
	for (size_t i = 0; i < count; i++) {
		if (strlen(words[i]) == length && strncasecmp(words[i], word, length) == 0) {
			return true;
		}
	}
	return false;
}

/* Counts text[start .. end) as a sentence when it says anything. */
static void cut(struct cutter *cutter, size_t end) {
	struct prose *prose = cutter->prose;
	size_t start = cutter->start;
	bool says = false;
	while (start < end && is_separator(prose->text[start])) {
		start++;
	}
	while (end > start && is_separator(prose->text[end - 1])) {
		end--;
	}
	for (size_t i = start; i < end && !says; i++) {
		says = is_letter(prose->text[i]) || is_digit(prose->text[i]);
	}
	if (!says) {
		return;
	}
	if (prose->sentence_count == cutter->capacity) {
		cutter->capacity = cutter->capacity > 0 ? cutter->capacity * 2 : 16;
		prose->sentences = xreallocarray(
			prose->sentences, cutter->capacity, sizeof(*prose->sentences));
	}
	prose->sentences[prose->sentence_count++] =
		(struct sentence){.start = start, .end = end, .paragraph = cutter->paragraph};
	cutter->used = true;
}

static void end_paragraph(struct cutter *cutter) {
	cutter->paragraph += cutter->used ? 1 : 0;
	cutter->used = false;
}

/* The word that ends before `end`: letters, and dots between them. */
static size_t word_before(const char *text, size_t start, size_t end) {
	size_t from = end;
	while (from > start && end - from <= WORD_MAX &&
		(is_letter(text[from - 1]) || (text[from - 1] == '.' && from < end))) {
		from--;
	}
	return from;
}

/* "Mr.", "vs.", "e.g.", "No. 5", the initial in "J. Bo", "oz." before a small letter. */
static bool is_abbreviation(const struct cutter *cutter, size_t dot, char next) {
	static const char *const always[] = {"mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g",
		"i.e", "approx", "eq", "fig", "cf", "ca"};
	static const char *const before_small[] = {"etc", "oz", "lb", "lbs", "ft", "hr", "hrs",
		"min", "mins", "sec", "secs", "a.m", "p.m", "jr", "sr", "inc", "co", "in"};
	const char *text = cutter->prose->text;
	size_t from = word_before(text, cutter->start, dot);
	size_t length = dot - from;
	if (length == 0 || length > WORD_MAX) {
		return false;
	}
	if (length == 1 && text[from] >= 'A' && text[from] <= 'Z' && text[from] != 'I') {
		return next >= 'A' && next <= 'Z' &&
		       (from == cutter->start || is_separator(text[from - 1]));
	}
	if (is_among(always, F2F_COUNT(always), text + from, length)) {
		return true;
	}
	if (length == 2 && strncasecmp(text + from, "no", 2) == 0) {
		return is_digit(next);
	}
	return ((next >= 'a' && next <= 'z') || is_digit(next)) &&
	       is_among(before_small, F2F_COUNT(before_small), text + from, length);
}

/* Quotes and parentheses after a full stop. */
static size_t skip_closers(const char *text, size_t at, size_t length) {
	for (;;) {
		if (at < length && strchr("\"')]", text[at]) != NULL) {
			at++;
		} else if (at + 3 <= length && (memcmp(text + at, "\xe2\x80\x9d", 3) == 0 ||
						       memcmp(text + at, "\xe2\x80\x99", 3) == 0)) {
			at += 3;
		} else {
			return at;
		}
	}
}

/* The stops at `at`, and the quotes after them; whether a sentence ends there. */
static bool ends_at_stops(const struct cutter *cutter, size_t at, size_t *end_out) {
	const char *text = cutter->prose->text;
	size_t length = cutter->prose->length;
	size_t stops = at;
	while (stops < length && (text[stops] == '.' || text[stops] == '!' || text[stops] == '?')) {
		stops++;
	}
	size_t end = skip_closers(text, stops, length);
	*end_out = end;
	if (end < length && !is_separator(text[end])) {
		return false;
	}
	char next = end + 1 < length ? text[end + 1] : '\0';
	bool small = next >= 'a' && next <= 'z';
	if (stops - at > 1) {
		return text[at] != '.' || !small; // "..." inside a sentence
	}
	if (text[at] == '.') {
		return end > stops || end == length || !is_abbreviation(cutter, at, next);
	}
	// "14 - 5 = ? so"
	return text[at] != '?' || !small || at < 2 || text[at - 1] != ' ' || text[at - 2] != '=';
}

/* "cal = 3 * bea": a line of working has its own left side. */
static bool begins_assignment(const char *text, size_t length, size_t at) {
	size_t end = at;
	while (end < length && ((text[end] >= 'a' && text[end] <= 'z') || text[end] == '_')) {
		end++;
	}
	bool word = end > at;
	while (end < length && text[end] == ' ') {
		end++;
	}
	return word && end < length && text[end] == '=';
}

/* Whether a line ends at `at` only because it was full. */
static bool is_wrapping(const struct cutter *cutter, size_t at) {
	static const char *const open[] = {"a", "an", "and", "are", "as", "by", "for", "from",
		"gave", "gives", "had", "has", "have", "in", "is", "of", "or", "than", "that",
		"the", "then", "to", "was", "were", "with"};
	const char *text = cutter->prose->text;
	size_t length = cutter->prose->length;
	char next = at + 1 < length ? text[at + 1] : '\0';
	char last = at > cutter->start ? text[at - 1] : '\0';
	if (begins_assignment(text, length, at + 1) && last != '=') {
		return false;
	}
	if ((next >= 'a' && next <= 'z') || (next != '\0' && strchr("=+/,)", next) != NULL)) {
		return true;
	}
	if (last != '\0' && strchr(",=+-*/(", last) != NULL) {
		return true;
	}
	if (last == ':' && (is_digit(next) || next == '(')) {
		return true;
	}
	if ((next == '-' || next == '*') && at + 2 < length && text[at + 2] == ' ' &&
		(is_digit(last) || last == ')')) {
		return true; // no list mark, or it would be gone
	}
	static const char *const signs[] = {"\xc3\x97", "\xc3\xb7", "\xc2\xb7", "\xe2\x88\x92"};
	for (size_t i = 0; i < F2F_COUNT(signs); i++) {
		size_t bytes = strlen(signs[i]);
		if ((at >= cutter->start + bytes &&
			    memcmp(text + at - bytes, signs[i], bytes) == 0) ||
			(at + 1 + bytes <= length && memcmp(text + at + 1, signs[i], bytes) == 0)) {
			return true;
		}
	}
	size_t from = word_before(text, cutter->start, at);
	return at > from && at - from <= WORD_MAX &&
	       is_among(open, F2F_COUNT(open), text + from, at - from);
}

static void cut_at_separator(struct cutter *cutter, size_t at) {
	char *c = &cutter->prose->text[at];
	if (*c == PROSE_LINE && is_wrapping(cutter, at)) {
		return;
	}
	cut(cutter, at);
	cutter->start = at + 1;
	if (*c != PROSE_CELL) {
		end_paragraph(cutter);
	}
	*c = *c == PROSE_CELL ? ' ' : '\n';
}

/* Whether a sentence may end at the byte: . ! ? ; and separators but spaces. */
static bool is_end(char c) {
	static const uint64_t ends = 0x88004002e0000400;
	unsigned char byte = (unsigned char)c;
	return ((int)(byte < 64) & (int)(ends >> (byte & 63) & 1)) != 0;
}

void prose_cut(struct prose *prose) {
	struct cutter cutter = {.prose = prose};
	for (size_t i = 0; i < prose->length; i++) {
		char c = prose->text[i];
		size_t end = i + 1;
		if (!is_end(c)) {
			continue;
		}
		if (is_separator(c)) {
			cut_at_separator(&cutter, i);
		} else if (c == ';') {
			cut(&cutter, end);
			cutter.start = end;
		} else if (c == '.' || c == '!' || c == '?') {
			if (ends_at_stops(&cutter, i, &end)) {
				cut(&cutter, end);
				cutter.start = end;
			}
			i = end - 1;
		}
	}
	cut(&cutter, prose->length);
}
