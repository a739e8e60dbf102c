/* bench_http: requests a second and CPU a request of io/http alone, against f2f-mock answering at once. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "io/http.h"
#include "io/loop.h"

struct bench {
	struct http_endpoint *endpoint;
	struct loop *loop;
	struct http_request request;
	int left;
	int running;
	int failed;
	size_t bytes;
};

static void start(struct bench *bench);

static void on_body(
	const struct http_response *head, const char *bytes, size_t length, void *data) {
	struct bench *bench = data;
	(void)head;
	(void)bytes;
	bench->bytes += length;
}

static void on_done(const struct http_response *response, const struct error *err, void *data) {
	struct bench *bench = data;
	bench->failed += err != NULL || response->status != 200;
	bench->running--;
	start(bench);
}

static void start(struct bench *bench) {
	if (bench->left > 0) {
		bench->left--;
		bench->running++;
		http_start_with(bench->endpoint, &bench->request,
			&(struct http_start_options){.on_body = on_body, .idle_timeout_ms = 60000},
			on_done, bench);
	}
}

static double cpu_seconds(void) {
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void ask(struct bench *bench, int port, const char *model) {
	http_request_init(&bench->request);
	bench->request.method = xstrdup("POST");
	bench->request.url = xasprintf("http://127.0.0.1:%d/v1/chat/completions", port);
	http_request_header(&bench->request, "Content-Type", "application/json");
	buf_appendf(&bench->request.body,
		"{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%01000d\"}],"
		"\"stream\":%s}",
		model, 7, strncmp(model, "sse", 3) == 0 ? "true" : "false");
}

static void run(int port, int concurrency, int count, const char *model) {
	struct bench bench = {.loop = loop_create(NULL), .left = count};
	bench.endpoint = http_endpoint_create(
		bench.loop, &(struct http_endpoint_options){.max_connections = concurrency});
	ask(&bench, port, model);
	double cpu = cpu_seconds();
	int64_t started = clock_now();
	for (int i = 0; i < concurrency; i++) {
		start(&bench);
	}
	loop_run(bench.loop);
	double wall = (double)(clock_now() - started) / 1e9;
	cpu = cpu_seconds() - cpu;
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	printf("# http: %d requests, %d at a time, %s: %.0f/s, %.1f us CPU each, %ld MB, %d "
	       "failed\n",
		count, concurrency, model, count / wall, cpu / count * 1e6, usage.ru_maxrss / 1024,
		bench.failed);
	http_endpoint_destroy(bench.endpoint);
	loop_destroy(bench.loop);
	http_request_finish(&bench.request);
}

static long resident_kb(void) {
	char line[256];
	long kb = 0;
	FILE *status = fopen("/proc/self/status", "re");
	while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
		if (strncmp(line, "VmRSS:", 6) == 0) {
			kb = strtol(line + 6, NULL, 10);
		}
	}
	if (status != NULL) {
		fclose(status);
	}
	return kb;
}

/* What a request costs that waits for its first byte; the endpoint is thrown away with them. */
static void park(int port, int count) {
	struct error err;
	struct bench bench = {.loop = loop_create(NULL), .left = count};
	struct http_transfer **transfers = xcalloc((size_t)count, sizeof(struct http_transfer *));
	if (http_raise_descriptors(count, &err) < 0) {
		printf("# http: %s\n", err.message);
		exit(1);
	}
	bench.endpoint = http_endpoint_create(
		bench.loop, &(struct http_endpoint_options){.max_connections = count});
	ask(&bench, port, "hang");
	long before = resident_kb();
	double cpu = cpu_seconds();
	for (int i = 0; i < count; i++) {
		transfers[i] = http_start(bench.endpoint, &bench.request, on_done, &bench);
	}
	int64_t since_ns;
	for (int i = 0; i < count;) {
		loop_step(bench.loop);
		while (i < count && http_transfer_phase(transfers[i], &since_ns) == HTTP_SENT) {
			i++;
		}
	}
	printf("# http: %d requests parked: %.1f KB each, %.1f us CPU each to start\n", count,
		(double)(resident_kb() - before) / count, (cpu_seconds() - cpu) / count * 1e6);
	http_endpoint_destroy(bench.endpoint);
	loop_run(bench.loop);
	loop_destroy(bench.loop);
	http_request_finish(&bench.request);
	free(transfers);
}

int main(int argc, char **argv) {
	int out[2];
	char line[16] = "";
	if (argc != 2 || pipe(out) != 0) {
		fprintf(stderr, "usage: bench_http F2F-MOCK\n");
		return 2;
	}
	pid_t mock = fork();
	if (mock == 0) {
		dup2(out[1], STDOUT_FILENO);
		execl(argv[1], argv[1], (char *)NULL);
		_exit(127);
	}
	if (read(out[0], line, sizeof(line) - 1) <= 0) {
		return 1;
	}
	int port = (int)strtol(line, NULL, 10);
	park(port, 4096); // first, while nothing has been freed that could be used again
	run(port, 1, 5000, "plain");
	run(port, 16, 50000, "plain");
	run(port, 64, 50000, "plain");
	run(port, 256, 50000, "plain");
	run(port, 64, 20000, "sse");
	run(port, 1024, 4096, "delay-1000");
	kill(mock, SIGTERM);
	waitpid(mock, NULL, 0);
	return 0;
}
