#include "logic/prose_internal.h"

#include <string.h>
#include <strings.h>

#include "logic/prose.h"

enum { NUMBER_DIGITS_MAX = 3 };

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_blank(char c) {
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t blanks(const struct prose_writer *writer, size_t at, size_t end) {
	while (at < end && is_blank(writer->reply[at])) {
		at++;
	}
	return at;
}

static size_t stars(const struct prose_writer *writer, size_t at, size_t end) {
	while (at < end && (writer->reply[at] == '*' || writer->reply[at] == '_')) {
		at++;
	}
	return at;
}

static char byte_before(const struct prose_writer *writer, size_t at, size_t end) {
	return at < end ? writer->reply[at] : '\0';
}

static size_t digits(const struct prose_writer *writer, size_t at, size_t end, unsigned *number) {
	size_t start = at;
	*number = 0;
	while (at < end && is_digit(writer->reply[at]) && at - start <= NUMBER_DIGITS_MAX) {
		*number = *number * 10 + (unsigned)(writer->reply[at++] - '0');
	}
	return at - start > NUMBER_DIGITS_MAX ? start : at;
}

/* A mark needs text after it, or it is a number ("The answer is\n9."), and no sign, or it is the
 * first part of a sum. */
static size_t with_text(const struct prose_writer *writer, size_t start, size_t at, size_t end) {
	size_t next = blanks(writer, stars(writer, at, end), end);
	char c = byte_before(writer, next, end);
	if (next == end || c == '=' || c == '+' || c == '/' || c == ')' || c == ',' || c == '.') {
		return 0;
	}
	if (c == '-' && is_blank(byte_before(writer, next + 1, end))) {
		return 0;
	}
	return next - start;
}

size_t prose_numbered_mark(
	const struct prose_writer *writer, size_t at, size_t end, unsigned *number_out) {
	size_t start = at;
	bool open = byte_before(writer, at, end) == '(';
	at += open ? 1 : 0;
	size_t after = digits(writer, at, end, number_out);
	char close = byte_before(writer, after, end);
	if (after == at || (close != ')' && (open || close != '.'))) {
		return 0;
	}
	char next = byte_before(writer, stars(writer, after + 1, end), end);
	bool glued = close == '.' && next >= 'A' && next <= 'Z'; // "1.Mira"
	return glued || is_blank(next) ? with_text(writer, start, after + 1, end) : 0;
}

/* "a)", "(b)", "(iv)". */
static size_t lettered_mark(const struct prose_writer *writer, size_t at, size_t end) {
	size_t start = at;
	bool open = byte_before(writer, at, end) == '(';
	at += open ? 1 : 0;
	size_t after = at;
	while (after < end && after - at < 4 && is_letter(writer->reply[after])) {
		after++;
	}
	bool roman = after - at > 1 && strspn(writer->reply + at, "ivx") >= after - at;
	if ((after - at != 1 && !roman) || byte_before(writer, after, end) != ')' ||
		!is_blank(byte_before(writer, after + 1, end))) {
		return 0;
	}
	return with_text(writer, start, after + 1, end);
}

/* "Step 3:", "Step 3 -", "Step 3" alone in its line. */
static size_t step_mark(const struct prose_writer *writer, size_t at, size_t end,
	unsigned *number_out) {
	size_t start = at;
	if (end - at < 6 || strncasecmp(writer->reply + at, "step", 4) != 0 ||
		!is_blank(writer->reply[at + 4])) {
		return 0;
	}
	at = blanks(writer, at + 4, end);
	size_t after = digits(writer, at, end, number_out);
	if (after == at) {
		return 0;
	}
	size_t next = blanks(writer, stars(writer, after, end), end);
	char c = byte_before(writer, next, end);
	if (next == end) {
		return next - start;
	}
	if (c == ':' || c == ')' || c == '.') {
		next++;
	} else if (c == '-' && is_blank(byte_before(writer, next + 1, end))) {
		next++;
	} else if (end - next > 3 &&
		   (memcmp(writer->reply + next, "\xe2\x80\x93", 3) == 0 ||
			   memcmp(writer->reply + next, "\xe2\x80\x94", 3) == 0)) {
		next += 3;
	} else {
		return 0;
	}
	return blanks(writer, stars(writer, next, end), end) - start;
}

/* A line that goes on with a sum: after one that ends with a number, "+ 60 …", "- 60 = …". A list
 * of sums has the same mark before each. */
static bool goes_on(const struct prose_writer *writer, size_t at, size_t end) {
	const struct prose *out = writer->out;
	if (out->length < 2 || out->text[out->length - 1] != PROSE_LINE) {
		return false;
	}
	char last = out->text[out->length - 2];
	size_t next = blanks(writer, at + 1, end);
	if ((!is_digit(last) && last != ')') || !is_digit(byte_before(writer, next, end))) {
		return false;
	}
	// the line before, and whether its first byte was a mark too, and so was not written
	size_t line = out->origin[out->length - 1];
	size_t first = out->length - 1;
	while (line > 0 && writer->reply[line - 1] != '\n') {
		line--;
	}
	line = blanks(writer, line, end);
	while (first > 0 && out->origin[first - 1] >= line) {
		first--;
	}
	if (writer->reply[line] == writer->reply[at] && out->origin[first] != line) {
		return false;
	}
	while (next < end && (is_digit(writer->reply[next]) || writer->reply[next] == '.')) {
		next++;
	}
	next = blanks(writer, next, end);
	return writer->reply[at] == '+' || byte_before(writer, next, end) == '=';
}

/* "- ", "* ", "+ ", "• ". */
static size_t bullet_mark(const struct prose_writer *writer, size_t at, size_t end) {
	char c = byte_before(writer, at, end);
	size_t length = 0;
	if (c == '-' || c == '*' || c == '+') {
		length = 1;
	} else if (end - at > 3 && (memcmp(writer->reply + at, "\xe2\x80\xa2", 3) == 0 ||
					   memcmp(writer->reply + at, "\xe2\x97\xa6", 3) == 0 ||
					   memcmp(writer->reply + at, "\xe2\x96\xaa", 3) == 0)) {
		return blanks(writer, at + 3, end) - at;
	}
	if (length == 0 || !is_blank(byte_before(writer, at + length, end)) ||
		goes_on(writer, at, end)) {
		return 0;
	}
	return blanks(writer, at + length, end) - at;
}

size_t prose_mark(const struct prose_writer *writer, size_t at, size_t end, unsigned *number_out) {
	size_t bold = stars(writer, at, end);
	bool emphasis = bold - at >= 2;
	size_t from = emphasis ? bold : at;
	*number_out = 0;
	size_t length = prose_numbered_mark(writer, from, end, number_out);
	if (length == 0) {
		length = step_mark(writer, from, end, number_out);
	}
	if (length == 0) {
		length = lettered_mark(writer, from, end);
		*number_out = 0;
	}
	if (length > 0) {
		return from - at + length;
	}
	return bullet_mark(writer, at, end);
}
