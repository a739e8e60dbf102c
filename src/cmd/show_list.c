#include "cmd/show_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "cmd/show_print.h"
#include "core/verdict.h"
#include "io/term.h"
#include "store/store.h"

enum { MESSAGE_MAX = 200, LINE_MAX_BYTES = 1 << 16 };

static json_t *text(const char *string) {
	return string != NULL && string[0] != '\0' ? json_string(string) : json_null();
}

/* A foreign text's first line, not longer than a line is read; a character is not cut in two. */
static json_t *first_line(const char *message) {
	size_t length = message != NULL ? strcspn(message, "\n") : 0;
	length = length < MESSAGE_MAX ? length : MESSAGE_MAX;
	while (length > 0 && ((unsigned char)message[length] & 0xc0) == 0x80) {
		length--;
	}
	json_t *line = length > 0 ? json_stringn(message, length) : NULL;
	return line != NULL ? line : json_null();
}

static int take_messages(const struct stored_verdict *verdict, void *data) {
	json_object_set_new(data, "message", first_line(verdict->messages)); // the last one counts
	return 0;
}

static int take_note(const struct stored_attempt *attempt, void *data) {
	json_object_set_new(data, "message", first_line(attempt->note));
	return 0;
}

json_t *show_list_row(
	struct store *store, const char *run, const struct sample_state *state, struct error *err) {
	json_t *row = json_object();
	const char *missing = missing_name(state->missing);
	bool pending = state->outcome == OUTCOME_NONE && missing[0] == '\0';
	json_object_set_new(row, "split", text(state->key.split));
	json_object_set_new(row, "problem", text(state->key.problem));
	json_object_set_new(row, "sample", json_integer(state->key.sample));
	json_object_set_new(row, "outcome",
		text(pending		     ? "pending"
			: missing[0] != '\0' ? NULL
					     : outcome_name(state->outcome)));
	json_object_set_new(row, "reason", text(reject_reason_name(state->reason)));
	json_object_set_new(row, "missing", text(missing));
	json_object_set_new(row, "message", json_null());
	int rc = store_verdicts(store, state->id, take_messages, row, err);
	if (rc == 0 && json_is_null(json_object_get(row, "message"))) {
		struct sample_key key = state->key;
		key.run = run;
		rc = store_attempt_read(store, &key, take_note, row, err);
	}
	if (rc < 0) {
		json_decref(row);
		return NULL;
	}
	return row;
}

/* "rejected error", "missing endpoint", "accepted". Owned. */
static char *ending(const json_t *row) {
	const char *outcome = json_string_or(row, "outcome", "missing");
	const char *detail = json_string_or(row, "reason", json_string_or(row, "missing", ""));
	return xasprintf("%s%s%s", outcome, detail[0] != '\0' ? " " : "", detail);
}

/* Cut to so many columns. */
static void print_message(const char *message, int columns) {
	struct buf line = BUF_INIT(LINE_MAX_BYTES);
	buf_append_str(&line, message);
	size_t length = line.len;
	bool cut = false;
	while (length > 0 && term_columns(line.data) > columns) {
		do {
			length--;
		} while (length > 0 && ((unsigned char)line.data[length] & 0xc0) == 0x80);
		line.data[length] = '\0';
		cut = true;
	}
	printf("  ");
	show_text(line.data != NULL ? line.data : "", 0);
	printf("%s", cut ? "…" : "");
	buf_finish(&line);
}

static void print_row(const json_t *row, const int widths[2], int width) {
	char *name = xasprintf(
		"%s/%s", json_string_or(row, "split", ""), json_string_or(row, "problem", ""));
	char *end = ending(row);
	const char *message = json_string_or(row, "message", "");
	int used = printf("%-*s  %3" JSON_INTEGER_FORMAT "  %-*s", widths[0], name,
		json_integer_value(json_object_get(row, "sample")),
		message[0] != '\0' ? widths[1] : 0, end);
	if (message[0] != '\0') {
		print_message(message, width > used + 12 ? width - used - 3 : 12);
	}
	putchar('\n');
	free(name);
	free(end);
}

void show_list_print(const json_t *shown) {
	const json_t *rows = json_object_get(shown, "attempts");
	json_int_t matching = json_integer_value(json_object_get(shown, "matching"));
	int widths[2] = {0, 0};
	int width = isatty(STDOUT_FILENO) ? term_width(STDOUT_FILENO) : LINE_MAX_BYTES;
	size_t i;
	json_t *row;
	json_array_foreach((json_t *)rows, i, row) {
		char *end = ending(row);
		int name = (int)(json_string_length(json_object_get(row, "split")) + 1 +
				 json_string_length(json_object_get(row, "problem")));
		widths[0] = name > widths[0] ? name : widths[0];
		widths[1] = (int)strlen(end) > widths[1] ? (int)strlen(end) : widths[1];
		free(end);
	}
	printf("run %s: %zu of %" JSON_INTEGER_FORMAT " such attempts\n",
		json_string_or(shown, "run", ""), json_array_size(rows), matching);
	json_array_foreach((json_t *)rows, i, row) {
		print_row(row, widths, width);
	}
	if (json_array_size(rows) > 0) {
		printf("one of them: f2f show %s PROBLEM SAMPLE\n",
			json_string_or(shown, "run", ""));
	}
}
