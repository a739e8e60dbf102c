#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "dataset/gzip.h"
#include "dataset/json_split.h"
#include "dataset/reader.h"
#include "dataset/words_paper_leaf.h"

/* The efficiency paper's problem files (../shared/spec/efficiency.md 3.8): an array of problems,
 * each in a base form and in the cells of two families. */

enum { FILE_MAX = 512 * 1000 * 1000, PROBLEM_MAX = 16 * 1000 * 1000 };

/* The file's word for it, and ours. */
struct word {
	const char *written;
	const char *name;
};

static const char *const families[] = {"disconnected", "connected"};
static const struct word sizes[] = {
	{"simple", "axiom"}, {"complex", "tree"}, {"more_complex", "trees"}};
static const struct word overlaps[] = {{"no_overlap", "none"}, {"entity_overlap", "entity"},
	{"agent_overlap", "agent"}, {"agent_entity_overlap", "both"}, {"control", "control"}};

/* ---- One problem in one cell. */

/* `name` and `cell` are taken over. */
static int take_leaf(struct reader *reader, const json_t *object, char *name, char *cell,
	const char *family, struct error *err) {
	struct paper_leaf leaf;
	struct problem problem = {.name = name, .cell = cell, .family = xstrdup(family)};
	int rc = paper_leaf_read(object, &leaf, err);
	if (rc < 0) {
		error_prefix(err, "%s", name);
		problem_finish(&problem);
		return rc;
	}
	if (leaf.class != NULL) {
		reader_omit(reader, name, leaf.class, leaf.why);
		paper_leaf_finish(&leaf);
		problem_finish(&problem);
		return 0;
	}
	problem.file_subset = xstrdup("test");
	problem.informal = leaf.informal;
	problem.program = leaf.program;
	problem.answer = leaf.answer;
	return reader_take(reader, &problem, err);
}

static int need_object(
	const json_t *object, const char *key, const json_t **value_out, struct error *err) {
	*value_out = json_object_get(object, key);
	return json_is_object(*value_out)
		       ? 0
		       : error_set(err, ERROR_INPUT, "\"%s\" is not an object", key);
}

static int read_size(struct reader *reader, const json_t *object, size_t number,
	const char *family, const char *size, struct error *err) {
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < F2F_COUNT(overlaps); i++) {
		const json_t *leaf;
		rc = need_object(object, overlaps[i].written, &leaf, err);
		if (rc == 0) {
			rc = take_leaf(reader, leaf,
				xasprintf("p%04zu-%s-%s-%s", number, family, size,
					overlaps[i].name),
				xasprintf("%s/%s", size, overlaps[i].name), family, err);
		}
	}
	return rc;
}

static int read_family(struct reader *reader, const json_t *object, size_t number,
	const char *family, struct error *err) {
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < F2F_COUNT(sizes); i++) {
		const json_t *size;
		rc = need_object(object, sizes[i].written, &size, err);
		rc = rc < 0 ? rc
			    : read_size(reader, size, number, family, sizes[i].name, err);
	}
	return rc;
}

static int read_problem(
	struct reader *reader, const json_t *object, size_t number, struct error *err) {
	const json_t *base;
	int rc = need_object(object, "base", &base, err);
	rc = rc < 0 ? rc
		    : take_leaf(reader, base, xasprintf("p%04zu-base", number), xstrdup("base"),
			      NULL, err);
	for (size_t i = 0; rc == 0 && i < F2F_COUNT(families); i++) {
		const json_t *family;
		rc = need_object(object, families[i], &family, err);
		rc = rc < 0 ? rc : read_family(reader, family, number, families[i], err);
	}
	return rc;
}

/* ---- The file. */

static int read_element(
	struct reader *reader, struct str element, size_t number, struct error *err) {
	json_t *object = NULL;
	int rc = json_parse(element.data, element.len, &object, err);
	rc = rc < 0 ? rc : read_problem(reader, object, number, err);
	json_decref(object);
	if (rc < 0) {
		error_prefix(err, "problem %zu", number);
	}
	return rc;
}

static int read_text(struct reader *reader, const char *text, size_t length, struct error *err) {
	struct json_split split;
	struct str element;
	bool found = true;
	int rc = reader_check_text(text, length, err);
	rc = rc < 0 ? rc : json_split_begin(text, length, PROBLEM_MAX, &split, err);
	while (rc == 0 && found) {
		rc = json_split_next(&split, &element, &found, err);
		if (rc == 0 && found) {
			rc = read_element(reader, element, split.count, err);
		}
	}
	return rc;
}

static int read_blob(struct reader *reader, const struct dataset_blob *blob, struct error *err) {
	struct buf text = BUF_INIT(FILE_MAX);
	int rc = 0;
	if (gzip_is(blob->data, blob->length)) {
		rc = gzip_expand(blob->data, blob->length, &text, err);
		rc = rc < 0 ? rc : read_text(reader, buf_str(&text), text.len, err);
	} else {
		rc = read_text(reader, blob->data, blob->length, err);
	}
	buf_finish(&text);
	if (rc < 0) {
		error_prefix(err, "%s", blob->path);
	}
	return rc;
}

static int read_words_paper(struct reader *reader, struct error *err) {
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < reader->blob_count; i++) {
		rc = read_blob(reader, &reader->blobs[i], err);
	}
	return rc;
}

const struct layout layout_words_paper = {
	.name = "words-paper",
	.read = read_words_paper,
};
