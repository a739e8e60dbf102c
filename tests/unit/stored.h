#ifndef F2F_TESTS_UNIT_STORED_H
#define F2F_TESTS_UNIT_STORED_H

#include "database.h"

#include "store/store.h"

/* A store in a folder of the test's own, and what a query of it gives. */

static struct error err;
static char *path;
static struct store *store;

static inline struct store *opened(enum db_mode mode) {
	struct store_options options = {.mode = mode};
	struct store *made = NULL;
	ck_assert_msg(store_open(path, &options, &made, &err) == 0, "%s", err.message);
	return made;
}

static inline void set_up(void) {
	folder_set_up();
	path = in_folder("new/folder/f2f.db");
	store = opened(DB_WRITE);
}

static inline void tear_down(void) {
	store_close(store);
	free(path);
	folder_tear_down();
}

#define CHECK_OK(call) ck_assert_msg((call) == 0, "%s", err.message)

/* ---- The first row of a query as "a|b|c", "" when there is none, and how many rows. */

struct answer {
	struct buf text;
	int rows;
};

static inline int take_names(const char *const *names, int count, void *data) {
	(void)names;
	(void)count;
	(void)data;
	return 0;
}

static inline int take_row(const char *const *values, const int *types, int count, void *data) {
	(void)types;
	struct answer *answer = data;
	for (int i = 0; i < count; i++) {
		buf_appendf(&answer->text, "%s%s", i > 0 ? "|" : answer->rows > 0 ? ";" : "",
			values[i] != NULL ? values[i] : "NULL");
	}
	answer->rows++;
	return 0;
}

static inline void check_query(const char *sql, const char *expected) {
	struct answer answer = {BUF_INIT(1 << 20), 0};
	CHECK_OK(store_query(store, sql, take_names, take_row, &answer, &err));
	ck_assert_str_eq(buf_str(&answer.text), expected);
	buf_finish(&answer.text);
}

static inline void check_query_refused(const char *sql, const char *part) {
	struct answer answer = {BUF_INIT(1 << 20), 0};
	int rc = store_query(store, sql, take_names, take_row, &answer, &err);
	ck_assert_msg(rc == ERROR_USAGE, "%s: %d %s", sql, rc, err.message);
	check_line(&err, part);
	ck_assert_int_eq(answer.rows, 0);
	buf_finish(&answer.text);
}

static inline void put_run(const char *id, int64_t created_ns) {
	struct run_record run = {
		.id = (char *)id,
		.created_ns = created_ns,
		.state = "running",
		.model = "openai/m",
		.split = "demo",
		.subset = "test",
		.task = "prove",
		.samples = 2,
		.settings = "{}",
		.manifest = "{}",
	};
	CHECK_OK(store_run_insert(store, &run, &err));
}

#endif
