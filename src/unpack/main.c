#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "git/frame.h"

/*
 * f2f-unpack ARCHIVE
 *
 * Writes the regular files of a tar or zip, compressed or not, to stdout in the records of
 * git/frame.h. A program of its own because libarchive and what it drags along would cost every f2f
 * 2 ms at its start, and because archives are foreign bytes.
 */

enum {
	BLOCK = 1 << 16,
	FILE_MAX = 64 * 1024 * 1024,
	FILES_MAX = 200000, // entries
};

#define TOTAL_MAX ((size_t)1 << 30) // bytes, unpacked

static int damaged(struct archive *archive, const char *path, struct error *err) {
	const char *why = archive_error_string(archive);
	return error_set(err, ERROR_INPUT, "%s: %s", path, why != NULL ? why : "damaged");
}

/* What the header says of an entry's size is not believed. */
static int read_entry(struct archive *archive, const char *path, const char *name, struct buf *text,
	struct error *err) {
	for (;;) {
		char *room = buf_reserve(text, BLOCK);
		if (room == NULL) {
			return error_set(err, ERROR_INPUT, "%s: %.200s is over %d MiB", path, name,
				FILE_MAX >> 20);
		}
		la_ssize_t count = archive_read_data(archive, room, BLOCK);
		if (count < 0) {
			return damaged(archive, path, err);
		}
		if (count == 0) {
			return 0;
		}
		buf_added(text, (size_t)count);
	}
}

static int send_entry(struct archive *archive, struct archive_entry *entry, const char *path,
	struct frame *frame, size_t *total, struct error *err) {
	const char *name = archive_entry_pathname(entry);
	if (archive_entry_filetype(entry) != AE_IFREG || name == NULL || name[0] == '\0') {
		return 0;
	}
	struct buf text = BUF_INIT(FILE_MAX);
	int rc = read_entry(archive, path, name, &text, err);
	*total += text.len;
	if (rc == 0 && *total > TOTAL_MAX) {
		rc = error_set(
			err, ERROR_INPUT, "%s: unpacked it is over %zu MiB", path, TOTAL_MAX >> 20);
	}
	if (rc == 0 && !frame_file(frame, name, buf_str(&text), text.len)) {
		rc = error_set(err, ERROR_CANCELLED, "nobody reads");
	}
	buf_finish(&text);
	return rc;
}

static int send_all(
	struct archive *archive, const char *path, struct frame *frame, struct error *err) {
	struct archive_entry *entry = NULL;
	size_t total = 0;
	for (int count = 0;; count++) {
		int status = archive_read_next_header(archive, &entry);
		if (status == ARCHIVE_EOF && count > 0) {
			return 0;
		}
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
			return count > 0 ? damaged(archive, path, err)
					 : error_set(err, ERROR_INPUT,
						   "%s is neither JSON lines nor an archive", path);
		}
		if (count >= FILES_MAX) {
			return error_set(
				err, ERROR_INPUT, "%s: more than %d files", path, FILES_MAX);
		}
		int rc = send_entry(archive, entry, path, frame, &total, err);
		if (rc < 0) {
			return rc;
		}
	}
}

int main(int argc, char **argv) {
	struct frame frame = {.fd = STDOUT_FILENO};
	struct error err;
	if (argc != 2) {
		error_set(&err, ERROR_USAGE, "usage: f2f-unpack ARCHIVE");
		frame_error(&frame, &err);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	struct archive *archive = archive_read_new();
	archive_read_support_filter_all(archive);
	archive_read_support_format_tar(archive);
	archive_read_support_format_zip(archive);
	int rc = archive_read_open_filename(archive, argv[1], BLOCK) == ARCHIVE_OK
			 ? send_all(archive, argv[1], &frame, &err)
			 : error_set(&err, ERROR_INPUT, "%s is neither JSON lines nor an archive",
				   argv[1]);
	archive_read_free(archive);
	if (rc < 0) {
		frame_error(&frame, &err);
		return 1;
	}
	// The reader wants to know a commit; files of an archive are of none.
	static const char no_commit[] = "0000000000000000000000000000000000000000";
	return frame_commit(&frame, no_commit, false) && frame_end(&frame) ? 0 : 1;
}
