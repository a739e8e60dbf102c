#include "verifier/repl_session.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"

void repl_session_init(struct repl_session *session, size_t answer_max) {
	*session = (struct repl_session){0};
	buf_init(&session->input, answer_max);
}

void repl_session_finish(struct repl_session *session) {
	buf_finish(&session->input);
}

void repl_session_ask(
	struct repl_session *session, const char *json, size_t length, struct buf *out) {
	// "#" and "--" at the start would be skipped without an answer, a newline would be taken
	// out, and a third newline at the end is a fatal error.
	assert(length > 0 && json[0] == '{' && memchr(json, '\n', length) == NULL);
	buf_clear(&session->input);
	session->scanned = 0;
	session->waiting = true;
	buf_append(out, json, length);
	buf_append_str(out, "\n\n");
}

void repl_session_command(
	struct repl_session *session, const char *cmd, int64_t env, struct buf *out) {
	struct buf json = BUF_INIT(6 * strlen(cmd) + 128);
	buf_append_str(&json, "{\"cmd\":");
	json_append_string(&json, cmd, strlen(cmd));
	if (env >= 0) {
		buf_appendf(&json, ",\"env\":%" PRId64, env);
	}
	buf_append_char(&json, '}');
	repl_session_ask(session, buf_str(&json), json.len, out);
	buf_finish(&json);
}

static enum repl_feed broken(struct error *err, const char *what) {
	error_set(err, ERROR_PROTOCOL, "%s", what);
	return REPL_BROKEN;
}

enum repl_feed repl_session_feed(struct repl_session *session, const char *bytes, size_t length,
	struct repl_answer *answer_out, struct error *err) {
	if (!session->waiting) {
		return broken(err, "bytes that nobody asked for");
	}
	if (!buf_append(&session->input, bytes, length)) {
		error_set(err, ERROR_PROTOCOL, "an answer over the output limit");
		return REPL_TOO_MUCH;
	}
	const char *text = buf_str(&session->input);
	size_t have = session->input.len;
	// Told at once, not after the end of a line that may never come.
	if (text[0] != '{') {
		return broken(err, "bytes before the answer");
	}
	if (memchr(bytes, '\r', length) != NULL) {
		return broken(err, "a carriage return, which a REPL never writes");
	}
	size_t from = session->scanned > 0 ? session->scanned - 1 : 0;
	const char *end = memmem(text + from, have - from, "\n\n", 2);
	session->scanned = have;
	if (end == NULL) {
		return REPL_MORE;
	}
	size_t answer_length = (size_t)(end - text);
	if (answer_length + 2 != have) {
		return broken(err, "bytes after the answer");
	}
	struct error why;
	if (repl_answer_read(text, answer_length, answer_out, &why) < 0) {
		return broken(err, why.message);
	}
	session->waiting = false;
	return REPL_WHOLE;
}
