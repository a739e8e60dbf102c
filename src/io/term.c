#include "io/term.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/str.h"

int term_width(int fd) {
	struct winsize size = {0};
	if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		return size.ws_col;
	}
	return 80;
}

static bool is_set(const char *variable) {
	const char *value = getenv(variable);
	return value != NULL && value[0] != '\0';
}

bool term_colour(FILE *stream, const char *mode) {
	if (strcmp(mode, "always") == 0) {
		return true;
	}
	if (strcmp(mode, "never") == 0 || is_set("NO_COLOR")) {
		return false;
	}
	const char *force = getenv("CLICOLOR_FORCE");
	if (force != NULL && force[0] != '\0' && strcmp(force, "0") != 0) {
		return true;
	}
	const char *term = getenv("TERM");
	return isatty(fileno(stream)) && term != NULL && term[0] != '\0' &&
	       strcmp(term, "dumb") != 0;
}

/** By the C library's tables, which belong to a locale: main sets C.UTF-8, a test may not have. */
static int wide_columns(const char *text, size_t length) {
	locale_t locale =
		MB_CUR_MAX == 1 ? newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0) : (locale_t)0;
	locale_t before = locale != (locale_t)0 ? uselocale(locale) : (locale_t)0;
	int columns = 0;
	for (const char *cursor = text, *end = text + length; cursor < end;) {
		int width = wcwidth((wchar_t)utf8_next(&cursor, end));
		// What the tables do not know is drawn as one box.
		columns += width >= 0 ? width : 1;
	}
	if (locale != (locale_t)0) {
		uselocale(before);
		freelocale(locale);
	}
	return columns;
}

int term_columns(const char *text) {
	size_t length = strlen(text);
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] >= 0x80) {
			return wide_columns(text, length);
		}
	}
	return (int)length;
}
