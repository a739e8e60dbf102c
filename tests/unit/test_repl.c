#include "unit.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/proc.h"
#include "lean/check.h"
#include "shared.h"
#include "verifier/repl_session.h"

#define FAKE TEST_SOURCE_ROOT "/tests/fake/fake_repl.py"
#define WHOLE "{\"env\": 3,\n \"messages\": []}\n\n"

enum { ANSWER_MAX = 16 << 20, RECORDED = 217, TRANSCRIPTS = 71 };

/* ---- Framing. */

static enum repl_feed feed(
	struct repl_session *session, const char *bytes, size_t length, struct error *err) {
	struct repl_answer answer = {0};
	enum repl_feed fed = repl_session_feed(session, bytes, length, &answer, err);
	repl_answer_finish(&answer);
	return fed;
}

static enum repl_feed feed_all(const char *bytes, size_t max, struct error *err) {
	struct repl_session session;
	struct buf sent = BUF_INIT(1024);
	repl_session_init(&session, max);
	repl_session_command(&session, "theorem t : True := trivial", 0, &sent);
	enum repl_feed fed = feed(&session, bytes, strlen(bytes), err);
	repl_session_finish(&session);
	buf_finish(&sent);
	return fed;
}

START_TEST(a_request_is_one_line_of_raw_text_and_an_empty_line) {
	struct repl_session session;
	struct buf sent = BUF_INIT(1024);
	repl_session_init(&session, ANSWER_MAX);
	repl_session_command(&session, "-- α 𝔸 \"q\" \\\n\tby", 7, &sent);
	ck_assert_str_eq(buf_str(&sent),
		"{\"cmd\":\"-- α 𝔸 \\\"q\\\" \\\\\\n\\u0009by\",\"env\":7}\n\n");
	buf_clear(&sent);
	repl_session_command(&session, "", -1, &sent);
	ck_assert_str_eq(buf_str(&sent), "{\"cmd\":\"\"}\n\n");
	repl_session_finish(&session);
	buf_finish(&sent);
}
END_TEST

START_TEST(an_answer_may_come_in_any_pieces) {
	struct error err;
	for (size_t cut = 0; cut <= strlen(WHOLE); cut++) {
		struct repl_session session;
		struct buf sent = BUF_INIT(1024);
		repl_session_init(&session, ANSWER_MAX);
		repl_session_command(&session, "x", 0, &sent);
		enum repl_feed first = cut > 0 ? feed(&session, WHOLE, cut, &err) : REPL_MORE;
		ck_assert_int_eq(first, cut == strlen(WHOLE) ? REPL_WHOLE : REPL_MORE);
		for (size_t i = cut; i < strlen(WHOLE); i++) {
			ck_assert_int_eq(feed(&session, &WHOLE[i], 1, &err),
				i + 1 == strlen(WHOLE) ? REPL_WHOLE : REPL_MORE);
		}
		// whatever comes then was not asked for
		ck_assert_int_eq(feed(&session, "\n", 1, &err), REPL_BROKEN);
		repl_session_finish(&session);
		buf_finish(&sent);
	}
}
END_TEST

