#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/loop.h"
#include "io/term.h"

static int64_t now_ns;
static struct loop *loop;
static int reader;	      // what was written to stderr
static const char *line_text; // the progress line

static int64_t test_now(void *data) {
	(void)data;
	return now_ns;
}

static void describe(char *line, size_t size, void *data) {
	(void)data;
	snprintf(line, size, "%s", line_text);
}

static void set_up(void) {
	struct loop_options options = {.now = test_now};
	now_ns = 1000 * CLOCK_SECOND;
	line_text = "3/10";
	loop = loop_create(&options);
	setenv("TERM", "xterm", 1);
}

static void tear_down(void) {
	loop_destroy(loop);
	close(reader);
}

static void stderr_to(int fd) {
	fcntl(reader, F_SETFL, O_NONBLOCK);
	ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
	close(fd);
}

static void stderr_to_pipe(void) {
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	reader = ends[0];
	stderr_to(ends[1]);
}

static void stderr_to_terminal(int columns) {
	reader = posix_openpt(O_RDWR | O_NOCTTY);
	ck_assert_int_ge(reader, 0);
	ck_assert_int_eq(grantpt(reader), 0);
	ck_assert_int_eq(unlockpt(reader), 0);
	int fd = open(ptsname(reader), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(fd, 0);
	struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = 24};
	ck_assert_int_eq(ioctl(fd, TIOCSWINSZ, &size), 0);
	struct termios modes;
	ck_assert_int_eq(tcgetattr(fd, &modes), 0);
	cfmakeraw(&modes);
	ck_assert_int_eq(tcsetattr(fd, TCSANOW, &modes), 0);
	stderr_to(fd);
}

/**
 * The next bytes are `text`. A terminal hands them on when it likes, so this waits for as many;
 * that nothing came is seen by what comes next.
 */
static void expect(const char *text) {
	char got[1024];
	size_t length = 0, wanted = strlen(text);
	struct pollfd in = {.fd = reader, .events = POLLIN};
	while (length < wanted && poll(&in, 1, 60000) == 1) {
		ssize_t n = read(reader, got + length, wanted - length);
		ck_assert_int_gt(n, 0);
		length += (size_t)n;
	}
	got[length] = '\0';
	ck_assert_str_eq(got, text);
}

/** How many of `c` come before `end` does. */
static int count_until(char c, const char *end) {
	char got[65536];
	size_t length = 0;
	struct pollfd in = {.fd = reader, .events = POLLIN};
	int count = 0;
	got[0] = '\0';
	while (strstr(got, end) == NULL && length < sizeof(got) - 1 && poll(&in, 1, 60000) == 1) {
		ck_assert_int_eq(read(reader, got + length, 1), 1);
		count += got[length++] == c;
		got[length] = '\0';
	}
	return count;
}

static void pass(int64_t ns) {
	now_ns += ns;
	loop_step(loop);
	loop_step(loop);
}

START_TEST(without_a_terminal_there_is_a_line_every_thirty_seconds_and_at_the_end) {
	stderr_to_pipe();
	struct term_progress *progress = term_progress_start(loop, "auto", describe, NULL);
	line_text = "early";
	for (int i = 0; i < 29; i++) {
		term_progress_touch(progress);
		pass(CLOCK_SECOND);
	}
	line_text = "3/10";
	pass(CLOCK_SECOND);
	expect("3/10\n");
	line_text = "5/10";
	pass(30 * CLOCK_SECOND);
	expect("5/10\n");
	line_text = "10/10";
	term_progress_end(progress);
	expect("10/10\n");
}
END_TEST

START_TEST(none_and_quiet_say_nothing) {
	stderr_to_pipe();
	struct term_progress *progress = term_progress_start(loop, "none", describe, NULL);
	pass(60 * CLOCK_SECOND);
	term_progress_end(progress);
	log_set_level(LOG_QUIET);
	progress = term_progress_start(loop, "plain", describe, NULL);
	term_progress_touch(progress);
	pass(60 * CLOCK_SECOND);
	term_progress_end(progress);
	term_progress_end(NULL);
	log_set_level(LOG_NORMAL);
	log_info("all");
	expect("all\n");
}
END_TEST

START_TEST(on_a_terminal_changes_are_drawn_at_most_ten_times_a_second) {
	stderr_to_terminal(80);
	struct term_progress *progress = term_progress_start(loop, "auto", describe, NULL);
	for (int i = 0; i < 1000; i++) {
		term_progress_touch(progress);
		pass(CLOCK_MS);
	}
	term_progress_end(progress);
	int drawn = count_until('\r', "\n");
	ck_assert_int_ge(drawn, 10);
	ck_assert_int_le(drawn, 12); // one of them is the end's
}
END_TEST

START_TEST(the_last_change_is_drawn_even_when_nothing_follows) {
	stderr_to_terminal(80);
	struct term_progress *progress = term_progress_start(loop, "auto", describe, NULL);
	term_progress_touch(progress);
	pass(0);
	expect("\r3/10\x1b[K");
	line_text = "4/10";
	term_progress_touch(progress);
	pass(CLOCK_MS);
	pass(100 * CLOCK_MS);
	expect("\r4/10\x1b[K");
	pass(CLOCK_SECOND);
	expect("\r4/10\x1b[K"); // times in it go on
	term_progress_end(progress);
	expect("\r\x1b[K4/10\n");
}
END_TEST

