#include "cmd/words_json.h"

#include "base/buf.h"
#include "base/json.h"

void words_json_text(struct buf *line, const char *key, const char *text, size_t length) {
	buf_appendf(line, "%c\"%s\":", line->len == 0 ? '{' : ',', key);
	json_append_string(line, text != NULL ? text : "", length);
}

void words_json_number(struct buf *line, const char *key, struct rational number) {
	const char *quote = rational_is_integer(number) ? "" : "\"";
	buf_appendf(line, "%c\"%s\":%s", line->len == 0 ? '{' : ',', key, quote);
	rational_append(line, number);
	buf_append_str(line, quote);
}