static const struct broken {
	const char *bytes;
	const char *why;
} broken[] = {
	{WHOLE "x", "after the answer"},
	{WHOLE "\n", "after the answer"},
	{WHOLE WHOLE, "after the answer"},
	{"\n\n" WHOLE, "before the answer"},
	{"HELLO" WHOLE, "before the answer"},
	{" " WHOLE, "before the answer"},
	{"{\"env\": 3}\r\n\r\n", "carriage return"},
	{"{\"env\": 3} {\"env\": 3}\n\n", "not one JSON object"},
	{"{\"env\": 3}\nHELLO\n\n", "not one JSON object"},
	{"{\"env\": 3\n\n}\n\n", "after the answer"},
	{"{\"env\": 3\n\n", "not one JSON object"},
	{"{}\n\n", "no form"},
	{"{\"env\": 3, \"env\": 4}\n\n", "duplicate"},
	{"{\"env\": null}\n\n", "\"env\""},
	{"{\"env\": -1}\n\n", "\"env\""},
	{"{\"env\": 1.0}\n\n", "\"env\""},
	{"{\"env\": \"1\"}\n\n", "\"env\""},
	{"{\"env\": 1, \"message\": \"x\"}\n\n", "no form"},
	{"{\"env\": 1, \"proofState\": 1, \"goals\": []}\n\n", "no form"},
	{"{\"messages\": []}\n\n", "no form"},
	{"{\"message\": 1}\n\n", "\"message\""},
	{"{\"env\": 1, \"messages\": {}}\n\n", "\"messages\""},
	{"{\"env\": 1, \"messages\": [1]}\n\n", "\"severity\""},
	{"{\"env\": 1, \"messages\": [{\"severity\": \"info\", \"data\": \"\"}]}\n\n", "\"pos\""},
	{"{\"env\": 1, \"messages\": [{\"severity\": \"info\", \"data\": \"\", \"pos\": "
	 "{\"line\": -1, \"column\": 0}}]}\n\n",
		"\"pos\""},
	{"{\"env\": 1, \"messages\": [{\"severity\": \"info\", \"data\": \"\", \"pos\": "
	 "{\"line\": 4294967297, \"column\": 0}}]}\n\n",
		"\"pos\""},
	{"{\"env\": 1, \"sorries\": [{}]}\n\n", "\"goal\""},
	{"{\"env\": 1, \"sorries\": true}\n\n", "\"sorries\""},
	{"{\"proofState\": 1}\n\n", "\"goals\""},
	{"{\"proofState\": 1, \"goals\": [1]}\n\n", "\"goals\""},
};

START_TEST(what_is_not_the_protocol_is_told_with_its_reason) {
	struct error err = {0};
	ck_assert_int_eq(feed_all(broken[_i].bytes, ANSWER_MAX, &err), REPL_BROKEN);
	ck_assert_msg(strstr(err.message, broken[_i].why) != NULL, "%s: %s", broken[_i].bytes,
		err.message);
}
END_TEST

START_TEST(an_answer_over_the_cap_is_known_while_it_comes) {
	struct error err = {0};
	ck_assert_int_eq(feed_all(WHOLE, 8, &err), REPL_TOO_MUCH);
	ck_assert_int_eq(feed_all(WHOLE, strlen(WHOLE), &err), REPL_WHOLE);
}
END_TEST

/* Deep trees: up to the parser's limit they are kept, beyond it they are refused, never a stack
 * that overflows. */
START_TEST(deep_trees_are_kept_or_refused) {
	static const int depths[] = {300, 900, 200000};
	for (size_t i = 0; i < F2F_COUNT(depths); i++) {
		struct buf text = BUF_INIT(ANSWER_MAX);
		struct error err = {0};
		struct repl_answer answer = {0};
		buf_append_str(&text, "{\"env\":1,\"infotree\":[");
		for (int j = 0; j < depths[i]; j++) {
			buf_append_str(&text, "{\"children\":[");
		}
		for (int j = 0; j < depths[i]; j++) {
			buf_append_str(&text, "]}");
		}
		buf_append_str(&text, "]}");
		int rc = repl_answer_read(buf_str(&text), text.len, &answer, &err);
		ck_assert_int_eq(rc, depths[i] < 1000 ? 0 : ERROR_PROTOCOL);
		repl_answer_finish(&answer);
		buf_finish(&text);
	}
}
END_TEST

