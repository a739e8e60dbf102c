#include "unit.h"

#include <string.h>

#include <sqlite3.h>

#include "base/asset.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "core/problem.h"
#include "report/report.h"
#include "scratch.h"
#include "store/store.h"

/* Databases that earlier versions made, kept as text in tests/data/store. */

static const char *const kept_run = "20261123-160000-0001";

static void load(const char *dump, const char *path) {
	struct buf sql = BUF_INIT(1 << 20);
	struct error err = {.message = ""};
	ck_assert_msg(file_read(dump, &sql, &err) == 0, "%s", err.message);
	sqlite3 *handle = NULL;
	char *message = NULL;
	ck_assert_int_eq(sqlite3_open(path, &handle), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(handle, buf_str(&sql), NULL, NULL, &message) == SQLITE_OK, "%s",
		message);
	sqlite3_close(handle);
	buf_finish(&sql);
}

static struct store *must_open(const char *path, enum db_mode mode) {
	struct store *store = NULL;
	struct error err = {.message = ""};
	int rc = store_open(path, &(struct store_options){.mode = mode}, &store, &err);
	ck_assert_msg(rc == 0, "%s", err.message);
	return store;
}

/* What the first schema's database holds, as everything that reads it sees it. */
static void expect_contents(struct store *store) {
	struct report *report = NULL;
	struct error err = {.message = ""};
	ck_assert_msg(report_build(store, "latest", NULL, &report, &err) == 0, "%s", err.message);
	ck_assert_str_eq(report->run.id, kept_run);
	ck_assert_str_eq(report->run.state, "finished");
	ck_assert_int_eq(report->samples, 4);
	ck_assert_int_eq(report->missing, 1);
	ck_assert_int_eq(report->cost.prompt_tokens, 10);
	ck_assert_double_eq(report->cost.usd, 0.25);
	ck_assert_int_eq(report->cost.lean_cpu_ns, 300000000);
	const struct score *score = &report->scores.items[0];
	ck_assert_str_eq(score->metric, "pass@1");
	ck_assert_int_eq(score->problems, 2);
	ck_assert_int_eq(score->solved, 1);
	ck_assert_double_eq(score->value, 0.5);
	report_destroy(report);
	struct problem problem;
	ck_assert_int_eq(store_problem_get(store, "demo", "demo_dozen_squared", &problem, &err), 0);
	ck_assert_str_eq(problem.statement, "theorem demo_dozen_squared : 12 * 12 = 144");
	problem_finish(&problem);
	struct stored_sample sample;
	struct sample_key key = {kept_run, "demo", "demo_two_add_two", "prove", 0};
	ck_assert_int_eq(store_sample_get(store, &key, &sample, &err), 0);
	ck_assert_int_eq(sample.outcome, OUTCOME_ACCEPTED);
	ck_assert_ptr_nonnull(strstr(sample.reply, "theorem demo_two_add_two"));
	stored_sample_finish(&sample);
}

static const char first_dump[] = TEST_SOURCE_ROOT "/tests/data/store/schema-1.sql";
static const char second_dump[] = TEST_SOURCE_ROOT "/tests/data/store/schema-2.sql";

static void expect_to_open(const char *dump) {
	load(dump, "kept.db");
	struct store *store = must_open("kept.db", DB_WRITE);
	expect_contents(store);
	ck_assert_int_eq(store_check(store, NULL), 0);
	store_close(store);
	store = must_open("kept.db", DB_READ_ONLY);
	expect_contents(store);
	store_close(store);
}

START_TEST(a_database_of_the_first_schema_opens_with_all_it_holds) {
	expect_to_open(first_dump);
}
END_TEST

START_TEST(a_database_of_the_second_schema_opens_with_all_it_holds) {
	expect_to_open(second_dump);
	struct store *store = must_open("kept.db", DB_READ_ONLY);
	struct problem problem;
	ck_assert_int_eq(store_problem_get(store, "words", "trees-both-000", &problem, NULL), 0);
	ck_assert_str_eq(problem.cell, "trees/both");
	ck_assert_str_eq(problem.family, "disconnected");
	ck_assert_str_eq(problem.answer, "14");
	ck_assert_ptr_nonnull(strstr(problem.program, "goal container(Mira/pear, ?)."));
	problem_finish(&problem);
	store_close(store);
}
END_TEST

START_TEST(a_servers_check_of_before_has_no_time_instead_of_none) {
	load(second_dump, "kept.db");
	sqlite3 *handle = NULL;
	ck_assert_int_eq(sqlite3_open("kept.db", &handle), SQLITE_OK);
	const char *sql = "UPDATE verdict SET backend = 'kimina', cpu_ns = 0 WHERE id = 2";
	ck_assert_int_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(handle);
	struct store *store = must_open("kept.db", DB_WRITE);
	struct run_cost cost;
	ck_assert_int_eq(store_run_cost(store, kept_run, &cost, NULL), 0);
	ck_assert_int_eq(cost.unmeasured, 1);
	ck_assert_int_eq(cost.lean_cpu_ns, 200000000);
	ck_assert_int_eq(store_check(store, NULL), 0);
	store_close(store);
}
END_TEST

