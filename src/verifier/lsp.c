/* Lean's own language server, asked directly: `lean --worker` rather than the watchdog `lean
 * --server`. Reasons: one process and one document less to go wrong; its wait status says how it
 * ended; the watchdog of 2021 holds every change back for its edit delay, and restarts a crashed
 * worker by itself, where this pool has to know. The imports stay loaded while the body changes.
 * The price: a worker ends itself on any notification it does not know, so nothing but what is
 * below is ever sent.
 *
 * Code that runs while a candidate is elaborated can write frames of its own to this stream, and
 * can learn the document's name. It sees neither the number of the document's version nor the name
 * of the request that waits for it, so both are drawn at random: a diagnostic for a version that
 * was never sent, or an answer to what was never asked, takes the worker down. That raises the
 * price of a forgery; it does not make one impossible (the manual says what does: --final). */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "verifier/backend.h"

#define URI "file:///f2f/Check.lean"

enum {
	HEADER_LINE_MAX = 256,
	INITIALIZE_ID = 0,
	SEVERITY_ERROR = 1,
	SEVERITY_WARNING,
	SEVERITY_INFORMATION,
	SEVERITY_HINT,
	PROGRESS_FATAL = 2,
	STEP_BITS = 20, // of what a version number grows by
	LINES_MAX = 1 << 28
};

struct lsp {
	struct buf input;
	int64_t version; // of the document; 0: not opened yet
	char wait_id[VERIFIER_NONCE]; // of the request that waits for this version
	bool for_header; // the version at hand is the header alone
	bool waiting; // something was asked
	bool answered; // the wait for this version was answered
	bool diagnosed; // diagnostics of this version were seen
	bool progressed; // the last progress report of this version had nothing left
	bool fatal;
};

static void send_frame(struct worker *worker, const struct buf *content) {
	char header[64];
	int length = snprintf(header, sizeof(header), "Content-Length: %zu\r\n\r\n", content->len);
	proc_write(worker->proc, header, (size_t)length);
	proc_write(worker->proc, buf_str(content), content->len);
}

static void send_text(struct worker *worker, const char *text) {
	struct buf content = BUF_INIT(HEADER_LINE_MAX);
	buf_append_str(&content, text);
	send_frame(worker, &content);
	buf_finish(&content);
}

/* Opens the document, or replaces all of it, and asks to be told when all of it is done. */
static void send_document(struct worker *worker, const char *body) {
	struct lsp *lsp = worker->protocol;
	size_t header_length = strlen(worker->header);
	size_t body_length = strlen(body);
	struct buf text = BUF_INIT(header_length + body_length);
	struct buf content = BUF_INIT(6 * (header_length + body_length) + 1024);
	buf_append(&text, worker->header, header_length);
	buf_append(&text, body, body_length);
	bool first = lsp->version == 0;
	uint32_t step;
	clock_random(&step, sizeof(step));
	lsp->version += 1 + (int64_t)(step >> (32 - STEP_BITS));
	verifier_nonce(lsp->wait_id);
	lsp->waiting = true;
	lsp->answered = lsp->diagnosed = lsp->progressed = lsp->fatal = false;
	if (first) {
		buf_appendf(&content,
			"{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didOpen\",\"params\":{"
			"\"dependencyBuildMode\":\"never\",\"textDocument\":{\"uri\":\"" URI
			"\",\"languageId\":\"lean\",\"version\":%" PRId64 ",\"text\":",
			lsp->version);
		json_append_string(&content, buf_str(&text), text.len);
		buf_append_str(&content, "}}}");
	} else {
		buf_appendf(&content,
			"{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/"
			"didChange\",\"params\":{\"textDocument\":{\"uri\":\"" URI
			"\",\"version\":%" PRId64 "},\"contentChanges\":[{\"text\":",
			lsp->version);
		json_append_string(&content, buf_str(&text), text.len);
		buf_append_str(&content, "}]}}");
	}
	send_frame(worker, &content);
	buf_clear(&content);
	buf_appendf(&content,
		"{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"method\":\"textDocument/"
		"waitForDiagnostics\",\"params\":{\"uri\":\"" URI "\",\"version\":%" PRId64 "}}",
		lsp->wait_id, lsp->version);
	send_frame(worker, &content);
	buf_finish(&content);
	buf_finish(&text);
}

static int start(struct worker *worker, struct error *err) {
	const struct lean_info *lean = worker->options->lean;
	// Today's worker reports at most every 200 ms unless told otherwise, and is given its
	// document's name.
	const char *const argv_now[] = {
		lean->path, "--worker", "-Dserver.reportDelayMs=0", URI, NULL};
	const char *const argv_old[] = {lean->path, "--worker", NULL};
	struct lsp *lsp = xcalloc(1, sizeof(*lsp));
	buf_init(&lsp->input, worker->options->output_limit_bytes);
	worker->protocol = lsp;
	int rc = worker_spawn(worker, lean->old || worker->plain ? argv_old : argv_now, err);
	if (rc < 0) {
		return rc;
	}
	send_text(worker, "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{"
			  "\"capabilities\":{}}}");
	lsp->for_header = true;
	send_document(worker, "");
	return 0;
}

