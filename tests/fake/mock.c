/*
 * f2f-mock: an endpoint on 127.0.0.1 for tests and benchmarks; one thread, replies of literal bytes.
 * usage() lists its options. The port is the first line on stdout. Chat completions, legacy
 * completions and messages, each whole or streamed; mock_mode.h says what decides how. GET /stats
 * tells what was asked: a pair is a (model, prompt, seed), "repeated" counts those that came more
 * than once, "stolen" who followed a redirect, "limit" is as mock_limit.h says. SIGTERM ends it.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "mock_limit.h"
#include "mock_log.h"
#include "mock_mode.h"
#include "mock_server.h"

enum { KEY_MAX = 96, MODE_MAX = 128 };

struct mock {
	struct mock_server *server;
	struct map *pairs; // hash of the pair → struct pair
	struct mock_limit limit;
	FILE *log;
	const char *key; // NULL: none is wanted
	const char *mode; // of every request; NULL: its own
	int64_t delay_ms;
	int64_t loading; // requests that still find the model loading
	int64_t requests;
	int64_t repeated;
	int64_t most;
	int64_t in_flight;
	int64_t in_flight_max;
	int64_t bad;
	int64_t stolen;
};

struct pair {
	int64_t count;
};

/* ---- Reading a completion's request. */

static int64_t count_pair(struct mock *mock, const struct mock_request *request) {
	// Not a content address, only a short key: two pairs that meet would show up as a repetition.
	uint64_t a = mock_fnv_start;
	uint64_t b = 0x9e3779b97f4a7c15u;
	for (const char *c = request->prompt; *c != '\0'; c++) {
		a = (a ^ (unsigned char)*c) * 1099511628211u;
		b = (b + (unsigned char)*c) * 0xff51afd7ed558ccdu;
	}
	char key[KEY_MAX];
	snprintf(key, sizeof(key), "%.32s/%.24s/%016" PRIx64 "%016" PRIx64, request->model,
		request->seed, a, b);
	struct pair *pair = map_get(mock->pairs, key);
	if (pair == NULL) {
		pair = xcalloc(1, sizeof(*pair));
		map_set(mock->pairs, key, pair);
	}
	pair->count++;
	mock->repeated += pair->count == 2;
	mock->most = pair->count > mock->most ? pair->count : mock->most;
	return pair->count;
}

/* A text, or the first text among parts. */
static const char *text_of(const json_t *content) {
	const json_t *first = json_is_array(content) ? json_array_get(content, 0) : content;
	return json_string_value(json_is_object(first) ? json_object_get(first, "text") : first);
}

/* The last message of the user: what others put behind it is about how to go on. */
static const char *prompt_of(const json_t *body, enum mock_api api) {
	if (api == MOCK_COMPLETIONS) {
		return text_of(json_object_get(body, "prompt"));
	}
	const json_t *messages = json_object_get(body, "messages");
	for (size_t i = json_array_size(messages); i > 0; i--) {
		const json_t *message = json_array_get(messages, i - 1);
		const char *role = json_string_value(json_object_get(message, "role"));
		if (role != NULL && strcmp(role, "assistant") != 0) {
			return text_of(json_object_get(message, "content"));
		}
	}
	return NULL;
}

static bool read_completion(
	const json_t *body, struct mock_request *request, char *digits, size_t size) {
	const json_t *seed = json_object_get(body, "seed");
	const json_t *options = json_object_get(body, "stream_options");
	request->body = body;
	request->model = json_string_value(json_object_get(body, "model"));
	request->prompt = prompt_of(body, request->api);
	request->n = json_integer_value(json_object_get(body, "n"));
	request->stream = json_is_true(json_object_get(body, "stream"));
	request->include_usage = json_is_true(json_object_get(options, "include_usage"));
	snprintf(digits, size, "-");
	if (json_is_integer(seed)) {
		snprintf(digits, size, "%" JSON_INTEGER_FORMAT, json_integer_value(seed));
	}
	request->seed = digits;
	if (request->model == NULL || request->prompt == NULL) {
		request->model = NULL;
		return false;
	}
	return true;
}

