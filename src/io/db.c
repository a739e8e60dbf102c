#include "io/db.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

enum { APPLICATION_ID = 0x46324631 /* "F2F1" */, BUSY_TIMEOUT_MS = 10000 };

struct db {
	sqlite3 *handle;
	const struct db_options *options;
	struct db_options copy;
	sqlite3_stmt **prepared;
	char *path;
	int depth; // of begins
};

struct db_row {
	sqlite3_stmt *statement;
};

static int read_only(const struct db *db, struct error *err) {
	return error_set(
		err, ERROR_SYSTEM, "%s may not be written; choose another with --db", db->path);
}

/* SQLite does not always know the reason by now. */
static int failed_io(const struct db *db, struct error *err) {
	int number = sqlite3_system_errno(db->handle);
	struct rlimit limit;
	bool limited = getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
	bool writing = sqlite3_extended_errcode(db->handle) == SQLITE_IOERR_WRITE;
	if (number == EFBIG || (writing && limited)) {
		return error_set(err, ERROR_DATABASE,
			"%s may not grow any more (ulimit -f); everything stored before is intact",
			db->path);
	}
	return error_set(err, ERROR_DATABASE, "%s: %s%s%s", db->path, sqlite3_errmsg(db->handle),
		number != 0 ? ": " : "", number != 0 ? strerror(number) : "");
}

static int db_error(const struct db *db, struct error *err) {
	switch (sqlite3_errcode(db->handle) & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(err, ERROR_BUSY,
			"%s is in use by another process; try again later", db->path);
	case SQLITE_FULL:
		return error_set(err, ERROR_DATABASE,
			"%s: the disk is full; everything stored before is intact", db->path);
	case SQLITE_IOERR:
		return failed_io(db, err);
	case SQLITE_READONLY:
		return read_only(db, err);
	case SQLITE_CANTOPEN:
		errno = sqlite3_system_errno(db->handle);
		return error_set_errno(err, "%s, or a file beside it", db->path);
	case SQLITE_NOTADB:
		return error_set(err, ERROR_USAGE,
			"%s is not a database of f2f; choose another with --db", db->path);
	case SQLITE_CORRUPT:
		return error_set(err, ERROR_DATABASE, "%s is damaged: %s; nothing was changed",
			db->path, sqlite3_errmsg(db->handle));
	default:
		return error_set(
			err, ERROR_DATABASE, "%s: %s", db->path, sqlite3_errmsg(db->handle));
	}
}

int db_exec(struct db *db, const char *sql, struct error *err) {
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_error(db, err);
}

static int pragma_value(struct db *db, const char *sql, int64_t *value_out, struct error *err) {
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) != SQLITE_OK ||
		sqlite3_step(statement) != SQLITE_ROW) {
		int rc = db_error(db, err);
		sqlite3_finalize(statement);
		return rc;
	}
	*value_out = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return 0;
}

static int exec_formatted(struct db *db, const char *format, int value, struct error *err) {
	char sql[128];
	snprintf(sql, sizeof(sql), format, value);
	return db_exec(db, sql, err);
}

/* One migration and its version in one transaction: the pragma rolls back with it. */
static int migrate_one(struct db *db, const struct db_migration *migration, struct error *err) {
	int rc = db_exec(db, "BEGIN IMMEDIATE", err);
	if (rc < 0) {
		return rc;
	}
	int64_t version = 0;
	rc = pragma_value(db, "PRAGMA user_version", &version, err);
	if (rc == 0 && version < migration->version) { // another process may have been first
		rc = db_exec(db, migration->sql, err);
		rc = rc < 0 ? rc
			    : exec_formatted(
				      db, "PRAGMA user_version = %d", migration->version, err);
		rc = rc < 0 ? rc
			    : exec_formatted(db, "PRAGMA application_id = %d", APPLICATION_ID, err);
	}
	rc = rc < 0 ? rc : db_exec(db, "COMMIT", err);
	if (rc < 0) {
		error_prefix(err, "migration %d (%s)", migration->version, migration->name);
		db_exec(db, "ROLLBACK", NULL);
	}
	return rc;
}

