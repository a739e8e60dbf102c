#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/http.h"
#include "io/loop.h"
#include "verifier/kimina_wire.h"

/* A text of ours: it tells the version, and by the line of its message how the server counts. */
#define QUESTION "import Init\n#eval Lean.versionString\n"

enum { QUESTION_LIMIT_S = 120, CONNECT_LIMIT_MS = 10000, REQUEST_LIMIT_MS = 300000, TRIES = 3 };

struct asking {
	struct loop *loop;
	struct lean_server *server;
	char id[1][VERIFIER_NONCE];
	char *version;
	int status;
	int rc;
	struct error *err;
};

static void read_version(struct asking *asking, const struct repl_answer *answer) {
	const struct repl_message *message =
		answer->messages.count == 1 ? &answer->messages.items[0] : NULL;
	bool told = message != NULL && strcmp(message->severity, "info") == 0 &&
		    (message->pos.line == 1 || message->pos.line == 2);
	struct str text = str_trim(str_of(told ? message->data : ""));
	if (text.len >= 2 && text.data[0] == '"') {
		text = str_slice(text.data + 1, text.len - 2);
	}
	if (text.len == 0 || text.len > 64 || text.data[0] != '4' ||
		strspn(text.data, "0123456789abcdefghijklmnopqrstuvwxyz.-+") < text.len) {
		asking->rc = error_set(asking->err, ERROR_ENVIRONMENT,
			"its Lean does not tell its version: %.120s",
			message != NULL		       ? message->data
			: answer->failure != NULL ? answer->failure
						       : "no message");
		return;
	}
	asking->version = xmemdup0(text.data, text.len);
	asking->server->lines_back = message->pos.line == 2;
	asking->rc = 0;
}

static void read_answer(struct asking *asking, const struct http_response *response) {
	struct kimina_result result;
	if (kimina_response(asking->server, buf_str(&response->body), response->body.len,
		    (const char(*)[VERIFIER_NONCE])asking->id, 1, &result, asking->err) < 0) {
		asking->rc = ERROR_ENVIRONMENT;
		return;
	}
	if (result.end == KIMINA_ANSWER) {
		read_version(asking, &result.answer);
	} else {
		asking->rc = error_set(asking->err, ERROR_ENVIRONMENT, "%.200s",
			result.failure != NULL ? result.failure
					       : "an answer to another request");
	}
	kimina_result_finish(&result);
}

static void on_response(const struct http_response *response, const struct error *err, void *data) {
	struct asking *asking = data;
	loop_stop(asking->loop);
	if (err != NULL) {
		asking->rc = error_set(asking->err, ERROR_ENVIRONMENT, "%.400s", err->message);
		return;
	}
	asking->status = response->status;
	if (response->status == 200) {
		read_answer(asking, response);
		return;
	}
	char *detail = kimina_detail(asking->server, response);
	bool key = response->status == 401 || response->status == 403;
	asking->rc = error_set(asking->err, ERROR_ENVIRONMENT, "%s%s", detail,
		key ? "; the key is the value of the variable that --lean-key-env names "
		      "(default LEAN_SERVER_API_KEY)"
		    : "");
	free(detail);
}

static void ask(struct asking *asking, struct http_endpoint *endpoint) {
	static const char *const texts[] = {QUESTION};
	struct http_request request;
	verifier_nonce(asking->id[0]);
	kimina_request(asking->server, (const char(*)[VERIFIER_NONCE])asking->id, texts, 1,
		QUESTION_LIMIT_S, &request);
	asking->status = 0;
	http_start(endpoint, &request, on_response, asking);
	loop_run(asking->loop);
	http_request_finish(&request);
}

int lean_server_find(struct lean_server *server, struct lean_info *info_out, struct error *err) {
	struct asking asking = {.loop = loop_create(NULL), .server = server, .err = err};
	struct http_endpoint *endpoint = http_endpoint_create(
		asking.loop, &(struct http_endpoint_options){
				     .connect_timeout_ms = CONNECT_LIMIT_MS,
				     .request_timeout_ms = REQUEST_LIMIT_MS,
			     });
	bool chosen = server->api != LEAN_SERVER_UNKNOWN;
	server->api = chosen ? server->api : LEAN_SERVER_CHECK;
	ask(&asking, endpoint);
	if (!chosen && (asking.status == 404 || asking.status == 405)) {
		server->api = LEAN_SERVER_VERIFY; // a server of before 2.0
		ask(&asking, endpoint);
	}
	// A server that has just started, or is busy, may refuse once.
	for (int i = 1; i < TRIES && asking.rc < 0 && (asking.status == 429 || asking.status >= 500);
		i++) {
		ask(&asking, endpoint);
	}
	char *url = http_redact_url(server->url);
	if (asking.rc < 0) {
		error_prefix(err, "Lean server %s", url);
		server->api = chosen ? server->api : LEAN_SERVER_UNKNOWN;
	} else {
		*info_out = (struct lean_info){
			.path = xstrdup(url), .version = asking.version, .json = true, .fits = true};
	}
	free(url);
	http_endpoint_destroy(endpoint);
	loop_destroy(asking.loop);
	return asking.rc;
}