START_TEST(messages_reach_the_judge_with_lines_and_unknown_severities) {
	static const char text[] =
		"{\"env\":1,\"time\":0.5,\"messages\":["
		"{\"severity\":\"error\",\"pos\":{\"line\":3,\"column\":2},\"endPos\":null,"
		"\"data\":\"a\\u0000b\"},"
		"{\"severity\":\"trace\",\"pos\":{\"line\":1,\"column\":0},\"data\":\"\"}],"
		"\"sorries\":[{\"goal\":\"\\u22a2 \\ud83d\",\"proofState\":0}]}";
	struct repl_answer answer = {0};
	struct lean_answer out = {0};
	struct error err = {0};
	ck_assert_msg(repl_answer_read(text, strlen(text), &answer, &err) == 0, "%s", err.message);
	repl_answer_give(&answer, 4, 0, &out);
	ck_assert_uint_eq(out.count, 2);
	ck_assert_uint_eq(out.holes, 1);
	ck_assert_int_eq(out.messages[0].severity, LEAN_ERROR);
	ck_assert_int_eq(out.messages[0].line, 6);
	ck_assert_int_eq(out.messages[0].column, 2);
	ck_assert_uint_eq(strlen(out.messages[0].text), strlen("a\xef\xbf\xbd"
							       "b"));
	ck_assert_int_eq(out.messages[1].severity, LEAN_UNKNOWN);
	lean_answer_finish(&out);
	repl_answer_finish(&answer);
}
END_TEST

/* ---- The recorded transcripts, through a process that answers as recorded. */

struct pieces {
	VEC(char *) list;
};

struct request {
	char *text;
	char *answer; // as recorded
};

struct player {
	struct loop *loop;
	struct proc *proc;
	struct repl_session session;
	VEC(struct request) requests;
	size_t at;
	size_t equal;
	bool ended;
};

static void ask_next(struct player *player) {
	struct buf frame = BUF_INIT(1 << 20);
	if (player->at == player->requests.count) {
		proc_close_stdin(player->proc);
		return;
	}
	const char *text = player->requests.items[player->at].text;
	repl_session_ask(&player->session, text, strlen(text), &frame);
	proc_write(player->proc, buf_str(&frame), frame.len);
	buf_finish(&frame);
}

static void on_output(enum proc_stream stream, const char *bytes, size_t length, void *data) {
	struct player *player = data;
	struct repl_answer answer = {0};
	struct error err = {0};
	if (length == 0) {
		return;
	}
	ck_assert_msg(stream == PROC_STDOUT, "%.*s", (int)length, bytes);
	enum repl_feed fed =
		repl_session_feed(&player->session, bytes, length, &answer, &err);
	ck_assert_msg(fed == REPL_MORE || fed == REPL_WHOLE, "%s", err.message);
	if (fed == REPL_MORE) {
		return;
	}
	ck_assert(!proc_output_waiting(player->proc));
	json_error_t where;
	json_t *recorded =
		json_loads(player->requests.items[player->at].answer, 0, &where);
	ck_assert_ptr_nonnull(recorded);
	json_t *again = repl_answer_to_json(&answer);
	bool equal = json_equal(recorded, again);
	ck_assert_msg(equal, "%s\nbecame\n%s", player->requests.items[player->at].answer,
		json_dumps(again, 0));
	player->equal += equal;
	json_decref(again);
	json_decref(recorded);
	repl_answer_finish(&answer);
	player->at++;
	ask_next(player);
}

static void on_exit_of(const struct proc_exit *exit, void *data) {
	struct player *player = data;
	ck_assert_int_eq(exit->status, 0);
	player->ended = true;
	loop_stop(player->loop);
}

/* Pieces of a transcript: what stands between lines of nothing but white space. Requests become one
 * line, as the REPL itself would read them. */