START_TEST(other_lines_take_the_place_of_the_progress_line) {
	stderr_to_terminal(80);
	struct term_progress *progress = term_progress_start(loop, "auto", describe, NULL);
	term_progress_touch(progress);
	pass(0);
	expect("\r3/10\x1b[K");
	log_info("hello");
	log_info("again");
	expect("\r\x1b[Khello\nagain\n");
	pass(100 * CLOCK_MS);
	expect("\r3/10\x1b[K");
	term_progress_end(progress);
	expect("\r\x1b[K3/10\n");
	log_info("bye");
	expect("bye\n");
}
END_TEST

START_TEST(the_line_is_cut_to_the_width_and_cleaned) {
	stderr_to_terminal(10);
	line_text = "\xe4\xb8\xad\xe4\xb8\xad\x1b[31m\xe4\xb8\xad\xe4\xb8\xad\xff\n";
	struct term_progress *progress = term_progress_start(loop, "auto", describe, NULL);
	term_progress_touch(progress);
	pass(0);
	// Nine columns: two wide characters, the escape made a space, "[31m".
	expect("\r\xe4\xb8\xad\xe4\xb8\xad [31m\x1b[K");
	term_progress_end(progress);
}
END_TEST

START_TEST(a_dumb_terminal_gets_plain_lines) {
	stderr_to_terminal(80);
	setenv("TERM", "dumb", 1);
	struct term_progress *progress = term_progress_start(loop, "auto", describe, NULL);
	term_progress_touch(progress);
	pass(CLOCK_SECOND);
	term_progress_end(progress);
	expect("3/10\n");
}
END_TEST

START_TEST(columns_are_those_of_a_terminal) {
	ck_assert_int_eq(term_columns(""), 0);
	ck_assert_int_eq(term_columns("abc"), 3);
	ck_assert_int_eq(term_columns("\xe2\x84\x9d"), 1);	   // a double-struck R
	ck_assert_int_eq(term_columns("\xe4\xb8\xad"), 2);	   // a Chinese character
	ck_assert_int_eq(term_columns("e\xcc\x81"), 1);		   // an accent of its own
	ck_assert_int_eq(term_columns("a\xff" "b"), 3);		   // no text: a box
	ck_assert_int_eq(term_columns("\xf0\x9d\x94\xb8"), 1); // beyond 16 bits
}
END_TEST

START_TEST(what_is_no_terminal_is_eighty_wide) {
	stderr_to_pipe();
	ck_assert_int_eq(term_width(STDERR_FILENO), 80);
	ck_assert_int_eq(term_width(-1), 80);
	close(reader);
	stderr_to_terminal(132);
	ck_assert_int_eq(term_width(STDERR_FILENO), 132);
	close(reader);
	stderr_to_terminal(0);
	ck_assert_int_eq(term_width(STDERR_FILENO), 80);
}
END_TEST

START_TEST(colour_follows_mode_then_variables_then_the_terminal) {
	stderr_to_terminal(80);
	unsetenv("NO_COLOR");
	unsetenv("CLICOLOR_FORCE");
	ck_assert(term_colour(stderr, "auto"));
	ck_assert(!term_colour(stderr, "never"));
	setenv("NO_COLOR", "1", 1);
	ck_assert(!term_colour(stderr, "auto"));
	ck_assert(term_colour(stderr, "always"));
	setenv("NO_COLOR", "", 1);
	ck_assert(term_colour(stderr, "auto"));
	setenv("TERM", "dumb", 1);
	ck_assert(!term_colour(stderr, "auto"));
	setenv("CLICOLOR_FORCE", "0", 1);
	ck_assert(!term_colour(stderr, "auto"));
	setenv("CLICOLOR_FORCE", "1", 1);
	ck_assert(term_colour(stderr, "auto"));
}
END_TEST

int main(void) {
	Suite *suite = suite_create("term");
	TCase *tests = tcase_create("term");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(
		tests, without_a_terminal_there_is_a_line_every_thirty_seconds_and_at_the_end);
	tcase_add_test(tests, none_and_quiet_say_nothing);
	tcase_add_test(tests, on_a_terminal_changes_are_drawn_at_most_ten_times_a_second);
	tcase_add_test(tests, the_last_change_is_drawn_even_when_nothing_follows);
	tcase_add_test(tests, other_lines_take_the_place_of_the_progress_line);
	tcase_add_test(tests, the_line_is_cut_to_the_width_and_cleaned);
	tcase_add_test(tests, a_dumb_terminal_gets_plain_lines);
	tcase_add_test(tests, columns_are_those_of_a_terminal);
	tcase_add_test(tests, what_is_no_terminal_is_eighty_wide);
	tcase_add_test(tests, colour_follows_mode_then_variables_then_the_terminal);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