/* Whose file is it, and how old? Looked at before anything is changed. */
static int examine(struct db *db, int64_t *version_out, struct error *err) {
	const struct db_options *options = db->options;
	int64_t application = 0, version = 0, objects = 0;
	int rc = pragma_value(db, "SELECT count(*) FROM sqlite_schema", &objects, err);
	rc = rc < 0 ? rc : pragma_value(db, "PRAGMA application_id", &application, err);
	rc = rc < 0 ? rc : pragma_value(db, "PRAGMA user_version", &version, err);
	if (rc < 0) {
		return rc;
	}
	int64_t newest = options->migration_count > 0
				 ? options->migrations[options->migration_count - 1].version
				 : 0;
	bool empty = objects == 0 && version == 0 && application == 0;
	if (!empty && application != APPLICATION_ID) {
		return error_set(err, ERROR_USAGE,
			"%s is not a database of f2f; choose another with --db", db->path);
	}
	if (version > newest) {
		return error_set(err, ERROR_USAGE,
			"%s was written by a newer f2f (schema %lld, this one knows %lld); nothing "
			"was changed: update f2f, or "
			"choose another with --db",
			db->path, (long long)version, (long long)newest);
	}
	if (empty && options->mode == DB_READ_ONLY) {
		return error_set(err, ERROR_NOT_FOUND,
			"%s is empty; f2f eval, f2f import or f2f pull fill it", db->path);
	}
	if (version < newest && options->mode == DB_READ_ONLY) {
		return error_set(err, ERROR_USAGE,
			"%s was written by an older f2f (schema %lld, this one knows %lld); the "
			"next f2f eval or f2f pull brings it up to date",
			db->path, (long long)version, (long long)newest);
	}
	*version_out = version;
	return 0;
}

/* The change to WAL wants the file for itself and does not wait for it: when several processes make
 * one database at once, a transaction waits for the others, and then it may be WAL already. */
static int enter_wal(struct db *db, struct error *err) {
	int64_t deadline = clock_now() + BUSY_TIMEOUT_MS * CLOCK_MS;
	int rc = db_exec(db, "PRAGMA journal_mode = WAL", err);
	while (rc == ERROR_BUSY && clock_now() < deadline) {
		rc = db_exec(db, "BEGIN IMMEDIATE; COMMIT", err);
		rc = rc < 0 ? rc : db_exec(db, "PRAGMA journal_mode = WAL", err);
	}
	return rc;
}

static int prepare_writing(struct db *db, int64_t version, struct error *err) {
	const struct db_options *options = db->options;
	// Counts for a new file only. Two texts of 2 KB, the usual size, do not fit in one of 4096.
	int rc = db_exec(db, "PRAGMA page_size = 8192", err);
	rc = rc < 0 ? rc : enter_wal(db, err);
	rc = rc < 0 ? rc
		    : db_exec(db,
			      options->durable ? "PRAGMA synchronous = FULL"
					       : "PRAGMA synchronous = NORMAL",
			      err);
	// Hashes land on random pages: with a log of 16 MB many are written once, not four times.
	// And each statement's own journal would begin by allocating 64 KB if it may become a file.
	rc = rc < 0 ? rc
		    : db_exec(db,
			      "PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768; "
			      "PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY",
			      err);
	for (size_t i = 0; rc == 0 && i < options->migration_count; i++) {
		if (options->migrations[i].version > version) {
			rc = migrate_one(db, &options->migrations[i], err);
		}
	}
	return rc;
}

/* Whether files can be made beside this one: SQLite needs to, even for reading in WAL mode. */
static bool can_write_beside(const char *path) {
	char *folder = xmemdup0(path, (size_t)(path_base(path) - path));
	bool can = access(folder[0] != '\0' ? folder : ".", W_OK) == 0;
	free(folder);
	return can;
}

/* What stands at the path, before SQLite is let near it: it would wait for ever on a pipe. */
static int check_file(const struct db *db, struct error *err) {
	struct stat info;
	bool write = db->options->mode == DB_WRITE;
	if (stat(db->path, &info) < 0) {
		if (errno != ENOENT) {
			return error_set_errno(err, "%s", db->path);
		}
		if (!write) {
			return error_set(err, ERROR_NOT_FOUND,
				"there is no database %s yet; f2f eval, f2f import or f2f pull "
				"make it, or choose another with --db",
				db->path);
		}
	} else if (!S_ISREG(info.st_mode)) {
		return error_set(err, ERROR_USAGE, "%s is %s; choose another with --db", db->path,
			S_ISDIR(info.st_mode) ? "a directory" : "not a file");
	}
	if (write && !can_write_beside(db->path)) {
		return error_set(err, ERROR_USAGE,
			"nothing can be written beside %s (%s); choose another with --db", db->path,
			strerror(errno));
	}
	return write && access(db->path, W_OK) < 0 && errno == EACCES
		       ? error_set(err, ERROR_USAGE,
				 "%s may not be written; choose another with --db", db->path)
		       : 0;
}

