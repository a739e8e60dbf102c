#ifndef F2F_DATASET_READER_H
#define F2F_DATASET_READER_H

#include <jansson.h>

#include "core/problem.h"
#include "dataset/dataset.h"

struct buf;
struct map;

/*
 * What the adapters share. An adapter finds records in the files of its layout and hands each over
 * as a problem; the reader settles what holds for every set: names, subsets, duplicates, counts.
 */

/** One reading of one set. */
struct reader {
	const struct dataset *dataset;
	const struct dataset_blob *blobs;
	size_t blob_count;
	dataset_problem_fn each;
	dataset_omission_fn omit; // may be NULL
	void *data;
	// private state
	struct map *seen; // names so far
	struct map *subsets; // name: subset_test or subset_valid; NULL when the file's word counts
	int64_t test;
	int64_t valid;
};

/** An adapter: one published layout in one file. Its messages name the file and the record. */
struct layout {
	const char *name;
	int (*read)(struct reader *reader, struct error *err);
	// what besides the files settles what is read from them; NULL: nothing
	const char *identity;
};

extern const struct layout layout_json;
extern const struct layout layout_jsonl;
extern const struct layout layout_lean_tree;
extern const struct layout layout_words;
extern const struct layout layout_words_paper;

/**
 * Takes *problem over, also when it fails, and zeroes it. name and file_subset (if the file has
 * labels) are as the file has them; split, subset and toolchain are filled in here. ERROR_INPUT for
 * a name that is none, was there before, or is not of the set.
 */
int reader_take(struct reader *reader, struct problem *problem, struct error *err);

/** Tells of a problem that is left out: its name was looked at by nobody else. */
void reader_omit(struct reader *reader, const char *name, const char *class, const char *why);

/** The name after the alias table. Borrowed: `name` or a constant. */
const char *reader_alias(const char *name);

/**
 * ERROR_INPUT unless the bytes are well-formed UTF-8 without NUL; says at which line they are not.
 */
int reader_check_text(const char *bytes, size_t length, struct error *err);

/** A record of the jsonl and json layouts, made a problem and handed over. */
int record_take(struct reader *reader, const json_t *record, struct error *err);

/**
 * Fill header, preamble, theorem, statement and proof from Lean text. `header` NULL: the text
 * begins with it. ERROR_INPUT for text that is not one theorem, and for a header that does more
 * than import, open and set harmless options.
 */
int formal_fill(struct problem *problem, const char *header, const char *text, struct error *err);

/**
 * Owned text of a doc comment without its marks and outer white space; of other text all of it,
 * trimmed. NULL when nothing is left.
 */
char *formal_comment_text(const char *comment);

/** Append the asset "datasets/…", or the file of F2F_DATASETS that stands in for it. */
int dataset_text(const char *path, struct buf *out, struct error *err);

#endif
