#include "base/trace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"

static FILE *trace_file;

int trace_open(const char *path, struct error *err) {
	trace_file = fopen(path, "ae");
	if (trace_file == NULL) {
		return error_set_errno(err, "F2F_TRACE: %s", path);
	}
	return 0;
}

void trace_close(void) {
	if (trace_file != NULL) {
		fclose(trace_file);
		trace_file = NULL;
	}
}

void trace_event(const char *event, int64_t id, const char *format, ...) {
	if (trace_file == NULL) {
		return;
	}
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_mask(text);
	fprintf(trace_file, "{\"t\":%" PRId64 ",\"event\":\"%s\",\"id\":%" PRId64 ",\"what\":\"",
		clock_now(), event, id);
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\') {
			fprintf(trace_file, "\\%c", *c);
		} else if (*c < 0x20) {
			fprintf(trace_file, "\\u%04x", *c);
		} else {
			fputc(*c, trace_file);
		}
	}
	fputs("\"}\n", trace_file);
	fflush(trace_file);
}
