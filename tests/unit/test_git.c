#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/git.h"
#include "io/git_stream.h"
#include "io/loop.h"

#define COMMIT "0123456789abcdef0123456789abcdef01234567"
#define GOOD                                                          \
	"progress 1 2 30\ncommit " COMMIT " head\nfile 3 5\na/bhello" \
	"file 1 0\ncend\n"

/* ---- The stream. */

static int feed_in_pieces(struct git_stream *stream, const char *text, size_t length, size_t piece,
	struct error *err) {
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < length; i += piece) {
		rc = git_stream_feed(
			stream, text + i, length - i < piece ? length - i : piece, NULL, err);
	}
	return rc;
}

START_TEST(a_stream_reads_the_same_in_pieces_of_any_size) {
	for (size_t piece = 1; piece <= strlen(GOOD); piece++) {
		struct git_stream stream;
		git_stream_init(&stream, 100);
		ck_assert_int_eq(feed_in_pieces(&stream, GOOD, strlen(GOOD), piece, NULL), 0);
		ck_assert_int_eq(stream.state, GIT_STREAM_ENDED);
		ck_assert(!stream.failed);
		ck_assert_str_eq(stream.commit, COMMIT);
		ck_assert(stream.is_head);
		ck_assert_int_eq(stream.progress.received_bytes, 30);
		ck_assert_uint_eq(stream.files.count, 2);
		ck_assert_str_eq(stream.files.items[0].path, "a/b");
		ck_assert_str_eq(stream.files.items[0].data, "hello");
		ck_assert_str_eq(stream.files.items[1].path, "c");
		ck_assert_uint_eq(stream.files.items[1].length, 0);
		git_stream_finish(&stream);
	}
}
END_TEST

START_TEST(what_is_no_record_is_refused) {
	static const char *const bad[] = {
		"hello\n",
		"progress 1 2\n",
		"progress 1 2 3 4\n",
		"progress -1 2 3\n",
		"progress 1 2 99999999999999999999\n",
		"commit 0123 pinned\n",
		"commit " COMMIT "\n",
		"commit " COMMIT " other\n",
		"file 0 3\n",
		"file 3\n",
		"file 99999 1\n",
		"error 7 x\n",
		"error -99 x\n",
		"error x\n",
		"end\n", // before any commit
		"\n",
		GOOD "more",
	};
	for (size_t i = 0; i < F2F_COUNT(bad); i++) {
		struct git_stream stream;
		struct error err = {0};
		git_stream_init(&stream, 100);
		ck_assert_msg(
			feed_in_pieces(&stream, bad[i], strlen(bad[i]), 7, &err) == ERROR_PROTOCOL,
			"%s", bad[i]);
		git_stream_finish(&stream);
	}
}
END_TEST

START_TEST(a_line_without_end_and_a_nul_are_refused) {
	char flood[5000];
	memset(flood, 'x', sizeof(flood));
	struct git_stream stream;
	git_stream_init(&stream, 100);
	ck_assert_int_eq(feed_in_pieces(&stream, flood, sizeof(flood), 100, NULL), ERROR_PROTOCOL);
	git_stream_finish(&stream);
	git_stream_init(&stream, 100);
	ck_assert_int_eq(git_stream_feed(&stream, "en\0d\n", 5, NULL, NULL), ERROR_PROTOCOL);
	git_stream_finish(&stream);
}
END_TEST

START_TEST(files_larger_than_allowed_are_refused_before_they_come) {
	struct git_stream stream;
	struct error err = {0};
	git_stream_init(&stream, 100);
	ck_assert_int_eq(git_stream_feed(&stream, "file 1 60\n", 10, NULL, &err), 0);
	char bytes[61] = "a";
	ck_assert_int_eq(git_stream_feed(&stream, bytes, 61, NULL, &err), 0);
	ck_assert_int_eq(git_stream_feed(&stream, "file 1 41\n", 10, NULL, &err), ERROR_INPUT);
	ck_assert_str_eq(err.message, "the files are larger than allowed");
	git_stream_finish(&stream);
}
END_TEST

