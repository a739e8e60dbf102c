/*
 * f2f-mock [--port N]: a chat-completions endpoint on 127.0.0.1 for tests and benchmarks. Port 0
 * (the default) takes a free one; the port is the first line on stdout. One thread. The model's
 * name says how it behaves: mock_reply.c. GET /stats tells what was asked:
 * {"requests","pairs","repeated","most","in_flight","in_flight_max","connections","bodies_bad"},
 * where a pair is a (model, prompt, seed) and "repeated" counts the pairs that came more than once.
 * GET /health and /v1/models answer too. SIGTERM ends it.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <jansson.h>
#include <microhttpd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "mock_reply.h"

enum { BODY_MAX = 64 * 1024 * 1024, REPLY_MAX = 512 * 1024 * 1024, KEY_MAX = 96, TICK_MS = 1000 };

struct mock {
	struct MHD_Daemon *daemon;
	struct map *pairs; // hash of the pair → struct pair
	struct exchange *sleeping;
	int64_t requests;
	int64_t repeated;
	int64_t most;
	int64_t in_flight;
	int64_t in_flight_max;
	int64_t connections;
	int64_t bad;
};

struct pair {
	int64_t count;
};

/* One request and its answer. */
struct exchange {
	struct mock *mock;
	struct MHD_Connection *connection;
	struct exchange *next; // sleeping
	struct exchange **link;
	struct buf body;
	struct mock_answer answer;
	bool decided;
	bool counted;
	int64_t wake_ns; // 0: not sleeping; INT64_MAX: for ever
	size_t sent; // of a body that drips
	bool rested; // since the last byte
};

/* ---- Sleeping exchanges. */

static void sleep_until(struct exchange *exchange, int64_t wake_ns) {
	struct mock *mock = exchange->mock;
	exchange->wake_ns = wake_ns;
	exchange->next = mock->sleeping;
	exchange->link = &mock->sleeping;
	if (exchange->next != NULL) {
		exchange->next->link = &exchange->next;
	}
	mock->sleeping = exchange;
	MHD_suspend_connection(exchange->connection);
}

static void forget_sleeper(struct exchange *exchange) {
	if (exchange->wake_ns != 0) {
		*exchange->link = exchange->next;
		if (exchange->next != NULL) {
			exchange->next->link = exchange->link;
		}
		exchange->wake_ns = 0;
	}
}

/* Wakes what is due; returns the ms until the next, TICK_MS at most. */
static int wake_due(struct mock *mock) {
	int64_t now = clock_now();
	int64_t nearest = now + TICK_MS * CLOCK_MS;
	struct exchange *next;
	for (struct exchange *exchange = mock->sleeping; exchange != NULL; exchange = next) {
		next = exchange->next;
		if (exchange->wake_ns <= now) {
			forget_sleeper(exchange);
			MHD_resume_connection(exchange->connection);
			nearest = now;
		} else if (exchange->wake_ns < nearest) {
			nearest = exchange->wake_ns;
		}
	}
	return (int)((nearest - now + CLOCK_MS - 1) / CLOCK_MS);
}

/* ---- Answers. */

static ssize_t drip(void *data, uint64_t position, char *out, size_t max) {
	struct exchange *exchange = data;
	if (position >= exchange->answer.body.len) {
		return MHD_CONTENT_READER_END_OF_STREAM;
	}
	if (!exchange->rested && position > 0) {
		exchange->rested = true;
		sleep_until(exchange, clock_now() + exchange->answer.drip_ms * CLOCK_MS);
		return 0;
	}
	exchange->rested = false;
	*out = exchange->answer.body.data[position];
	return max > 0 ? 1 : 0;
}

static ssize_t half(void *data, uint64_t position, char *out, size_t max) {
	struct exchange *exchange = data;
	size_t end = exchange->answer.body.len / 2;
	if (position >= end) {
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	size_t count = end - (size_t)position < max ? end - (size_t)position : max;
	memcpy(out, exchange->answer.body.data + position, count);
	return (ssize_t)count;
}

static ssize_t pieces(void *data, uint64_t position, char *out, size_t max) {
	struct exchange *exchange = data;
	size_t left = exchange->answer.body.len - (size_t)position;
	if (left == 0) {
		return MHD_CONTENT_READER_END_OF_STREAM;
	}
	size_t count = left < 7 ? left : 7; // a size that cuts words and characters
	count = count < max ? count : max;
	memcpy(out, exchange->answer.body.data + position, count);
	return (ssize_t)count;
}

static void compress_body(struct buf *body) {
	z_stream stream = {0};
	struct buf packed = BUF_INIT(REPLY_MAX);
	deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	size_t bound = deflateBound(&stream, body->len);
	stream.next_in = (unsigned char *)body->data;
	stream.avail_in = (unsigned)body->len;
	stream.next_out = (unsigned char *)buf_reserve(&packed, bound);
	stream.avail_out = (unsigned)bound;
	deflate(&stream, Z_FINISH);
	buf_added(&packed, stream.total_out);
	deflateEnd(&stream);
	buf_finish(body);
	*body = packed;
}

static struct MHD_Response *make_response(struct exchange *exchange) {
	struct mock_answer *answer = &exchange->answer;
	if (answer->gzip) {
		compress_body(&answer->body);
	}
	switch (answer->end) {
	case MOCK_DRIP:
		return MHD_create_response_from_callback(answer->body.len, 1, drip, exchange, NULL);
	case MOCK_CUT:
		return MHD_create_response_from_callback(
			answer->body.len, 4096, half, exchange, NULL);
	case MOCK_CHUNKED:
		return MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, 64, pieces, exchange, NULL);
	default:
		// The exchange lives until MHD says that the request is over.
		return MHD_create_response_from_buffer(answer->body.len,
			answer->body.len > 0 ? answer->body.data : (void *)"",
			MHD_RESPMEM_PERSISTENT);
	}
}

