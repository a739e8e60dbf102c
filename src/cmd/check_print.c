#include "cmd/check_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/show_print.h"
#include "core/problem.h"
#include "core/verdict.h"
#include "lean/candidate.h"
#include "lean/check.h"

enum { LABEL = 11, COMPARED_MAX = 10000000 };

/* ---- From the proof's lines to the file's. */

struct lines {
	VEC(struct str) list;
};

static void split(const char *text, struct lines *out) {
	struct str rest = str_of(text), line;
	while (str_next_line(&rest, &line)) {
		vec_push(&out->list, line);
	}
}

static unsigned columns_of(struct str text) {
	unsigned columns = 0;
	for (size_t i = 0; i < text.len; i++) {
		columns += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	}
	return columns;
}

/* Columns of blanks before the words of a line. */
static unsigned lead_of(struct str line) {
	struct str words = str_trim(line);
	return words.len == 0 ? 0
			      : columns_of(str_slice(line.data, (size_t)(words.data - line.data)));
}

static bool same_words(struct str a, struct str b) {
	a = str_trim(a);
	b = str_trim(b);
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* Where the proof that was taken stands in the file. */
struct origin {
	struct lines proof;
	struct lines file;
	bool known;
	size_t added; // lines of the proof that we wrote: "by"
	size_t line; // of the file, where the first other one stands
	unsigned column; // of its first byte there
	unsigned body_column; // the same in what Lean was sent
};

/* The file's line `at` ends with the proof's first one, and the next ones are the next ones. */
static bool stands_at(const struct origin *origin, size_t at, size_t *budget) {
	const struct lines *proof = &origin->proof, *file = &origin->file;
	size_t count = proof->list.count - origin->added;
	struct str head = str_trim(proof->list.items[origin->added]);
	struct str line = str_trim(file->list.items[at]);
	if (at + count > file->list.count || line.len < head.len ||
		memcmp(line.data + line.len - head.len, head.data, head.len) != 0) {
		return false;
	}
	for (size_t i = 1; i < count; i++) {
		if (*budget == 0) {
			return false;
		}
		--*budget;
		if (!same_words(proof->list.items[origin->added + i], file->list.items[at + i])) {
			return false;
		}
	}
	return true;
}

/* The last place counts: of several blocks the last one is taken. */
static bool search(struct origin *origin) {
	size_t budget = COMPARED_MAX;
	for (size_t at = origin->file.list.count; at > 0 && budget > 0; at--) {
		if (stands_at(origin, at - 1, &budget)) {
			struct str head = str_trim(origin->proof.list.items[origin->added]);
			struct str line = origin->file.list.items[at - 1];
			struct str words = str_trim(line);
			const char *start = words.data + words.len - head.len;
			origin->line = at - 1;
			origin->column =
				columns_of(str_slice(line.data, (size_t)(start - line.data)));
			return true;
		}
	}
	return false;
}

static struct origin find_origin(const struct check_print *shown) {
	struct origin origin = {0};
	const char *proof = shown->candidate->proof;
	const char *body = shown->check->body;
	if (proof == NULL || body == NULL || proof[0] == '\0') {
		return origin;
	}
	split(proof, &origin.proof);
	split(shown->text, &origin.file);
	origin.known = search(&origin);
	if (!origin.known && origin.proof.list.count > 1 &&
		same_words(origin.proof.list.items[0], str_of("by"))) {
		// Tactics without their "by" got one, on a line of its own.
		origin.added = 1;
		origin.known = search(&origin);
	}
	struct lines sent = {0};
	split(body, &sent);
	if (origin.known && shown->check->proof_line < sent.list.count) {
		struct str line = sent.list.items[shown->check->proof_line];
		struct str head = str_trim(origin.proof.list.items[0]);
		struct str words = str_trim(line);
		size_t tail = words.len >= head.len ? words.len - head.len : 0;
		origin.body_column =
			columns_of(str_slice(line.data, (size_t)(words.data - line.data) + tail));
	}
	vec_finish(&sent.list);
	return origin;
}

static void origin_finish(struct origin *origin) {
	vec_finish(&origin->proof.list);
	vec_finish(&origin->file.list);
}

/* "3:5: error: text": line 3 of the proof. False for a further line of a message. */
static bool read_place(
	struct str message, unsigned *line_out, unsigned *column_out, struct str *rest_out) {
	char head[32];
	int used = 0;
	snprintf(head, sizeof(head), "%.*s",
		(int)(message.len < sizeof(head) - 1 ? message.len : sizeof(head) - 1),
		message.data);
	if (sscanf(head, "%9u:%9u: %n", line_out, column_out, &used) != 2 || used == 0) {
		return false;
	}
	*rest_out = str_slice(message.data + used, message.len - (size_t)used);
	return true;
}

static unsigned shift(unsigned column, unsigned from, unsigned to) {
	return column >= from ? column - from + to : to;
}

/* False when the line is none of the file's: of the statement, of helpers, or ours. */
static bool in_file(const struct origin *origin, unsigned *line, unsigned *column) {
	if (!origin->known || *line <= origin->added || *line > origin->proof.list.count) {
		return false;
	}
	size_t own = *line - 1; // of the proof
	size_t there = origin->line + own - origin->added; // of the file
	if (own == 0) {
		*column = shift(*column, origin->body_column, origin->column);
	} else {
		*column = shift(*column, lead_of(origin->proof.list.items[own]),
			own == origin->added ? origin->column
					     : lead_of(origin->file.list.items[there]));
	}
	*line = (unsigned)there + 1;
	return true;
}

json_t *check_places(const struct check_print *shown) {
	struct origin origin = find_origin(shown);
	json_t *places = json_array();
	const char *messages = shown->verdict->messages;
	struct str rest = str_of(messages != NULL ? messages : ""), message, words;
	while (str_next_line(&rest, &message)) {
		unsigned line = 0, column = 0;
		bool found = read_place(message, &line, &column, &words) &&
			     in_file(&origin, &line, &column);
		json_array_append_new(
			places, found ? json_pack("{s:I, s:I}", "line", (json_int_t)line, "column",
						(json_int_t)column)
				      : json_null());
	}
	origin_finish(&origin);
	return places;
}

/* ---- For people. */

static void label(const char *word) {
	printf("  %-*s", LABEL, word);
}

static void print_labelled(const char *word, const char *text) {
	if (text != NULL && text[0] != '\0') {
		label(word);
		show_text(text, LABEL + 2);
		putchar('\n');
	}
}

static void print_messages(const struct check_print *shown) {
	struct origin origin = find_origin(shown);
	const char *messages = shown->verdict->messages;
	const char *file = strcmp(shown->path, "-") == 0 ? "input" : shown->path;
	struct str rest = str_of(messages != NULL ? messages : ""), message, words;
	while (str_next_line(&rest, &message)) {
		unsigned line = 0, column = 0;
		char *text;
		if (!read_place(message, &line, &column, &words)) {
			text = xasprintf("%.*s", STR_ARG(message));
		} else if (in_file(&origin, &line, &column)) {
			text = xasprintf("%s:%u:%u: %.*s", file, line, column, STR_ARG(words));
		} else if (line == 0) {
			text = xasprintf("before the proof: %.*s", STR_ARG(words));
		} else {
			text = xasprintf("line %u of the proof: %.*s", line, STR_ARG(words));
		}
		fputs("  ", stdout);
		show_text(text, 2);
		putchar('\n');
		free(text);
	}
	origin_finish(&origin);
}

static const char *advice(const struct verdict *verdict) {
	if (verdict->messages != NULL &&
		str_starts_with(verdict->messages, VERDICT_BROKEN_STATEMENT)) {
		return "no proof of it can be checked: correct the statement, or name another "
		       "--toolchain";
	}
	if (verdict->missing != MISSING_NONE) {
		return "f2f doctor says what is missing; the proof is neither accepted nor "
		       "rejected";
	}
	if (verdict->outcome == OUTCOME_NO_CODE) {
		return "give the proof (by …), the whole theorem, or a reply with a ```lean block";
	}
	if (verdict->outcome == OUTCOME_TRUNCATED) {
		return "the code ends in its middle: was the reply cut off?";
	}
	switch (verdict->reason) {
	case REASON_ERROR:
		return "correct the proof where Lean reports the error";
	case REASON_SORRY:
		return "fill the hole";
	case REASON_AXIOMS:
		return "allowed are propext, Classical.choice and Quot.sound";
	case REASON_STATEMENT:
		return "prove what the statement file asks, word for word";
	case REASON_FORBIDDEN:
		return "do without it; --policy permissive lets through what honest proofs use";
	case REASON_ABSENT:
		return "end with a proof of the theorem that was asked for";
	case REASON_TIMEOUT:
		return "--lean-cpu SECONDS gives it more time";
	case REASON_RESOURCES:
		return "--lean-mem MIB gives it more memory";
	case REASON_NONE:
		break;
	}
	return NULL;
}

static void print_verdict(const struct check_print *shown) {
	const struct verdict *verdict = shown->verdict;
	const char *word =
		verdict->missing != MISSING_NONE ? "undecided" : outcome_name(verdict->outcome);
	const char *reason = reject_reason_name(verdict->reason);
	printf("%s%s%s: ", word, reason[0] != '\0' ? ", " : "", reason);
	show_text(shown->problem->theorem, 0);
	putchar('\n');
}

/* Nothing where nothing ran. */
static void print_time(const struct verdict *verdict) {
	if (verdict->cpu_ns == 0) {
		return;
	}
	label("time");
	if (verdict->cpu_ns == VERDICT_CPU_UNKNOWN) {
		fputs("CPU not told by the server", stdout);
	} else {
		printf("%.2f s CPU", (double)verdict->cpu_ns / 1e9);
	}
	if (verdict->cpu_ns > 0 && verdict->limits.cpu_s > 0) {
		printf(" of %lld", (long long)verdict->limits.cpu_s);
	}
	printf(", %lld ms in all\n", (long long)(verdict->elapsed_ns / 1000000));
}

static void print_checker(const struct verdict *verdict) {
	if (verdict->backend != NULL && strcmp(verdict->backend, "text") == 0) {
		print_labelled("by", "its text alone; Lean was not asked");
	} else if (verdict->backend != NULL) {
		label("by");
		printf("Lean %s, %s, sandbox %s\n", verdict->lean, verdict->backend,
			verdict->sandbox != NULL ? verdict->sandbox : "none");
	}
	print_labelled("Mathlib", verdict->mathlib);
	print_labelled("policy", verdict->policy);
	if (verdict->outcome == OUTCOME_ACCEPTED || verdict->axiom_count > 0) {
		label("axioms");
		for (size_t i = 0; i < verdict->axiom_count; i++) {
			fputs(i > 0 ? ", " : "", stdout);
			show_text(verdict->axioms[i], LABEL + 2);
		}
		puts(verdict->axiom_count > 0 ? "" : "none");
	}
	print_time(verdict);
	if (verdict->final != FINAL_NONE) {
		label("final");
		printf("%s by %s\n", final_outcome_name(verdict->final), verdict->final_checker);
		print_labelled("", verdict->final_messages);
	}
}

void check_print(const struct check_print *shown) {
	print_verdict(shown);
	print_messages(shown);
	if (shown->candidate->difference != NULL) {
		print_labelled("statement", shown->candidate->difference);
		print_labelled("",
			"the reply states it otherwise: checked was the one that was asked for");
	}
	print_checker(shown->verdict);
	if (shown->verdict->outcome == OUTCOME_ACCEPTED && shown->verdict->final == FINAL_NONE) {
		print_labelled("note",
			"a filter's verdict: no second kernel looked at the proof (--final)");
	}
	print_labelled("next", advice(shown->verdict));
}
