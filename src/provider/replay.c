/* Replies from a file, a JSON object a line: {"id","sample","text","finish_reason"?,"usage"?}. id
 * is a problem's name, or SPLIT/NAME; without "sample" the lines of one id count up from 0. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "provider/provider.h"

enum { FILE_MAX = 1 << 30 };

struct replay {
	struct buf text;
	struct map *lines;  // "id#sample" to a line's offset + 1
	struct map *counts; // id to how many lines it has had
};

static void close_source(void *source) {
	struct replay *replay = source;
	buf_finish(&replay->text);
	map_destroy(replay->lines, NULL);
	map_destroy(replay->counts, NULL);
	free(replay);
}

static int index_line(struct replay *replay, struct str line, struct error *err) {
	json_t *object = NULL;
	bool repaired = false;
	const char *id, *text;
	int rc = json_parse_repaired(line.data, line.len, &object, &repaired, err);
	rc = rc < 0 ? rc : json_need_string(object, "id", &id, err);
	rc = rc < 0 ? rc : json_need_string(object, "text", &text, err);
	if (rc == 0) {
		uintptr_t seen = (uintptr_t)map_get(replay->counts, id);
		int64_t sample = json_integer_or(object, "sample", (int64_t)seen);
		map_set(replay->counts, id, (void *)(seen + 1));
		char *key = xasprintf("%s#%" PRId64, id, sample);
		if (map_has(replay->lines, key)) {
			rc = error_set(err, ERROR_INPUT,
				"sample %" PRId64 " of \"%s\" is there twice", sample, id);
		}
		map_set(replay->lines, key, (void *)(uintptr_t)(line.data - replay->text.data + 1));
		free(key);
	}
	json_decref(object);
	return rc;
}

static int open_source(const struct model *model, void **source_out, struct error *err) {
	struct replay *replay = xcalloc(1, sizeof(*replay));
	buf_init(&replay->text, FILE_MAX);
	replay->lines = map_create();
	replay->counts = map_create();
	int rc = file_read(model->name, &replay->text, err);
	struct str rest = str_slice(buf_str(&replay->text), replay->text.len);
	struct str line;
	for (int number = 1; rc == 0 && str_next_line(&rest, &line); number++) {
		if (str_trim(line).len > 0) {
			rc = index_line(replay, line, err);
		}
		if (rc < 0) {
			error_prefix(err, "%s: line %d", model->name, number);
		}
	}
	if (rc < 0) {
		close_source(replay);
		return rc;
	}
	*source_out = replay;
	return 0;
}

static const char *find(
	const struct replay *replay, const char *split, const char *name, int64_t sample) {
	char *key = split != NULL ? xasprintf("%s/%s#%" PRId64, split, name, sample)
				  : xasprintf("%s#%" PRId64, name, sample);
	uintptr_t offset = (uintptr_t)map_get(replay->lines, key);
	free(key);
	return offset > 0 ? replay->text.data + offset - 1 : NULL;
}

static int answer(
	void *source, const struct ask *ask, struct completion *completion_out, struct error *err) {
	struct replay *replay = source;
	const struct problem *problem = ask->problem;
	const char *line = find(replay, problem->split, problem->name, ask->sample);
	line = line != NULL ? line : find(replay, NULL, problem->name, ask->sample);
	if (line == NULL) {
		return error_set(err, ERROR_NOT_FOUND, "the file has no sample %" PRId64 " of %s",
			ask->sample, problem->name);
	}
	json_t *object = NULL;
	int rc = json_parse_repaired(
		line, strcspn(line, "\n"), &object, &completion_out->repaired, err);
	if (rc < 0) {
		return rc; // cannot be: it was read when the file was opened
	}
	const json_t *usage = json_object_get(object, "usage");
	const char *finish = json_string_or(object, "finish_reason", NULL);
	completion_out->finish_reason = xstrdup(finish);
	completion_out->finish = finish == NULL || strcmp(finish, "stop") == 0 ? FINISH_STOP
		: strcmp(finish, "length") == 0				       ? FINISH_LENGTH
		: strcmp(finish, "content_filter") == 0			       ? FINISH_REFUSED
									       : FINISH_OTHER;
	completion_out->prompt_tokens = json_integer_or(usage, "prompt_tokens", -1);
	completion_out->completion_tokens = json_integer_or(usage, "completion_tokens", -1);
	completion_take_text(completion_out, xstrdup(json_string_or(object, "text", "")));
	json_decref(object);
	return 0;
}

const struct provider provider_replay = {
	.name = "replay",
	.summary = "replies from a JSONL file: published outputs, tests (replay/FILE)",
	.local = true,
	.open = open_source,
	.answer = answer,
	.close = close_source,
};
