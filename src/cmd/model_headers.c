#include "cmd/model_headers.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "io/config.h"

enum { HEADERS_MAX = 32, VALUE_MAX = 4096, TEXT_MAX = 1 << 20 };

/* A request is framed, typed and versioned by what f2f writes: another word there would be a lie. */
static const char *const ours[] = {
	"accept",
	"accept-encoding",
	"anthropic-version",
	"connection",
	"content-encoding",
	"content-length",
	"content-type",
	"expect",
	"host",
	"keep-alive",
	"proxy-connection",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
};

static bool among(const char *const *names, size_t count, const char *name) {
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static size_t name_length(const char *text) {
	size_t length = 0;
	while (isalnum((unsigned char)text[length]) ||
		(text[length] != '\0' && strchr("!#$%&'*+-.^_`|~", text[length]) != NULL)) {
		length++;
	}
	return length;
}

/* "NAME:" begins a header; "https://" does not. */
static bool begins_header(const char *text) {
	text += strspn(text, " \t");
	size_t length = name_length(text);
	return length > 0 && text[length] == ':' && strncmp(text + length, "://", 3) != 0;
}

static bool is_plain(struct str value) {
	for (size_t i = 0; i < value.len; i++) {
		if (value.data[i] < ' ' || value.data[i] > '~') {
			return false;
		}
	}
	return true;
}

/* Known by its name, by its form, or by being the key in use. */
static bool holds_key(const struct resolved_model *model, const char *name, const char *value) {
	static const char *const parts[] = {"auth", "cookie", "credential", "passw", "secret"};
	if (secret_name(name, strlen(name))) {
		return true;
	}
	for (size_t i = 0; i < F2F_COUNT(parts); i++) {
		if (strstr(name, parts[i]) != NULL) {
			return true;
		}
	}
	char *masked = xstrdup(value);
	secret_mask_forms(masked);
	bool found = strcmp(masked, value) != 0;
	free(masked);
	return found || (model->api_key != NULL && strlen(model->api_key) > 0 &&
				strstr(value, model->api_key) != NULL);
}

static int check(const struct resolved_model *model, const char *name, const char *value,
	struct error *err) {
	if (among(ours, F2F_COUNT(ours), name)) {
		return error_set(err, ERROR_USAGE, "f2f writes the header %s itself", name);
	}
	if (holds_key(model, name, value)) {
		return error_set(err, ERROR_USAGE,
			"the header %s holds a key: headers are stored with the run; give its "
			"place "
			"by api-key-env, api-key-file or api-key-credential (f2f help config)",
			name);
	}
	return model->header_count < HEADERS_MAX
		       ? 0
		       : error_set(err, ERROR_USAGE, "more than %d headers", HEADERS_MAX);
}

/* What is no header is not repeated: it may be a key. */
static int take_one(
	const char *text, size_t length, struct resolved_model *model, struct error *err) {
	struct str one = str_trim(str_slice(text, length));
	size_t end = name_length(one.data);
	if (end == 0 || end >= one.len || one.data[end] != ':') {
		return error_set(
			err, ERROR_USAGE, "a header is NAME: VALUE, such as X-Title: nightly");
	}
	struct str value = str_trim(str_slice(one.data + end + 1, one.len - end - 1));
	if (value.len == 0 || value.len > VALUE_MAX || !is_plain(value)) {
		return error_set(err, ERROR_USAGE, "the header %.*s %s", (int)end, one.data,
			value.len == 0 ? "has no value"
			: value.len > VALUE_MAX
				? "is over 4096 bytes"
				: "holds bytes that no header may: line breaks, control "
				  "characters, letters beyond ASCII");
	}
	struct http_header header = {xmemdup0(one.data, end), xmemdup0(value.data, value.len)};
	for (char *c = header.name; *c != '\0'; c++) {
		*c = (char)tolower((unsigned char)*c);
	}
	int rc = check(model, header.name, header.value, err);
	if (rc < 0) {
		free(header.name);
		free(header.value);
		return rc;
	}
	size_t at = model->header_count;
	while (at > 0 && strcmp(model->headers[at - 1].name, header.name) > 0) {
		at--;
	}
	model->headers =
		xrealloc(model->headers, (model->header_count + 1) * sizeof(*model->headers));
	memmove(&model->headers[at + 1], &model->headers[at],
		(model->header_count - at) * sizeof(*model->headers));
	model->headers[at] = header;
	model->header_count++;
	return 0;
}

/* Several with commas between; a comma that no "NAME:" follows is part of a value. */
static int take_text(const char *text, struct resolved_model *model, struct error *err) {
	int rc = 0;
	while (rc == 0 && *text != '\0') {
		size_t length = strcspn(text, ",");
		while (text[length] == ',' && !begins_header(text + length + 1)) {
			length += 1 + strcspn(text + length + 1, ",");
		}
		rc = take_one(text, length, model, err);
		text += length + (text[length] == ',');
	}
	return rc;
}

static int take_option(
	const struct options *options, struct resolved_model *model, struct error *err) {
	const char *origin = option_origin(options, "header");
	const char *item;
	struct buf joined = BUF_INIT(TEXT_MAX);
	int rc = 0;
	for (size_t i = 0; rc == 0 && (item = option_item(options, "header", i)) != NULL; i++) {
		if (origin[0] == '-') {
			rc = take_one(item, strlen(item), model, err);
		} else {
			// Lists come cut at every comma.
			buf_appendf(&joined, "%s%s", joined.len > 0 ? "," : "", item);
		}
	}
	rc = rc < 0 ? rc : take_text(buf_str(&joined), model, err);
	buf_finish(&joined);
	if (rc < 0) {
		error_prefix(err, "%s", origin);
	}
	return rc;
}

int model_headers(const struct options *options, const char *section, struct resolved_model *model,
	struct error *err) {
	const struct config *config = options_config(options);
	if (option_item(options, "header", 0) != NULL) {
		return take_option(options, model, err);
	}
	const char *text = section != NULL ? config_get(config, section, "header") : NULL;
	int rc = text != NULL ? take_text(text, model, err) : 0;
	if (rc < 0) {
		error_prefix(err, "%s: header", config_origin(config, section, "header"));
	}
	return rc;
}

char *model_headers_text(const struct resolved_model *model) {
	struct buf text = BUF_INIT(TEXT_MAX);
	for (size_t i = 0; i < model->header_count; i++) {
		buf_appendf(&text, "%s%s: %s", i > 0 ? "\n" : "", model->headers[i].name,
			model->headers[i].value);
	}
	char *copy = text.len > 0 ? xstrdup(buf_str(&text)) : NULL;
	buf_finish(&text);
	return copy;
}
