#include "engine/settings.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

enum { SETTINGS_MAX = 1 << 20, HASH_LENGTH = 64, HASH_SHOWN = 12, VALUE_SHOWN = 80 };

struct settings {
	json_t *object;
};

struct settings *settings_create(void) {
	struct settings *settings = xcalloc(1, sizeof(*settings));
	settings->object = json_object();
	return settings;
}

void settings_destroy(struct settings *settings) {
	if (settings != NULL) {
		json_decref(settings->object);
		free(settings);
	}
}

void settings_text(struct settings *settings, const char *key, const char *value) {
	json_object_set_new(
		settings->object, key, value != NULL ? json_string(value) : json_null());
}

void settings_integer(struct settings *settings, const char *key, int64_t value) {
	json_object_set_new(settings->object, key, json_integer(value));
}

void settings_number(struct settings *settings, const char *key, double value) {
	json_object_set_new(settings->object, key, isnan(value) ? json_null() : json_real(value));
}

static char *render(const json_t *object) {
	struct buf out = BUF_INIT(SETTINGS_MAX);
	json_append(&out, object, true);
	return buf_detach(&out);
}

char *settings_render(const struct settings *settings) {
	return render(settings->object);
}

static bool is_absent(const json_t *value) {
	return value == NULL || json_is_null(value);
}

static bool is_lean(const char *key) {
	return str_starts_with(key, "lean");
}

/* 0 of these means that there is none. */
static bool is_unlimited(const char *key, const json_t *value) {
	return json_is_integer(value) && json_integer_value(value) == 0 &&
	       (strcmp(key, "limit") == 0 || strcmp(key, "max-tokens") == 0);
}

static void append_value(struct buf *out, const char *key, const json_t *value) {
	if (is_absent(value) || is_unlimited(key, value)) {
		buf_append_str(out, "none");
	} else if (json_is_string(value)) {
		const char *text = json_string_value(value);
		// Hashes are told apart by their beginning.
		buf_appendf(
			out, "%.*s", strlen(text) == HASH_LENGTH ? HASH_SHOWN : VALUE_SHOWN, text);
	} else {
		json_append(out, value, true);
	}
}

static int differ(
	const char *key, const json_t *before, const json_t *after, struct buf *out, int count) {
	bool one_absent = is_absent(before) || is_absent(after);
	if ((is_absent(before) && is_absent(after)) || (one_absent && is_lean(key)) ||
		json_equal(before, after)) {
		return 0;
	}
	buf_appendf(out, "%s%s ", count > 0 ? ", " : "", key);
	append_value(out, key, before);
	buf_append_str(out, " → ");
	append_value(out, key, after);
	return 1;
}

int settings_difference(const char *before, const char *after, struct buf *out) {
	json_t *old = json_loads(before, 0, NULL);
	json_t *new = json_loads(after, 0, NULL);
	int count = 0;
	const char *key;
	json_t *value;
	json_object_foreach(new, key, value) {
		count += differ(key, json_object_get(old, key), value, out, count);
	}
	json_object_foreach(old, key, value) {
		if (json_object_get(new, key) == NULL) {
			count += differ(key, value, NULL, out, count);
		}
	}
	json_decref(old);
	json_decref(new);
	return count;
}

char *settings_merge(const char *before, const char *after) {
	json_t *old = json_loads(before, 0, NULL);
	json_t *new = json_loads(after, 0, NULL);
	const char *key;
	json_t *value;
	json_object_foreach(old, key, value) {
		if (is_lean(key) && is_absent(json_object_get(new, key))) {
			json_object_set(new, key, value);
		}
	}
	char *text = render(new);
	json_decref(old);
	json_decref(new);
	return text;
}
