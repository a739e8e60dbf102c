#include "core/reply_line.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"

enum finish finish_of_reason(const char *reason) {
	static const struct {
		const char *word;
		enum finish finish;
	} words[] = {
		{"stop", FINISH_STOP},
		{"eos", FINISH_STOP},
		{"eos_token", FINISH_STOP},
		{"end_turn", FINISH_STOP},
		{"stop_sequence", FINISH_STOP},
		{"length", FINISH_LENGTH},
		{"max_tokens", FINISH_LENGTH},
		{"max_output_tokens", FINISH_LENGTH},
		{"model_length", FINISH_LENGTH},
		{"model_context_window_exceeded", FINISH_LENGTH},
		{"content_filter", FINISH_REFUSED},
		{"refusal", FINISH_REFUSED},
		{"safety", FINISH_REFUSED},
		{"recitation", FINISH_REFUSED},
		{"prohibited_content", FINISH_REFUSED},
	};
	for (size_t i = 0; reason != NULL && i < F2F_COUNT(words); i++) {
		if (strcasecmp(reason, words[i].word) == 0) {
			return words[i].finish;
		}
	}
	return reason == NULL ? FINISH_STOP : FINISH_OTHER;
}

static int64_t count_or_unknown(const json_t *object, const char *key) {
	int64_t count = json_integer_or(object, key, -1);
	return count >= 0 && count <= COMPLETION_TOKENS_MAX ? count : -1;
}

static int take_id(const json_t *object, struct reply_line *line, struct error *err) {
	const char *id;
	int rc = json_need_string(object, "id", &id, err);
	if (rc < 0) {
		return rc;
	}
	const char *slash = strrchr(id, '/');
	line->name = xstrdup(slash != NULL ? slash + 1 : id);
	line->split = slash != NULL ? xmemdup0(id, (size_t)(slash - id)) : NULL;
	if (line->name[0] == '\0' || (line->split != NULL && line->split[0] == '\0')) {
		return error_set(
			err, ERROR_INPUT, "\"id\" is \"%.80s\", neither NAME nor SPLIT/NAME", id);
	}
	return 0;
}

static int take_sample(const json_t *object, struct reply_line *line, struct error *err) {
	const json_t *sample = json_object_get(object, "sample");
	line->sample = -1;
	if (sample == NULL || json_is_null(sample)) {
		return 0;
	}
	// What is planned and divided by is as large as the largest.
	if (!json_is_integer(sample) || json_integer_value(sample) < 0 ||
		json_integer_value(sample) > REPLY_SAMPLE_MAX) {
		return error_set(err, ERROR_INPUT, "\"sample\" is not a whole number from 0 to %d",
			REPLY_SAMPLE_MAX);
	}
	line->sample = json_integer_value(sample);
	return 0;
}

/*
 * A reply of which nothing came but its end (cut off while thinking) is a null, not a missing key.
 */
static int take_text(const json_t *object, struct completion *completion, struct error *err) {
	const json_t *text = json_object_get(object, "text");
	if (text == NULL) {
		return error_set(err, ERROR_INPUT, "no \"text\"");
	}
	if (!json_is_string(text) && !json_is_null(text)) {
		return error_set(err, ERROR_INPUT, "\"text\" is not a string");
	}
	const char *reason = json_string_or(object, "finish_reason", NULL);
	completion->finish_reason = xstrdup(reason);
	completion->finish = finish_of_reason(reason);
	completion_take_text(
		completion, xstrdup(json_is_string(text) ? json_string_value(text) : ""));
	return 0;
}

int reply_line_parse(
	const char *bytes, size_t length, struct reply_line *line_out, struct error *err) {
	struct reply_line line = {0};
	json_t *object = NULL;
	bool repaired = false;
	completion_init(&line.completion);
	int rc = json_parse_repaired(bytes, length, &object, &repaired, err);
	if (rc == 0 && !json_is_object(object)) {
		rc = error_set(err, ERROR_INPUT, "not a JSON object");
	}
	rc = rc < 0 ? rc : take_id(object, &line, err);
	rc = rc < 0 ? rc : take_sample(object, &line, err);
	rc = rc < 0 ? rc : take_text(object, &line.completion, err);
	if (rc == 0) {
		const json_t *usage = json_object_get(object, "usage");
		line.completion.repaired = repaired;
		line.completion.prompt_tokens = count_or_unknown(usage, "prompt_tokens");
		line.completion.completion_tokens = count_or_unknown(usage, "completion_tokens");
		*line_out = line;
		line = (struct reply_line){0};
	}
	json_decref(object);
	reply_line_finish(&line);
	return rc;
}

void reply_line_finish(struct reply_line *line) {
	free(line->split);
	free(line->name);
	completion_finish(&line->completion);
	*line = (struct reply_line){0};
}
