#include "stored.h"

#include <stdio.h>

START_TEST(a_query_cannot_change_anything) {
	put_run("r", 1);
	static const char *const writes[] = {
		"DELETE FROM run",
		"INSERT INTO text VALUES ('a', 'b')",
		"UPDATE run SET state = 'finished' RETURNING id",
		"WITH x AS (SELECT 1) DELETE FROM run",
		"DROP TABLE run",
		"CREATE TABLE x (a)",
		"CREATE TEMP TABLE x (a)",
		"ATTACH '/tmp/f2f-unit-attached.db' AS other",
		"DETACH main",
		"VACUUM INTO '/tmp/f2f-unit-vacuumed.db'",
		"VACUUM",
		"BEGIN IMMEDIATE",
		"PRAGMA user_version = 5",
		"PRAGMA journal_mode = DELETE",
		"PRAGMA writable_schema = ON",
		"PRAGMA wal_checkpoint",
		"PRAGMA optimize",
		"REINDEX",
		"ANALYZE",
		"EXPLAIN DELETE FROM run",
	};
	for (size_t i = 0; i < F2F_COUNT(writes); i++) {
		check_query_refused(writes[i], "queries only read");
	}
	check_query_refused("SELECT load_extension('x')", "not authorized");
	check_query_refused("SELECT LOAD_EXTENSION('x', 'y')", "not authorized");
	check_query("SELECT state FROM run", "running");
	ck_assert(!file_exists("/tmp/f2f-unit-attached.db"));
	ck_assert(!file_exists("/tmp/f2f-unit-vacuumed.db"));
}
END_TEST

START_TEST(a_query_is_one_statement) {
	check_query_refused("SELECT 1; SELECT 2", "one statement at a time");
	check_query_refused("SELECT 1; DROP TABLE run", "one statement at a time");
	check_query_refused("SELECT 1; nonsense", "one statement at a time");
	check_query_refused("", "no statement");
	check_query_refused(" -- nothing", "no statement");
	check_query("SELECT 1;", "1");
	check_query("SELECT 1; -- and a word", "1");
	check_query("SELECT ';'", ";");
}
END_TEST

START_TEST(a_slip_in_a_name_is_answered_with_the_nearest) {
	check_query_refused("SELECT * FROM smaple", "did you mean sample?");
	check_query_refused("SELECT problm FROM sample", "did you mean problem?");
	check_query_refused("SELECT s.outcme FROM sample AS s", "did you mean outcome?");
	check_query_refused("SELECT * FROM xyzzyxyzzy", "no such table: xyzzyxyzzy");
	check_query_refused("SELEC 1", "syntax error");
}
END_TEST

START_TEST(a_query_may_ask_about_the_schema_and_use_every_kind_of_value) {
	check_query("SELECT name FROM pragma_table_info('text')", "id;content");
	check_query("SELECT value FROM json_each('[1,2]')", "1;2");
	check_query("SELECT user_version > 0 FROM pragma_user_version", "1");
	check_query("SELECT NULL, 1, 1.5, 'x', x'61'", "NULL|1|1.5|x|a");
	check_query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) "
		    "SELECT i FROM n",
		"1;2;3");
}
END_TEST

START_TEST(a_damaged_database_is_found_out) {
	for (int i = 0; i < 200; i++) {
		char text[600];
		struct sha256 hash;
		memset(text, 'a' + i % 26, sizeof(text));
		snprintf(text, 8, "%07d", i);
		CHECK_OK(store_text_put(store, text, sizeof(text), &hash, &err));
	}
	CHECK_OK(store_check(store, &err));
	store_close(store);
	struct buf bytes = bytes_of(path);
	memset(bytes.data + bytes.len - 3 * 4096, 0x55, 2 * 4096);
	ck_assert_int_eq(file_write(path, bytes.data, bytes.len, &err), 0);
	buf_finish(&bytes);
	store = opened(DB_WRITE);
	ck_assert_int_eq(store_check(store, &err), ERROR_DATABASE);
	check_line(&err, "");
}
END_TEST

int main(void) {
	Suite *suite = suite_create("store_query");
	TCase *tests = tcase_create("store_query");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_query_cannot_change_anything);
	tcase_add_test(tests, a_query_is_one_statement);
	tcase_add_test(tests, a_slip_in_a_name_is_answered_with_the_nearest);
	tcase_add_test(tests, a_query_may_ask_about_the_schema_and_use_every_kind_of_value);
	tcase_add_test(tests, a_damaged_database_is_found_out);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