/* The value of a header, in `out`; false: there is none. */
static bool header_of(
	const struct mock_request *request, const char *name, char *out, size_t size) {
	struct str rest = str_of(request->headers);
	struct str line;
	size_t length = strlen(name);
	while (str_next_line(&rest, &line)) {
		if (line.len > length && line.data[length] == ':' &&
			strncasecmp(line.data, name, length) == 0) {
			struct str value =
				str_trim(str_slice(line.data + length + 1, line.len - length - 1));
			snprintf(out, size, "%.*s", STR_ARG(value));
			return true;
		}
	}
	return false;
}

/* ---- Answering one. */

static const char loading_body[] =
	"{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}";

static bool has_key(const struct mock *mock, const struct mock_request *request) {
	char value[256];
	if (mock->key == NULL) {
		return true;
	}
	if (header_of(request, "x-api-key", value, sizeof(value))) {
		return strcmp(value, mock->key) == 0;
	}
	return header_of(request, "authorization", value, sizeof(value)) &&
	       str_starts_with(value, "Bearer ") && strcmp(value + 7, mock->key) == 0;
}

/* What the messages API insists on and others do not have: NULL, or what is wrong. */
static const char *wrong_with(const struct mock_request *request) {
	static const char *const extra[] = {"seed", "n", "logprobs", "max_completion_tokens"};
	char version[32];
	if (request->api != MOCK_MESSAGES) {
		return NULL;
	}
	if (!header_of(request, "anthropic-version", version, sizeof(version))) {
		return "{\"error\":{\"message\":\"anthropic-version: header is required\"}}";
	}
	if (!json_is_integer(json_object_get(request->body, "max_tokens"))) {
		return "{\"error\":{\"message\":\"max_tokens: Field required\"}}";
	}
	for (size_t i = 0; i < sizeof(extra) / sizeof(extra[0]); i++) {
		if (json_object_get(request->body, extra[i]) != NULL) {
			return "{\"error\":{\"message\":\"Extra inputs are not permitted\"}}";
		}
	}
	return NULL;
}

static bool within_limit(
	struct mock *mock, const struct mock_request *request, struct mock_answer *answer) {
	int64_t wait_ns = 0;
	int64_t most = json_integer_value(json_object_get(request->body, "max_tokens"));
	most = most > 0 ? most
			: json_integer_value(
				  json_object_get(request->body, "max_completion_tokens"));
	int64_t tokens = (int64_t)(strlen(request->prompt) / 4) + (most > 0 ? most : 16);
	if (mock_limit_take(&mock->limit, clock_now(), tokens, &wait_ns)) {
		return true;
	}
	struct buf headers = BUF_INIT(4096);
	mock_limit_headers(&mock->limit, &headers);
	buf_appendf(&headers, "retry-after-ms: %" PRId64 "\r\nRetry-After: %" PRId64 "\r\n",
		wait_ns / CLOCK_MS + 1, wait_ns / CLOCK_SECOND + 1);
	mock_fail(request, answer, 429, buf_str(&headers),
		"{\"error\":{\"message\":\"Rate limit "
		"reached\",\"type\":\"requests\",\"param\":null,"
		"\"code\":\"rate_limit_exceeded\"}}");
	buf_finish(&headers);
	return false;
}

static void answer_completion(struct mock *mock, struct mock_request *request, const char *mode,
	struct mock_answer *answer) {
	const char *wrong = wrong_with(request);
	bool limited = mock_mode_is_limited(mode) && (mock->limit.rpm > 0 || mock->limit.tpm > 0);
	if (mock->delay_ms > 0) {
		mock_step(answer, MOCK_PAUSE, 0, 0, mock->delay_ms);
	}
	if (!has_key(mock, request)) {
		mock_mode_answer("401", request, answer);
	} else if (mock->loading > 0) {
		mock->loading--;
		mock_fail(request, answer, 503, "", loading_body);
	} else if (wrong != NULL) {
		mock_fail(request, answer, 400, "", wrong);
	} else if (!limited || within_limit(mock, request, answer)) {
		request->nth = count_pair(mock, request);
		mock_mode_answer(mode, request, answer);
	}
}

