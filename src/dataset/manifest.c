#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "dataset/dataset.h"
#include "dataset/list.h"
#include "dataset/reader.h"

enum { MANIFEST_MAX = 1024 * 1024 };

static const char *const names[] = {DATASET_NAMES};

const char *dataset_name(size_t index) {
	return index < F2F_COUNT(names) ? names[index] : NULL;
}

int dataset_text(const char *path, struct buf *out, struct error *err) {
	const char *folder = getenv("F2F_DATASETS");
	if (folder != NULL && folder[0] != '\0') {
		char *own = path_join(folder, path + strlen("datasets/"));
		int rc = file_exists(own) ? file_read(own, out, err) : ERROR_NOT_FOUND;
		free(own);
		if (rc != ERROR_NOT_FOUND) {
			return rc;
		}
	}
	const struct asset *asset = asset_find(path);
	if (asset == NULL) {
		return error_set(err, ERROR_NOT_FOUND, "%s: not built in", path);
	}
	buf_append(out, asset->data, asset->size);
	return 0;
}

static char *text_or_null(const json_t *object, const char *key) {
	return xstrdup(json_string_or(object, key, NULL));
}

static bool is_hex(const char *text, size_t length) {
	return strlen(text) == length && strspn(text, "0123456789abcdef") == length;
}

static int need_copy(const json_t *object, const char *key, char **text_out, struct error *err) {
	const char *text = NULL;
	int rc = json_need_string(object, key, &text, err);
	if (rc == 0) {
		*text_out = xstrdup(text);
	}
	return rc;
}

static int file_parse(const json_t *object, struct dataset_file *file, struct error *err) {
	int rc = need_copy(object, "path", &file->path, err);
	if (rc == 0) {
		rc = need_copy(object, "role", &file->role, err);
	}
	if (rc < 0) {
		return rc;
	}
	file->sha256 = text_or_null(object, "sha256");
	file->bytes = file->sha256 != NULL ? json_integer_or(object, "bytes", -1) : -1;
	if (file->sha256 != NULL && !is_hex(file->sha256, SHA256_HEX - 1)) {
		return error_set(
			err, ERROR_INPUT, "%s: \"sha256\" is not 64 hex digits", file->path);
	}
	return 0;
}