static void submit(struct worker *worker, const struct lean_check *check) {
	struct lsp *lsp = worker->protocol;
	lsp->for_header = false;
	send_document(worker, check->body);
}

/* ---- What comes back. */

static enum lean_severity severity_of(int64_t severity) {
	switch (severity) {
	case SEVERITY_ERROR:
		return LEAN_ERROR;
	case SEVERITY_WARNING:
		return LEAN_WARNING;
	case SEVERITY_INFORMATION:
	case SEVERITY_HINT:
		return LEAN_INFORMATION;
	default:
		return LEAN_UNKNOWN;
	}
}

/* Of the document that was opened, and not ahead of it. */
static bool is_ours(const struct lsp *lsp, const json_t *uri, int64_t version) {
	return json_is_string(uri) && strcmp(json_string_value(uri), URI) == 0 && version >= 0 &&
	       version <= lsp->version;
}

static bool take_diagnostic(struct worker *worker, const json_t *item) {
	const json_t *begin = json_object_get(json_object_get(item, "range"), "start");
	const json_t *message = json_object_get(item, "message");
	int64_t line = json_integer_or(begin, "line", -1);
	int64_t column = json_integer_or(begin, "character", -1);
	if (!json_is_string(message) || line < 0 || line > LINES_MAX || column < 0 ||
		column > LINES_MAX) {
		return false;
	}
	lean_answer_add(&worker->answer, severity_of(json_integer_or(item, "severity", -1)),
		(int)line - (int)worker->header_lines, (int)column, json_string_value(message),
		json_string_length(message));
	return true;
}

/* The whole list of a version so far: it replaces what came before. NULL, or what is wrong with
 * it. */
static const char *take_diagnostics(struct worker *worker, const json_t *params) {
	struct lsp *lsp = worker->protocol;
	const json_t *list = json_object_get(params, "diagnostics");
	int64_t version = json_integer_or(params, "version", -1);
	if (!is_ours(lsp, json_object_get(params, "uri"), version) || !json_is_array(list)) {
		return "diagnostics of a document or a version that was never sent";
	}
	// What only adds to earlier lists is for clients that ask for it; taken for the whole list it
	// would hide an error.
	const json_t *increment = json_object_get(params, "isIncremental");
	if (increment != NULL && !json_is_false(increment) && !json_is_null(increment)) {
		return "diagnostics in parts, which nobody asked for";
	}
	// Messages of older versions may still be on their way.
	if (version != lsp->version) {
		return NULL;
	}
	lean_answer_finish(&worker->answer);
	worker->answer = (struct lean_answer){0};
	lsp->diagnosed = true;
	size_t i;
	json_t *item;
	json_array_foreach(list, i, item) {
		if (!take_diagnostic(worker, item)) {
			return "a diagnostic without text or place";
		}
	}
	return NULL;
}

static const char *take_progress(struct lsp *lsp, const json_t *params) {
	const json_t *document = json_object_get(params, "textDocument");
	const json_t *processing = json_object_get(params, "processing");
	int64_t version = json_integer_or(document, "version", lsp->version);
	if (!is_ours(lsp, json_object_get(document, "uri"), version) ||
		!json_is_array(processing)) {
		return "progress of a document or a version that was never sent";
	}
	if (version != lsp->version) {
		return NULL;
	}
	lsp->progressed = json_array_size(processing) == 0;
	size_t i;
	json_t *item;
	json_array_foreach(processing, i, item) {
		lsp->fatal = lsp->fatal || json_integer_or(item, "kind", 1) == PROGRESS_FATAL;
	}
	return NULL;
}

static bool has_error(const struct lean_answer *answer) {
	for (size_t i = 0; i < answer->count; i++) {
		if (answer->messages[i].severity == LEAN_ERROR) {
			return true;
		}
	}
	return false;
}

/* An answer: there is but one that can come. "initialize" has none from a worker; a server would
 * answer it. NULL, or what is wrong with it. */
static const char *take_response(struct lsp *lsp, const json_t *message, const json_t *id) {
	const json_t *failure = json_object_get(message, "error");
	if (json_is_integer(id) && json_integer_value(id) == INITIALIZE_ID && failure == NULL) {
		return NULL;
	}
	if (!lsp->waiting || lsp->answered || !json_is_string(id) ||
		strcmp(json_string_value(id), lsp->wait_id) != 0) {
		return "an answer to what was not asked";
	}
	lsp->answered = failure == NULL;
	return failure == NULL
		       ? NULL
		       : json_string_or(failure, "message", "the server answers with an error");
}

/* Whether the version at hand is done with. */
static bool is_done(const struct worker *worker) {
	const struct lsp *lsp = worker->protocol;
	// A header that failed is told by its diagnostics: July 2021 sends no progress about
	// it, and later ones a fatal one.
	bool refused = lsp->for_header && has_error(&worker->answer);
	return lsp->waiting && lsp->answered && lsp->diagnosed &&
	       (lsp->progressed || lsp->fatal || refused);
}

