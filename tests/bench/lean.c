/* Figures of checking with a real Lean: one warm worker against a process each, and what a check
 * costs beside what a minimal client of the same protocol takes for the same text. */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "checks.h"

enum { WARM = 1000, PROCESSES = 200, PAIRS = 300, SKIPPED = 77, TEXT_MAX = 1 << 20 };

static int compare(const void *a, const void *b) {
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* The time that `percent` of them stay below. Sorts them. */
static double percentile_ms(int64_t *times_ns, size_t count, size_t percent) {
	qsort(times_ns, count, sizeof(*times_ns), compare);
	return (double)times_ns[count * percent / 100] / CLOCK_MS;
}

/* Of this process alone. */
static int64_t own_cpu_ns(void) {
	struct timespec used;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return used.tv_sec * CLOCK_SECOND + used.tv_nsec;
}

static struct lean_check small_check(int number) {
	char *type = xasprintf("%d + 0 = %d", number, number);
	char *text = xasprintf("theorem t : %s := rfl\n", type);
	struct lean_check check = check_of("", type, text);
	free(type);
	free(text);
	return check;
}

static struct verifier *open_verifier(
	struct loop *loop, const struct lean_info *lean, const char *backend) {
	struct verifier_options options = {
		.backend = backend, .lean = lean, .jobs = 1, .uses_limit = 1 << 20};
	struct verifier *verifier = NULL;
	struct error err;
	if (verifier_open(loop, &options, &verifier, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		exit(1);
	}
	return verifier;
}

static void need_accepted(const struct verdict *verdict) {
	if (verdict->outcome != OUTCOME_ACCEPTED) {
		fprintf(stderr, "not accepted: %s\n", verdict->messages);
		exit(1);
	}
}

static void ask_once(struct loop *loop, struct verifier *verifier, const struct lean_check *check) {
	struct verdict verdict = {0};
	ask_all(loop, verifier, check, 1, &verdict);
	need_accepted(&verdict);
	verdict_finish(&verdict);
}

/* Proofs a second, all submitted at once. */
static double throughput(const struct lean_info *lean, const char *backend, int count) {
	struct loop *loop = loop_create(NULL);
	struct verifier *verifier = open_verifier(loop, lean, backend);
	struct lean_check *checks = xcalloc((size_t)count, sizeof(*checks));
	struct verdict *verdicts = xcalloc((size_t)count, sizeof(*verdicts));
	struct lean_check first = small_check(count); // the self-test, and the start
	ask_once(loop, verifier, &first);
	for (int i = 0; i < count; i++) {
		checks[i] = small_check(i);
	}
	int64_t start_ns = clock_now();
	ask_all(loop, verifier, checks, (size_t)count, verdicts);
	double took_s = (double)(clock_now() - start_ns) / CLOCK_SECOND;
	for (int i = 0; i < count; i++) {
		need_accepted(&verdicts[i]);
		verdict_finish(&verdicts[i]);
		lean_check_finish(&checks[i]);
	}
	lean_check_finish(&first);
	free(checks);
	free(verdicts);
	verifier_close(verifier);
	loop_destroy(loop);
	return count / took_s;
}

/* ---- The minimal client: two pipes, blocking, no checks, no limits. */

struct client {
	FILE *to;
	FILE *from;
	pid_t pid;
	int version;
};

static void send_frame(struct client *client, const char *text) {
	fprintf(client->to, "Content-Length: %zu\r\n\r\n%s", strlen(text), text);
}

static void client_open(struct client *client, const struct lean_info *lean) {
	int in[2], out[2];
	if (pipe(in) != 0 || pipe(out) != 0) {
		exit(1);
	}
	client->pid = fork();
	if (client->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		close(out[0]);
		execl(lean->path, lean->path, "--worker",
			lean->old ? NULL : "-Dserver.reportDelayMs=0", "file:///f2f/Check.lean",
			NULL);
		_exit(1);
	}
	close(in[0]);
	close(out[1]);
	client->to = fdopen(in[1], "w");
	client->from = fdopen(out[0], "r");
	send_frame(client, "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{"
			   "\"capabilities\":{}}}");
}

/* Reads frames up to the answer for this version. */
static void client_wait(struct client *client) {
	char *id = xasprintf("\"id\":%d", client->version);
	bool found = false;
	char line[256];
	size_t length = 0;
	while (!found && fgets(line, sizeof(line), client->from) != NULL) {
		if (strcmp(line, "\r\n") == 0) {
			char *text = xcalloc(1, length + 1);
			found = fread(text, 1, length, client->from) == length &&
				strstr(text, "\"method\"") == NULL && strstr(text, id) != NULL;
			free(text);
		}
		sscanf(line, "Content-Length: %zu", &length);
	}
	free(id);
	if (!found) {
		fprintf(stderr, "the minimal client lost its worker\n");
		exit(1);
	}
}

static void client_ask(struct client *client, const struct lean_check *check) {
	struct buf text = BUF_INIT(TEXT_MAX), content = BUF_INIT(TEXT_MAX);
	buf_append_str(&text, check->header);
	buf_append_str(&text, check->body);
	client->version++;
	if (client->version == 1) {
		buf_append_str(&content,
			"{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didOpen\",\"params\":{"
			"\"dependencyBuildMode\":\"never\",\"textDocument\":{\"uri\":"
			"\"file:///f2f/Check.lean\",\"languageId\":\"lean\",\"version\":1,"
			"\"text\":");
	} else {
		buf_appendf(&content,
			"{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didChange\",\"params\":{"
			"\"textDocument\":{\"uri\":\"file:///f2f/Check.lean\",\"version\":%d},"
			"\"contentChanges\":[{\"text\":",
			client->version);
	}
	json_append_string(&content, buf_str(&text), text.len);
	buf_append_str(&content, client->version == 1 ? "}}}" : "}]}}");
	send_frame(client, buf_str(&content));
	buf_clear(&content);
	buf_appendf(&content,
		"{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"textDocument/waitForDiagnostics\","
		"\"params\":{\"uri\":\"file:///f2f/Check.lean\",\"version\":%d}}",
		client->version, client->version);
	send_frame(client, buf_str(&content));
	fflush(client->to);
	client_wait(client);
	buf_finish(&content);
	buf_finish(&text);
}

static void client_close(struct client *client) {
	kill(client->pid, SIGKILL);
	waitpid(client->pid, NULL, 0);
	fclose(client->to);
	fclose(client->from);
}

/* Both take each text in turn, so that what the machine does meanwhile falls on both. */
static void overhead(const struct lean_info *lean) {
	struct loop *loop = loop_create(NULL);
	struct verifier *verifier = open_verifier(loop, lean, "lsp");
	struct client client = {0};
	int64_t ours_ns[PAIRS], minimal_ns[PAIRS], cpu_ns[PAIRS];
	client_open(&client, lean);
	struct lean_check first = small_check(WARM + PAIRS);
	ask_once(loop, verifier, &first);
	client_ask(&client, &first);
	for (int i = 0; i < PAIRS; i++) {
		struct lean_check check = small_check(WARM + i);
		int64_t start_ns = clock_now();
		client_ask(&client, &check);
		minimal_ns[i] = clock_now() - start_ns;
		start_ns = clock_now();
		int64_t before_ns = own_cpu_ns();
		ask_once(loop, verifier, &check);
		cpu_ns[i] = own_cpu_ns() - before_ns;
		ours_ns[i] = clock_now() - start_ns;
		lean_check_finish(&check);
	}
	static const size_t percents[] = {10, 50};
	for (size_t i = 0; i < F2F_COUNT(percents); i++) {
		double minimal_ms = percentile_ms(minimal_ns, PAIRS, percents[i]);
		double ours_ms = percentile_ms(ours_ns, PAIRS, percents[i]);
		printf("one check, %s of %d: %.2f ms, minimal client %.2f ms: %.2f ms more%s\n",
			percents[i] == 50 ? "median" : "fastest tenth", PAIRS, ours_ms, minimal_ms,
			ours_ms - minimal_ms, percents[i] == 50 ? " (target 5)" : "");
	}
	printf("of f2f's own processor time: %.2f ms\n", percentile_ms(cpu_ns, PAIRS, 50));
	lean_check_finish(&first);
	client_close(&client);
	verifier_close(verifier);
	loop_destroy(loop);
}

int main(void) {
	signal(SIGPIPE, SIG_IGN);
	struct lean_info lean = {0};
	struct error err;
	if (lean_find(NULL, NULL, NULL, &lean, &err) < 0) {
		printf("skipped, no lean: %s\n", err.message);
		return SKIPPED;
	}
	printf("Lean %s, sandbox on\n", lean.version);
	bool is_long = getenv("F2F_TEST_LONG") != NULL;
	double warm = throughput(&lean, "lsp", WARM);
	printf("%d proofs by one warm worker: %.1f a second\n", WARM, warm);
	int count = is_long ? WARM : PROCESSES;
	double apart = throughput(&lean, "batch", count);
	printf("%d proofs, a process each: %.1f a second; ratio %.1f\n", count, apart,
		warm / apart);
	overhead(&lean);
	lean_info_finish(&lean);
	return 0;
}
