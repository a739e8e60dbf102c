#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/db.h"
#include "scratch.h"
#include "things.h"

/* Opening fails with this code, and a line that holds `words`. */
static void refuse(
	const char *path, enum db_mode mode, size_t version, int code, const char *words) {
	struct db_options options = options_of(mode, version);
	struct db *db = NULL;
	struct error err = {.message = ""};
	ck_assert_int_eq(db_open(path, &options, &db, &err), code);
	ck_assert_ptr_null(db);
	ck_assert_msg(strstr(err.message, words) != NULL, "%s", err.message);
	ck_assert_ptr_null(strchr(err.message, '\n'));
}

static int take_first(void *data, int columns, char **values, char **names) {
	(void)columns, (void)names;
	snprintf(data, 64, "%s", values[0] != NULL ? values[0] : "NULL");
	return 0;
}

static void expect_value(struct db *db, const char *sql, const char *wanted) {
	char value[64] = "";
	ck_assert_int_eq(sqlite3_exec(db_handle(db), sql, take_first, value, NULL), SQLITE_OK);
	ck_assert_str_eq(value, wanted);
}

static struct buf contents(const char *path) {
	struct buf text = BUF_INIT(1 << 24);
	ck_assert_int_eq(file_read(path, &text, NULL), 0);
	return text;
}

/* Refused, and the file is what it was, with nothing new beside it. */
static void refuse_untouched(const char *path, enum db_mode mode, int code, const char *words) {
	struct buf before = contents(path);
	refuse(path, mode, 2, code, words);
	struct buf after = contents(path);
	ck_assert_uint_eq(before.len, after.len);
	ck_assert_mem_eq(buf_str(&before), buf_str(&after), before.len);
	char *wal = xasprintf("%s-wal", path);
	char *shm = xasprintf("%s-shm", path);
	ck_assert(!file_exists(wal) && !file_exists(shm));
	free(shm);
	free(wal);
	buf_finish(&before);
	buf_finish(&after);
}

/* A child process runs `body`; its end is waited for. */
static int in_child(int (*body)(void)) {
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		_exit(body());
	}
	int status = 0;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

START_TEST(a_new_database_carries_our_mark_and_our_settings) {
	struct db *db = must_open("new.db", DB_WRITE, 2);
	expect_value(db, "PRAGMA application_id", "1177699889"); // "F2F1"
	expect_value(db, "PRAGMA user_version", "2");
	expect_value(db, "PRAGMA journal_mode", "wal");
	expect_value(db, "PRAGMA synchronous", "1");
	expect_value(db, "PRAGMA foreign_keys", "1");
	db_close(db);
}
END_TEST

START_TEST(durable_means_synchronous_full) {
	struct db_options options = options_of(DB_WRITE, 2);
	options.durable = true;
	struct db *db = NULL;
	ck_assert_int_eq(db_open("durable.db", &options, &db, NULL), 0);
	expect_value(db, "PRAGMA synchronous", "2");
	db_close(db);
}
END_TEST

START_TEST(an_older_database_is_migrated_once_and_keeps_its_rows) {
	struct db *db = must_open("old.db", DB_WRITE, 1);
	add(db, "a", 1);
	db_close(db);
	for (int i = 0; i < 2; i++) {
		db = must_open("old.db", DB_WRITE, 2);
		expect_value(db, "SELECT name || colour FROM thing", "ared");
		expect_value(db, "PRAGMA user_version", "2");
		db_close(db);
	}
}
END_TEST

