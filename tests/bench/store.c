#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "core/completion.h"
#include "core/problem.h"
#include "store/store.h"

/* What storing costs: samples with a reply of 2 KB each, their candidate and their verdict, in
 * transactions of 64 as the engine makes them. Printed, not asserted. bench_store [SAMPLES] [FILE] */

enum { SAMPLES = 20000, BATCH = 64, REPLY = 2048, PROBLEMS = 488 };

static double cpu_seconds(void) {
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void must(int rc, const struct error *err) {
	if (rc < 0) {
		fprintf(stderr, "bench_store: %s\n", err->message);
		exit(EXIT_FAILURE);
	}
}

/* Words that do not repeat from reply to reply, of about the entropy of text. */
static void fill(char *text, size_t length, uint64_t *state) {
	for (size_t i = 0; i < length; i++) {
		*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
		text[i] = "abcdefghijklmnopqrstuvwxyz (:)\n"[(*state >> 33) % 31];
	}
	text[length] = '\0';
}

static void put_problems(struct store *store, struct error *err) {
	struct problem problems[PROBLEMS] = {0};
	for (size_t i = 0; i < PROBLEMS; i++) {
		problems[i].split = xstrdup("v2s");
		problems[i].name = xasprintf("mathd_algebra_%zu", i);
		problems[i].subset = xstrdup("test");
		problems[i].statement = xasprintf("theorem mathd_algebra_%zu : True", i);
	}
	char name[] = "v2s", version[] = "1", hash[] = "0";
	struct set_record set = {.name = name, .version = version, .hash = hash};
	must(store_set_replace(store, &set, NULL, 0, problems, PROBLEMS, err), err);
	for (size_t i = 0; i < PROBLEMS; i++) {
		problem_finish(&problems[i]);
	}
}

static void put_sample(struct store *store, int64_t number, uint64_t *state, struct error *err) {
	char problem[32], reply[REPLY + 1], candidate[REPLY / 4 + 1];
	char model[] = "test-model", finish[] = "stop", backend[] = "lsp", lean[] = "4.9.0";
	char policy[] = "strict", sandbox[] = "bwrap", id[] = "chatcmpl-0123456789";
	snprintf(problem, sizeof(problem), "mathd_algebra_%d", (int)(number % PROBLEMS));
	fill(reply, REPLY, state);
	memcpy(candidate, reply, REPLY / 4);
	candidate[REPLY / 4] = '\0';
	struct completion completion;
	completion_init(&completion);
	completion.text = reply;
	completion.model = model;
	completion.finish_reason = finish;
	completion.request_id = id;
	completion.prompt_tokens = 300;
	completion.completion_tokens = 700;
	struct sample_record sample = {
		.key = {"20261123-160501-4f2a", "v2s", problem, "prove", number / PROBLEMS},
		.prompt = problem,
		.completion = &completion,
		.candidate = candidate,
		.attempts = 1,
		.elapsed_ns = 1000000,
	};
	int64_t sample_id;
	must(store_sample_put(store, &sample, &sample_id, err), err);
	struct verdict verdict = {
		.outcome = OUTCOME_REJECTED,
		.reason = REASON_ERROR,
		.messages = number % 2 == 0 ? candidate : NULL,
		.cpu_ns = 1000000,
		.elapsed_ns = 1000000,
		.backend = backend,
		.lean = lean,
		.policy = policy,
		.sandbox = sandbox,
	};
	must(store_verdict_put(store, sample_id, &verdict, err), err);
}

static void put_run(struct store *store, struct error *err) {
	char id[] = "20261123-160501-4f2a", state[] = "running", model[] = "openai/test";
	char split[] = "v2s", subset[] = "test", task[] = "prove", empty[] = "{}";
	struct run_record run = {
		.id = id,
		.created_ns = 1,
		.state = state,
		.model = model,
		.split = split,
		.subset = subset,
		.task = task,
		.samples = 1,
		.settings = empty,
		.manifest = empty,
	};
	must(store_run_insert(store, &run, err), err);
}

static int count_state(const struct sample_state *state, void *data) {
	(void)state;
	++*(int64_t *)data;
	return 0;
}

int main(int argc, char **argv) {
	int64_t samples = argc > 1 ? strtoll(argv[1], NULL, 10) : SAMPLES;
	char folder[] = "/tmp/f2f-bench-XXXXXX";
	if (argc < 3 && mkdtemp(folder) == NULL) {
		return EXIT_FAILURE;
	}
	char *path = argc > 2 ? xstrdup(argv[2]) : xasprintf("%s/f2f.db", folder);
	struct error err = {.message = ""};
	struct store *store = NULL;
	must(store_open(path, &(struct store_options){.mode = DB_WRITE}, &store, &err), &err);
	put_problems(store, &err);
	put_run(store, &err);
	uint64_t random = 1;
	int64_t wall = clock_now();
	double cpu = cpu_seconds();
	for (int64_t i = 0; i < samples; i++) {
		must(store_begin(store, &err), &err);
		put_sample(store, i, &random, &err);
		if (i % BATCH == BATCH - 1 || i + 1 == samples) {
			must(store_commit(store, &err), &err);
		}
	}
	double seconds = (double)(clock_now() - wall) / 1e9;
	cpu = cpu_seconds() - cpu;
	printf("store: %" PRId64 " samples, %.0f a second, %.1f us of CPU a sample", samples,
		(double)samples / seconds, cpu * 1e6 / (double)samples);
	int64_t read = 0;
	wall = clock_now();
	must(store_samples(store, "20261123-160501-4f2a", count_state, &read, &err), &err);
	double reading = (double)(clock_now() - wall) / 1e6;
	wall = clock_now();
	store_close(store);
	double closing = (double)(clock_now() - wall) / 1e6;
	struct stat info = {0};
	stat(path, &info);
	printf("; %" PRId64 " states read in %.1f ms, closed in %.1f ms, %.1f MB\n", read, reading,
		closing, (double)info.st_size / 1e6);
	if (argc < 3) {
		unlink(path);
		rmdir(folder);
	}
	free(path);
	return EXIT_SUCCESS;
}
