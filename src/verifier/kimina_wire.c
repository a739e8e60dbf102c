#include "verifier/kimina_wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "lean/check.h"
#include "lean/lex.h"

#define INIT_HEADER "import Init\n"

enum { REQUEST_MARGIN = 1024, DETAIL_SHOWN = 160 };

/* ---- Texts. */

/* What Python takes for the end of a line, besides the newline. */
static const char *foreign_line_end(const char *text) {
	const char *end = text + strlen(text);
	for (const char *cursor = text; cursor < end;) {
		uint32_t c = utf8_next(&cursor, end);
		if (c == '\v' || c == '\f' || c == '\r' || (c >= 0x1c && c <= 0x1e) || c == 0x85 ||
			c == 0x2028 || c == 0x2029) {
			return "it holds a character that the server takes for a line end";
		}
	}
	return NULL;
}

static bool is_header_line(struct str line) {
	struct str trimmed = str_trim(line);
	return trimmed.len == 0 || (trimmed.len >= strlen("import ") &&
					   memcmp(trimmed.data, "import ", strlen("import ")) == 0);
}

/* The lines that the server takes for the header. */
static int header_lines_of(const char *text) {
	struct str rest = str_of(text);
	struct str line;
	int lines = 0;
	while (str_next_line(&rest, &line) && is_header_line(line)) {
		lines++;
	}
	return lines;
}

static int count_lines(const char *text) {
	int lines = 0;
	for (; *text != '\0'; text++) {
		lines += *text == '\n';
	}
	return lines;
}

/* Appends the header with everything before its first import blanked; false when it has none. */
static bool append_imports(struct buf *out, const char *header) {
	struct lean_tokens tokens;
	lean_lex(header, strlen(header), &tokens, NULL);
	bool imports = tokens.list.count > 0 && lean_token_is(&tokens, 0, "import");
	size_t start = imports ? tokens.list.items[0].start : 0;
	lean_tokens_finish(&tokens);
	for (size_t i = 0; i < start; i++) {
		buf_append_str(out, header[i] == '\n' ? "\n" : "");
	}
	buf_append_str(out, header + start);
	return imports;
}

int kimina_text_make(const struct lean_check *check, bool lines_back, struct kimina_text *text_out,
	struct error *err) {
	struct buf text =
		BUF_INIT(strlen(INIT_HEADER) + strlen(check->header) + strlen(check->body) + 2);
	struct buf header = BUF_INIT(strlen(check->header) + 1);
	bool imports = append_imports(&header, check->header);
	buf_append_str(&text, imports ? "" : INIT_HEADER);
	buf_append_str(&text, buf_str(&header));
	buf_append_str(&text, check->body);
	buf_finish(&header);
	const char *why = foreign_line_end(buf_str(&text));
	if (why != NULL) {
		buf_finish(&text);
		return error_set(err, ERROR_INPUT, "%s", why);
	}
	int before = count_lines(check->header) + (imports ? 0 : 1);
	text_out->shift = (lines_back ? 0 : header_lines_of(buf_str(&text))) - before;
	text_out->text = buf_detach(&text);
	return 0;
}

/* ---- Requests. */

void kimina_request(const struct lean_server *server, const char (*ids)[VERIFIER_NONCE],
	const char *const *texts, size_t count, int64_t timeout_s, struct http_request *request_out) {
	bool legacy = server->api == LEAN_SERVER_VERIFY;
	http_request_init(request_out);
	request_out->method = xstrdup("POST");
	size_t length = strlen(server->url);
	while (length > 0 && server->url[length - 1] == '/') {
		length--;
	}
	request_out->url = xasprintf(
		"%.*s%s", (int)length, server->url, legacy ? "/verify" : "/api/check");
	http_request_header(request_out, "Content-Type", "application/json");
	if (server->key != NULL) {
		char *value = xasprintf("Bearer %s", server->key);
		http_request_header(request_out, "Authorization", value);
		free(value);
	}
	struct buf *body = &request_out->body;
	buf_append_str(body, legacy ? "{\"codes\":[" : "{\"snippets\":[");
	for (size_t i = 0; i < count; i++) {
		buf_appendf(body, "%s{\"%s\":\"%s\",\"%s\":", i > 0 ? "," : "",
			legacy ? "custom_id" : "id", ids[i], legacy ? "proof" : "code");
		json_append_string(body, texts[i], strlen(texts[i]));
		buf_append_char(body, '}');
	}
	buf_appendf(body, "],\"timeout\":%" PRId64 ",%s}", timeout_s,
		legacy ? "\"disable_cache\":false" : "\"debug\":false,\"reuse\":true");
}

