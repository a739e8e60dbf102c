#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "dataset/dataset.h"
#include "dataset/reader.h"

enum { SUBSET_NAMES_MAX = 4 * 1024 * 1024, NAME_MAX_BYTES = 200 };

static const char subset_test[] = "test";
static const char subset_valid[] = "valid";

static const struct layout *const layouts[] = {&layout_json, &layout_jsonl, &layout_lean_tree,
	&layout_words, &layout_words_paper};

/* One problem, two spellings: what the set writes, and what all other miniF2F sets write. */
static const struct {
	const char *written;
	const char *name;
} aliases[] = {
	{"numbertheory_notEquiv2i2jasqbsqdiv8", "numbertheory_notequiv2i2jasqbsqdiv8"},
};

const char *reader_alias(const char *name) {
	for (size_t i = 0; i < F2F_COUNT(aliases); i++) {
		if (strcmp(aliases[i].written, name) == 0) {
			return aliases[i].name;
		}
	}
	return name;
}

int reader_check_text(const char *bytes, size_t length, struct error *err) {
	size_t bad = length;
	const char *nul = memchr(bytes, '\0', length);
	const char *what = "ill-formed UTF-8";
	if (nul != NULL) {
		bad = (size_t)(nul - bytes);
		what = "a NUL byte";
	}
	size_t ill = 0;
	if (!utf8_valid(bytes, length, &ill) && ill < bad) {
		bad = ill;
		what = "ill-formed UTF-8";
	}
	if (bad == length) {
		return 0;
	}
	size_t line = 1;
	for (size_t i = 0; i < bad; i++) {
		line += bytes[i] == '\n';
	}
	return error_set(err, ERROR_INPUT, "line %zu: %s", line, what);
}

/* Names go into file names, URLs and terminals. */
static int check_name(const char *name, struct error *err) {
	size_t length = strlen(name);
	if (length == 0) {
		return error_set(err, ERROR_INPUT, "\"name\" is empty");
	}
	if (length > NAME_MAX_BYTES) {
		return error_set(
			err, ERROR_INPUT, "\"name\" is longer than %d bytes", NAME_MAX_BYTES);
	}
	bool odd = name[0] == '.' || name[0] == '-';
	for (const char *c = name; *c != '\0'; c++) {
		bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			      (*c >= '0' && *c <= '9');
		odd = odd || (!letter && strchr("_.-'", *c) == NULL);
	}
	return odd ? error_set(err, ERROR_INPUT,
			     "\"name\" holds other characters than A-Z a-z 0-9 _ . - '")
		   : 0;
}

/* The label that counts: by name where the set says so, since files are known to exchange them. */
static int find_subset(const struct reader *reader, const struct problem *problem,
	const char **subset_out, struct error *err) {
	const char *label = problem->file_subset;
	if (label != NULL && strcmp(label, subset_test) != 0 && strcmp(label, subset_valid) != 0) {
		return error_set(err, ERROR_INPUT, "%s: the subset is neither test nor valid",
			problem->name);
	}
	if (reader->subsets != NULL) {
		*subset_out = map_get(reader->subsets, problem->name);
		return *subset_out != NULL
			       ? 0
			       : error_set(err, ERROR_INPUT, "%s: no problem of this name in %s",
					 problem->name, reader->dataset->subset_names);
	}
	if (label == NULL) {
		return error_set(err, ERROR_INPUT, "%s: no subset", problem->name);
	}
	*subset_out = label;
	return 0;
}

int reader_take(struct reader *reader, struct problem *problem, struct error *err) {
	const char *subset = NULL;
	int rc = check_name(problem->name, err);
	if (rc < 0) {
		goto out;
	}
	const char *name = reader_alias(problem->name);
	if (name != problem->name) {
		free(problem->name);
		problem->name = xstrdup(name);
	}
	if (map_has(reader->seen, problem->name)) {
		rc = error_set(
			err, ERROR_INPUT, "%s: a second problem of this name", problem->name);
		goto out;
	}
	rc = find_subset(reader, problem, &subset, err);
	if (rc < 0) {
		goto out;
	}
	map_set(reader->seen, problem->name, reader);
	reader->test += strcmp(subset, subset_test) == 0;
	reader->valid += strcmp(subset, subset_valid) == 0;
	problem->subset = xstrdup(subset);
	problem->split = xstrdup(reader->dataset->name);
	problem->toolchain = xstrdup(reader->dataset->toolchain);
	reader->each(problem, reader->data);
	memset(problem, 0, sizeof(*problem)); // now the caller's
out:
	problem_finish(problem);
	memset(problem, 0, sizeof(*problem));
	return rc;
}