START_TEST(a_migration_that_fails_changes_nothing) {
	db_close(must_open("half.db", DB_WRITE, 1));
	struct db_migration broken[] = {
		things_migrations[0],
		{2, "broken", "CREATE TABLE other (id INTEGER); INSERT INTO nowhere VALUES (1);"},
	};
	struct db_options options = options_of(DB_WRITE, 2);
	options.migrations = broken;
	struct db *db = NULL;
	struct error err = {.message = ""};
	ck_assert_int_eq(db_open("half.db", &options, &db, &err), ERROR_DATABASE);
	ck_assert_str_eq(err.message, "migration 2 (broken): half.db: no such table: nowhere");
	db = must_open("half.db", DB_WRITE, 1);
	expect_value(db, "PRAGMA user_version", "1");
	expect_value(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'other'", "0");
	db_close(db);
}
END_TEST

START_TEST(a_newer_database_is_refused_and_untouched) {
	struct db *db = must_open("newer.db", DB_WRITE, 2);
	ck_assert_int_eq(db_exec(db, "PRAGMA user_version = 3", NULL), 0);
	db_close(db);
	refuse_untouched(
		"newer.db", DB_WRITE, ERROR_USAGE, "newer f2f (schema 3, this one knows 2)");
	refuse_untouched("newer.db", DB_READ_ONLY, ERROR_USAGE, "newer f2f");
}
END_TEST

START_TEST(a_newer_database_with_an_open_log_is_refused_and_keeps_its_log) {
	struct db *db = must_open("newer.db", DB_WRITE, 2);
	ck_assert_int_eq(db_exec(db, "PRAGMA user_version = 3", NULL), 0);
	struct buf before = contents("newer.db"), log = contents("newer.db-wal");
	refuse("newer.db", DB_WRITE, 2, ERROR_USAGE, "newer f2f");
	struct buf after = contents("newer.db"), log_after = contents("newer.db-wal");
	ck_assert_uint_eq(before.len, after.len);
	ck_assert_mem_eq(before.data, after.data, before.len);
	ck_assert_uint_eq(log.len, log_after.len);
	buf_finish(&before);
	buf_finish(&after);
	buf_finish(&log);
	buf_finish(&log_after);
	db_close(db);
}
END_TEST

START_TEST(the_database_of_another_program_is_refused_and_untouched) {
	sqlite3 *handle = NULL;
	ck_assert_int_eq(sqlite3_open("other.db", &handle), SQLITE_OK);
	sqlite3_exec(handle, "CREATE TABLE bookmarks (url TEXT)", NULL, NULL, NULL);
	sqlite3_close(handle);
	refuse_untouched("other.db", DB_WRITE, ERROR_USAGE, "not a database of f2f");
	refuse_untouched("other.db", DB_READ_ONLY, ERROR_USAGE, "not a database of f2f");
}
END_TEST

START_TEST(files_that_are_no_database_are_refused_and_untouched) {
	ck_assert_int_eq(file_write("short", "hello\n", 6, NULL), 0);
	refuse_untouched("short", DB_WRITE, ERROR_USAGE, "not a database");
	struct buf noise = BUF_INIT(100000);
	for (unsigned i = 0; i < 20000; i++) {
		buf_append_char(&noise, (char)(i * 2654435761u >> 13));
	}
	ck_assert_int_eq(file_write("noise", noise.data, noise.len, NULL), 0);
	refuse_untouched("noise", DB_WRITE, ERROR_USAGE, "not a database");
	refuse_untouched("noise", DB_READ_ONLY, ERROR_USAGE, "not a database");
	buf_finish(&noise);
}
END_TEST

START_TEST(a_truncated_database_is_one_clear_line) {
	struct db *db = must_open("cut.db", DB_WRITE, 2);
	db_begin(db, NULL);
	for (int i = 0; i < 2000; i++) {
		add(db, "a name of some length, so that there are several pages", i);
	}
	db_commit(db, NULL);
	db_close(db);
	struct stat info;
	ck_assert_int_eq(stat("cut.db", &info), 0);
	ck_assert_int_eq(truncate("cut.db", info.st_size / 2), 0);
	struct db_options options = options_of(DB_READ_ONLY, 2);
	struct error err = {.message = ""};
	int64_t rows;
	int rc = db_open("cut.db", &options, &db, &err);
	if (rc == 0) {
		rc = db_run(db, COUNT, &err, take_int, &rows, "");
		db_close(db);
	}
	ck_assert_int_eq(rc, ERROR_DATABASE);
	ck_assert_msg(str_starts_with(err.message, "cut.db is damaged: "), "%s", err.message);
}
END_TEST

START_TEST(what_is_no_file_is_refused_without_waiting) {
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert_int_eq(mkfifo("pipe", 0600), 0);
	refuse("folder", DB_WRITE, 2, ERROR_USAGE, "folder is a directory");
	refuse("folder", DB_READ_ONLY, 2, ERROR_USAGE, "folder is a directory");
	refuse("pipe", DB_WRITE, 2, ERROR_USAGE, "pipe is not a file");
	refuse("pipe", DB_READ_ONLY, 2, ERROR_USAGE, "pipe is not a file");
	refuse("absent/f2f.db", DB_WRITE, 2, ERROR_USAGE,
		"nothing can be written beside absent/f2f.db (No such file or directory); choose");
	refuse("pipe/f2f.db", DB_WRITE, 2, ERROR_SYSTEM, "pipe/f2f.db: Not a directory");
}
END_TEST

START_TEST(an_empty_file_becomes_a_database) {
	ck_assert_int_eq(file_write("empty.db", "", 0, NULL), 0);
	refuse("empty.db", DB_READ_ONLY, 2, ERROR_NOT_FOUND, "empty.db is empty");
	db_close(must_open("empty.db", DB_WRITE, 2));
	db_close(must_open("empty.db", DB_READ_ONLY, 2));
}
END_TEST

START_TEST(a_path_means_itself_whatever_stands_in_it) {
	static const char *const names[] = {
		"a?mode=memory", "a#b", "a%41", "a b", ":memory:", "file:x", "-", "a&vfs=no", "ä"};
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		struct db *db = must_open(names[i], DB_WRITE, 2);
		add(db, names[i], 1);
		db_close(db);
		ck_assert_msg(file_exists(names[i]), "%s", names[i]);
		db = must_open(names[i], DB_READ_ONLY, 2);
		ck_assert_int_eq(count(db), 1);
		db_close(db);
	}
	char folder[64];
	ck_assert_ptr_nonnull(getcwd(folder, sizeof(folder)));
	char *doubled = xasprintf("/%s/doubled.db", folder); // "//tmp/…" is no host
	db_close(must_open(doubled, DB_WRITE, 2));
	ck_assert(file_exists("doubled.db"));
	free(doubled);
}
END_TEST

