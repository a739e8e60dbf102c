#include "provider/capabilities.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"

static const char *const parameters[PARAMETER_COUNT] = {
	[PARAMETER_TEMPERATURE] = "temperature",
	[PARAMETER_TOP_P] = "top_p",
	[PARAMETER_SEED] = "seed",
	[PARAMETER_STOP] = "stop",
	[PARAMETER_N] = "n",
	[PARAMETER_STREAM] = "stream",
	[PARAMETER_STREAM_OPTIONS] = "stream_options",
	[PARAMETER_REASONING_EFFORT] = "reasoning_effort",
};

static const char *const limits[] = {
	[LIMIT_MAX_TOKENS] = "max_tokens",
	[LIMIT_MAX_COMPLETION_TOKENS] = "max_completion_tokens",
};

static const char *const reasonings[] = {
	[REASONING_UNKNOWN] = "",
	[REASONING_CONTENT] = "reasoning_content",
	[REASONING_PLAIN] = "reasoning",
	[REASONING_THINKING] = "thinking",
	[REASONING_TAGS] = "tags",
};

static const char *const supports[] = {
	[SUPPORT_UNKNOWN] = "unknown",
	[SUPPORT_NO] = "no",
	[SUPPORT_YES] = "yes",
};

const char *parameter_name(enum parameter parameter) {
	return parameters[parameter];
}

bool capabilities_drops(const struct capabilities *capabilities, enum parameter parameter) {
	return (capabilities->dropped >> parameter & 1) != 0;
}

const char *limit_field_name(enum limit_field field) {
	return limits[field];
}

const char *reasoning_field_name(enum reasoning_field field) {
	return reasonings[field];
}

static bool refuse_limit(struct capabilities *capabilities, enum limit_field field) {
	enum limit_field other =
		field == LIMIT_MAX_TOKENS ? LIMIT_MAX_COMPLETION_TOKENS : LIMIT_MAX_TOKENS;
	if (capabilities->limit_refused[other]) {
		// Refused both ways, unless this request left before the other spelling was taken.
		return capabilities->limit_refused[field] && capabilities->limit == other;
	}
	capabilities->adjustments += !capabilities->limit_refused[field];
	capabilities->limit_refused[field] = true;
	capabilities->limit = other;
	return true;
}

bool capabilities_refuse(struct capabilities *capabilities, const char *field) {
	// "stream_options.include_usage", "messages[0]": the outermost counts.
	size_t length = strcspn(field, ".[");
	for (size_t i = 0; i < F2F_COUNT(limits); i++) {
		if (strlen(limits[i]) == length && strncmp(limits[i], field, length) == 0) {
			return refuse_limit(capabilities, (enum limit_field)i);
		}
	}
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		if (strlen(parameters[i]) == length && strncmp(parameters[i], field, length) == 0) {
			capabilities->adjustments += (capabilities->dropped >> i & 1) == 0;
			capabilities->dropped |= 1u << i;
			return true;
		}
	}
	return false;
}

void capabilities_changes(const struct capabilities *capabilities, struct buf *out) {
	const char *between = "";
	buf_append_char(out, '[');
	for (size_t i = 0; i < F2F_COUNT(limits); i++) {
		if (capabilities->limit_refused[i] && capabilities->limit != i) {
			buf_appendf(out, "%s\"%s is sent as %s\"", between, limits[i],
				limits[capabilities->limit]);
			between = ",";
		}
	}
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		if (capabilities->dropped >> i & 1) {
			buf_appendf(out, "%s\"%s is left out\"", between, parameters[i]);
			between = ",";
		}
	}
	buf_append_char(out, ']');
}

void capabilities_write(const struct capabilities *c, struct buf *out) {
	const char *between = "";
	buf_appendf(out,
		"{\"stream\":\"%s\",\"stream_usage\":\"%s\",\"usage\":\"%s\",\"n\":\"%s\","
		"\"seed\":\"%s\",\"logprobs\":\"%s\",\"reasoning\":\"%s\",\"limit\":\"%s\","
		"\"context_tokens\":%" PRId64 ",\"slots\":%" PRId64 ",\"limit_refused\":[%s%s%s],"
		"\"dropped\":[",
		supports[c->stream], supports[c->stream_usage], supports[c->usage], supports[c->n],
		supports[c->seed], supports[c->logprobs], reasonings[c->reasoning],
		limits[c->limit], c->context_tokens, c->slots,
		c->limit_refused[0] ? "\"max_tokens\"" : "",
		c->limit_refused[0] && c->limit_refused[1] ? "," : "",
		c->limit_refused[1] ? "\"max_completion_tokens\"" : "");
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		if (c->dropped >> i & 1) {
			buf_appendf(out, "%s\"%s\"", between, parameters[i]);
			between = ",";
		}
	}
	buf_append_str(out, "]}");
}

/* The place of a word in a table, 0 when it is not there. */
static size_t place_of(const char *word, const char *const *words, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (strcmp(word, words[i]) == 0) {
			return i;
		}
	}
	return 0;
}

static enum support read_support(const json_t *object, const char *key) {
	return (enum support)place_of(
		json_string_or(object, key, ""), supports, F2F_COUNT(supports));
}

static void read_refused(const json_t *object, struct capabilities *capabilities) {
	const json_t *refused = json_object_get(object, "limit_refused");
	for (size_t i = 0; i < json_array_size(refused); i++) {
		const char *name = json_string_value(json_array_get(refused, i));
		capabilities->limit_refused[LIMIT_MAX_TOKENS] |=
			name != NULL && strcmp(name, limits[LIMIT_MAX_TOKENS]) == 0;
		capabilities->limit_refused[LIMIT_MAX_COMPLETION_TOKENS] |=
			name != NULL && strcmp(name, limits[LIMIT_MAX_COMPLETION_TOKENS]) == 0;
	}
	const json_t *dropped = json_object_get(object, "dropped");
	for (size_t i = 0; i < json_array_size(dropped); i++) {
		const char *name = json_string_value(json_array_get(dropped, i));
		for (size_t k = 0; name != NULL && k < PARAMETER_COUNT; k++) {
			if (strcmp(name, parameters[k]) == 0) {
				capabilities->dropped |= 1u << k;
			}
		}
	}
}

int capabilities_read(const char *text, struct capabilities *capabilities_out, struct error *err) {
	json_t *object = NULL;
	int rc = json_parse(text, strlen(text), &object, err);
	if (rc < 0) {
		return rc;
	}
	int64_t context = json_integer_or(object, "context_tokens", 0);
	int64_t slots = json_integer_or(object, "slots", 0);
	*capabilities_out = (struct capabilities){
		.stream = read_support(object, "stream"),
		.stream_usage = read_support(object, "stream_usage"),
		.usage = read_support(object, "usage"),
		.n = read_support(object, "n"),
		.seed = read_support(object, "seed"),
		.logprobs = read_support(object, "logprobs"),
		.reasoning = (enum reasoning_field)place_of(
			json_string_or(object, "reasoning", ""), reasonings, F2F_COUNT(reasonings)),
		.limit = (enum limit_field)place_of(
			json_string_or(object, "limit", ""), limits, F2F_COUNT(limits)),
		.context_tokens = context > 0 ? context : 0,
		.slots = slots > 0 ? slots : 0,
	};
	read_refused(object, capabilities_out);
	json_decref(object);
	return 0;
}
