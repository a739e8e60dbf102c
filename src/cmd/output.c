#include "cmd/output.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"

void output_start(void) {
	// A closed standard stream must not become the database's descriptor. Read-only, so that
	// writing still fails and is reported.
	int fd;
	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0) {
		close(fd);
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); // a file that may not grow is an error, which is told
	signal(SIGUSR1, SIG_IGN); // a question, to which not every moment has an answer
	setlocale(LC_CTYPE, "C.UTF-8");
}

static const char *kind_of(enum error_code code) {
	switch (code) {
	case ERROR_USAGE:
		return "usage";
	case ERROR_INPUT:
		return "input";
	case ERROR_NOT_FOUND:
		return "not_found";
	case ERROR_BUSY:
		return "busy";
	case ERROR_SYSTEM:
		return "system";
	case ERROR_NETWORK:
		return "network";
	case ERROR_TIMEOUT:
		return "timeout";
	case ERROR_PROTOCOL:
		return "protocol";
	case ERROR_DATABASE:
		return "database";
	case ERROR_CANCELLED:
		return "cancelled";
	case ERROR_REFUSED:
		return "refused";
	case ERROR_ENVIRONMENT:
		return "environment";
	}
	return "internal";
}

/** The next thing to type. */
static void append_hint(struct buf *out, enum error_code code, const char *command) {
	switch (code) {
	case ERROR_USAGE:
		buf_appendf(out, "\"f2f help%s%s\"", command != NULL ? " " : "",
			command != NULL ? command : "");
		break;
	case ERROR_REFUSED:
	case ERROR_ENVIRONMENT:
		buf_append_str(out, "\"f2f doctor\"");
		break;
	case ERROR_BUSY:
	case ERROR_NETWORK:
	case ERROR_TIMEOUT:
		buf_append_str(out, "the same command again, later");
		break;
	default:
		break;
	}
}

/** Well-formed, one line, no escape sequences from a hostile file or argument. */
static void append_plain(struct buf *out, const char *text) {
	struct buf repaired = BUF_INIT(4096);
	utf8_repair(&repaired, text, strlen(text));
	const char *bytes = buf_str(&repaired);
	for (const char *cursor = bytes; cursor < bytes + repaired.len;) {
		uint32_t c = utf8_next(&cursor, bytes + repaired.len);
		bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
		utf8_append(out, c == '\n' || c == '\t' ? ' ' : control ? '?' : c);
	}
	buf_finish(&repaired);
}

static void print_json(const char *message, enum error_code code, const char *command) {
	struct buf out = BUF_INIT(1 << 16), hint = BUF_INIT(1024);
	append_hint(&hint, code, command);
	buf_appendf(&out, "{\"error\":{\"kind\":\"%s\",\"message\":", kind_of(code));
	json_append_string(&out, message, strlen(message));
	buf_append_str(&out, ",\"hint\":");
	if (hint.len > 0) {
		json_append_string(&out, buf_str(&hint), hint.len);
	} else {
		buf_append_str(&out, "null");
	}
	buf_append_str(&out, "}}");
	puts(buf_str(&out));
	buf_finish(&hint);
	buf_finish(&out);
}

void output_error(const struct error *err, const char *command, bool json) {
	struct buf message = BUF_INIT(8192);
	char text[sizeof(err->message)];
	memcpy(text, err->message, sizeof(text));
	log_mask(text);
	append_plain(&message, text);
	log_error("%s", buf_str(&message));
	if (json) {
		print_json(buf_str(&message), err->code, command);
	}
	buf_finish(&message);
}

/**
 * Whether stdout is a pipe or socket that nobody reads any more: the write error itself may be long
 * past.
 */
static bool reader_gone(void) {
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
	return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

int output_finish(int status) {
	bool before = ferror(stdout) != 0;
	errno = 0;
	if (fflush(stdout) == 0 && !before) {
		return status;
	}
	if (errno == EPIPE || reader_gone()) {
		return status;
	}
	// After an earlier failure errno is long gone.
	log_error("standard output: %s", errno != 0 ? strerror(errno) : "write error");
	return status == 0 ? EXIT_FAILURE : status;
}