START_TEST(reading_needs_a_database_and_changes_nothing) {
	refuse("absent.db", DB_READ_ONLY, 2, ERROR_NOT_FOUND, "there is no database absent.db");
	ck_assert(!file_exists("absent.db"));
	struct db *db = must_open("f2f.db", DB_WRITE, 2);
	add(db, "a", 1);
	db_close(db);
	struct buf before = contents("f2f.db");
	db = must_open("f2f.db", DB_READ_ONLY, 2);
	ck_assert_int_eq(count(db), 1);
	struct error err = {.message = ""};
	ck_assert_int_lt(db_run(db, INSERT, &err, NULL, NULL, "ti", "b", (int64_t)2), 0);
	ck_assert_str_eq(err.message, "f2f.db may not be written; choose another with --db");
	db_close(db);
	struct buf after = contents("f2f.db");
	ck_assert_uint_eq(before.len, after.len);
	ck_assert_mem_eq(before.data, after.data, before.len);
	buf_finish(&before);
	buf_finish(&after);
}
END_TEST

START_TEST(an_older_database_is_not_changed_by_reading_it) {
	db_close(must_open("old.db", DB_WRITE, 1));
	refuse_untouched("old.db", DB_READ_ONLY, ERROR_USAGE, "older f2f (schema 1");
}
END_TEST

START_TEST(a_reader_sees_what_a_writer_has_committed_but_not_checkpointed) {
	struct db *writer = must_open("f2f.db", DB_WRITE, 2);
	add(writer, "a", 1);
	struct db *reader = must_open("f2f.db", DB_READ_ONLY, 2);
	ck_assert_int_eq(count(reader), 1);
	add(writer, "b", 2);
	ck_assert_int_eq(count(reader), 2);
	db_begin(writer, NULL);
	add(writer, "c", 3);
	ck_assert_int_eq(count(reader), 2);
	db_close(writer); // commits what is open
	ck_assert_int_eq(count(reader), 3);
	db_close(reader);
}
END_TEST

/* As a user who may not write: file and folder are root's, or have lost their write bits. */
static int read_without_leave(void) {
	if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0) {
		return 9;
	}
	struct db_options options = options_of(DB_READ_ONLY, 2);
	struct db *db = NULL;
	struct error err = {.message = ""};
	if (db_open("f2f.db", &options, &db, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	int64_t rows = 0;
	int rc = db_run(db, COUNT, &err, take_int, &rows, "");
	db_close(db);
	return rc < 0 ? 2 : rows != 1 ? 3 : 0;
}

static int write_without_leave(void) {
	if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0) {
		return 9;
	}
	struct db_options options = options_of(DB_WRITE, 2);
	struct db *db = NULL;
	struct error err = {.message = ""};
	bool refused = db_open("f2f.db", &options, &db, &err) == ERROR_USAGE &&
		       db_open("absent.db", &options, &db, NULL) == ERROR_USAGE;
	bool said = strcmp(err.message, "nothing can be written beside f2f.db (Permission denied); "
					"choose another with --db") == 0;
	return refused && said ? 0 : 1;
}

