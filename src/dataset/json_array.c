#include "base/error.h"
#include "base/json.h"
#include "dataset/reader.h"

static int read_blob(struct reader *reader, const struct dataset_blob *blob, struct error *err) {
	json_t *root = NULL;
	int rc = reader_check_text(blob->data, blob->length, err);
	rc = rc < 0 ? rc : json_parse(blob->data, blob->length, &root, err);
	if (rc == 0 && !json_is_array(root)) {
		rc = error_set(err, ERROR_INPUT, "not an array of records");
	}
	for (size_t i = 0; rc == 0 && i < json_array_size(root); i++) {
		rc = record_take(reader, json_array_get(root, i), err);
		if (rc < 0) {
			error_prefix(err, "record %zu", i + 1);
		}
	}
	json_decref(root);
	if (rc < 0) {
		error_prefix(err, "%s", blob->path);
	}
	return rc;
}

/* One array of objects a file. */
static int read_json(struct reader *reader, struct error *err) {
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < reader->blob_count; i++) {
		rc = read_blob(reader, &reader->blobs[i], err);
	}
	return rc;
}

const struct layout layout_json = {
	.name = "json",
	.read = read_json,
};
