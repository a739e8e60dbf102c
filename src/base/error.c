#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *err, enum error_code code, const char *format, ...) {
	if (err != NULL) {
		va_list args;
		va_start(args, format);
		err->code = code;
		vsnprintf(err->message, sizeof(err->message), format, args);
		va_end(args);
	}
	return code;
}

int error_set_errno(struct error *err, const char *format, ...) {
	int saved = errno;
	enum error_code code = saved == ENOENT ? ERROR_NOT_FOUND : ERROR_SYSTEM;
	if (err != NULL) {
		va_list args;
		va_start(args, format);
		err->code = code;
		int length = vsnprintf(err->message, sizeof(err->message), format, args);
		va_end(args);
		if (length >= 0 && (size_t)length < sizeof(err->message)) {
			snprintf(err->message + length, sizeof(err->message) - (size_t)length,
				": %s", strerror(saved));
		}
	}
	return code;
}

void error_prefix(struct error *err, const char *format, ...) {
	if (err == NULL) {
		return;
	}
	char text[sizeof(err->message)];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(text)) {
		return;
	}
	snprintf(text + length, sizeof(text) - (size_t)length, ": %s", err->message);
	memcpy(err->message, text, sizeof(text));
}

int error_exit_status(enum error_code code) {
	switch (code) {
	case ERROR_USAGE:
	case ERROR_INPUT:
	case ERROR_NOT_FOUND:
		return 2;
	case ERROR_REFUSED:
		return 5;
	case ERROR_ENVIRONMENT:
		return 6;
	case ERROR_BUSY:
	case ERROR_NETWORK:
	case ERROR_TIMEOUT:
		return 75;
	case ERROR_SYSTEM:
	case ERROR_PROTOCOL:
	case ERROR_DATABASE:
	case ERROR_CANCELLED:
		break;
	}
	return 1;
}