START_TEST(a_restart_forgets_the_files_and_their_size) {
	static const char text[] =
		"file 1 3\nxabcrestart\ncommit " COMMIT " pinned\nfile 1 3\nyabcend\n";
	struct git_stream stream;
	git_stream_init(&stream, 3);
	ck_assert_int_eq(feed_in_pieces(&stream, text, strlen(text), 5, NULL), 0);
	ck_assert_uint_eq(stream.files.count, 1);
	ck_assert_str_eq(stream.files.items[0].path, "y");
	git_stream_finish(&stream);
}
END_TEST

START_TEST(signs_of_life_without_numbers_keep_the_numbers) {
	struct git_stream stream;
	bool moved = false;
	git_stream_init(&stream, 3);
	git_stream_feed(&stream, "progress 5 9 100\n", 17, &moved, NULL);
	ck_assert(moved);
	git_stream_feed(&stream, "progress 0 0 0\n", 15, &moved, NULL);
	ck_assert(moved);
	ck_assert_int_eq(stream.progress.received_objects, 5);
	git_stream_finish(&stream);
}
END_TEST

/* ---- The child: a shell script in its place. */

struct run {
	struct loop *loop;
	struct error err;
	bool failed;
	char commit[41];
	size_t files;
	int calls;
	int progress;
};

static void on_progress(const struct git_progress *progress, void *data) {
	((struct run *)data)->progress++;
}

static void on_done(const struct git_result *result, const struct error *err, void *data) {
	struct run *run = data;
	run->calls++;
	run->failed = err != NULL;
	if (err != NULL) {
		run->err = *err;
	} else {
		memcpy(run->commit, result->commit, sizeof(run->commit));
		run->files = result->file_count;
	}
	loop_stop(run->loop);
}

static struct run run_script(const char *body, int64_t silence_ns) {
	char folder[] = "/tmp/f2f-test-git-XXXXXX";
	ck_assert_ptr_nonnull(mkdtemp(folder));
	char *program = path_join(folder, "child");
	char *script = xasprintf("#!/bin/sh\n%s\n", body);
	ck_assert_int_eq(file_write(program, script, strlen(script), NULL), 0);
	ck_assert_int_eq(chmod(program, 0755), 0);
	static const char *const paths[] = {"a/b", "c"};
	const struct git_fetch_options options = {
		.url = "https://example.invalid/x",
		.commit = COMMIT,
		.paths = paths,
		.path_count = 2,
		.head_allowed = true,
		.cache = folder,
		.silence_ns = silence_ns,
		.max_bytes = 1000,
		.program = program,
	};
	struct run run = {.loop = loop_create(NULL)};
	struct git_fetch *fetch = NULL;
	int rc = git_fetch_start(run.loop, &options, on_progress, on_done, &run, &fetch, &run.err);
	ck_assert_msg(rc == 0, "%s", run.err.message);
	ck_assert_int_eq(run.calls, 0); // never inside the start
	loop_run(run.loop);
	ck_assert_int_eq(run.calls, 1);
	git_fetch_destroy(fetch);
	loop_run(run.loop);
	loop_destroy(run.loop);
	unlink(program);
	rmdir(folder);
	free(script);
	free(program);
	return run;
}

START_TEST(the_childs_files_arrive) {
	struct run run = run_script(
		"printf 'progress 1 2 3\\ncommit " COMMIT " pinned\\nfile 1 2\\nahiend\\n'", 0);
	ck_assert_msg(!run.failed, "%s", run.err.message);
	ck_assert_str_eq(run.commit, COMMIT);
	ck_assert_uint_eq(run.files, 1);
	ck_assert_int_ge(run.progress, 1);
}
END_TEST

START_TEST(the_child_is_told_what_is_wanted) {
	struct run run = run_script("test \"$1\" = --head && test \"$3\" = "
				    "https://example.invalid/x && test \"$4\" = " COMMIT
				    " && test \"$5 $6\" = 'a/b c' && printf 'commit " COMMIT
				    " head\\nend\\n'",
		0);
	ck_assert_msg(!run.failed, "%s", run.err.message);
}
END_TEST

START_TEST(the_childs_error_is_ours) {
	struct run run =
		run_script("printf 'error -11 the certificate is not valid\\n'; exit 1", 0);
	ck_assert(run.failed);
	ck_assert_int_eq(run.err.code, ERROR_REFUSED);
	ck_assert_str_eq(run.err.message, "the certificate is not valid");
}
END_TEST