static bool api_of(const char *path, enum mock_api *api_out) {
	static const char *const ends[] = {[MOCK_CHAT] = "/chat/completions",
		[MOCK_COMPLETIONS] = "/completions",
		[MOCK_MESSAGES] = "/messages"};
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (str_ends_with(path, ends[i])) {
			*api_out = (enum mock_api)i;
			return true;
		}
	}
	return false;
}

static void answer_post(
	struct mock *mock, struct mock_request *request, struct mock_answer *answer) {
	char digits[24];
	char mode[MODE_MAX] = "";
	json_t *body = json_loadb(request->raw, request->raw_length, JSON_REJECT_DUPLICATES, NULL);
	answer->counted = true;
	mock->requests++;
	mock->in_flight++;
	mock->in_flight_max =
		mock->in_flight > mock->in_flight_max ? mock->in_flight : mock->in_flight_max;
	if (!read_completion(body, request, digits, sizeof(digits))) {
		static const char text[] = "{\"error\":\"f2f-mock cannot read this\"}";
		mock->bad++;
		mock_whole(answer, 400, "application/json", "", text, sizeof(text) - 1);
	} else {
		if (!header_of(request, "x-mock", mode, sizeof(mode))) {
			snprintf(mode, sizeof(mode), "%s", request->model);
		}
		if (mock->mode != NULL) {
			snprintf(mode, sizeof(mode), "%s", mock->mode);
		}
		answer_completion(mock, request, mode, answer);
	}
	if (mock->log != NULL) {
		mock_log(mock->log, request, mode, answer->status);
	}
	json_decref(body);
}

/* ---- The rest. */

static void add_stats(const struct mock *mock, struct buf *out) {
	buf_appendf(out,
		"{\"requests\":%" PRId64 ",\"pairs\":%zu,\"repeated\":%" PRId64 ",\"most\":%" PRId64
		",\"in_flight\":%" PRId64 ",\"in_flight_max\":%" PRId64 ",\"connections\":%" PRId64
		",\"bodies_bad\":%" PRId64 ",\"stolen\":%" PRId64 ",\"limit\":",
		mock->requests, map_count(mock->pairs), mock->repeated, mock->most, mock->in_flight,
		mock->in_flight_max, mock_server_connections(mock->server), mock->bad,
		mock->stolen);
	mock_limit_report(&mock->limit, out);
	buf_append_str(out, "}\n");
}

static const struct {
	const char *end;
	const char *body;
} pages[] = {
	{"/models",
		"{\"object\":\"list\",\"data\":[{\"id\":\"plain\",\"object\":\"model\","
		"\"created\":0,\"owned_by\":\"mock\",\"max_model_len\":32768,\"context_length\":"
		"32768,\"meta\":{\"n_ctx_train\":32768},\"pricing\":{\"prompt\":\"0.000001\","
		"\"completion\":\"0.000002\"}}]}"},
	{"/health", "{\"status\":\"ok\"}"},
	{"/props", "{\"total_slots\":4,\"default_generation_settings\":{\"n_ctx\":32768},"
		   "\"model_path\":\"mock.gguf\"}"},
	{"/slots", "[{\"id\":0,\"is_processing\":false}]"},
	{"/api/tags", "{\"models\":[{\"name\":\"plain:latest\",\"model\":\"plain:latest\"}]}"},
	{"/key", "{\"data\":{\"label\":\"mock\",\"usage\":0.5,\"limit\":10}}"},
	{"/", "Ollama is running"},
};

static void answer_get(
	struct mock *mock, struct mock_request *request, struct mock_answer *answer) {
	struct buf text = BUF_INIT(1 << 16);
	int status = 404;
	buf_append_str(&text, "{\"detail\":\"Not Found\"}");
	if (strcmp(request->path, "/stats") == 0) {
		status = 200;
		buf_clear(&text);
		add_stats(mock, &text);
	}
	for (size_t i = 0; status == 404 && i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strcmp(pages[i].end, "/") == 0 ? strcmp(request->path, "/") == 0
						   : str_ends_with(request->path, pages[i].end)) {
			status = 200;
			buf_clear(&text);
			buf_append_str(&text, pages[i].body);
		}
	}
	if (mock->loading > 0 && str_ends_with(request->path, "/health")) {
		mock->loading--;
		status = 503;
		buf_clear(&text);
		buf_append_str(&text, loading_body);
	}
	mock_whole(answer, status, "application/json", "", text.data, text.len);
	buf_finish(&text);
}

