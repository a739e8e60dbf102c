#ifndef F2F_TESTS_UNIT_DATABASE_H
#define F2F_TESTS_UNIT_DATABASE_H

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "unit.h"

/* A directory of the test's own, the files in it, and children that end hard. */

static char folder[64];

static inline void folder_set_up(void) {
	strcpy(folder, "/tmp/f2f-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static inline void folder_tear_down(void) {
	char *command = xasprintf("rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	free(command);
}

static inline char *in_folder(const char *name) {
	return path_join(folder, name);
}

static inline struct buf bytes_of(const char *path) {
	struct buf bytes = BUF_INIT(1 << 26);
	struct error err;
	ck_assert_msg(file_read(path, &bytes, &err) == 0, "%s", err.message);
	return bytes;
}

/* The file is what it was; frees the copy. */
static inline void check_same_bytes(const char *path, struct buf *before) {
	struct buf after = bytes_of(path);
	ck_assert_uint_eq(after.len, before->len);
	ck_assert_int_eq(memcmp(buf_str(&after), buf_str(before), after.len), 0);
	buf_finish(&after);
	buf_finish(before);
}

/* SQL by a connection that knows nothing of f2f. */
static inline void foreign_exec(const char *path, const char *sql) {
	sqlite3 *handle = NULL;
	ck_assert_int_eq(sqlite3_open(path, &handle), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK, "%s",
		sqlite3_errmsg(handle));
	sqlite3_close(handle);
}

/* One line, that names what it is about. */
static inline void check_line(const struct error *err, const char *part) {
	ck_assert_ptr_null(strchr(err->message, '\n'));
	ck_assert_msg(strstr(err->message, part) != NULL, "no \"%s\" in: %s", part, err->message);
}

#endif
