#include "logic/prose.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "logic/prose_internal.h"

enum {
	SLACK = 16,		 // bytes of text beyond the reply's
	MARKS_MAX = 6,		 // list marks inside each other in one line
	EMPHASIS_MAX = 256,	 // bytes that *…* looks ahead
	TAG_MAX = 40,		 // of HTML
	BLANKS_MAX = 16,	 // after displayed maths
	LINK_MAX = 512,
};

char prose_byte(const struct prose_writer *writer, size_t at) {
	return at < writer->length ? writer->reply[at] : '\0';
}

static bool is_separator(char c) {
	return (unsigned char)c <= PROSE_SPACE; // no other control bytes are written
}

static int strength(char separator) {
	switch (separator) {
	case PROSE_SPACE:
		return 0;
	case PROSE_LINE:
		return 1;
	case PROSE_BLANK:
		return 2;
	case PROSE_CELL:
		return 3;
	default:
		return 4;
	}
}

static void put(struct prose_writer *writer, char c, size_t origin) {
	struct prose *out = writer->out;
	if (writer->dropping > 0 || out->length == writer->capacity) {
		return;
	}
	out->text[out->length] = c;
	out->origin[out->length++] = (uint32_t)origin;
}

void prose_put(struct prose_writer *writer, char c, size_t origin) {
	put(writer, c, origin);
	writer->display_text = true;
	writer->after_display = false;
}

static bool ends_line(char separator) {
	return separator == PROSE_LINE || separator == PROSE_BLANK;
}

/* "\[ … \]", an empty line, "pears.": the sentence was not over. */
static bool goes_on_small(const struct prose_writer *writer, size_t at) {
	char c = prose_byte(writer, at);
	for (size_t i = 0; i < BLANKS_MAX && (c == '\n' || c == '\r' || c == ' '); i++) {
		c = prose_byte(writer, ++at);
	}
	return c >= 'a' && c <= 'z';
}

void prose_separate(struct prose_writer *writer, char separator, size_t origin) {
	struct prose *out = writer->out;
	bool wraps = separator == PROSE_LINE || separator == PROSE_BLANK;
	if (wraps && writer->after_display && goes_on_small(writer, origin)) {
		separator = PROSE_SPACE;
	}
	if (wraps && writer->display) {
		/* A display that nothing closes is no reason to read on for ever. */
		writer->display = separator == PROSE_LINE || !writer->display_text;
		separator = writer->display ? PROSE_SPACE : separator;
	}
	if (out->length == 0) {
		return;
	}
	char *last = &out->text[out->length - 1];
	if (!is_separator(*last)) {
		put(writer, separator, origin);
	} else if ((separator == PROSE_CELL && ends_line(*last)) ||
		   (*last == PROSE_CELL && ends_line(separator))) {
		*last = PROSE_ITEM; // the next row of a table
	} else if (strength(separator) > strength(*last)) {
		*last = separator;
	}
}

/* Letters, and with them bytes outside ASCII. */
static bool is_letter(char c) {
	static const uint64_t letters[4] = {0, 0x07fffffe07fffffe, UINT64_MAX, UINT64_MAX};
	unsigned char byte = (unsigned char)c;
	return (letters[byte >> 6] >> (byte & 63) & 1) != 0;
}

static bool is_word(char c) {
	return is_letter(c) || (c >= '0' && c <= '9');
}

/* Letters, digits, and signs that no markup has: ! " # % ' ( ) + , - . / : ; = > ? */
static bool is_plain(char c) {
	static const uint64_t plain[4] = {
		0xeffffbae00000000, 0x07fffffe07fffffe, UINT64_MAX, UINT64_MAX};
	unsigned char byte = (unsigned char)c;
	return (plain[byte >> 6] >> (byte & 63) & 1) != 0;
}

