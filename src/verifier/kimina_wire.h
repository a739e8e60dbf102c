#ifndef F2F_VERIFIER_KIMINA_WIRE_H
#define F2F_VERIFIER_KIMINA_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "io/http.h"
#include "verifier/repl_answer.h"
#include "verifier/verifier.h"

struct error;
struct lean_check;

/* What is sent to a Kimina Lean Server, and what comes back: bytes and values, no connections. */

enum { KIMINA_BATCH_MAX = 64 };

/**
 * The text of a check as that server has to get it. It takes leading lines that are empty or begin
 * with "import " as the header, runs them first, and everything else behind them; for an empty header
 * it would run the first candidate's text, and all later ones on top of that. So there is always an
 * import in the first line: what stands before the header's first import is blanked, and a header
 * without any gets "import Init", which is what no import means.
 */
struct kimina_text {
	char *text;
	int shift; // what turns its line numbers into those of the check's body
};

/**
 * ERROR_INPUT when it holds characters that the server takes for line ends, so that it would check
 * another text. `lines_back`: whether it adds the header's lines to the lines of its messages.
 */
int kimina_text_make(const struct lean_check *check, bool lines_back, struct kimina_text *text_out,
	struct error *err);

/** A POST of these snippets, with names that are in order. */
void kimina_request(const struct lean_server *server, const char (*ids)[VERIFIER_NONCE],
	const char *const *texts, size_t count, int64_t timeout_s, struct http_request *request_out);

enum kimina_end {
	KIMINA_NAMELESS, // left out, twice there, out of order: nothing is known
	KIMINA_ANSWER,
	KIMINA_TIMEOUT, // of the text
	KIMINA_HEADER_TIMEOUT,
	KIMINA_FAILED, // the server says that something went wrong
};

struct kimina_result {
	enum kimina_end end;
	struct repl_answer answer;
	char *failure; // of the last three
	int64_t time_ns; // of the text, by the server's clock; 0 when it does not say
};

/**
 * Reads a response of status 200. One result for each name, in their order; ERROR_PROTOCOL when it is
 * no list of results. `results_out` has `count` elements, each the caller's.
 */
int kimina_response(const struct lean_server *server, const char *bytes, size_t length,
	const char (*ids)[VERIFIER_NONCE], size_t count, struct kimina_result *results_out,
	struct error *err);

void kimina_result_finish(struct kimina_result *result);

/** Why the server turned a request away: its "detail", shortened. Owned, one line. */
char *kimina_detail(const struct lean_server *server, const struct http_response *response);

#endif
