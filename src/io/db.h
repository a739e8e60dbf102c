#ifndef F2F_IO_DB_H
#define F2F_IO_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct db_row;
struct sqlite3;

/** An SQLite database with our pragmas, migrations and prepared statements. One thread. */
struct db;

struct db_migration {
	int version; // 1, 2, … without gaps
	const char *name;
	const char *sql;
};

enum db_mode {
	DB_WRITE,     // created and migrated when needed
	DB_READ_ONLY, // must exist; nothing is changed, not even a journal mode
};

struct db_options {
	enum db_mode mode;
	bool durable; // synchronous=FULL instead of NORMAL: survives power cuts too
	const struct db_migration *migrations;
	size_t migration_count;
	const char *const *statements; // SQL by index, prepared on first use and kept
	size_t statement_count;
};

/**
 * Opens (WAL, foreign keys, busy timeout, our application_id) and migrates, each migration with its
 * user_version bump in one transaction. ERROR_DATABASE, file untouched, when it is newer than the
 * last migration or not ours; ERROR_BUSY when locked; ERROR_NOT_FOUND in read-only mode when there
 * is none.
 */
int db_open(
	const char *path, const struct db_options *options, struct db **db_out, struct error *err);
void db_close(struct db *db); // commits what is open; NULL is fine

/** A transaction; nested begins are counted. */
int db_begin(struct db *db, struct error *err);
int db_commit(struct db *db, struct error *err);
int db_rollback(struct db *db, struct error *err);
bool db_in_transaction(const struct db *db);

/**
 * Binds, steps and resets one statement. `types` has a letter per parameter: i int64_t, d double, t
 * const char * (NULL is SQL NULL), b (const void *, size_t) as text with a length, n SQL NULL with
 * no argument. Each result row goes to `row` (may be NULL; a negative return stops and is
 * returned). Returns 0 or the error.
 */
typedef int (*db_row_fn)(struct db_row *row, void *data, struct error *err);
int db_run(struct db *db, size_t statement, struct error *err, db_row_fn row, void *data,
	const char *types, ...);

/* Columns of the current row; texts are borrowed until the callback returns. NULL and 0 for SQL
 * NULL. */
int64_t db_int(struct db_row *row, int column);
double db_double(struct db_row *row, int column);
const char *db_text(struct db_row *row, int column);
size_t db_text_length(struct db_row *row, int column);
bool db_is_null(struct db_row *row, int column);

int64_t db_last_id(const struct db *db);
int64_t db_changes(const struct db *db);

/** Several statements without parameters or results. */
int db_exec(struct db *db, const char *sql, struct error *err);

/** The handle, for f2f query only. */
struct sqlite3 *db_handle(struct db *db);

#endif
