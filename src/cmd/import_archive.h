#ifndef F2F_CMD_IMPORT_ARCHIVE_H
#define F2F_CMD_IMPORT_ARCHIVE_H

#include <stddef.h>

struct error;

/* A file of an archive; `name` with its folders. Borrowed for the call. A negative return stops. */
typedef int (*import_archive_fn)(
	const char *name, const char *bytes, size_t length, void *data, struct error *err);

/** Has f2f-unpack read the archive, and calls `each` for every regular file once all is there. */
int import_archive_read(const char *path, import_archive_fn each, void *data, struct error *err);

#endif