/* False when the worker is gone. */
static bool take_message(struct worker *worker, const json_t *message) {
	struct lsp *lsp = worker->protocol;
	const char *method = json_string_or(message, "method", NULL);
	const json_t *id = json_object_get(message, "id");
	const json_t *params = json_object_get(message, "params");
	const char *wrong = NULL;
	enum fault fault = FAULT_FOREIGN;
	if (method == NULL) {
		wrong = take_response(lsp, message, id);
		fault = json_object_get(message, "error") != NULL ? FAULT_CRASH : FAULT_FOREIGN;
	} else if (id != NULL) {
		return true; // the server asks something of an editor: it goes on without an answer
	} else if (strcmp(method, "textDocument/publishDiagnostics") == 0) {
		wrong = take_diagnostics(worker, params);
	} else if (strcmp(method, "$/lean/fileProgress") == 0) {
		wrong = take_progress(lsp, params);
	}
	if (wrong != NULL) {
		worker_fault(worker, fault, wrong);
	}
	return wrong == NULL;
}

/* The content of a frame that is whole: 1, or -1 when the worker is gone. */
static int take_content(struct worker *worker, size_t at, size_t length) {
	struct lsp *lsp = worker->protocol;
	json_t *message = NULL;
	struct error err;
	bool repaired; // a message may quote what the candidate wrote, NUL included
	if (json_parse_repaired(buf_str(&lsp->input) + at, length, &message, &repaired, &err) < 0 ||
		!json_is_object(message)) {
		json_decref(message);
		worker_fault(worker, FAULT_FOREIGN, "a frame that is not a JSON object");
		return -1;
	}
	buf_consume(&lsp->input, at + length);
	bool alive = take_message(worker, message);
	json_decref(message);
	return alive ? 1 : -1;
}

/* One frame: 1 taken, 0 not whole yet, -1 the worker is gone. */
static int take_frame(struct worker *worker) {
	static const char name[] = "Content-Length: ";
	struct lsp *lsp = worker->protocol;
	size_t length = 0;
	size_t at = 0;
	bool known = false;
	for (;;) {
		const char *line = buf_str(&lsp->input) + at;
		const char *end = memmem(line, lsp->input.len - at, "\r\n", 2);
		const char *feed = memchr(line, '\n', lsp->input.len - at);
		if (feed != NULL && (end == NULL || feed != end + 1)) {
			break; // a line that ends otherwise
		}
		if (end == NULL) {
			// Header names start with "C": foreign bytes are told at once, not
			// after the end of a line that may never come.
			if (lsp->input.len - at > HEADER_LINE_MAX ||
				(lsp->input.len > at && line[0] != 'C' && line[0] != '\r')) {
				break;
			}
			return 0;
		}
		size_t line_length = (size_t)(end - line);
		at += line_length + 2;
		if (line_length == 0 && known) {
			goto content;
		}
		if (line_length > sizeof(name) - 1 && memcmp(line, name, sizeof(name) - 1) == 0 &&
			line_length < 32) {
			char digits[32] = "";
			int64_t value = 0;
			memcpy(digits, line + sizeof(name) - 1, line_length - (sizeof(name) - 1));
			if (!str_to_int64(digits, &value) || value < 0) {
				break;
			}
			length = (size_t)value;
			known = true;
		} else if (memmem(line, line_length, ": ", 2) == NULL) {
			break;
		}
	}
	worker_fault(worker, FAULT_FOREIGN, "bytes between the language server's frames");
	return -1;
content:
	if (length > lsp->input.max) {
		worker_fault(worker, FAULT_OUTPUT, "a frame over the output limit");
		return -1;
	}
	if (lsp->input.len - at < length) {
		return 0;
	}
	return take_content(worker, at, length);
}

static void on_output(struct worker *worker, const char *bytes, size_t length) {
	struct lsp *lsp = worker->protocol;
	if (!buf_append(&lsp->input, bytes, length)) {
		worker_fault(worker, FAULT_OUTPUT, "a frame over the output limit");
		return;
	}
	int taken = 1;
	while (taken > 0 && lsp->input.len > 0) {
		taken = take_frame(worker);
	}
	// What is already on its way behind the answer is looked at before the answer is believed.
	if (taken < 0 || !is_done(worker) || lsp->input.len > 0 ||
		proc_output_waiting(worker->proc)) {
		return;
	}
	lsp->waiting = false;
	// "Fatal" is the header's failure: the diagnostics say which. For a check it means that
	// nothing after it was looked at.
	worker->answer.complete = !lsp->fatal;
	if (lsp->for_header) {
		worker_ready(worker);
	} else {
		worker_answered(worker);
	}
}

static bool on_exit_of(struct worker *worker, const struct proc_exit *exit) {
	(void)worker;
	(void)exit;
	return false; // a worker never ends by itself
}

static void finish(struct worker *worker) {
	struct lsp *lsp = worker->protocol;
	buf_finish(&lsp->input);
	free(lsp);
	worker->protocol = NULL;
}

const struct verifier_backend backend_lsp = {
	.name = "lsp",
	.summary = "Lean's language server: imports once, then checks one body after another",
	.start = start,
	.submit = submit,
	.on_output = on_output,
	.on_exit = on_exit_of,
	.finish = finish,
};