void reader_omit(struct reader *reader, const char *name, const char *class, const char *why) {
	if (reader->omit != NULL) {
		reader->omit(
			&(struct dataset_omission){.name = name, .class = class, .why = why},
			reader->data);
	}
}

/* Lines "test NAME" and "valid NAME"; '#' begins a comment line. */
static int load_subsets(const char *path, struct map *subsets, struct error *err) {
	struct buf text = BUF_INIT(SUBSET_NAMES_MAX);
	int rc = dataset_text(path, &text, err);
	struct str rest = str_slice(buf_str(&text), text.len);
	struct str line;
	for (size_t number = 1; rc == 0 && str_next_line(&rest, &line); number++) {
		line = str_trim(line);
		if (line.len == 0 || line.data[0] == '#') {
			continue;
		}
		char *copy = xmemdup0(line.data, line.len);
		char *space = strchr(copy, ' ');
		if (str_starts_with(copy, "test ")) {
			map_set(subsets, space + 1, (void *)subset_test);
		} else if (str_starts_with(copy, "valid ")) {
			map_set(subsets, space + 1, (void *)subset_valid);
		} else {
			rc = error_set(err, ERROR_INPUT,
				"%s: line %zu: not \"test NAME\" or \"valid NAME\"", path, number);
		}
		free(copy);
	}
	buf_finish(&text);
	return rc;
}

static int check_counts(const struct reader *reader, struct error *err) {
	const struct dataset *dataset = reader->dataset;
	int64_t count = (int64_t)map_count(reader->seen);
	if (dataset->count > 0 && count != dataset->count) {
		return error_set(err, ERROR_INPUT, "%lld problems where the set has %lld",
			(long long)count, (long long)dataset->count);
	}
	if (dataset->subset_count > 0 &&
		(reader->test != dataset->subset_count || reader->valid != dataset->subset_count)) {
		return error_set(err, ERROR_INPUT,
			"%lld test and %lld valid problems where the set has %lld of each",
			(long long)reader->test, (long long)reader->valid,
			(long long)dataset->subset_count);
	}
	return 0;
}

static const struct layout *find_layout(const struct dataset *dataset) {
	for (size_t i = 0; i < F2F_COUNT(layouts); i++) {
		if (strcmp(layouts[i]->name, dataset->layout) == 0) {
			return layouts[i];
		}
	}
	return NULL;
}

const char *dataset_identity(const struct dataset *dataset) {
	const struct layout *layout = find_layout(dataset);
	return layout != NULL ? layout->identity : NULL;
}

static int run_layout(struct reader *reader, struct error *err) {
	const struct layout *layout = find_layout(reader->dataset);
	return layout != NULL ? layout->read(reader, err)
			      : error_set(err, ERROR_INPUT, "unknown layout \"%s\"",
					reader->dataset->layout);
}

int dataset_read(const struct dataset *dataset, const struct dataset_blob *blobs, size_t blob_count,
	dataset_problem_fn each, dataset_omission_fn omit, void *data, struct error *err) {
	struct reader reader = {
		.dataset = dataset,
		.blobs = blobs,
		.blob_count = blob_count,
		.each = each,
		.omit = omit,
		.data = data,
		.seen = map_create(),
	};
	int rc = 0;
	if (dataset->subset_names != NULL) {
		reader.subsets = map_create();
		rc = load_subsets(dataset->subset_names, reader.subsets, err);
	}
	rc = rc < 0 ? rc : run_layout(&reader, err);
	rc = rc < 0 ? rc : check_counts(&reader, err);
	map_destroy(reader.seen, NULL);
	map_destroy(reader.subsets, NULL);
	return rc;
}

struct dataset_blob *dataset_built_in(const struct dataset *dataset, size_t *count_out) {
	struct dataset_blob *blobs = xcalloc(dataset->built_in_count + 1, sizeof(*blobs));
	size_t count = 0;
	for (size_t i = 0; i < dataset->built_in_count; i++) {
		const struct asset *asset = asset_find(dataset->built_in[i].path);
		if (asset != NULL) {
			blobs[count++] = (struct dataset_blob){
				.role = dataset->built_in[i].role,
				.path = asset->path,
				.data = asset->data,
				.length = asset->size,
			};
		}
	}
	*count_out = count;
	return blobs;
}