/* ---- Responses. */

static void mask_strings(const struct secrets *secrets, json_t *value) {
	if (json_is_string(value)) {
		char *text = xmemdup0(json_string_value(value), json_string_length(value));
		if (secrets_mask_reply(secrets, text)) {
			json_string_set(value, text);
		}
		free(text);
	}
	const char *key;
	size_t i;
	json_t *item;
	json_object_foreach(value, key, item) {
		mask_strings(secrets, item);
	}
	json_array_foreach(value, i, item) {
		mask_strings(secrets, item);
	}
}

/* What it says is stored and shown: not the key that it was sent, should it say that back. */
static void mask_key(const struct lean_server *server, json_t *object) {
	struct secrets secrets = {0};
	secrets_add(&secrets, server->key);
	if (secrets.count > 0) {
		mask_strings(&secrets, object);
	}
	secrets_finish(&secrets);
}

static void read_failure(const char *text, struct kimina_result *result) {
	bool late = strstr(text, "timed out") != NULL;
	result->failure = xstrdup(text);
	result->end = !late ? KIMINA_FAILED
		      : strstr(text, "header command timed out") != NULL ? KIMINA_HEADER_TIMEOUT
									 : KIMINA_TIMEOUT;
}

/* One element of "results": exactly one of "error" and "response". */
static void read_result(const json_t *item, struct kimina_result *result) {
	const json_t *failure = json_object_get(item, "error");
	const json_t *response = json_object_get(item, "response");
	struct error err = {0};
	failure = json_is_null(failure) ? NULL : failure;
	response = json_is_null(response) ? NULL : response;
	double seconds =
		json_number_or(item, "time", json_number_or(response, "time", 0));
	result->time_ns = seconds > 0 && seconds < 1e6 ? (int64_t)(seconds * 1e9) : 0;
	if ((failure != NULL) == (response != NULL)) {
		return; // nothing is known
	}
	if (failure != NULL && json_is_string(failure)) {
		read_failure(json_string_value(failure), result);
	} else if (response != NULL &&
		   repl_answer_from_json(response, &result->answer, &err) == 0) {
		result->end = KIMINA_ANSWER;
	}
}

int kimina_response(const struct lean_server *server, const char *bytes, size_t length,
	const char (*ids)[VERIFIER_NONCE], size_t count, struct kimina_result *results_out,
	struct error *err) {
	const char *key = server->api == LEAN_SERVER_VERIFY ? "custom_id" : "id";
	json_t *object = NULL;
	bool repaired;
	struct error why = {0};
	memset(results_out, 0, count * sizeof(*results_out));
	if (json_parse_repaired(bytes, length, &object, &repaired, &why) < 0) {
		return error_set(err, ERROR_PROTOCOL, "not JSON: %s", why.message);
	}
	mask_key(server, object);
	const json_t *list = json_object_get(object, "results");
	if (!json_is_array(list)) {
		json_decref(object);
		return error_set(err, ERROR_PROTOCOL, "no list of \"results\"");
	}
	for (size_t i = 0; i < count; i++) {
		size_t times = 0;
		size_t place = 0;
		size_t k;
		json_t *item;
		json_array_foreach(list, k, item) {
			bool named = strcmp(json_string_or(item, key, ""), ids[i]) == 0;
			times += named;
			place = named ? k : place;
		}
		if (times == 1 && place == i && json_array_size(list) == count) {
			read_result(json_array_get(list, place), &results_out[i]);
		}
	}
	json_decref(object);
	return 0;
}

void kimina_result_finish(struct kimina_result *result) {
	repl_answer_finish(&result->answer);
	free(result->failure);
	*result = (struct kimina_result){0};
}

char *kimina_detail(const struct lean_server *server, const struct http_response *response) {
	json_t *object = NULL;
	struct buf text = BUF_INIT(DETAIL_SHOWN);
	if (json_parse(buf_str(&response->body), response->body.len, &object, NULL) == 0) {
		mask_key(server, object);
		const char *detail = json_string_or(object, "detail", "");
		for (size_t i = 0; detail[i] != '\0' && text.len < DETAIL_SHOWN; i++) {
			buf_append_char(&text, (unsigned char)detail[i] < ' ' ? ' ' : detail[i]);
		}
		json_decref(object);
	}
	char *line = xasprintf("status %d%s%s", response->status, text.len > 0 ? ": " : "",
		buf_str(&text));
	buf_finish(&text);
	return line;
}
