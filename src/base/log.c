#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/secret.h"

static struct {
	enum log_level level;
	void (*around)(void *data, int redraw);
	void *data;
	struct secrets secrets;
} log_state = {.level = LOG_NORMAL};

void log_set_level(enum log_level level) {
	log_state.level = level;
}

enum log_level log_level(void) {
	return log_state.level;
}

void log_set_hook(void (*around)(void *data, int redraw), void *data) {
	log_state.around = around;
	log_state.data = data;
}

void log_hide(const char *secret) {
	if (secret != NULL) {
		secrets_add(&log_state.secrets, secret);
	} else {
		secrets_finish(&log_state.secrets);
	}
}

void log_mask(char *text) {
	secrets_mask(&log_state.secrets, text);
	secret_mask_forms(text);
}

static void line(const char *prefix, const char *format, va_list args) {
	if (log_state.around != NULL) {
		log_state.around(log_state.data, 0);
	}
	char text[4096];
	vsnprintf(text, sizeof(text), format, args);
	log_mask(text);
	fprintf(stderr, "%s%s\n", prefix, text);
	if (log_state.around != NULL) {
		log_state.around(log_state.data, 1);
	}
}

void log_error(const char *format, ...) {
	va_list args;
	va_start(args, format);
	line("f2f: ", format, args);
	va_end(args);
}

void log_warn(const char *format, ...) {
	if (log_state.level >= LOG_NORMAL) {
		va_list args;
		va_start(args, format);
		line("f2f: warning: ", format, args);
		va_end(args);
	}
}

void log_info(const char *format, ...) {
	if (log_state.level >= LOG_NORMAL) {
		va_list args;
		va_start(args, format);
		line("", format, args);
		va_end(args);
	}
}

void log_answer(const char *format, ...) {
	va_list args;
	va_start(args, format);
	line("", format, args);
	va_end(args);
}

void log_debug(const char *format, ...) {
	if (log_state.level >= LOG_VERBOSE) {
		va_list args;
		va_start(args, format);
		line("", format, args);
		va_end(args);
	}
}
