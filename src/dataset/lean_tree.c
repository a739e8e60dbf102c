#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "dataset/reader.h"

/* The two sides of a problem in words, before the formal one claims it. */
struct informal {
	const char *path; // borrowed from the blob
	char *statement;
	char *proof;
};

static void informal_free(void *value) {
	struct informal *informal = value;
	if (informal != NULL) {
		free(informal->statement);
		free(informal->proof);
		free(informal);
	}
}

/* Owned file name without its suffix; NULL when it has another one. */
static char *stem(const char *path, const char *suffix) {
	const char *base = path_base(path);
	return str_ends_with(base, suffix) ? xmemdup0(base, strlen(base) - strlen(suffix)) : NULL;
}

/* "Test" and "Valid" are what the folders of the port are called; the folder is its label. */
static char *folder_label(const char *path) {
	static const char *const labels[] = {"test", "valid"};
	const char *end = strrchr(path, '/');
	char *folder = end != NULL ? xmemdup0(path, (size_t)(end - path)) : xstrdup("");
	char *label = NULL;
	for (size_t i = 0; label == NULL && i < F2F_COUNT(labels); i++) {
		label = str_equal_nocase(path_base(folder), labels[i]) ? xstrdup(labels[i]) : NULL;
	}
	free(folder);
	return label;
}

static int parse_informal(
	const json_t *object, const char *name, struct informal *informal, struct error *err) {
	const char *said = NULL;
	const char *statement = NULL;
	const char *proof = NULL;
	if (!json_is_object(object)) {
		return error_set(err, ERROR_INPUT, "not an object");
	}
	int rc = json_need_string(object, "problem_name", &said, err);
	rc = rc < 0 ? rc : json_need_string(object, "informal_statement", &statement, err);
	rc = rc < 0 ? rc : json_need_string(object, "informal_proof", &proof, err);
	if (rc < 0) {
		return rc;
	}
	if (strcmp(said, name) != 0) {
		return error_set(err, ERROR_INPUT, "\"problem_name\" is not the file's name");
	}
	informal->statement = statement[0] != '\0' ? xstrdup(statement) : NULL;
	informal->proof = proof[0] != '\0' ? xstrdup(proof) : NULL;
	return 0;
}

static int read_informal(struct map *texts, const struct dataset_blob *blob, struct error *err) {
	char *name = stem(blob->path, ".json");
	if (name == NULL) {
		return 0;
	}
	struct informal *informal = xcalloc(1, sizeof(*informal));
	json_t *object = NULL;
	informal->path = blob->path;
	int rc = reader_check_text(blob->data, blob->length, err);
	rc = rc < 0 ? rc : json_parse(blob->data, blob->length, &object, err);
	rc = rc < 0 ? rc : parse_informal(object, name, informal, err);
	if (rc == 0 && map_has(texts, reader_alias(name))) {
		rc = error_set(err, ERROR_INPUT, "%s: a second problem of this name", name);
	}
	if (rc < 0) {
		error_prefix(err, "%s", blob->path);
		goto out;
	}
	map_set(texts, reader_alias(name), informal);
	informal = NULL; // now the map's
out:
	informal_free(informal);
	json_decref(object);
	free(name);
	return rc;
}

static int read_lean(struct reader *reader, struct map *texts, const struct dataset_blob *blob,
	struct error *err) {
	struct problem problem = {
		.name = stem(blob->path, ".lean"), .file_subset = folder_label(blob->path)};
	int rc = 0;
	if (problem.name == NULL) {
		goto out;
	}
	struct informal *informal = map_remove(texts, reader_alias(problem.name));
	if (informal == NULL) {
		rc = error_set(err, ERROR_INPUT, "%s: no statement in words", problem.name);
		goto out;
	}
	problem.informal = informal->statement;
	problem.informal_proof = informal->proof;
	free(informal); // its texts are the problem's
	rc = reader_check_text(blob->data, blob->length, err);
	if (rc == 0) {
		char *text = xmemdup0(blob->data, blob->length);
		rc = formal_fill(&problem, NULL, text, err);
		free(text);
	}
	rc = rc < 0 ? rc : reader_take(reader, &problem, err);
out:
	if (rc < 0) {
		error_prefix(err, "%s", blob->path);
	}
	problem_finish(&problem);
	return rc;
}

static void note_left_over(const char *key, void *value, void *data) {
	const struct informal **left = data;
	*left = *left == NULL ? value : *left;
}

static int check_left_over(const struct map *texts, struct error *err) {
	const struct informal *left = NULL;
	map_foreach(texts, note_left_over, &left);
	return left == NULL
		       ? 0
		       : error_set(err, ERROR_INPUT, "%s: no Lean file of this name", left->path);
}

/* A Lean file a problem in one source, a JSON file a problem in the other. */
static int read_tree(struct reader *reader, struct error *err) {
	struct map *texts = map_create();
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < reader->blob_count; i++) {
		if (strcmp(reader->blobs[i].role, "informal") == 0) {
			rc = read_informal(texts, &reader->blobs[i], err);
		}
	}
	for (size_t i = 0; rc == 0 && i < reader->blob_count; i++) {
		if (strcmp(reader->blobs[i].role, "lean") == 0) {
			rc = read_lean(reader, texts, &reader->blobs[i], err);
		}
	}
	rc = rc < 0 ? rc : check_left_over(texts, err);
	map_destroy(texts, informal_free);
	return rc;
}

const struct layout layout_lean_tree = {
	.name = "lean-tree",
	.read = read_tree,
};
