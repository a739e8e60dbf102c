#ifndef F2F_VERIFIER_REPL_SESSION_H
#define F2F_VERIFIER_REPL_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "verifier/repl_answer.h"

struct error;

/**
 * The framing of the community REPL, one request at a time: who writes and reads the bytes is
 * another's business. A request is one line of JSON and an empty line; an answer is JSON over
 * several lines, a newline and an empty line, and then nothing.
 */
struct repl_session {
	struct buf input; // of the answer at hand; its maximum is the largest answer
	size_t scanned;
	bool waiting; // for an answer
};

enum repl_feed {
	REPL_MORE, // not whole yet
	REPL_WHOLE, // one answer, and nothing behind it so far
	REPL_BROKEN, // not the protocol: the process is of no further use
	REPL_TOO_MUCH, // an answer over the maximum
};

void repl_session_init(struct repl_session *session, size_t answer_max);
void repl_session_finish(struct repl_session *session);

/** Appends one request, framed, to *out. Its JSON text must be one line and begin with "{". */
void repl_session_ask(
	struct repl_session *session, const char *json, size_t length, struct buf *out);

/** `cmd` after environment `env`, or, being negative, at the start of everything. */
void repl_session_command(
	struct repl_session *session, const char *cmd, int64_t env, struct buf *out);

/** Takes bytes. *answer_out is filled, and the caller's, on REPL_WHOLE; err on the last two. */
enum repl_feed repl_session_feed(struct repl_session *session, const char *bytes, size_t length,
	struct repl_answer *answer_out, struct error *err);

#endif