static bool is_blank(char c) {
	return c == '\0' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The length of the run of one character, at most `most`. */
static size_t run_length(const struct prose_writer *writer, size_t at, size_t most) {
	size_t count = 1;
	while (count < most && prose_byte(writer, at + count) == writer->reply[at]) {
		count++;
	}
	return count;
}

/* Whether the single mark at `at` is one of a pair around words: it opens here, or closed by what
 * was opened before. */
static bool is_emphasis(const struct prose_writer *writer, size_t at, size_t end) {
	char mark = writer->reply[at];
	char before = at > 0 ? writer->reply[at - 1] : '\0';
	char after = prose_byte(writer, at + 1);
	bool opens = !is_word(before) && !is_blank(after) && before != mark;
	bool closes = !is_blank(before) && !is_word(after) && after != mark;
	size_t limit = end - at > EMPHASIS_MAX ? at + EMPHASIS_MAX : end;
	if (opens && (is_word(after) || after == '"' || after == '(' || after == '\\')) {
		for (size_t i = at + 2; i < limit; i++) {
			if (writer->reply[i] == mark && !is_blank(writer->reply[i - 1]) &&
				!is_word(prose_byte(writer, i + 1))) {
				return true;
			}
		}
	}
	size_t from = at > EMPHASIS_MAX ? at - EMPHASIS_MAX : 0;
	for (size_t i = at; closes && i > from && writer->reply[i - 1] != '\n'; i--) {
		if (writer->reply[i - 1] == mark) {
			char outer = i > 1 ? writer->reply[i - 2] : '\0';
			return !is_word(outer) && !is_blank(writer->reply[i]);
		}
	}
	return false;
}

/* Stars, underscores and tildes: passed over when they are marks, else written. */
static void read_emphasis(struct prose_writer *writer, size_t end) {
	size_t at = writer->at;
	char mark = writer->reply[at];
	size_t count = run_length(writer, at, end - at);
	char before = at > 0 ? writer->reply[at - 1] : '\0';
	char after = prose_byte(writer, at + count);
	bool digits = before >= '0' && before <= '9' && after >= '0' && after <= '9';
	bool marks = !(is_blank(before) && is_blank(after));
	if (count == 1) {
		marks = mark != '~' && is_emphasis(writer, at, end);
	} else if (mark == '*') {
		marks &= count <= 3 && !digits; // 2**3 is a power
	} else if (mark == '_') {
		marks &= count <= 3 && (is_word(before) != is_word(after));
	} else {
		marks &= count == 2;
	}
	for (size_t i = at; !marks && i < at + count; i++) {
		prose_put(writer, mark, i);
	}
	writer->at = at + count;
}

/* "<br>", "</p>", "<think>". */
static bool read_tag(struct prose_writer *writer, size_t end) {
	size_t at = writer->at + 1;
	size_t limit = end - at > TAG_MAX ? at + TAG_MAX : end;
	at += prose_byte(writer, at) == '/' ? 1 : 0;
	size_t name = at;
	while (at < limit && is_letter(writer->reply[at])) {
		at++;
	}
	size_t length = at - name;
	while (at < limit && writer->reply[at] != '>' && writer->reply[at] != '<') {
		at++;
	}
	if (length == 0 || at >= limit || writer->reply[at] != '>') {
		return false;
	}
	bool inside =
		length == 1 || (length <= 6 && memchr("usem", writer->reply[name], 4) != NULL);
	if (!inside || (length == 1 && writer->reply[name] == 'p')) {
		prose_separate(writer, PROSE_ITEM, writer->at);
	}
	writer->at = at + 1;
	return true;
}

/* "](https://…)" after the words of a link. */
static bool read_link(struct prose_writer *writer, size_t end) {
	size_t at = writer->at;
	size_t limit = end - at > LINK_MAX ? at + LINK_MAX : end;
	if (end - at < 7 || memcmp(writer->reply + at, "](http", 6) != 0) {
		return false;
	}
	const char *close = memchr(writer->reply + at, ')', limit - at);
	if (close == NULL) {
		return false;
	}
	writer->at = (size_t)(close - writer->reply) + 1;
	return true;
}

/* Whether ". 2." in a line goes on from its item before, or "1." begins a run that goes on. */
static bool is_inner_item(struct prose_writer *writer, size_t end, size_t *length_out) {
	const struct prose *out = writer->out;
	unsigned number = 0;
	size_t last = out->length;
	while (last > 0 && out->length - last < 2 && is_separator(out->text[last - 1])) {
		last--;
	}
	if (writer->listless || last == 0 || strchr(".!?:;", out->text[last - 1]) == NULL) {
		return false;
	}
	*length_out = prose_numbered_mark(writer, writer->at, end, &number);
	if (*length_out == 0 || number != writer->item + 1) {
		return false;
	}
	if (number > 1) {
		writer->item = number;
		return true;
	}
	for (size_t i = writer->at + *length_out; i + 2 < end; i++) {
		unsigned next = 0;
		if (writer->reply[i] == '2' && is_blank(writer->reply[i - 1]) &&
			prose_numbered_mark(writer, i, end, &next) > 0) {
			writer->item = 1;
			return true;
		}
		if (writer->reply[i] == '(' && prose_numbered_mark(writer, i, end, &next) > 0 &&
			next == 2) {
			writer->item = 1;
			return true;
		}
	}
	writer->listless = true; // one look a line
	return false;
}

static void read_blank(struct prose_writer *writer, size_t end) {
	prose_separate(writer, PROSE_SPACE, writer->at);
	writer->at++;
	char c = prose_byte(writer, writer->at);
	size_t length = 0;
	if (writer->at < end && (c == '(' || (c >= '0' && c <= '9')) && !writer->display &&
		is_inner_item(writer, end, &length)) {
		prose_separate(writer, PROSE_ITEM, writer->at);
		writer->at += length;
	}
}

/* Bytes that mean nothing but themselves, and spaces between words, without a branch a byte;
 * returns how many were written. */
static size_t read_plain(struct prose_writer *writer, size_t end) {
	struct prose *out = writer->out;
	const char *reply = writer->reply;
	size_t start = writer->at;
	size_t room = writer->capacity - out->length;
	size_t limit = end - start < room ? end : start + room;
	char *text = out->text + out->length;
	uint32_t *origin = out->origin + out->length;
	size_t at = start;
	bool plain = at < limit && is_plain(reply[at]);
	while (plain) {
		text[at - start] = reply[at];
		origin[at - start] = (uint32_t)at;
		at++;
		plain = at + 1 < limit &&
			((int)is_plain(reply[at]) |
				((int)(reply[at] == ' ') & (int)is_letter(reply[at + 1]))) != 0;
	}
	if (at > start && writer->dropping == 0) {
		out->length += at - start;
		writer->display_text = true;
		writer->after_display = false;
	}
	writer->at = at;
	return at - start;
}

/* One character, or what it begins. */
static void read_character(struct prose_writer *writer, size_t end) {
	size_t at = writer->at;
	char c = writer->reply[at];
	bool taken = false;
	switch (c) {
	case '\\':
	case '{':
	case '}':
	case '$':
	case '&':
		taken = prose_latex(writer);
		break;
	case '*':
	case '_':
	case '~':
		read_emphasis(writer, end);
		return;
	case '`':
		writer->at++;
		return;
	case '|':
		prose_separate(writer, PROSE_CELL, at);
		writer->at++;
		return;
	case '<':
		taken = read_tag(writer, end);
		break;
	case ']':
		taken = read_link(writer, end);
		break;
	default:
		if ((unsigned char)c <= ' ' || c == 0x7f) {
			read_blank(writer, end);
			return;
		}
		break;
	}
	if (!taken) {
		prose_put(writer, c, at);
		writer->at = at + 1;
	}
}

/* A fence, a rule, the line under a table's head: nothing to read. */
static bool is_decoration(const struct prose_writer *writer, size_t at, size_t end) {
	if (end - at >= 3 && (memcmp(writer->reply + at, "```", 3) == 0 ||
				     memcmp(writer->reply + at, "~~~", 3) == 0)) {
		return true;
	}
	size_t marks = 0;
	for (; at < end; at++) {
		char c = writer->reply[at];
		if (strchr("-=*_|:+ \t\r", c) == NULL || c == '\0') {
			return false;
		}
		marks += c == '-' || c == '=' || c == '*' || c == '_';
	}
	return marks >= 3;
}

static size_t skip_blanks(const struct prose_writer *writer, size_t at, size_t end) {
	while (at < end && is_blank(writer->reply[at])) {
		at++;
	}
	return at;
}

/* Quotes, headings and list marks at the start of a line; returns where its text starts. */
static size_t read_line_start(struct prose_writer *writer, size_t at, size_t end) {
	size_t start = at;
	at = skip_blanks(writer, at, end);
	while (at < end && writer->reply[at] == '>') {
		at = skip_blanks(writer, at + 1, end);
	}
	size_t heading = at;
	while (heading < end && writer->reply[heading] == '#') {
		heading++;
	}
	if (heading > at && heading < end && is_blank(writer->reply[heading])) {
		prose_separate(writer, PROSE_ITEM, start);
		at = skip_blanks(writer, heading, end);
	}
	for (int marks = 0; marks < MARKS_MAX; marks++) {
		unsigned number = 0;
		size_t length = prose_mark(writer, at, end, &number);
		if (length == 0) {
			break;
		}
		prose_separate(writer, PROSE_ITEM, start);
		writer->item = number > 0 ? number : writer->item;
		at += length;
	}
	return at;
}

static bool is_heading(const struct prose_writer *writer, size_t at, size_t end) {
	at = skip_blanks(writer, at, end);
	return at < end && writer->reply[at] == '#';
}

static void read_line(struct prose_writer *writer, size_t end) {
	size_t start = writer->at;
	size_t text = skip_blanks(writer, start, end);
	writer->item = 0;
	writer->listless = false;
	writer->dropping = 0;
	if (text == end) {
		prose_separate(writer, PROSE_BLANK, start);
		writer->group_count = 0;
	} else if (!writer->display && is_decoration(writer, text, end)) {
		prose_separate(writer, PROSE_ITEM, start);
	} else {
		writer->at = writer->display ? text : read_line_start(writer, start, end);
		while (writer->at < end) {
			if (read_plain(writer, end) == 0) {
				read_character(writer, end);
			}
		}
		if (end < writer->length && is_heading(writer, start, text + 1)) {
			prose_separate(writer, PROSE_ITEM, end);
		}
	}
	if (writer->at > end) {
		return; // a row of maths took the line end with it
	}
	writer->at = end;
}

void prose_read(struct prose *prose, const char *reply, size_t length) {
	struct prose_writer writer = {.reply = reply, .out = prose};
	writer.length = length < UINT32_MAX ? length : UINT32_MAX;
	writer.capacity = writer.length + SLACK;
	*prose = (struct prose){0};
	prose->text = xmalloc(writer.capacity + 1);
	prose->origin = xreallocarray(NULL, writer.capacity + 1, sizeof(*prose->origin));
	while (writer.at < writer.length) {
		const char *end = memchr(reply + writer.at, '\n', writer.length - writer.at);
		read_line(&writer, end != NULL ? (size_t)(end - reply) : writer.length);
		if (prose_byte(&writer, writer.at) == '\n' && writer.at < writer.length) {
			prose_separate(&writer, PROSE_LINE, writer.at);
			writer.at++;
		}
	}
	prose->text[prose->length] = '\0';
	prose->origin[prose->length] = (uint32_t)writer.length;
	prose_cut(prose);
}

void prose_finish(struct prose *prose) {
	free(prose->text);
	free(prose->origin);
	free(prose->sentences);
	*prose = (struct prose){0};
}

void prose_span(const struct prose *prose, size_t start, size_t end, size_t *reply_start_out,
	size_t *reply_end_out) {
	size_t from = prose->origin[start];
	size_t to = from;
	if (end > start) {
		/* Bytes that stand for one command share its start, and end where the next
		 * begins. */
		bool replaced = end - start > 1 && prose->origin[end - 1] == prose->origin[end - 2];
		to = replaced ? prose->origin[end] : (size_t)prose->origin[end - 1] + 1;
	}
	*reply_start_out = from;
	*reply_end_out = to;
}