static int write_file_without_leave(void) {
	if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0) {
		return 9;
	}
	struct db_options options = options_of(DB_WRITE, 2);
	struct db *db = NULL;
	struct error err = {.message = ""};
	bool refused = db_open("f2f.db", &options, &db, &err) == ERROR_USAGE;
	bool said = strcmp(err.message, "f2f.db may not be written; choose another with --db") == 0;
	return refused && said ? 0 : 1;
}

START_TEST(a_database_that_may_not_be_written_can_be_read) {
	struct db *db = must_open("f2f.db", DB_WRITE, 2);
	add(db, "a", 1);
	db_close(db);
	ck_assert_int_eq(chmod("f2f.db", 0444), 0);
	ck_assert_int_eq(chmod(".", 0555), 0);
	ck_assert_int_eq(in_child(read_without_leave), 0);
	ck_assert_int_eq(in_child(write_without_leave), 0);
	// the file may be written, but nothing beside it
	ck_assert_int_eq(chmod("f2f.db", 0666), 0);
	ck_assert_int_eq(in_child(read_without_leave), 0);
	ck_assert_int_eq(in_child(write_without_leave), 0);
	// the folder, but not the file
	ck_assert_int_eq(chmod("f2f.db", 0444), 0);
	ck_assert_int_eq(chmod(".", 0777), 0);
	ck_assert_int_eq(in_child(read_without_leave), 0);
	ck_assert_int_eq(in_child(write_file_without_leave), 0);
	ck_assert_int_eq(chmod(".", 0755), 0);
}
END_TEST

static int create_and_add(void) {
	struct db_options options = options_of(DB_WRITE, 2);
	struct db *db = NULL;
	struct error err = {.message = ""};
	int rc = db_open("f2f.db", &options, &db, &err);
	rc = rc < 0 ? rc : db_run(db, INSERT, &err, NULL, NULL, "ti", "x", (int64_t)getpid());
	if (rc < 0) {
		fprintf(stderr, "%s\n", err.message);
	}
	db_close(db);
	return rc < 0;
}

START_TEST(many_processes_may_create_one_database_at_once) {
	enum { PROCESSES = 12 };
	int gate[2];
	ck_assert_int_eq(pipe(gate), 0);
	pid_t pids[PROCESSES];
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			char byte;
			close(gate[1]);
			_exit(read(gate[0], &byte, 1) == 0 ? create_and_add() : 9);
		}
	}
	close(gate[0]);
	close(gate[1]); // go
	for (int i = 0; i < PROCESSES; i++) {
		int status = 0;
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	struct db *db = must_open("f2f.db", DB_READ_ONLY, 2);
	ck_assert_int_eq(count(db), PROCESSES);
	db_close(db);
}
END_TEST

static Suite *make_suite(void) {
	Suite *suite = suite_create("db_open");
	TCase *open = tcase_create("open");
	tcase_add_checked_fixture(open, scratch_enter, scratch_leave);
	tcase_set_timeout(open, 60);
	tcase_add_test(open, a_new_database_carries_our_mark_and_our_settings);
	tcase_add_test(open, durable_means_synchronous_full);
	tcase_add_test(open, an_older_database_is_migrated_once_and_keeps_its_rows);
	tcase_add_test(open, a_migration_that_fails_changes_nothing);
	tcase_add_test(open, a_newer_database_is_refused_and_untouched);
	tcase_add_test(open, a_newer_database_with_an_open_log_is_refused_and_keeps_its_log);
	tcase_add_test(open, the_database_of_another_program_is_refused_and_untouched);
	tcase_add_test(open, files_that_are_no_database_are_refused_and_untouched);
	tcase_add_test(open, a_truncated_database_is_one_clear_line);
	tcase_add_test(open, what_is_no_file_is_refused_without_waiting);
	tcase_add_test(open, an_empty_file_becomes_a_database);
	tcase_add_test(open, a_path_means_itself_whatever_stands_in_it);
	tcase_add_test(open, reading_needs_a_database_and_changes_nothing);
	tcase_add_test(open, an_older_database_is_not_changed_by_reading_it);
	tcase_add_test(open, a_reader_sees_what_a_writer_has_committed_but_not_checkpointed);
	tcase_add_test(open, a_database_that_may_not_be_written_can_be_read);
	tcase_add_test(open, many_processes_may_create_one_database_at_once);
	suite_add_tcase(suite, open);
	return suite;
}

int main(void) {
	return unit_run(make_suite());
}
