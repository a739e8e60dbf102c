#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/str.h"
#include "dataset/reader.h"

static int read_line(struct reader *reader, struct str line, struct error *err) {
	json_t *record = NULL;
	int rc = json_parse(line.data, line.len, &record, err);
	if (rc < 0) {
		// The line of the file is said by the caller: the parser's own count is always 1.
		static const char first[] = "line 1: ";
		if (err != NULL && str_starts_with(err->message, first)) {
			memmove(err->message, err->message + strlen(first),
				strlen(err->message + strlen(first)) + 1);
		}
		return rc;
	}
	rc = record_take(reader, record, err);
	json_decref(record);
	return rc;
}

static int read_blob(struct reader *reader, const struct dataset_blob *blob, struct error *err) {
	int rc = reader_check_text(blob->data, blob->length, err);
	struct str rest = str_slice(blob->data, blob->length);
	struct str line;
	for (size_t number = 1; rc == 0 && str_next_line(&rest, &line); number++) {
		if (str_trim(line).len == 0) {
			continue;
		}
		rc = read_line(reader, line, err);
		if (rc < 0) {
			error_prefix(err, "line %zu", number);
		}
	}
	if (rc < 0) {
		error_prefix(err, "%s", blob->path);
	}
	return rc;
}

/* One JSON object a line. */
static int read_jsonl(struct reader *reader, struct error *err) {
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < reader->blob_count; i++) {
		rc = read_blob(reader, &reader->blobs[i], err);
	}
	return rc;
}

const struct layout layout_jsonl = {
	.name = "jsonl",
	.read = read_jsonl,
};
