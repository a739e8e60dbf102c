#ifndef F2F_TESTS_UNIT_READING_H
#define F2F_TESTS_UNIT_READING_H

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/vec.h"
#include "core/problem.h"
#include "dataset/dataset.h"

/* ---- What a test reads and what comes out. */

struct reading {
	VEC(struct problem) problems;
	VEC(struct dataset_blob) blobs;
	VEC(char *) owned;
	struct buf omissions; // "NAME: CLASS: WHY" a line
	struct dataset *dataset;
	struct error err;
	int rc;
};

static inline void keep(struct problem *problem, void *data) {
	struct reading *reading = data;
	vec_push(&reading->problems, *problem);
}

static inline void note_omission(const struct dataset_omission *omission, void *data) {
	struct reading *reading = data;
	buf_appendf(&reading->omissions, "%s: %s: %s\n", omission->name, omission->class,
		omission->why);
}

static inline void use_set(struct reading *reading, const char *name) {
	ck_assert_int_eq(dataset_load(name, &reading->dataset, &reading->err), 0);
}

static inline void add_text(struct reading *reading, const char *role, const char *path,
	const char *text, size_t length) {
	char *copy = xmemdup0(text, length);
	char *name = xstrdup(path);
	vec_push(&reading->owned, copy);
	vec_push(&reading->owned, name);
	struct dataset_blob blob = {.role = role, .path = name, .data = copy, .length = length};
	vec_push(&reading->blobs, blob);
}

static inline void add_file(
	struct reading *reading, const char *role, const char *root, const char *path) {
	struct buf text = BUF_INIT(16 * 1024 * 1024);
	char *full = path_join(root, path);
	ck_assert_msg(file_read(full, &text, &reading->err) == 0, "%s", reading->err.message);
	add_text(reading, role, path, buf_str(&text), text.len);
	free(full);
	buf_finish(&text);
}

static inline void read_set(struct reading *reading) {
	reading->omissions.max = 1 << 20;
	reading->rc = dataset_read(reading->dataset, reading->blobs.items, reading->blobs.count,
		keep, note_omission, reading, &reading->err);
}

static inline void reading_finish(struct reading *reading) {
	for (size_t i = 0; i < reading->problems.count; i++) {
		problem_finish(&reading->problems.items[i]);
	}
	for (size_t i = 0; i < reading->owned.count; i++) {
		free(reading->owned.items[i]);
	}
	buf_finish(&reading->omissions);
	vec_finish(&reading->problems);
	vec_finish(&reading->blobs);
	vec_finish(&reading->owned);
	dataset_destroy(reading->dataset);
}

static inline const struct problem *find(const struct reading *reading, const char *name) {
	for (size_t i = 0; i < reading->problems.count; i++) {
		if (strcmp(reading->problems.items[i].name, name) == 0) {
			return &reading->problems.items[i];
		}
	}
	ck_abort_msg("no problem %s", name);
}

#endif
