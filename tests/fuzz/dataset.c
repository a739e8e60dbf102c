#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "dataset/dataset.h"

static void check(struct problem *problem, void *data) {
	int64_t *count = data;
	const char *texts[] = {problem->split, problem->name, problem->subset, problem->theorem,
		problem->header, problem->preamble, problem->statement};
	for (size_t i = 0; i < F2F_COUNT(texts); i++) {
		if (texts[i] == NULL || !utf8_valid(texts[i], strlen(texts[i]), NULL)) {
			abort();
		}
	}
	++*count;
	problem_finish(problem);
}

/* As lines and as an array: whole problems come out, and a failure always says where. */
void fuzz_one(const uint8_t *bytes, size_t length) {
	char name[] = "fuzz", jsonl[] = "jsonl", json[] = "json";
	char *layouts[] = {jsonl, json};
	for (size_t i = 0; i < F2F_COUNT(layouts); i++) {
		const struct dataset dataset = {.name = name, .layout = layouts[i], .count = 2};
		const struct dataset_blob blob = {.role = "problems",
			.path = "x",
			.data = (const char *)bytes,
			.length = length};
		struct error err = {0};
		int64_t count = 0;
		int rc = dataset_read(&dataset, &blob, 1, check, NULL, &count, &err);
		if ((rc == 0) != (err.message[0] == '\0') || (rc == 0 && count != dataset.count)) {
			abort();
		}
	}
}
