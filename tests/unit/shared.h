#ifndef F2F_TESTS_UNIT_SHARED_H
#define F2F_TESTS_UNIT_SHARED_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

/* Real data beside the source tree. Tests use it when it is there and say what they left out when
 * it is not. */

/** Owned path of a file of the shared data; NULL, after saying so, when it is not on this machine.
 */
static inline char *shared_path(const char *name) {
	static const char *const roots[] = {
		TEST_SOURCE_ROOT "/../shared/data", "/work/shared/data"};
	for (size_t i = 0; i < F2F_COUNT(roots); i++) {
		char *path = path_join(roots[i], name);
		if (file_exists(path)) {
			return path;
		}
		free(path);
	}
	printf("# skipped: ../shared/data/%s is not here\n", name);
	fflush(stdout);
	return NULL;
}

/** Calls `each` for every file of a tar archive that ends in `suffix`; returns how many. */
static inline size_t shared_tar_each(const char *path, const char *suffix,
	void (*each)(const char *name, const char *text, size_t length, void *data), void *data) {
	struct archive *archive = archive_read_new();
	struct archive_entry *entry = NULL;
	size_t count = 0;
	archive_read_support_filter_all(archive);
	archive_read_support_format_all(archive);
	if (archive_read_open_filename(archive, path, 65536) != ARCHIVE_OK) {
		archive_read_free(archive);
		return 0;
	}
	while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(entry);
		size_t length = strlen(name);
		if (length < strlen(suffix) ||
			strcmp(name + length - strlen(suffix), suffix) != 0) {
			continue;
		}
		size_t size = (size_t)archive_entry_size(entry);
		char *text = xmalloc(size + 1);
		if (archive_read_data(archive, text, size) == (la_ssize_t)size) {
			text[size] = '\0';
			each(name, text, size, data);
			count++;
		}
		free(text);
	}
	archive_read_free(archive);
	return count;
}

/** Appends what a gzip file holds; false when that is not all of it. */
static inline bool shared_gunzip(const char *path, struct buf *out) {
	struct archive *archive = archive_read_new();
	struct archive_entry *entry = NULL;
	char piece[65536];
	la_ssize_t length = -1;
	archive_read_support_filter_gzip(archive);
	archive_read_support_format_raw(archive);
	if (archive_read_open_filename(archive, path, 65536) == ARCHIVE_OK &&
		archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		do {
			length = archive_read_data(archive, piece, sizeof(piece));
		} while (length > 0 && buf_append(out, piece, (size_t)length));
	}
	archive_read_free(archive);
	return length == 0;
}

#endif