START_TEST(a_silent_child_is_ended) {
	struct run run =
		run_script("printf 'progress 0 0 0\\n'; exec tail -f /dev/null", CLOCK_SECOND / 10);
	ck_assert(run.failed);
	ck_assert_int_eq(run.err.code, ERROR_TIMEOUT);
	ck_assert_str_eq(run.err.message, "nothing heard for 0.1 s");
}
END_TEST

START_TEST(a_child_that_ends_early_is_explained) {
	struct run run = run_script("echo 'cannot load a library' >&2; exit 127", 0);
	ck_assert_int_eq(run.err.code, ERROR_SYSTEM);
	ck_assert_str_eq(run.err.message, "f2f-git: cannot load a library");
	run = run_script("printf 'commit " COMMIT " pinned\\nfile 1 5\\nahe'; exit 0", 0);
	ck_assert_str_eq(run.err.message, "f2f-git ended early with status 0");
	run = run_script("kill -9 $$", 0);
	ck_assert_str_eq(run.err.message, "f2f-git was ended by signal 9");
}
END_TEST

START_TEST(a_child_that_lies_or_floods_is_ended) {
	struct run run = run_script("yes nonsense", 0);
	ck_assert_int_eq(run.err.code, ERROR_PROTOCOL);
	run = run_script("printf 'commit " COMMIT " pinned\\nfile 1 1001\\n'; yes", 0);
	ck_assert_int_eq(run.err.code, ERROR_INPUT);
	run = run_script(
		"head -c 1000000 /dev/zero >&2; printf 'commit " COMMIT " pinned\\nend\\n'", 0);
	ck_assert(!run.failed);
}
END_TEST

START_TEST(a_fetch_can_be_destroyed_while_it_runs) {
	struct loop *loop = loop_create(NULL);
	struct git_fetch *fetch = NULL;
	struct run run = {.loop = loop};
	static const char *const paths[] = {"a"};
	const struct git_fetch_options options = {.url = "x",
		.commit = COMMIT,
		.paths = paths,
		.path_count = 1,
		.cache = "/tmp",
		.program = "/bin/yes"};
	ck_assert_int_eq(git_fetch_start(loop, &options, NULL, on_done, &run, &fetch, NULL), 0);
	loop_step(loop);
	git_fetch_destroy(fetch);
	loop_run(loop);
	ck_assert_int_eq(run.calls, 0);
	loop_destroy(loop);
}
END_TEST

START_TEST(a_missing_program_is_an_error_at_the_start) {
	struct loop *loop = loop_create(NULL);
	struct git_fetch *fetch = NULL;
	struct error err = {0};
	static const char *const paths[] = {"a"};
	const struct git_fetch_options options = {.url = "x",
		.commit = COMMIT,
		.paths = paths,
		.path_count = 1,
		.cache = "/tmp",
		.program = "/nonexistent/f2f-git"};
	ck_assert_int_lt(git_fetch_start(loop, &options, NULL, on_done, NULL, &fetch, &err), 0);
	ck_assert_ptr_null(fetch);
	loop_run(loop);
	loop_destroy(loop);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("git");
	TCase *stream = tcase_create("stream");
	tcase_add_test(stream, a_stream_reads_the_same_in_pieces_of_any_size);
	tcase_add_test(stream, what_is_no_record_is_refused);
	tcase_add_test(stream, a_line_without_end_and_a_nul_are_refused);
	tcase_add_test(stream, files_larger_than_allowed_are_refused_before_they_come);
	tcase_add_test(stream, a_restart_forgets_the_files_and_their_size);
	tcase_add_test(stream, signs_of_life_without_numbers_keep_the_numbers);
	suite_add_tcase(suite, stream);
	TCase *child = tcase_create("child");
	tcase_set_timeout(child, 60);
	tcase_add_test(child, the_childs_files_arrive);
	tcase_add_test(child, the_child_is_told_what_is_wanted);
	tcase_add_test(child, the_childs_error_is_ours);
	tcase_add_test(child, a_silent_child_is_ended);
	tcase_add_test(child, a_child_that_ends_early_is_explained);
	tcase_add_test(child, a_child_that_lies_or_floods_is_ended);
	tcase_add_test(child, a_fetch_can_be_destroyed_while_it_runs);
	tcase_add_test(child, a_missing_program_is_an_error_at_the_start);
	suite_add_tcase(suite, child);
	return unit_run(suite);
}
