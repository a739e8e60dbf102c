#include "logic/prose_internal.h"

#include <string.h>

#include "base/mem.h"
#include "logic/prose.h"

enum { NAME_MAX_BYTES = 16 };

/* What becomes of a command. */
enum command_kind {
	COMMAND_TEXT,	   // is replaced
	COMMAND_FRACTION,  // takes two groups
	COMMAND_DROP,	   // goes with its group
	COMMAND_BEGIN,	   // of an environment
	COMMAND_END,
	COMMAND_ROW,
	COMMAND_ITEM,
};

struct command {
	const char *name;
	enum command_kind kind;
	const char *text;
};

static const struct command commands[] = {
	{"Longrightarrow", COMMAND_TEXT, "⇒"},
	{"Rightarrow", COMMAND_TEXT, "⇒"},
	{"approx", COMMAND_TEXT, "≈"},
	{"begin", COMMAND_BEGIN, ""},
	{"big", COMMAND_TEXT, ""},
	{"bigl", COMMAND_TEXT, ""},
	{"bigr", COMMAND_TEXT, ""},
	{"cdot", COMMAND_TEXT, "·"},
	{"cdots", COMMAND_TEXT, "…"},
	{"cfrac", COMMAND_FRACTION, ""},
	{"dfrac", COMMAND_FRACTION, ""},
	{"displaystyle", COMMAND_TEXT, ""},
	{"div", COMMAND_TEXT, "÷"},
	{"dots", COMMAND_TEXT, "…"},
	{"end", COMMAND_END, ""},
	{"frac", COMMAND_FRACTION, ""},
	{"ge", COMMAND_TEXT, "≥"},
	{"geq", COMMAND_TEXT, "≥"},
	{"hline", COMMAND_TEXT, ""},
	{"hspace", COMMAND_DROP, ""},
	{"implies", COMMAND_TEXT, "⇒"},
	{"item", COMMAND_ITEM, ""},
	{"label", COMMAND_DROP, ""},
	{"ldots", COMMAND_TEXT, "…"},
	{"le", COMMAND_TEXT, "≤"},
	{"left", COMMAND_TEXT, ""},
	{"leq", COMMAND_TEXT, "≤"},
	{"ne", COMMAND_TEXT, "≠"},
	{"neq", COMMAND_TEXT, "≠"},
	{"newline", COMMAND_ROW, ""},
	{"pm", COMMAND_TEXT, "±"},
	{"qquad", COMMAND_TEXT, " "},
	{"quad", COMMAND_TEXT, " "},
	{"right", COMMAND_TEXT, ""},
	{"rightarrow", COMMAND_TEXT, "→"},
	{"tag", COMMAND_DROP, ""},
	{"tfrac", COMMAND_FRACTION, ""},
	{"therefore", COMMAND_TEXT, " "},
	{"times", COMMAND_TEXT, "×"},
	{"to", COMMAND_TEXT, "→"},
	{"vspace", COMMAND_DROP, ""},
};

