#ifndef F2F_LOGIC_PROSE_H
#define F2F_LOGIC_PROSE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A reply as plain sentences. Markdown marks, LaTeX maths and list numbers are taken off, each byte
 * remembering where it came from, so that spans can be given in the reply itself.
 */

struct sentence {
	size_t start, end; // in prose->text, trimmed
	size_t paragraph;  // number of the line or paragraph it stands in, from 0
};

struct prose {
	char *text; // plain, NUL-terminated; NULs and control bytes of the reply are spaces
	size_t length;
	uint32_t *origin; // length + 1 offsets into the reply
	struct sentence *sentences;
	size_t sentence_count;
};

/**
 * Reads any bytes (ill-formed UTF-8 is kept as it is). Sentences end at . ! ? before white space
 * (not after "Mr.", not inside 3.5 or 1.2.3), at line ends that are not mere wrapping (a line that
 * goes on in lower case, with a sign, or after a comma, a sign or a word like "than" is the same
 * sentence), at list items ("1.", "2)", "-", "*", "•", "Step 3:", "(a)"; inside a line when they
 * run on from 1), at table cells and at semicolons. LaTeX: \( \) \[ \] $ $$ go, \times \cdot \div
 * become × · ÷, \frac{a}{b} becomes (a)/(b), \text{…} \mathrm{…} \textbf{…} are opened, \boxed{x}
 * becomes x, \, \; \quad are spaces, & and \\ of aligned blocks separate sentences, but not before
 * an equals sign: "x &= 14 - 5 \\ &= 9" is one. Displayed maths belongs to the sentence that leads
 * to it. "$5" is money: the sign goes. Linear time and memory.
 */
void prose_read(struct prose *prose, const char *reply, size_t length);
void prose_finish(struct prose *prose);

/** The span of the reply that text[start .. end) came from. */
void prose_span(const struct prose *prose, size_t start, size_t end, size_t *reply_start_out,
	size_t *reply_end_out);

#endif