/* Owned by SQLite: the path as a URI, with what has a meaning in one escaped. */
static char *make_uri(const char *path, const char *query) {
	sqlite3_str *text = sqlite3_str_new(NULL);
	// An empty authority, or "//x" would be read as one; "./", or ":memory:" would be no file.
	sqlite3_str_appendall(text, path[0] == '/' ? "file://" : "file:./");
	for (const char *c = path; *c != '\0'; c++) {
		if (strchr("%?#", *c) != NULL) {
			sqlite3_str_appendf(text, "%%%02X", (unsigned char)*c);
		} else {
			sqlite3_str_append(text, c, 1);
		}
	}
	sqlite3_str_appendall(text, query);
	return sqlite3_str_finish(text);
}

static int open_handle(struct db *db, int flags, const char *query, struct error *err) {
	char *uri = make_uri(db->path, query);
	int code = sqlite3_open_v2(
		uri, &db->handle, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
	sqlite3_free(uri);
	if (code != SQLITE_OK) {
		errno = sqlite3_system_errno(db->handle);
		return code == SQLITE_CANTOPEN && errno != 0 ? error_set_errno(err, "%s", db->path)
							     : db_error(db, err);
	}
	sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	return 0;
}

static bool has_wal(const char *path) {
	char *wal = xasprintf("%s-wal", path);
	bool there = access(wal, F_OK) == 0;
	free(wal);
	return there;
}

static int look(struct db *db, bool still, int64_t *version_out, struct error *err) {
	int rc = open_handle(db, SQLITE_OPEN_READONLY, still ? "?immutable=1" : "?mode=ro", err);
	rc = rc < 0 ? rc : examine(db, version_out, err);
	sqlite3_close_v2(db->handle);
	db->handle = NULL;
	return rc;
}

/* A look that changes nothing, so that a file that is not for us stays as it is, byte for byte. */
static int look_first(struct db *db, int64_t *version_out, struct error *err) {
	struct stat info;
	*version_out = 0;
	if (stat(db->path, &info) < 0 || info.st_size == 0) {
		return db->options->mode == DB_WRITE
			       ? 0
			       : error_set(err, ERROR_NOT_FOUND, "%s is empty", db->path);
	}
	bool still = !has_wal(db->path);
	int rc = look(db, still, version_out, err);
	// Somebody may have begun to write between the two: what was read without locks was perhaps
	// read in the middle of it.
	return rc < 0 && still ? look(db, !has_wal(db->path), version_out, err) : rc;
}

/* One thread, and nobody asks how much memory it takes: without both, each of the hundred allocations
 * of a row costs two locks less. Refused, and no matter, once SQLite has been used. */
static void configure(void) {
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int db_open(
	const char *path, const struct db_options *options, struct db **db_out, struct error *err) {
	configure();
	struct db *db = xcalloc(1, sizeof(*db));
	db->copy = *options;
	db->options = &db->copy;
	db->path = xstrdup(path);
	db->prepared = xcalloc(options->statement_count, sizeof(*db->prepared));
	int64_t version = 0;
	int rc = check_file(db, err);
	rc = rc < 0 ? rc : look_first(db, &version, err);
	if (rc == 0 && options->mode == DB_READ_ONLY) {
		// Without a log and without leave to write beside it, only "immutable" reads at
		// all.
		bool immutable =
			!has_wal(path) && (access(path, W_OK) < 0 || !can_write_beside(path));
		rc = open_handle(
			db, SQLITE_OPEN_READONLY, immutable ? "?immutable=1" : "?mode=ro", err);
	} else if (rc == 0) {
		rc = open_handle(db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "", err);
		// SQLite takes less than it was asked for without a word.
		rc = rc == 0 && sqlite3_db_readonly(db->handle, "main") ? read_only(db, err) : rc;
		rc = rc < 0 ? rc : prepare_writing(db, version, err);
	}
	if (rc < 0) {
		db_close(db);
		return rc;
	}
	*db_out = db;
	return 0;
}

void db_close(struct db *db) {
	if (db == NULL) {
		return;
	}
	if (db->handle != NULL && !sqlite3_get_autocommit(db->handle)) {
		db_exec(db, "COMMIT", NULL);
	}
	for (size_t i = 0; i < db->options->statement_count; i++) {
		sqlite3_finalize(db->prepared[i]);
	}
	free(db->prepared);
	sqlite3_close_v2(db->handle);
	free(db->path);
	free(db);
}

/* ---- Transactions. */

int db_begin(struct db *db, struct error *err) {
	int rc = db->depth == 0 ? db_exec(db, "BEGIN IMMEDIATE", err) : 0;
	db->depth += rc == 0;
	return rc;
}

int db_commit(struct db *db, struct error *err) {
	if (db->depth != 1) {
		db->depth -= db->depth > 0;
		return 0;
	}
	int rc = db_exec(db, "COMMIT", err);
	db->depth = rc == 0 ? 0 : 1;
	return rc;
}

int db_rollback(struct db *db, struct error *err) {
	db->depth = 0;
	return sqlite3_get_autocommit(db->handle) ? 0 : db_exec(db, "ROLLBACK", err);
}

bool db_in_transaction(const struct db *db) {
	return db->depth > 0;
}

/* ---- Statements. */

static int bind_all(sqlite3_stmt *statement, const char *types, va_list args) {
	int code = SQLITE_OK;
	for (int i = 1; types[i - 1] != '\0' && code == SQLITE_OK; i++) {
		switch (types[i - 1]) {
		case 'i':
			code = sqlite3_bind_int64(statement, i, va_arg(args, int64_t));
			break;
		case 'd':
			code = sqlite3_bind_double(statement, i, va_arg(args, double));
			break;
		case 't': {
			const char *text = va_arg(args, const char *);
			code = text != NULL
				       ? sqlite3_bind_text(statement, i, text, -1, SQLITE_STATIC)
				       : sqlite3_bind_null(statement, i);
			break;
		}
		case 'b': {
			const char *bytes = va_arg(args, const char *);
			size_t length = va_arg(args, size_t);
			code = sqlite3_bind_text64(
				statement, i, bytes, length, SQLITE_STATIC, SQLITE_UTF8);
			break;
		}
		default:
			code = sqlite3_bind_null(statement, i);
			break;
		}
	}
	return code;
}

int db_run(struct db *db, size_t index, struct error *err, db_row_fn row, void *data,
	const char *types, ...) {
	sqlite3_stmt **statement = &db->prepared[index];
	bool nested = *statement != NULL && sqlite3_stmt_busy(*statement);
	// a statement that is being stepped through further up gets a second copy
	sqlite3_stmt *own = NULL;
	if (*statement == NULL || nested) {
		unsigned flags = nested ? 0 : SQLITE_PREPARE_PERSISTENT;
		if (sqlite3_prepare_v3(db->handle, db->options->statements[index], -1, flags,
			    nested ? &own : statement, NULL) != SQLITE_OK) {
			return db_error(db, err);
		}
	}
	struct db_row current = {nested ? own : *statement};
	va_list args;
	va_start(args, types);
	int code = bind_all(current.statement, types, args);
	va_end(args);
	int rc = 0;
	while (code == SQLITE_OK && rc == 0) {
		int step = sqlite3_step(current.statement);
		if (step == SQLITE_ROW) {
			rc = row != NULL ? row(&current, data, err) : 0;
		} else {
			code = step;
		}
	}
	if (rc == 0 && code != SQLITE_DONE) {
		rc = db_error(db, err);
	}
	sqlite3_reset(current.statement);
	sqlite3_clear_bindings(current.statement);
	sqlite3_finalize(own);
	return rc;
}

int64_t db_int(struct db_row *row, int column) {
	return sqlite3_column_int64(row->statement, column);
}

double db_double(struct db_row *row, int column) {
	return sqlite3_column_double(row->statement, column);
}

const char *db_text(struct db_row *row, int column) {
	return (const char *)sqlite3_column_text(row->statement, column);
}

size_t db_text_length(struct db_row *row, int column) {
	return (size_t)sqlite3_column_bytes(row->statement, column);
}

bool db_is_null(struct db_row *row, int column) {
	return sqlite3_column_type(row->statement, column) == SQLITE_NULL;
}

int64_t db_last_id(const struct db *db) {
	return sqlite3_last_insert_rowid(db->handle);
}

int64_t db_changes(const struct db *db) {
	return sqlite3_changes64(db->handle);
}

struct sqlite3 *db_handle(struct db *db) {
	return db->handle;
}
