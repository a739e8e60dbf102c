#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "dataset/dataset.h"

static void check_texts(const char *const *texts, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (texts[i] == NULL || !utf8_valid(texts[i], strlen(texts[i]), NULL)) {
			abort();
		}
	}
}

static void check(struct problem *problem, void *data) {
	int64_t *count = data;
	const char *all[] = {problem->split, problem->name, problem->subset};
	const char *formal[] = {
		problem->theorem, problem->header, problem->preamble, problem->statement};
	const char *words[] = {problem->informal, problem->cell, problem->program, problem->answer};
	bool is_words = strcmp(problem->split, "words-paper") == 0;
	check_texts(all, F2F_COUNT(all));
	check_texts(is_words ? words : formal, is_words ? F2F_COUNT(words) : F2F_COUNT(formal));
	++*count;
	problem_finish(problem);
}

static void check_omission(const struct dataset_omission *omission, void *data) {
	(void)data;
	const char *texts[] = {omission->name, omission->class, omission->why};
	check_texts(texts, F2F_COUNT(texts));
}

/* As lines, as an array and as word problems: whole problems come out, and a failure always says
 * where. */
void fuzz_one(const uint8_t *bytes, size_t length) {
	char name[] = "words-paper", jsonl[] = "jsonl", json[] = "json";
	char *layouts[] = {jsonl, json, name};
	for (size_t i = 0; i < F2F_COUNT(layouts); i++) {
		// How many word problems are left out is not known before.
		const struct dataset dataset = {.name = layouts[i],
			.layout = layouts[i],
			.count = layouts[i] == name ? 0 : 2};
		const struct dataset_blob blob = {.role = "problems",
			.path = "x",
			.data = (const char *)bytes,
			.length = length};
		struct error err = {0};
		int64_t count = 0;
		int rc = dataset_read(&dataset, &blob, 1, check, check_omission, &count, &err);
		if ((rc == 0) != (err.message[0] == '\0') ||
			(rc == 0 && dataset.count > 0 && count != dataset.count)) {
			abort();
		}
	}
}
