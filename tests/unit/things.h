#ifndef F2F_TESTS_UNIT_THINGS_H
#define F2F_TESTS_UNIT_THINGS_H

#include <check.h>

#include "base/error.h"
#include "io/db.h"

/* A small database of two schema versions, for the tests of io/db. */

enum { INSERT, SELECT_ALL, COUNT, ONE_VALUE, VALUES, STATEMENT_COUNT };

static const char *const things_statements[STATEMENT_COUNT] = {
	[INSERT] = "INSERT INTO thing (name, size) VALUES (?1, ?2)",
	[SELECT_ALL] = "SELECT name, size FROM thing ORDER BY id",
	[COUNT] = "SELECT count(*) FROM thing",
	[ONE_VALUE] = "SELECT ?1",
	[VALUES] = "SELECT ?1, ?2, ?3, ?4, ?5",
};

static const struct db_migration things_migrations[] = {
	{1, "things",
		"CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT, size INTEGER) STRICT;"},
	{2, "colours", "ALTER TABLE thing ADD COLUMN colour TEXT; UPDATE thing SET colour = 'red';"},
};

static inline struct db_options options_of(enum db_mode mode, size_t version) {
	return (struct db_options){
		.mode = mode,
		.migrations = things_migrations,
		.migration_count = version,
		.statements = things_statements,
		.statement_count = STATEMENT_COUNT,
	};
}

static inline struct db *must_open(const char *path, enum db_mode mode, size_t version) {
	struct db_options options = options_of(mode, version);
	struct db *db = NULL;
	struct error err = {.message = ""};
	ck_assert_msg(db_open(path, &options, &db, &err) == 0, "%s", err.message);
	return db;
}

static inline void add(struct db *db, const char *name, int64_t size) {
	struct error err = {.message = ""};
	int rc = db_run(db, INSERT, &err, NULL, NULL, "ti", name, size);
	ck_assert_msg(rc == 0, "%s", err.message);
}

static inline int take_int(struct db_row *row, void *data, struct error *err) {
	(void)err;
	*(int64_t *)data = db_int(row, 0);
	return 0;
}

static inline int64_t count(struct db *db) {
	int64_t rows = -1;
	ck_assert_int_eq(db_run(db, COUNT, NULL, take_int, &rows, ""), 0);
	return rows;
}

#endif