static int files_parse(const json_t *array, struct dataset_file **files_out, size_t *count_out,
	struct error *err) {
	size_t count = json_array_size(array);
	*files_out = xcalloc(count + 1, sizeof(**files_out));
	*count_out = count;
	for (size_t i = 0; i < count; i++) {
		int rc = file_parse(json_array_get(array, i), &(*files_out)[i], err);
		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}

static int source_parse(const json_t *object, struct dataset_source *source, struct error *err) {
	int rc = need_copy(object, "name", &source->name, err);
	rc = rc < 0 ? rc : need_copy(object, "url", &source->url, err);
	rc = rc < 0 ? rc : need_copy(object, "commit", &source->commit, err);
	rc = rc < 0 ? rc : need_copy(object, "licence", &source->licence, err);
	if (rc < 0) {
		return rc;
	}
	source->unpublished = text_or_null(object, "unpublished");
	if (!is_hex(source->commit, 40)) {
		return error_set(
			err, ERROR_INPUT, "%s: \"commit\" is not 40 hex digits", source->name);
	}
	rc = files_parse(
		json_object_get(object, "files"), &source->files, &source->file_count, err);
	if (rc == 0 && source->file_count == 0) {
		rc = error_set(err, ERROR_INPUT, "%s: no \"files\"", source->name);
	}
	return rc;
}

static int sources_parse(const json_t *array, struct dataset *dataset, struct error *err) {
	dataset->source_count = json_array_size(array);
	dataset->sources = xcalloc(dataset->source_count + 1, sizeof(*dataset->sources));
	for (size_t i = 0; i < dataset->source_count; i++) {
		int rc = source_parse(json_array_get(array, i), &dataset->sources[i], err);
		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}

static int members_parse(const json_t *array, struct dataset *dataset, struct error *err) {
	dataset->member_count = json_array_size(array);
	dataset->members = xcalloc(dataset->member_count + 1, sizeof(*dataset->members));
	for (size_t i = 0; i < dataset->member_count; i++) {
		const json_t *member = json_array_get(array, i);
		if (!json_is_string(member)) {
			return error_set(
				err, ERROR_INPUT, "\"members\" holds something that is no name");
		}
		dataset->members[i] = xstrdup(json_string_value(member));
	}
	return 0;
}

static int manifest_parse(const json_t *root, struct dataset *dataset, struct error *err) {
	int rc = need_copy(root, "name", &dataset->name, err);
	rc = rc < 0 ? rc : need_copy(root, "title", &dataset->title, err);
	rc = rc < 0 ? rc : need_copy(root, "version", &dataset->version, err);
	rc = rc < 0 ? rc : need_copy(root, "layout", &dataset->layout, err);
	rc = rc < 0 ? rc : need_copy(root, "task", &dataset->task, err);
	if (rc < 0) {
		return rc;
	}
	dataset->toolchain = text_or_null(root, "toolchain");
	dataset->mathlib = text_or_null(root, "mathlib");
	dataset->subset_names = text_or_null(root, "subset_names");
	dataset->count = json_integer_or(root, "count", 0);
	dataset->subset_count = json_integer_or(root, "subset_count", 0);
	rc = sources_parse(json_object_get(root, "sources"), dataset, err);
	rc = rc < 0 ? rc : members_parse(json_object_get(root, "members"), dataset, err);
	rc = rc < 0 ? rc
		    : files_parse(json_object_get(root, "built_in"), &dataset->built_in,
			      &dataset->built_in_count, err);
	return rc;
}

static int unknown(const char *name, struct error *err) {
	const char *nearest = str_nearest(name, names, F2F_COUNT(names));
	if (nearest == NULL) {
		return error_set(
			err, ERROR_USAGE, "unknown split \"%s\"; see f2f list splits", name);
	}
	return error_set(err, ERROR_USAGE, "unknown split \"%s\"; did you mean %s?", name, nearest);
}

int dataset_load(const char *name, struct dataset **dataset_out, struct error *err) {
	bool known = false;
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		known = known || strcmp(names[i], name) == 0;
	}
	if (!known) {
		return unknown(name, err);
	}
	struct buf text = BUF_INIT(MANIFEST_MAX);
	struct dataset *dataset = xcalloc(1, sizeof(*dataset));
	json_t *root = NULL;
	char *path = xasprintf("datasets/%s/dataset.json", name);
	int rc = dataset_text(path, &text, err);
	if (rc < 0) {
		goto out;
	}
	rc = json_parse(buf_str(&text), text.len, &root, err);
	rc = rc < 0 ? rc : manifest_parse(root, dataset, err);
	if (rc == 0 && strcmp(dataset->name, name) != 0) {
		rc = error_set(err, ERROR_INPUT, "\"name\" is %s", dataset->name);
	}
	if (rc < 0) {
		error_prefix(err, "%s", path);
		goto out;
	}
	*dataset_out = dataset;
	dataset = NULL; // now the caller's
out:
	dataset_destroy(dataset);
	json_decref(root);
	buf_finish(&text);
	free(path);
	return rc;
}

static void files_free(struct dataset_file *files, size_t count) {
	for (size_t i = 0; i < count; i++) {
		free(files[i].path);
		free(files[i].sha256);
		free(files[i].role);
	}
	free(files);
}

void dataset_destroy(struct dataset *dataset) {
	if (dataset == NULL) {
		return;
	}
	for (size_t i = 0; i < dataset->source_count; i++) {
		struct dataset_source *source = &dataset->sources[i];
		free(source->name);
		free(source->url);
		free(source->commit);
		free(source->licence);
		free(source->unpublished);
		files_free(source->files, source->file_count);
	}
	for (size_t i = 0; i < dataset->member_count; i++) {
		free(dataset->members[i]);
	}
	files_free(dataset->built_in, dataset->built_in_count);
	free(dataset->members);
	free(dataset->sources);
	free(dataset->name);
	free(dataset->title);
	free(dataset->version);
	free(dataset->layout);
	free(dataset->task);
	free(dataset->toolchain);
	free(dataset->mathlib);
	free(dataset->subset_names);
	free(dataset);
}
