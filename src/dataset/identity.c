#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "dataset/dataset.h"

static int by_path(const void *a, const void *b) {
	const struct dataset_blob *const *left = a;
	const struct dataset_blob *const *right = b;
	return strcmp((*left)->path, (*right)->path);
}

static bool lies_in(const char *path, const char *folder) {
	size_t length = strlen(folder);
	return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static void hash_folder(const struct dataset_blob **inside, size_t count, struct sha256 *hash_out) {
	struct sha256_stream *listing = sha256_stream_create();
	qsort(inside, count, sizeof(*inside), by_path);
	for (size_t i = 0; i < count; i++) {
		struct sha256 one = sha256_of(inside[i]->data, inside[i]->length);
		sha256_stream_add(listing, one.hex, SHA256_HEX - 1);
		sha256_stream_add(listing, "  ", 2);
		sha256_stream_add(listing, inside[i]->path, strlen(inside[i]->path));
		sha256_stream_add(listing, "\n", 1);
	}
	*hash_out = sha256_stream_finish(listing);
}

int dataset_file_hash(const struct dataset_file *file, const struct dataset_blob *blobs,
	size_t blob_count, struct sha256 *hash_out, int64_t *bytes_out, struct error *err) {
	const struct dataset_blob **inside =
		xcalloc(blob_count + 1, sizeof(const struct dataset_blob *));
	size_t count = 0;
	int64_t bytes = 0;
	int rc = 0;
	for (size_t i = 0; i < blob_count; i++) {
		if (strcmp(blobs[i].path, file->path) == 0) {
			*hash_out = sha256_of(blobs[i].data, blobs[i].length);
			*bytes_out = (int64_t)blobs[i].length;
			goto out;
		}
		if (lies_in(blobs[i].path, file->path)) {
			inside[count++] = &blobs[i];
			bytes += (int64_t)blobs[i].length;
		}
	}
	if (count == 0) {
		rc = error_set(err, ERROR_NOT_FOUND, "%s: not among the files", file->path);
		goto out;
	}
	hash_folder(inside, count, hash_out);
	*bytes_out = bytes;
out:
	free(inside);
	return rc;
}