/* A schema's text without comments and white space. */
static void append_plain(struct buf *out, const char *sql) {
	for (const char *c = sql; *c != '\0'; c++) {
		if (c[0] == '-' && c[1] == '-') {
			c += strcspn(c, "\n") - 1;
		} else if (strchr(" \t\n", *c) == NULL) {
			buf_append_char(out, *c);
		}
	}
}

static int add_schema(void *data, int columns, char **values, char **names) {
	(void)columns, (void)names;
	append_plain(data, values[0]);
	buf_append_char(data, '\n');
	return 0;
}

static struct buf schema_of(const char *path) {
	struct buf text = BUF_INIT(1 << 20);
	sqlite3 *handle = NULL;
	ck_assert_int_eq(sqlite3_open(path, &handle), SQLITE_OK);
	const char *query = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
	ck_assert_int_eq(sqlite3_exec(handle, query, add_schema, &text, NULL), SQLITE_OK);
	sqlite3_close(handle);
	return text;
}

/* Databases live for years: an older schema file that changes would part those made before from
 * those made after. */
static void expect_schema(const char *dump, const char *const *files, size_t count) {
	load(dump, "kept.db");
	sqlite3 *handle = NULL;
	ck_assert_int_eq(sqlite3_open("made.db", &handle), SQLITE_OK);
	for (size_t i = 0; i < count; i++) {
		const struct asset *file = asset_find(files[i]);
		ck_assert_int_eq(sqlite3_exec(handle, file->data, NULL, NULL, NULL), SQLITE_OK);
	}
	sqlite3_close(handle);
	struct buf kept = schema_of("kept.db"), made = schema_of("made.db");
	ck_assert_str_eq(buf_str(&kept), buf_str(&made));
	ck_assert_uint_gt(kept.len, 1000);
	buf_finish(&kept);
	buf_finish(&made);
}

static const char *const schema_files[] = {"src/store/schema/0001-init.sql",
	"src/store/schema/0002-words.sql", "src/store/schema/0003-verdicts.sql"};

START_TEST(the_first_schema_stays_as_it_was_published) {
	expect_schema(first_dump, schema_files, 1);
}
END_TEST

START_TEST(the_second_schema_stays_as_it_was_published) {
	expect_schema(second_dump, schema_files, 2);
}
END_TEST

static int delete_runs(const char *path) {
	struct store *store = must_open(path, DB_WRITE);
	sqlite3 *handle = NULL;
	ck_assert_int_eq(sqlite3_open(path, &handle), SQLITE_OK);
	const char *sql = "PRAGMA foreign_keys = ON; DELETE FROM run";
	int code = sqlite3_exec(handle, sql, NULL, NULL, NULL);
	sqlite3_close(handle);
	store_close(store);
	return code;
}

static int take_count(void *data, int columns, char **values, char **names) {
	(void)columns, (void)names;
	*(int64_t *)data = strtoll(values[0], NULL, 10);
	return 0;
}

START_TEST(a_run_that_is_taken_away_takes_what_is_only_its_own) {
	load(second_dump, "kept.db");
	ck_assert_int_eq(delete_runs("kept.db"), SQLITE_OK);
	static const struct {
		const char *table;
		int64_t rows;
	} left[] = {{"sample", 0}, {"verdict", 0}, {"run_problem", 0}, {"alignment", 0},
		{"problem", 3}, {"grade", 1}, {"finding", 1}, {"dataset", 2}};
	sqlite3 *handle = NULL;
	ck_assert_int_eq(sqlite3_open("kept.db", &handle), SQLITE_OK);
	for (size_t i = 0; i < F2F_COUNT(left); i++) {
		int64_t rows = -1;
		char *query = xasprintf("SELECT count(*) FROM %s", left[i].table);
		sqlite3_exec(handle, query, take_count, &rows, NULL);
		ck_assert_msg(rows == left[i].rows, "%s: %d", left[i].table, (int)rows);
		free(query);
	}
	sqlite3_close(handle);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("schema");
	TCase *tcase = tcase_create("schema");
	tcase_add_checked_fixture(tcase, scratch_enter, scratch_leave);
	tcase_add_test(tcase, a_database_of_the_first_schema_opens_with_all_it_holds);
	tcase_add_test(tcase, a_database_of_the_second_schema_opens_with_all_it_holds);
	tcase_add_test(tcase, a_servers_check_of_before_has_no_time_instead_of_none);
	tcase_add_test(tcase, the_second_schema_stays_as_it_was_published);
	tcase_add_test(tcase, the_first_schema_stays_as_it_was_published);
	tcase_add_test(tcase, a_run_that_is_taken_away_takes_what_is_only_its_own);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
