#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "base/error.h"
#include "logic/align.h"
#include "logic/generate.h"
#include "logic/solved.h"
#include "logic/verbalise.h"
#include "logic/vocabulary.h"

/* The whole chain of reasoning problems, one after the other, with the time of each part. Printed,
 * not asserted: at most 2 s is wanted for 10,000 trees/both. bench_words [CELL] [PROBLEMS] */

enum part { GENERATE, VERBALISE, ALIGN, PARTS };

static double cpu_seconds(void) {
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long peak_kilobytes(void) {
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void must(int rc, const struct error *err) {
	if (rc < 0) {
		fprintf(stderr, "bench_words: %s\n", err->message);
		exit(EXIT_FAILURE);
	}
}

static void run_one(const struct vocabulary *vocabulary, const struct words_options *options,
	uint64_t number, double seconds[PARTS]) {
	struct error err;
	struct words_problem problem;
	struct buf text = BUF_INIT(1 << 20);
	struct alignment alignment;
	double times[PARTS + 1] = {cpu_seconds()};
	must(words_generate(vocabulary, options, number, &problem, &err), &err);
	times[1] = cpu_seconds();
	verbalise_proof(problem.solved, PROOF_SHORTEST, &text);
	times[2] = cpu_seconds();
	align_text(problem.solved, text.data, text.len, &alignment);
	times[3] = cpu_seconds();
	for (int part = 0; part < PARTS; part++) {
		seconds[part] += times[part + 1] - times[part];
	}
	alignment_finish(&alignment);
	buf_finish(&text);
	words_problem_finish(&problem);
}

int main(int argc, char **argv) {
	static const char *const names[PARTS] = {
		"generate and solve", "verbalise", "read and align"};
	const char *cell = argc > 1 ? argv[1] : "trees/both";
	long problems = argc > 2 ? strtol(argv[2], NULL, 10) : 10000;
	struct words_options options = {.seed = 1};
	if (!words_cell_parse(cell, &options.size, &options.overlap) || problems <= 0) {
		fprintf(stderr, "usage: bench_words [CELL] [PROBLEMS]\n");
		return EXIT_FAILURE;
	}
	struct error err;
	struct vocabulary *vocabulary;
	double seconds[PARTS] = {0}, start = cpu_seconds();
	long tenth = 0;
	must(vocabulary_load(&vocabulary, &err), &err);
	printf("%-20s %7.3f s\n", "load the words", cpu_seconds() - start);
	for (long number = 0; number < problems; number++) {
		tenth = number == problems / 10 ? peak_kilobytes() : tenth;
		run_one(vocabulary, &options, (uint64_t)number, seconds);
	}
	for (int part = 0; part < PARTS; part++) {
		printf("%-20s %7.3f s %6.1f us each\n", names[part], seconds[part],
			seconds[part] * 1e6 / (double)problems);
	}
	printf("%ld problems of %s: %.3f s of CPU, %ld KB; %ld KB after a tenth of them\n",
		problems, cell, cpu_seconds() - start, peak_kilobytes(), tenth);
	vocabulary_destroy(vocabulary);
	return EXIT_SUCCESS;
}
