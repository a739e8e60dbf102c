#include <string.h>

#include "logic/align_internal.h"
#include "logic/expression.h"

/* What a reply gives as its answer: the number after the last cue, else the last number. */

enum { TAIL_MAX = 400, EQUATIONS_MAX = 32 };

static char lower(char c) {
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool stands_at(const char *text, size_t length, size_t at, const char *cue) {
	size_t size = strlen(cue);
	if (size > length - at) {
		return false;
	}
	for (size_t i = 0; i < size; i++) {
		if (lower(text[at + i]) != cue[i]) {
			return false;
		}
	}
	return true;
}

/* The number that text[start ..) begins with, words and marks before it aside. */
static bool number_after(const char *text, size_t length, size_t start, struct rational *out) {
	char tail[TAIL_MAX];
	struct equation equations[2];
	size_t used = 0;
	// Markdown and LaTeX marks are no part of a number
	for (size_t i = start; i < length && used < TAIL_MAX - 1; i++) {
		char c = text[i];
		if (c == '\n' && used > 0 && strspn(tail, " ") < used) {
			break;
		}
		tail[used] = c == '\n' || strchr("*_{}$\\`~#[]", c) != NULL ? ' ' : c;
		tail[++used] = '\0';
	}
	size_t count = equations_find(tail, used, equations, 1);
	if (count == 0) {
		return false;
	}
	bool found = false;
	for (size_t i = 0; i < equations[0].side_count; i++) {
		if (equations[0].sides[i].evaluates) {
			*out = equations[0].sides[i].value;
			found = true;
		}
	}
	return found;
}

/* The value of the last equation or number of text[start .. end). */
static bool last_of(const char *text, size_t start, size_t end, struct rational *out) {
	struct equation equations[EQUATIONS_MAX];
	size_t from = end - start > TAIL_MAX ? end - TAIL_MAX : start;
	size_t count = equations_find(text + from, end - from, equations, EQUATIONS_MAX);
	bool found = false;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < equations[i].side_count; k++) {
			if (equations[i].sides[k].evaluates) {
				*out = equations[i].sides[k].value;
				found = true;
			}
		}
	}
	return found;
}

/* Where the line of text[at] starts, or as far back as anything is looked at. */
static size_t line_start(const char *text, size_t at) {
	size_t first = at > TAIL_MAX ? at - TAIL_MAX : 0;
	while (at > first && text[at - 1] != '\n') {
		at--;
	}
	return at;
}

/* "20", "**20 almonds**", "Output: 40": a last line that says little more than a number. */
static bool last_number(const char *text, size_t length, struct rational *out) {
	size_t end = length;
	while (end > 0 && strchr(" \t\r\n", text[end - 1]) != NULL) {
		end--;
	}
	size_t start = line_start(text, end);
	size_t words = 0;
	for (size_t i = start; i < end; i++) {
		bool letter = lower(text[i]) >= 'a' && lower(text[i]) <= 'z';
		bool inside = i > start && lower(text[i - 1]) >= 'a' && lower(text[i - 1]) <= 'z';
		words += letter && !inside ? 1 : 0;
	}
	return words <= 3 && last_of(text, start, end, out);
}

enum answer_source answer_read(const char *text, size_t length, struct rational *answer_out) {
	static const char *const cues[] = {"\\boxed", "####", "answer is", "answer:", "answer =",
		"answer to the question is", "answer**:", "answer:**", "answer would be", "output:",
		"answer\":"};
	static const char turned[] = "answer";
	for (size_t at = length; at-- > 0;) {
		char c = lower(text[at]);
		if (c != 'a' && c != 'o' && c != '\\' && c != '#') {
			continue;
		}
		for (size_t i = 0; i < sizeof(cues) / sizeof(cues[0]); i++) {
			if (stands_at(text, length, at, cues[i]) &&
				number_after(text, length, at + strlen(cues[i]), answer_out)) {
				return ANSWER_CUE;
			}
		}
		// "So 6 is the answer."
		size_t before = at >= 7 ? at - 7 : 0;
		if (stands_at(text, length, at, turned) &&
			stands_at(text, length, before, "is the") &&
			last_of(text, line_start(text, before), before, answer_out)) {
			return ANSWER_CUE;
		}
	}
	return last_number(text, length, answer_out) ? ANSWER_LAST : ANSWER_NONE;
}
