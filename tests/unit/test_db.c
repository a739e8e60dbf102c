#include "unit.h"

#include <math.h>
#include <string.h>

#include <sqlite3.h>

#include "scratch.h"
#include "things.h"

START_TEST(a_writer_that_waits_in_vain_is_told_so) {
	struct db *first = must_open("f2f.db", DB_WRITE, 2);
	struct db *second = must_open("f2f.db", DB_WRITE, 2);
	sqlite3_busy_timeout(db_handle(second), 1);
	ck_assert_int_eq(db_begin(first, NULL), 0);
	struct error err = {.message = ""};
	ck_assert_int_eq(db_begin(second, &err), ERROR_BUSY);
	ck_assert_int_eq(err.code, ERROR_BUSY);
	ck_assert_str_eq(err.message, "f2f.db is in use by another process; try again later");
	ck_assert(!db_in_transaction(second));
	db_close(second);
	db_close(first);
}
END_TEST

START_TEST(a_full_disk_is_said_and_leaves_what_was_stored) {
	struct db *db = must_open("f2f.db", DB_WRITE, 2);
	add(db, "a", 1);
	ck_assert_int_eq(db_exec(db, "PRAGMA max_page_count = 4", NULL), 0);
	struct error err = {.message = ""};
	int rc = db_begin(db, &err);
	for (int i = 0; rc == 0 && i < 10000; i++) {
		rc = db_run(db, INSERT, &err, NULL, NULL, "ti", "a name of a length", (int64_t)i);
	}
	ck_assert_int_eq(rc, ERROR_DATABASE);
	ck_assert_str_eq(
		err.message, "f2f.db: the disk is full; everything stored before is intact");
	ck_assert_int_eq(db_rollback(db, NULL), 0);
	ck_assert_int_eq(count(db), 1);
	db_close(db);
}
END_TEST

START_TEST(nested_transactions_are_one) {
	struct db *db = must_open("f2f.db", DB_WRITE, 2);
	ck_assert_int_eq(db_begin(db, NULL), 0);
	ck_assert_int_eq(db_begin(db, NULL), 0);
	add(db, "a", 1);
	ck_assert_int_eq(db_commit(db, NULL), 0);
	ck_assert(db_in_transaction(db));
	ck_assert_int_eq(db_rollback(db, NULL), 0);
	ck_assert(!db_in_transaction(db));
	ck_assert_int_eq(count(db), 0);
	ck_assert_int_eq(db_commit(db, NULL), 0); // outside: nothing
	add(db, "b", 1);
	ck_assert_int_eq(count(db), 1);
	db_close(db);
}
END_TEST

static int see_values(struct db_row *row, void *data, struct error *err) {
	(void)err;
	*(bool *)data = true;
	ck_assert_int_eq(db_int(row, 0), INT64_MIN);
	ck_assert_double_eq(db_double(row, 1), 0.25);
	ck_assert_str_eq(db_text(row, 2), "é\n\"'");
	ck_assert_uint_eq(db_text_length(row, 3), 3);
	ck_assert_mem_eq(db_text(row, 3), "a\0b", 3);
	ck_assert(db_is_null(row, 4) && db_text(row, 4) == NULL && db_int(row, 4) == 0);
	return 0;
}

static int see_null(struct db_row *row, void *data, struct error *err) {
	(void)err;
	*(bool *)data = db_is_null(row, 0);
	return 0;
}

START_TEST(values_come_back_as_they_were_bound) {
	struct db *db = must_open("f2f.db", DB_WRITE, 2);
	bool seen = false;
	ck_assert_int_eq(db_run(db, VALUES, NULL, see_values, &seen, "idtbn", INT64_MIN, 0.25,
				 "é\n\"'", "a\0b", (size_t)3),
		0);
	ck_assert(seen);
	bool null = false;
	ck_assert_int_eq(db_run(db, ONE_VALUE, NULL, see_null, &null, "t", NULL), 0);
	ck_assert(null);
	ck_assert_int_eq(db_run(db, ONE_VALUE, NULL, see_null, &null, "d", (double)NAN), 0);
	ck_assert(null);
	ck_assert_int_eq(db_run(db, ONE_VALUE, NULL, see_null, &null, "t", ""), 0);
	ck_assert(!null);
	// bindings do not stay for the next run
	ck_assert_int_eq(db_run(db, ONE_VALUE, NULL, see_null, &null, ""), 0);
	ck_assert(null);
	db_close(db);
}
END_TEST

static int stop_at_second(struct db_row *row, void *data, struct error *err) {
	(void)row;
	return ++*(int *)data == 2 ? error_set(err, ERROR_CANCELLED, "enough") : 0;
}

struct nesting {
	struct db *db;
	int64_t inner;
	int outer;
};

static int count_inner(struct db_row *row, void *data, struct error *err) {
	(void)row, (void)err;
	((struct nesting *)data)->inner++;
	return 0;
}

static int run_inner(struct db_row *row, void *data, struct error *err) {
	(void)row;
	struct nesting *nesting = data;
	nesting->outer++;
	return db_run(nesting->db, SELECT_ALL, err, count_inner, nesting, "");
}

START_TEST(a_callback_may_stop_or_run_the_same_statement_again) {
	struct db *db = must_open("f2f.db", DB_WRITE, 2);
	for (int i = 0; i < 3; i++) {
		add(db, "x", i);
	}
	int rows = 0;
	struct error err = {.message = ""};
	ck_assert_int_eq(db_run(db, SELECT_ALL, &err, stop_at_second, &rows, ""), ERROR_CANCELLED);
	ck_assert_int_eq(rows, 2);
	ck_assert_str_eq(err.message, "enough");
	struct nesting nesting = {.db = db};
	ck_assert_int_eq(db_run(db, SELECT_ALL, &err, run_inner, &nesting, ""), 0);
	ck_assert_int_eq(nesting.outer, 3);
	ck_assert_int_eq(nesting.inner, 9);
	db_close(db);
}
END_TEST

START_TEST(a_statement_that_does_not_fit_the_schema_is_an_error_each_time) {
	static const char *const wrong[] = {"SELECT weight FROM thing"};
	struct db_options options = options_of(DB_WRITE, 2);
	options.statements = wrong;
	options.statement_count = 1;
	struct db *db = NULL;
	ck_assert_int_eq(db_open("f2f.db", &options, &db, NULL), 0);
	for (int i = 0; i < 2; i++) {
		struct error err = {.message = ""};
		ck_assert_int_eq(db_run(db, 0, &err, NULL, NULL, ""), ERROR_DATABASE);
		ck_assert_str_eq(err.message, "f2f.db: no such column: weight");
	}
	db_close(db);
}
END_TEST

static Suite *make_suite(void) {
	Suite *suite = suite_create("db");
	TCase *use = tcase_create("use");
	tcase_add_checked_fixture(use, scratch_enter, scratch_leave);
	tcase_set_timeout(use, 60);
	tcase_add_test(use, a_writer_that_waits_in_vain_is_told_so);
	tcase_add_test(use, a_full_disk_is_said_and_leaves_what_was_stored);
	tcase_add_test(use, nested_transactions_are_one);
	tcase_add_test(use, values_come_back_as_they_were_bound);
	tcase_add_test(use, a_callback_may_stop_or_run_the_same_statement_again);
	tcase_add_test(use, a_statement_that_does_not_fit_the_schema_is_an_error_each_time);
	suite_add_tcase(suite, use);
	return suite;
}

int main(void) {
	return unit_run(make_suite());
}
