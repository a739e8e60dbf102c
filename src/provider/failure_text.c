#include "provider/failure.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* What is said of a failure: one line, without what looks like a key. */

static bool is_key_byte(char c) {
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '*';
}

/*
 * What looks like a key: a known beginning, what follows "Bearer ", or letters and digits in a row
 * that no word has.
 */
static bool looks_secret(
	const char *word, size_t length, const char *before, size_t before_length) {
	static const char *const beginnings[] = {
		"sk-", "sk_", "gsk_", "hf_", "key-", "pk-", "xai-", "AIza"};
	for (size_t i = 0; i < F2F_COUNT(beginnings); i++) {
		if (length >= 8 && strncmp(word, beginnings[i], strlen(beginnings[i])) == 0) {
			return true;
		}
	}
	if (before_length >= 7 && strncasecmp(before + before_length - 7, "bearer ", 7) == 0) {
		return length >= 8;
	}
	size_t digits = 0;
	for (size_t i = 0; i < length; i++) {
		if (word[i] == '-' || word[i] == '_') {
			return false; // names of models are long too
		}
		digits += isdigit((unsigned char)word[i]) != 0;
	}
	return length >= 24 && digits >= 3;
}

static void append_redacted(struct buf *out, const char *text) {
	for (const char *at = text; *at != '\0' && !out->overflow;) {
		size_t length = 0;
		while (is_key_byte(at[length])) {
			length++;
		}
		if (length > 0) {
			bool secret = looks_secret(at, length, text, (size_t)(at - text));
			buf_append(out, secret ? "[key]" : at, secret ? 5 : length);
			at += length;
			continue;
		}
		bool space = (unsigned char)*at <= ' ' || *at == 0x7f;
		if (!space) {
			buf_append_char(out, *at);
		} else if (out->len > 0 && out->data[out->len - 1] != ' ') {
			buf_append_char(out, ' ');
		}
		at++;
	}
}

void failure_message(struct reply *reply, const char *format, ...) {
	char text[1024];
	struct buf line = BUF_INIT(2 * sizeof(text));
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	append_redacted(&line, text);
	size_t length = line.len;
	if (length >= sizeof(reply->message)) {
		length = sizeof(reply->message) - 1;
	}
	size_t bad;
	if (length > 0 && !utf8_valid(line.data, length, &bad)) {
		length = bad; // cut inside a character
	}
	memcpy(reply->message, buf_str(&line), length);
	reply->message[length] = '\0';
	buf_finish(&line);
}

/* A page of a proxy, without its tags. */
static void append_page(char *out, size_t size, const char *page, size_t length) {
	size_t used = 0;
	bool in_tag = false;
	for (size_t i = 0; i < length && used + 1 < size; i++) {
		if (page[i] == '<') {
			in_tag = true;
		}
		if (!in_tag && page[i] != '\0') {
			out[used++] = page[i];
		}
		if (page[i] == '>' && in_tag) {
			in_tag = false;
			out[used++] = ' ';
		}
	}
	out[used] = '\0';
}

void failure_describe(
	const struct failure *failure, const struct http_response *response, struct reply *reply) {
	char page[160] = "";
	const char *message = failure->message;
	if (message[0] == '\0' && response->body.len > 0) {
		append_page(page, sizeof(page), response->body.data, response->body.len);
		message = page;
	}
	bool coded = failure->code[0] != '\0' && strstr(message, failure->code) == NULL;
	failure_message(reply, "HTTP %d%s%s%s%s%s", failure->status, message[0] != '\0' ? ": " : "",
		message, coded ? " (" : "", coded ? failure->code : "", coded ? ")" : "");
}
