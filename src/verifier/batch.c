/* One `lean` process a check, fed on stdin: `--json` where this Lean has it, else its older text
 * output, in which any line that cannot be placed makes the answer foreign. Slow with large
 * imports, and nothing is shared between two candidates. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "verifier/backend.h"

#define LABEL "<stdin>:"

enum { LINES_MAX = 1 << 28 };

struct batch {
	struct buf output;
	char *probe;
	int probe_line; // where its axioms are asked for, as Lean counts
};

static int start(struct worker *worker, struct error *err) {
	const struct lean_info *lean = worker->options->lean;
	const char *const argv_json[] = {lean->path, "--json", "--stdin", NULL};
	const char *const argv_text[] = {lean->path, "--stdin", NULL};
	struct batch *batch = xcalloc(1, sizeof(*batch));
	buf_init(&batch->output, worker->options->output_limit_bytes);
	worker->protocol = batch;
	return worker_spawn(worker, lean->json ? argv_json : argv_text, err);
}

static void submit(struct worker *worker, const struct lean_check *check) {
	struct batch *batch = worker->protocol;
	batch->probe = xasprintf("'%s' ", check->probe);
	batch->probe_line = (int)(worker->header_lines + check->append_line) + 1;
	proc_write(worker->proc, worker->header, strlen(worker->header));
	proc_write(worker->proc, check->body, strlen(check->body));
	proc_close_stdin(worker->proc);
}

static void on_output(struct worker *worker, const char *bytes, size_t length) {
	struct batch *batch = worker->protocol;
	if (!buf_append(&batch->output, bytes, length)) {
		worker_fault(worker, FAULT_OUTPUT, "more output than the limit");
	}
}

/* ---- --json: an object a line. */

static void take_json_line(struct worker *worker, struct str line) {
	static const char *const words[] = {"error", "warning", "information"};
	static const enum lean_severity severities[] = {LEAN_ERROR, LEAN_WARNING, LEAN_INFORMATION};
	json_t *object = NULL;
	struct error err;
	if (json_parse(line.data, line.len, &object, &err) < 0) {
		worker->answer.foreign = true;
		return;
	}
	const char *word = json_string_or(object, "severity", "");
	const json_t *data = json_object_get(object, "data");
	const json_t *pos = json_object_get(object, "pos");
	int64_t row = json_integer_or(pos, "line", -1); // from 1
	int64_t column = json_integer_or(pos, "column", -1);
	bool whole = json_is_string(data) && row >= 1 && row <= LINES_MAX && column >= 0 &&
		     column <= LINES_MAX;
	bool placed = false;
	for (size_t i = 0; i < F2F_COUNT(words) && whole; i++) {
		if (strcmp(word, words[i]) == 0) {
			lean_answer_add(&worker->answer, severities[i],
				(int)row - 1 - (int)worker->header_lines, (int)column,
				json_string_value(data), json_string_length(data));
			placed = true;
		}
	}
	worker->answer.foreign = worker->answer.foreign || !placed;
	json_decref(object);
}

static void read_json(struct worker *worker, struct str text) {
	struct str line;
	while (str_next_line(&text, &line)) {
		take_json_line(worker, line);
	}
}

/* ---- Text: "<stdin>:LINE:COLUMN: error: …", and information without any mark. */

struct place {
	enum lean_severity severity;
	int line;
	int column;
	const char *text; // of the message, borrowed from the line
};

static bool read_place(struct str line, struct place *place_out) {
	char head[64];
	size_t label = strlen(LABEL);
	if (line.len < label || memcmp(line.data, LABEL, label) != 0) {
		return false;
	}
	size_t length = line.len - label < sizeof(head) - 1 ? line.len - label : sizeof(head) - 1;
	memcpy(head, line.data + label, length);
	head[length] = '\0';
	struct place place = {0};
	int used = 0;
	if (sscanf(head, "%9d:%9d: %n", &place.line, &place.column, &used) < 2 || used == 0) {
		return false;
	}
	const char *word = head + used;
	size_t skip;
	if (str_starts_with(word, "error: ")) {
		place.severity = LEAN_ERROR;
		skip = strlen("error: ");
	} else if (str_starts_with(word, "warning: ")) {
		place.severity = LEAN_WARNING;
		skip = strlen("warning: ");
	} else {
		return false;
	}
	place.text = line.data + label + used + skip;
	*place_out = place;
	return true;
}

/* A message whose lines are being gathered. */
struct gathering {
	bool open;
	struct place place;
	struct buf text;
};

static void close_message(struct worker *worker, struct gathering *gathering) {
	if (gathering->open) {
		lean_answer_add(&worker->answer, gathering->place.severity,
			gathering->place.line - 1 - (int)worker->header_lines,
			gathering->place.column, buf_str(&gathering->text), gathering->text.len);
	}
	gathering->open = false;
	buf_clear(&gathering->text);
}

static void open_message(
	struct gathering *gathering, struct place place, const char *text, size_t length) {
	gathering->open = true;
	gathering->place = place;
	buf_append(&gathering->text, text, length);
}

static void read_text(struct worker *worker, struct str text) {
	struct batch *batch = worker->protocol;
	struct gathering gathering = {.text = BUF_INIT(worker->options->output_limit_bytes)};
	struct str line;
	while (str_next_line(&text, &line)) {
		struct place place = {.severity = LEAN_INFORMATION, .line = batch->probe_line};
		size_t probe = strlen(batch->probe);
		if (read_place(line, &place)) {
			close_message(worker, &gathering);
			open_message(&gathering, place, place.text,
				(size_t)(line.data + line.len - place.text));
		} else if (line.len >= probe && memcmp(line.data, batch->probe, probe) == 0) {
			// Information has no mark, but nobody else could know the probe's name.
			close_message(worker, &gathering);
			open_message(&gathering, place, line.data, line.len);
		} else if (gathering.open) {
			buf_append_char(&gathering.text, '\n');
			buf_append(&gathering.text, line.data, line.len);
		} else {
			worker->answer.foreign = true;
		}
	}
	close_message(worker, &gathering);
	buf_finish(&gathering.text);
}

/* Status 1 says that there was an error, 0 that there was none: the messages must say the same. */
static bool status_agrees(const struct worker *worker, int status) {
	bool error = false;
	for (size_t i = 0; i < worker->answer.count; i++) {
		error = error || worker->answer.messages[i].severity == LEAN_ERROR;
	}
	return status == (error ? 1 : 0);
}

static bool on_exit_of(struct worker *worker, const struct proc_exit *exit) {
	struct batch *batch = worker->protocol;
	if (exit->signal != 0 || exit->status > 1 || exit->status < 0 || worker->job == NULL) {
		return false;
	}
	struct str text = str_slice(buf_str(&batch->output), batch->output.len);
	if (worker->options->lean->json) {
		read_json(worker, text);
	} else {
		read_text(worker, text);
	}
	if (exit->status == 1 && worker->answer.count == 0) {
		return false; // not a verdict: Lean itself failed, and says why on stderr
	}
	worker->answer.complete = status_agrees(worker, exit->status);
	worker_answered(worker);
	return true;
}

static void finish(struct worker *worker) {
	struct batch *batch = worker->protocol;
	buf_finish(&batch->output);
	free(batch->probe);
	free(batch);
	worker->protocol = NULL;
}

const struct verifier_backend backend_batch = {
	.name = "batch",
	.summary = "one lean process a check: nothing shared between two candidates",
	.one_shot = true,
	.start = start,
	.submit = submit,
	.on_output = on_output,
	.on_exit = on_exit_of,
	.finish = finish,
};