static const struct command *find_command(const char *name, size_t length) {
	size_t low = 0;
	size_t high = F2F_COUNT(commands);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strncmp(name, commands[middle].name, length);
		if (order == 0) {
			order = commands[middle].name[length] == '\0' ? 0 : -1;
		}
		if (order == 0) {
			return &commands[middle];
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}

static bool is_letter(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t after_blanks(const struct prose_writer *writer, size_t at) {
	while (prose_byte(writer, at) == ' ' || prose_byte(writer, at) == '\t') {
		at++;
	}
	return at;
}

static void put_text(struct prose_writer *writer, const char *text, size_t origin) {
	if (text[0] == ' ') {
		prose_separate(writer, PROSE_SPACE, origin);
		return;
	}
	for (; *text != '\0'; text++) {
		prose_put(writer, *text, origin);
	}
}

/* Deeper than anything real the kinds are forgotten, and fractions fall apart. */
static void push_group(struct prose_writer *writer, enum prose_group group) {
	if (writer->group_count < PROSE_GROUPS_MAX) {
		writer->groups[writer->group_count] = (uint8_t)group;
		writer->dropping += group == GROUP_DROPPED ? 1 : 0;
	}
	writer->group_count++;
}

static enum prose_group pop_group(struct prose_writer *writer) {
	writer->group_count--;
	return writer->group_count < PROSE_GROUPS_MAX
		       ? (enum prose_group)writer->groups[writer->group_count]
		       : GROUP_OPENED;
}

/* Text before displayed maths goes on in it, whatever lines lie between. */
static void open_display(struct prose_writer *writer) {
	struct prose *out = writer->out;
	writer->display = true;
	writer->display_text = false;
	if (out->length < 2 || writer->after_display) {
		return;
	}
	char *last = &out->text[out->length - 1];
	char before = out->text[out->length - 2];
	if ((*last == PROSE_LINE || *last == PROSE_BLANK) &&
		(is_letter(before) || before == ':' || before == ',')) {
		*last = PROSE_SPACE;
	}
}

static void close_display(struct prose_writer *writer) {
	writer->after_display = writer->display;
	writer->display = false;
	writer->environments = 0;
}

/* "\\", and what stands at the start of the next row: an equals sign there goes on. */
static void next_row(struct prose_writer *writer, size_t length) {
	size_t origin = writer->at;
	size_t at = origin + length;
	char c = prose_byte(writer, at);
	while (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '&') {
		c = prose_byte(writer, ++at);
	}
	writer->at = at;
	prose_separate(writer, c == '=' ? PROSE_SPACE : PROSE_CELL, origin);
}

/* "\frac12". */
static void bare_fraction(struct prose_writer *writer, size_t at) {
	char top = prose_byte(writer, at);
	char bottom = prose_byte(writer, at + 1);
	if (top < '0' || top > '9' || bottom < '0' || bottom > '9') {
		return;
	}
	prose_put(writer, top, at);
	prose_put(writer, '/', at);
	prose_put(writer, bottom, at + 1);
	writer->at = at + 2;
}

static size_t skip_group(const struct prose_writer *writer, size_t at) {
	size_t end = at + 1;
	while (end - at < 64 && end < writer->length && writer->reply[end] != '}' &&
		writer->reply[end] != '\n') {
		end++;
	}
	return prose_byte(writer, end) == '}' ? end + 1 : at;
}

static void environment(struct prose_writer *writer, size_t origin, bool begins) {
	size_t at = writer->at;
	for (int groups = 0; groups < 2 && prose_byte(writer, at) == '{'; groups++) {
		size_t end = skip_group(writer, at);
		if (end == at) {
			break;
		}
		at = end; // the second is the columns of an array
	}
	writer->at = at;
	if (begins) {
		writer->environments++;
	} else {
		writer->environments -= writer->environments > 0 ? 1 : 0;
	}
	prose_separate(writer, PROSE_SPACE, origin);
}

static void run_command(struct prose_writer *writer, const struct command *command, size_t origin) {
	size_t next = after_blanks(writer, writer->at);
	bool group = prose_byte(writer, next) == '{';
	switch (command->kind) {
	case COMMAND_TEXT:
		put_text(writer, command->text, origin);
		break;
	case COMMAND_FRACTION:
		if (group) {
			prose_put(writer, '(', origin);
			push_group(writer, GROUP_TOP);
			writer->at = next + 1;
		} else {
			bare_fraction(writer, next);
		}
		break;
	case COMMAND_DROP:
		if (group) {
			push_group(writer, GROUP_DROPPED);
			writer->at = next + 1;
		}
		break;
	case COMMAND_BEGIN:
	case COMMAND_END:
		environment(writer, origin, command->kind == COMMAND_BEGIN);
		break;
	case COMMAND_ROW:
		next_row(writer, 0);
		break;
	case COMMAND_ITEM:
		prose_separate(writer, PROSE_ITEM, origin);
		break;
	}
}

/* A backslash and a name. Names that are not known stand for themselves, and open a group. */
static bool read_command(struct prose_writer *writer) {
	size_t origin = writer->at;
	size_t end = origin + 1;
	while (is_letter(prose_byte(writer, end)) && end - origin <= NAME_MAX_BYTES) {
		end++;
	}
	const char *name = writer->reply + origin + 1;
	size_t length = end - origin - 1;
	const struct command *command = find_command(name, length);
	writer->at = end;
	if (command != NULL) {
		run_command(writer, command, origin);
		return true;
	}
	if (prose_byte(writer, end) == '{') {
		if (length == 4 && memcmp(name, "sqrt", 4) == 0) {
			prose_put(writer, 's', origin + 1); // glued to a number: not its value
		}
		push_group(writer, GROUP_OPENED);
		writer->at = end + 1;
		return true;
	}
	for (size_t i = origin + 1; i < end; i++) {
		prose_put(writer, writer->reply[i], i);
	}
	return true;
}

static bool read_backslash(struct prose_writer *writer) {
	size_t origin = writer->at;
	char next = prose_byte(writer, origin + 1);
	if (is_letter(next)) {
		return read_command(writer);
	}
	if (next == '\\') {
		char after = prose_byte(writer, origin + 2);
		if (!writer->display && writer->environments == 0 &&
			(is_letter(after) || after == '(' || after == ')' || after == '[' ||
				after == ']')) {
			writer->at++; // escaped twice
			return true;
		}
		next_row(writer, 2);
		return true;
	}
	writer->at = origin + 2;
	switch (next) {
	case '[':
		open_display(writer);
		break;
	case ']':
		close_display(writer);
		break;
	case '(':
	case ')':
	case '$':
	case '!':
		break;
	case ',':
	case ';':
	case ':':
	case ' ':
		prose_separate(writer, PROSE_SPACE, origin);
		break;
	case '*':
	case '_':
	case '%':
	case '#':
	case '&':
	case '{':
	case '}':
	case '-':
	case '+':
	case '.':
		prose_put(writer, next, origin + 1);
		break;
	default:
		writer->at = origin;
		return false;
	}
	return true;
}

static bool open_brace(struct prose_writer *writer) {
	size_t at = writer->at;
	char before = at > 0 ? writer->reply[at - 1] : '\0';
	bool maths = writer->display || writer->environments > 0 || writer->group_count > 0 ||
		     before == '^' || before == '_' ||
		     (prose_byte(writer, at + 1) == ',' && prose_byte(writer, at + 2) == '}');
	push_group(writer, maths ? GROUP_OPENED : GROUP_PLAIN);
	writer->at++;
	if (!maths) {
		prose_put(writer, '{', at);
	}
	return true;
}

static bool close_brace(struct prose_writer *writer) {
	size_t at = writer->at;
	if (writer->group_count == 0) {
		return false;
	}
	enum prose_group group = pop_group(writer);
	writer->at++;
	if (group == GROUP_DROPPED) {
		writer->dropping--;
	} else if (group == GROUP_PLAIN) {
		prose_put(writer, '}', at);
	} else if (group == GROUP_TOP || group == GROUP_BOTTOM) {
		prose_put(writer, ')', at);
	}
	size_t next = after_blanks(writer, writer->at);
	if (group == GROUP_TOP && prose_byte(writer, next) == '{') {
		prose_put(writer, '/', at);
		prose_put(writer, '(', next);
		push_group(writer, GROUP_BOTTOM);
		writer->at = next + 1;
	}
	return true;
}

/* The sign of money goes as that of maths does. */
static bool read_dollar(struct prose_writer *writer) {
	if (prose_byte(writer, writer->at + 1) != '$') {
		writer->at++;
		return true;
	}
	writer->at += 2;
	if (writer->display) {
		close_display(writer);
	} else {
		open_display(writer);
	}
	return true;
}

/* Cells of aligned maths; a mark of alignment before a sign is nothing. */
static bool read_ampersand(struct prose_writer *writer) {
	size_t origin = writer->at;
	const struct prose *out = writer->out;
	if (!writer->display && writer->environments == 0) {
		return false;
	}
	writer->at = after_blanks(writer, origin + 1);
	char next = prose_byte(writer, writer->at);
	char last = out->length > 0 ? out->text[out->length - 1] : '\0';
	if (last == PROSE_SPACE && out->length > 1) {
		last = out->text[out->length - 2];
	}
	bool aligns = next == '=' || next == '+' || next == '-' || next == '\\' || last == '=';
	prose_separate(writer, aligns ? PROSE_SPACE : PROSE_CELL, origin);
	return true;
}

bool prose_latex(struct prose_writer *writer) {
	switch (writer->reply[writer->at]) {
	case '\\':
		return read_backslash(writer);
	case '{':
		return open_brace(writer);
	case '}':
		return close_brace(writer);
	case '$':
		return read_dollar(writer);
	case '&':
		return read_ampersand(writer);
	default:
		return false;
	}
}