static void on_request(struct mock_request *request, struct mock_answer *answer, void *data) {
	struct mock *mock = data;
	if (str_ends_with(request->path, "/stolen")) {
		mock->stolen++;
	}
	bool post = strcmp(request->method, "POST") == 0;
	if (post && api_of(request->path, &request->api)) {
		answer_post(mock, request, answer);
		return;
	}
	if (post) {
		static const char text[] = "{\"detail\":\"Not Found\"}";
		mock_whole(answer, 404, "application/json", "", text, sizeof(text) - 1);
	} else {
		answer_get(mock, request, answer);
	}
	if (mock->log != NULL && strcmp(request->path, "/stats") != 0) {
		mock_log(mock->log, request, "", answer->status);
	}
}

static void on_over(const struct mock_answer *answer, void *data) {
	struct mock *mock = data;
	mock->in_flight -= answer->counted;
}

static void on_idle(void *data) {
	struct mock *mock = data;
	if (mock->log != NULL) {
		fflush(mock->log);
	}
}

/* ---- The program. */

static volatile sig_atomic_t ended;

static void on_signal(int signo) {
	(void)signo;
	ended = 1;
}

static int usage(void) {
	fprintf(stderr,
		"usage: f2f-mock [--port N] [--delay MS] [--key KEY] [--loading N] [--log FILE]\n"
		"                [--mode MODE] [--rpm N] [--tpm N] [--window MS]\n"
		"       f2f-mock --print-behaviours | --print-modes\n");
	return 2;
}

static bool take_number(const char *text, int64_t *number_out) {
	return str_to_int64(text, number_out) && *number_out >= 0;
}

static bool take_option(struct mock *mock, const char *name, const char *value, int64_t *port) {
	const struct {
		const char *name;
		int64_t *number;
	} numbers[] = {{"--port", port}, {"--delay", &mock->delay_ms},
		{"--loading", &mock->loading}, {"--rpm", &mock->limit.rpm},
		{"--tpm", &mock->limit.tpm}, {"--window", &mock->limit.window_ns}};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(name, numbers[i].name) == 0) {
			return take_number(value, numbers[i].number);
		}
	}
	if (strcmp(name, "--key") == 0) {
		mock->key = value;
		return true;
	}
	if (strcmp(name, "--mode") == 0) {
		mock->mode = value;
		return true;
	}
	if (strcmp(name, "--log") == 0) {
		mock->log = fopen(value, "we");
		return mock->log != NULL;
	}
	return false;
}

static void raise_descriptor_limit(void) {
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void run(struct mock *mock, int port) {
	struct mock_handler handler = {
		.answer = on_request, .over = on_over, .idle = on_idle, .data = mock};
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t blocked, waiting;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, &waiting);
	sigdelset(&waiting, SIGTERM);
	sigdelset(&waiting, SIGINT);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	mock->server = mock_server_create(port, &handler);
	if (mock->server == NULL) {
		fprintf(stderr, "f2f-mock: port %d cannot be had\n", port);
		return;
	}
	printf("%d\n", mock_server_port(mock->server));
	fflush(stdout);
	mock_server_run(mock->server, &ended, &waiting);
	mock_server_destroy(mock->server);
}

int main(int argc, char **argv) {
	struct mock mock = {.limit.window_ns = 60000};
	int64_t port = 0;
	if (argc == 2 && strcmp(argv[1], "--print-behaviours") == 0) {
		mock_print_behaviours(stdout);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--print-modes") == 0) {
		mock_print_modes(stdout);
		return 0;
	}
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc || !take_option(&mock, argv[i], argv[i + 1], &port)) {
			return usage();
		}
	}
	if (port > 65535) {
		return usage();
	}
	mock.limit.window_ns *= CLOCK_MS;
	mock.pairs = map_create();
	run(&mock, (int)port);
	map_destroy(mock.pairs, free);
	mock_limit_finish(&mock.limit);
	if (mock.log != NULL) {
		fclose(mock.log);
	}
	return mock.server == NULL ? 1 : 0;
}
