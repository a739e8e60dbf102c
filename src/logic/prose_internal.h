#ifndef F2F_LOGIC_PROSE_INTERNAL_H
#define F2F_LOGIC_PROSE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct prose;

enum { PROSE_GROUPS_MAX = 64 };

/* What separates words in the plain text until sentences have been cut, the weakest first. The
 * reply's own control bytes never come this far. */
enum {
	PROSE_SPACE = ' ',
	PROSE_LINE = '\n',  // may be mere wrapping
	PROSE_BLANK = 0x1d, // an empty line
	PROSE_CELL = 0x1e,  // cells of a table, rows of aligned maths
	PROSE_ITEM = 0x1f,  // list items, headings
};

/* What a closing brace means. */
enum prose_group {
	GROUP_OPENED, // nothing
	GROUP_PLAIN,  // a brace of the text
	GROUP_TOP,    // the end of a fraction's first half
	GROUP_BOTTOM,
	GROUP_DROPPED, // "\tag{…}": what was in it goes
};

/* The reply on its way to plain text. */
struct prose_writer {
	const char *reply;
	size_t length;
	size_t at;
	struct prose *out;
	size_t capacity;
	uint8_t groups[PROSE_GROUPS_MAX];
	size_t group_count;
	size_t dropping;   // groups that are being dropped
	bool display;	   // between \[ and \], or two $$: lines do not end sentences
	bool display_text; // and something has been written since
	bool after_display; // nothing has been written since it was closed
	size_t environments;
	unsigned item; // number of the last list item in this line; 0: none
	bool listless; // this line has no items inside
};

/** One byte of the plain text that stands for the reply's byte at `origin`. */
void prose_put(struct prose_writer *writer, char c, size_t origin);

/** Separators next to each other become one, the strongest. */
void prose_separate(struct prose_writer *writer, char separator, size_t origin);

/** The reply's byte at `at`; NUL past its end. */
char prose_byte(const struct prose_writer *writer, size_t at);

/** A backslash, brace or dollar at writer->at: handles it, moves on and returns true, or returns
 * false when it is a byte like any other. */
bool prose_latex(struct prose_writer *writer);

/** Length of a list mark ("1. ", "(2)", "a)", "Step 3:", "- ") at `at`, with the white space after
 * it; 0 when there is none. *number_out is set for marks that count. */
size_t prose_mark(const struct prose_writer *writer, size_t at, size_t end, unsigned *number_out);

/** Length of a numbered mark alone: "2. ", "2) ", "(2) ". */
size_t prose_numbered_mark(
	const struct prose_writer *writer, size_t at, size_t end, unsigned *number_out);

/** Cuts the text into sentences, and turns its separators into spaces and line ends. */
void prose_cut(struct prose *prose);

#endif
