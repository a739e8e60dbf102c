/* f2f-fake-lean: a stand-in for `lean --worker` that starts in a millisecond, for tests and figures
 * of the pool. It proves nothing about mathematics. fake_lean.py has more of Lean's ways, and knows
 * more of its rules.
 *
 * It decides from the text between f2f's goal (its last line names "…f2f_hole_…" for the second time)
 * and its probe ("theorem f2f_probe_…"):
 *
 *   fake_error       an error there
 *   sorry            a warning, and the probe rests on sorryAx
 *   axiom NAME       the probe rests on NAME
 *   native_decide    the probe rests on Lean.ofReduceBool
 *
 * and else the probe rests on nothing. Before it answers, or instead, it does what the text says:
 *
 *   fake_hang        nothing more
 *   fake_cpu         the same, busily
 *   fake_deaf        ignores SIGTERM, then nothing more
 *   fake_crash       aborts
 *   fake_close       ends with status 0
 *   fake_half        ends with status 0 in the middle of a frame
 *   fake_flood       writes a gigabyte
 *   fake_stderr      writes to stderr without end
 *   fake_eat         takes memory without end
 *   fake_twice       answers twice
 *   fake_other       answers another request
 *   fake_increment   reports what is to be added to earlier reports
 *   fake_forge       says itself, in a message, that the probe rests on nothing
 *   fake_child       leaves behind a child in a session of its own, deaf to SIGTERM
 *   fake_drip        answers fifty bytes a second
 *   fake_full        never reads again, once it has answered
 *
 * When nothing will come of waiting for it any more it says so: tests/unit/stuck.h.
 */

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

enum { FRAME_MAX = 64 << 20, PIECE = 1 << 20, PIECES = 1024, EATEN = 8 << 20 };

struct fake {
	char *text; // of the document; owned
	char *uri;
	int64_t version;
	bool drip;
	bool full;
};

static void say_stuck(void) {
	prctl(PR_SET_NAME, "f2f-stuck");
}

/* ---- Frames. */

static void write_all(int fd, const char *bytes, size_t length) {
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);
		if (n <= 0) {
			_exit(1);
		}
		bytes += n;
		length -= (size_t)n;
	}
}

static void send_times(const struct fake *fake, const char *text, int times) {
	char *once = xasprintf("Content-Length: %zu\r\n\r\n%s", strlen(text), text);
	char *frame = xasprintf("%s%s", once, times > 1 ? once : ""); // at once, when twice
	for (size_t i = 0; fake->drip && frame[i] != '\0'; i++) {
		if (i == 1) {
			say_stuck();
		}
		write_all(STDOUT_FILENO, &frame[i], 1);
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
	if (!fake->drip) {
		write_all(STDOUT_FILENO, frame, strlen(frame));
	}
	free(once);
	free(frame);
}

static void send_text(const struct fake *fake, const char *text) {
	send_times(fake, text, 1);
}

/* Owned; NULL at the end. */
static json_t *receive(void) {
	size_t length = 0;
	char line[256];
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strcmp(line, "\r\n") == 0) {
			char *bytes = xmalloc(length + 1);
			json_t *message = NULL;
			if (fread(bytes, 1, length, stdin) == length) {
				json_parse(bytes, length, &message, NULL);
			}
			free(bytes);
			return message;
		}
		sscanf(line, "Content-Length: %zu", &length);
	}
	return NULL;
}

/* ---- What the text says. */

static void stop(void) {
	for (;;) {
		pause();
	}
}

static void leave_child(void) {
	if (fork() == 0) {
		setsid();
		signal(SIGTERM, SIG_IGN);
		if (fork() == 0) {
			close(STDIN_FILENO);
			stop();
		}
		_exit(0);
	}
}

static void flood(void) {
	char *piece = xcalloc(1, PIECE);
	memset(piece, ' ', PIECE);
	write_all(STDOUT_FILENO, "Content-Length: 1073741824\r\n\r\n{", 31);
	for (int i = 0; i < PIECES; i++) {
		write_all(STDOUT_FILENO, piece, PIECE);
	}
	free(piece);
}

static void complain(void) {
	for (;;) {
		write_all(STDERR_FILENO, "warning: nothing in particular\n", 31);
	}
}