static enum MHD_Result send_answer(struct exchange *exchange) {
	const struct mock_answer *answer = &exchange->answer;
	struct MHD_Response *response = make_response(exchange);
	MHD_add_response_header(response, "Content-Type", answer->content_type);
	if (answer->header_name != NULL) {
		MHD_add_response_header(response, answer->header_name, answer->header_value);
	}
	if (answer->gzip) {
		MHD_add_response_header(response, "Content-Encoding", "gzip");
	}
	enum MHD_Result result =
		MHD_queue_response(exchange->connection, (unsigned)answer->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_text(struct MHD_Connection *connection, int status, char *text) {
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	MHD_add_response_header(response, "Content-Type", "application/json");
	enum MHD_Result result = MHD_queue_response(connection, (unsigned)status, response);
	MHD_destroy_response(response);
	return result;
}

/* ---- Requests. */

static int64_t count_pair(
	struct mock *mock, const char *model, const char *prompt, const char *seed) {
	// Not a content address, only a short key: two pairs that meet would show up as a repetition.
	uint64_t a = 14695981039346656037u;
	uint64_t b = 0x9e3779b97f4a7c15u;
	size_t length = strlen(prompt);
	for (size_t i = 0; i < length; i++) {
		a = (a ^ (unsigned char)prompt[i]) * 1099511628211u;
		b = (b + (unsigned char)prompt[i]) * 0xff51afd7ed558ccdu;
	}
	char key[KEY_MAX];
	snprintf(key, sizeof(key), "%.32s/%.24s/%016" PRIx64 "%016" PRIx64, model, seed, a, b);
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

static enum MHD_Result add_header(
	void *data, enum MHD_ValueKind kind, const char *key, const char *value) {
	(void)kind;
	buf_appendf(data, "%s: %s\n", key, value != NULL ? value : "");
	return MHD_YES;
}

static bool decide(struct exchange *exchange) {
	struct mock *mock = exchange->mock;
	json_t *body = json_loadb(
		buf_str(&exchange->body), exchange->body.len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *messages = json_object_get(body, "messages");
	const json_t *last = json_array_get(messages, json_array_size(messages) - 1);
	const json_t *seed = json_object_get(body, "seed");
	const char *model = json_string_value(json_object_get(body, "model"));
	const char *prompt = json_string_value(json_object_get(last, "content"));
	char digits[24] = "-";
	if (model == NULL || prompt == NULL) {
		mock->bad++;
		json_decref(body);
		return false;
	}
	if (json_is_integer(seed)) {
		snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT, json_integer_value(seed));
	}
	struct buf headers = BUF_INIT(1 << 16);
	if (strcmp(model, "echo-headers") == 0) {
		MHD_get_connection_values(
			exchange->connection, MHD_HEADER_KIND, add_header, &headers);
	}
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	int64_t *on_connection = info->socket_context;
	struct mock_request request = {
		.model = model,
		.prompt = prompt,
		.seed = digits,
		.body = body,
		.raw = buf_str(&exchange->body),
		.headers = buf_str(&headers),
		.nth = count_pair(mock, model, prompt, digits),
		.on_connection = ++*on_connection,
	};
	buf_init(&exchange->answer.body, REPLY_MAX);
	mock_decide(&request, &exchange->answer);
	buf_finish(&headers);
	json_decref(body);
	return true;
}

static enum MHD_Result answer_post(struct exchange *exchange) {
	struct mock *mock = exchange->mock;
	if (!exchange->decided) {
		exchange->decided = true;
		exchange->counted = true;
		mock->requests++;
		mock->in_flight++;
		mock->in_flight_max = mock->in_flight > mock->in_flight_max ? mock->in_flight
									    : mock->in_flight_max;
		if (!decide(exchange)) {
			return send_text(exchange->connection, 400,
				xstrdup("{\"error\":\"f2f-mock cannot read this\"}"));
		}
		if (exchange->answer.end == MOCK_CLOSE) {
			return MHD_NO;
		}
		if (exchange->answer.end == MOCK_HANG || exchange->answer.delay_ms > 0) {
			bool hang = exchange->answer.end == MOCK_HANG;
			sleep_until(exchange,
				hang ? INT64_MAX
				     : clock_now() + exchange->answer.delay_ms * CLOCK_MS);
			return MHD_YES;
		}
	}
	return send_answer(exchange);
}

static char *stats(const struct mock *mock) {
	return xasprintf("{\"requests\":%" PRId64 ",\"pairs\":%zu,\"repeated\":%" PRId64
			 ",\"most\":%" PRId64 ",\"in_flight\":%" PRId64
			 ",\"in_flight_max\":%" PRId64 ",\"connections\":%" PRId64
			 ",\"bodies_bad\":%" PRId64 "}\n",
		mock->requests, map_count(mock->pairs), mock->repeated, mock->most, mock->in_flight,
		mock->in_flight_max, mock->connections, mock->bad);
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **own) {
	(void)version;
	struct mock *mock = data;
	struct exchange *exchange = *own;
	if (strcmp(method, "GET") == 0) {
		if (strcmp(url, "/stats") == 0) {
			return send_text(connection, 200, stats(mock));
		}
		bool models = str_ends_with(url, "/models");
		return send_text(connection, models || strcmp(url, "/health") == 0 ? 200 : 404,
			xstrdup(models ? "{\"object\":\"list\",\"data\":[{\"id\":\"plain\","
					 "\"object\":\"model\"}]}"
				       : "{}"));
	}
	if (exchange == NULL) {
		exchange = xcalloc(1, sizeof(*exchange));
		exchange->mock = mock;
		exchange->connection = connection;
		buf_init(&exchange->body, BODY_MAX);
		*own = exchange;
		return MHD_YES;
	}
	if (*upload_size > 0) {
		buf_append(&exchange->body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	if (!str_ends_with(url, "/chat/completions")) {
		return send_text(connection, 404, xstrdup("{\"detail\":\"Not Found\"}"));
	}
	return answer_post(exchange);
}

static void on_over(void *data, struct MHD_Connection *connection, void **own,
	enum MHD_RequestTerminationCode code) {
	(void)connection;
	(void)code;
	struct mock *mock = data;
	struct exchange *exchange = *own;
	if (exchange != NULL) {
		forget_sleeper(exchange);
		mock->in_flight -= exchange->counted;
		buf_finish(&exchange->body);
		buf_finish(&exchange->answer.body);
		free(exchange);
		*own = NULL;
	}
}

static void on_connection(void *data, struct MHD_Connection *connection, void **own,
	enum MHD_ConnectionNotificationCode code) {
	(void)connection;
	struct mock *mock = data;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		mock->connections++;
		*own = xcalloc(1, sizeof(int64_t));
	} else {
		free(*own);
		*own = NULL;
	}
}

/* ---- The program. */

static volatile sig_atomic_t ended;

static void on_signal(int signo) {
	(void)signo;
	ended = 1;
}

static void run(struct mock *mock) {
	int epoll_fd = MHD_get_daemon_info(mock->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	while (!ended) {
		int wait_ms = wake_due(mock);
		MHD_UNSIGNED_LONG_LONG own_ms = 0;
		if (MHD_get_timeout(mock->daemon, &own_ms) == MHD_YES &&
			own_ms < (unsigned)wait_ms) {
			wait_ms = (int)own_ms;
		}
		struct pollfd ready = {.fd = epoll_fd, .events = POLLIN};
		poll(&ready, 1, wait_ms);
		MHD_run(mock->daemon);
	}
}

/* MHD wants no suspended connection at its end. */
static void wake_all(struct mock *mock) {
	while (mock->sleeping != NULL) {
		struct exchange *exchange = mock->sleeping;
		forget_sleeper(exchange);
		MHD_resume_connection(exchange->connection);
	}
}

static void raise_descriptor_limit(void) {
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int main(int argc, char **argv) {
	int64_t port = 0;
	if (argc == 3 && strcmp(argv[1], "--port") == 0 && str_to_int64(argv[2], &port) &&
		port >= 0 && port < 65536) {
		argc = 1;
	}
	if (argc != 1) {
		fprintf(stderr, "usage: f2f-mock [--port N]\n");
		return 2;
	}
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct mock mock = {.pairs = map_create()};
	struct sigaction action = {.sa_handler = on_signal};
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	mock.daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME,
		(uint16_t)port, NULL, NULL, on_request, &mock, MHD_OPTION_SOCK_ADDR, &address,
		MHD_OPTION_NOTIFY_COMPLETED, on_over, &mock, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, &mock, MHD_OPTION_CONNECTION_LIMIT, 16384u,
		MHD_OPTION_LISTEN_BACKLOG_SIZE, 4096u, MHD_OPTION_END);
	if (mock.daemon == NULL) {
		fprintf(stderr, "f2f-mock: port %d cannot be had\n", (int)port);
		return 1;
	}
	printf("%d\n", (int)MHD_get_daemon_info(mock.daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	fflush(stdout);
	run(&mock);
	wake_all(&mock);
	MHD_stop_daemon(mock.daemon);
	map_destroy(mock.pairs, free);
	return 0;
}