static void cut(const char *path, bool glue, struct pieces *out) {
	struct buf text = BUF_INIT(1 << 20);
	struct buf piece = BUF_INIT(1 << 20);
	ck_assert_int_eq(file_read(path, &text, NULL), 0);
	struct str rest = str_slice(buf_str(&text), text.len);
	struct str line;
	while (str_next_line(&rest, &line)) {
		struct str trimmed = str_trim(line);
		if (trimmed.len > 0) {
			size_t length = (size_t)(trimmed.data + trimmed.len - line.data);
			buf_append(&piece, line.data, glue ? length : line.len);
			buf_append_str(&piece, glue ? "" : "\n");
		}
		if ((trimmed.len == 0 || rest.len == 0) && piece.len > 0) {
			vec_push(&out->list, xstrdup(buf_str(&piece)));
			buf_clear(&piece);
		}
	}
	buf_finish(&piece);
	buf_finish(&text);
}

static void pieces_finish(struct pieces *pieces) {
	for (size_t i = 0; i < pieces->list.count; i++) {
		free(pieces->list.items[i]);
	}
	vec_finish(&pieces->list);
}

/* `name` without ".in". Returns how many answers came back equal. */
static size_t play(const char *name) {
	struct pieces asked = {0};
	struct pieces told = {0};
	struct player player = {.loop = loop_create(NULL)};
	char *path = xasprintf("%s.in", name);
	cut(path, true, &asked);
	free(path);
	path = xasprintf("%s.expected.out", name);
	cut(path, false, &told);
	free(path);
	ck_assert_msg(asked.list.count == told.list.count, "%s", name);
	for (size_t i = 0; i < asked.list.count; i++) {
		vec_push(&player.requests,
			((struct request){asked.list.items[i], told.list.items[i]}));
	}
	const char *const argv[] = {FAKE, "--replay", name, NULL};
	struct proc_options options = {.argv = argv,
		.on_output = on_output,
		.on_exit = on_exit_of,
		.data = &player};
	struct error err = {0};
	repl_session_init(&player.session, ANSWER_MAX);
	ck_assert_msg(
		proc_spawn(player.loop, &options, &player.proc, &err) == 0, "%s", err.message);
	ask_next(&player);
	loop_run(player.loop);
	ck_assert_uint_eq(player.at, player.requests.count);
	proc_destroy(player.proc);
	repl_session_finish(&player.session);
	vec_finish(&player.requests);
	loop_destroy(player.loop);
	pieces_finish(&asked);
	pieces_finish(&told);
	return player.equal;
}

static size_t transcripts; // nftw has no place for data
static size_t answers;

static int play_file(const char *path, const struct stat *info, int kind, struct FTW *where) {
	(void)info, (void)where;
	size_t length = strlen(path);
	if (kind == FTW_F && length > 3 && strcmp(path + length - 3, ".in") == 0) {
		char *name = xmemdup0(path, length - 3);
		answers += play(name);
		transcripts++;
		free(name);
	}
	return 0;
}

START_TEST(every_recorded_answer_is_read_typed_and_written_back_equal) {
	char *path = shared_path("lean-repl-transcripts");
	if (path == NULL) {
		return;
	}
	ck_assert_int_eq(nftw(path, play_file, 8, FTW_PHYS), 0);
	ck_assert_uint_eq(transcripts, TRANSCRIPTS);
	ck_assert_uint_eq(answers, RECORDED);
	free(path);
}
END_TEST

int main(void) {
	signal(SIGPIPE, SIG_IGN);
	Suite *suite = suite_create("repl");
	TCase *tc = tcase_create("repl");
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_request_is_one_line_of_raw_text_and_an_empty_line);
	tcase_add_test(tc, an_answer_may_come_in_any_pieces);
	tcase_add_loop_test(
		tc, what_is_not_the_protocol_is_told_with_its_reason, 0, (int)F2F_COUNT(broken));
	tcase_add_test(tc, an_answer_over_the_cap_is_known_while_it_comes);
	tcase_add_test(tc, deep_trees_are_kept_or_refused);
	tcase_add_test(tc, messages_reach_the_judge_with_lines_and_unknown_severities);
	tcase_add_test(tc, every_recorded_answer_is_read_typed_and_written_back_equal);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