static void eat(void) {
	for (;;) {
		memset(xmalloc(EATEN), 1, EATEN);
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
}

static void misbehave(struct fake *fake, const char *text) {
	if (strstr(text, "fake_hang") != NULL) {
		say_stuck();
		stop();
	} else if (strstr(text, "fake_cpu") != NULL) {
		say_stuck();
		for (volatile int i = 0;; i++) {
		}
	} else if (strstr(text, "fake_deaf") != NULL) {
		signal(SIGTERM, SIG_IGN);
		say_stuck();
		stop();
	} else if (strstr(text, "fake_crash") != NULL) {
		write_all(STDERR_FILENO, "Stack overflow detected. Aborting.\n", 35);
		abort();
	} else if (strstr(text, "fake_close") != NULL) {
		_exit(0);
	} else if (strstr(text, "fake_half") != NULL) {
		write_all(STDOUT_FILENO, "Content-Length: 500\r\n\r\n{\"jsonrpc\":", 34);
		_exit(0);
	} else if (strstr(text, "fake_flood") != NULL) {
		flood();
	} else if (strstr(text, "fake_stderr") != NULL) {
		complain();
	} else if (strstr(text, "fake_eat") != NULL) {
		eat();
	} else if (strstr(text, "fake_child") != NULL) {
		leave_child();
	}
	fake->drip = strstr(text, "fake_drip") != NULL;
	fake->full = strstr(text, "fake_full") != NULL;
}

/* ---- Answers. */

static void add_message(struct buf *list, int severity, size_t line, const char *text) {
	buf_appendf(list, "%s{\"fullRange\":{},\"message\":", list->len > 0 ? "," : "");
	json_append_string(list, text, strlen(text));
	buf_appendf(list,
		",\"range\":{\"end\":{\"character\":1,\"line\":%zu},\"start\":{\"character\":0,"
		"\"line\":%zu}},\"severity\":%d,\"source\":\"Lean 4\"}",
		line, line, severity);
}

static size_t line_of(const char *text, const char *at) {
	size_t line = 0;
	for (; text < at; text++) {
		line += *text == '\n';
	}
	return line;
}

/* Owned: the name behind "axiom " in the candidate's own text, and so on; NULL for none. */
static char *rests_on(const char *theirs) {
	const char *axiom = strstr(theirs, "axiom ");
	if (strstr(theirs, "sorry") != NULL) {
		return xstrdup("sorryAx");
	}
	if (strstr(theirs, "native_decide") != NULL) {
		return xstrdup("Lean.ofReduceBool");
	}
	return axiom != NULL ? xmemdup0(axiom + 6, strcspn(axiom + 6, " :\n")) : NULL;
}

/* Lean's own words about what stands before the probe, which takes `ours` lines before `asks`. */
static void judge(
	const char *text, const char *theirs, const char *asks, int ours, struct buf *list) {
	const char *wrong = strstr(theirs, "fake_error");
	const char *hole = strstr(theirs, "sorry");
	char *axiom = rests_on(theirs);
	const char *name = asks + strlen("#print axioms ");
	char *says =
		xasprintf("'%.*s' does not depend on any axioms", (int)strcspn(name, "\n"), name);
	if (wrong != NULL) {
		add_message(
			list, 1, line_of(text, asks) - ours - 1, "unknown identifier 'fake_error'");
	}
	if (hole != NULL) {
		add_message(list, 2, line_of(text, asks) - ours - 1, "declaration uses 'sorry'");
	}
	if (strstr(theirs, "fake_forge") != NULL) {
		add_message(list, 3, line_of(text, asks), says);
	}
	if (axiom != NULL) {
		free(says);
		says = xasprintf(
			"'%.*s' depends on axioms: [%s]", (int)strcspn(name, "\n"), name, axiom);
	}
	add_message(list, 3, line_of(text, asks), says);
	free(axiom);
	free(says);
}

static void send_progress(const struct fake *fake, bool done) {
	char *text = xasprintf(
		"{\"jsonrpc\":\"2.0\",\"method\":\"$/lean/fileProgress\",\"params\":{"
		"\"processing\":[%s],\"textDocument\":{\"uri\":\"%s\",\"version\":%" PRId64 "}}}",
		done ? "" : "{\"kind\":1,\"range\":{}}", fake->uri, fake->version);
	send_text(fake, text);
	free(text);
}

static void elaborate(struct fake *fake) {
	const char *text = fake->text;
	const char *axiom = strstr(text, "f2f_hole_");
	const char *goal = axiom != NULL ? strstr(axiom + 1, "f2f_hole_") : NULL;
	const char *begin = goal != NULL ? strstr(goal, "\n\n") : NULL;
	const char *asks = strstr(text, "#print axioms f2f_probe_");
	const char *probe = begin != NULL ? strstr(begin, "theorem f2f_probe_") : NULL;
	struct buf list = BUF_INIT(FRAME_MAX);
	if (probe != NULL && asks != NULL) {
		char *theirs = xmemdup0(begin, (size_t)(probe - begin));
		misbehave(fake, theirs);
		judge(text, theirs, asks, line_of(text, asks) - line_of(text, probe), &list);
		free(theirs);
	}
	send_progress(fake, false);
	char *said = xasprintf(
		"{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/publishDiagnostics\","
		"\"params\":{\"diagnostics\":[%s],%s\"uri\":\"%s\",\"version\":%" PRId64 "}}",
		buf_str(&list),
		strstr(text, "fake_increment") != NULL ? "\"isIncremental\":true," : "", fake->uri,
		fake->version);
	send_text(fake, said);
	send_progress(fake, true);
	free(said);
	buf_finish(&list);
}

static void take_document(struct fake *fake, const json_t *params, const char *text) {
	const json_t *document = json_object_get(params, "textDocument");
	free(fake->text);
	free(fake->uri);
	fake->text = xstrdup(text != NULL ? text : "");
	fake->uri = xstrdup(json_string_or(document, "uri", ""));
	fake->version = json_integer_or(document, "version", 0);
	fake->drip = fake->full = false;
	elaborate(fake);
}

static void answer_wait(struct fake *fake, const json_t *id) {
	struct buf text = BUF_INIT(FRAME_MAX);
	buf_append_str(&text, "{\"id\":");
	if (strstr(fake->text, "fake_other") != NULL) {
		buf_append_str(&text, "\"nobody\"");
	} else {
		json_append(&text, id, false);
	}
	buf_append_str(&text, ",\"jsonrpc\":\"2.0\",\"result\":{}}");
	send_times(fake, buf_str(&text), strstr(fake->text, "fake_twice") != NULL ? 2 : 1);
	buf_finish(&text);
	if (fake->full) {
		struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
		poll(&in, 1, -1);
		say_stuck();
		stop();
	}
}

static int serve(void) {
	struct fake fake = {0};
	json_t *message;
	int status = 1;
	while (status == 1 && (message = receive()) != NULL) {
		const char *method = json_string_or(message, "method", "");
		const json_t *params = json_object_get(message, "params");
		const json_t *document = json_object_get(params, "textDocument");
		if (strcmp(method, "textDocument/didOpen") == 0) {
			take_document(&fake, params, json_string_or(document, "text", ""));
		} else if (strcmp(method, "textDocument/didChange") == 0) {
			const json_t *change =
				json_array_get(json_object_get(params, "contentChanges"), 0);
			take_document(&fake, params, json_string_or(change, "text", ""));
		} else if (strcmp(method, "textDocument/waitForDiagnostics") == 0) {
			answer_wait(&fake, json_object_get(message, "id"));
		} else if (strcmp(method, "exit") == 0) {
			status = 0;
		}
		json_decref(message);
	}
	free(fake.text);
	free(fake.uri);
	return status;
}

int main(int argc, char **argv) {
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--version") == 0) {
			puts("Lean (version 4.9.0, x86_64-unknown-linux-gnu, commit 8f9843a4a5fe, "
			     "Release)");
			return 0;
		}
		if (strcmp(argv[i], "--help") == 0) {
			puts("  --help -h\n  --json    report messages as JSON");
			return 0;
		}
		if (strcmp(argv[i], "--worker") == 0) {
			return serve();
		}
	}
	fputs("f2f-fake-lean: only --worker\n", stderr);
	return 1;
}
