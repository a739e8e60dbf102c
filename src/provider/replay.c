#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/lines.h"
#include "base/map.h"
#include "base/mem.h"
#include "core/problem.h"
#include "core/reply_line.h"
#include "provider/provider.h"

/*
 * Replies from a file. Only where each line lies is kept in memory; a line is read again when it is
 * asked for.
 */

struct place {
	int64_t offset;
	size_t length;
	int64_t line;
};

struct replay {
	int fd;
	char *path;
	struct map *places; // "ID\nSAMPLE" → struct place
};

static void close_replay(void *source) {
	struct replay *replay = source;
	if (replay->fd >= 0) {
		close(replay->fd);
	}
	map_destroy(replay->places, free);
	free(replay->path);
	free(replay);
}

static char *key_of(const char *split, const char *name, int64_t sample) {
	return xasprintf("%s%s%s\n%" PRId64, split != NULL ? split : "", split != NULL ? "/" : "",
		name, sample);
}

/* The sample of a line that does not say it: how many such lines there were of this id. */
static int64_t next_sample(struct map *counts, const struct reply_line *line) {
	char *key = key_of(line->split, line->name, 0);
	int64_t *count = map_get(counts, key);
	if (count == NULL) {
		count = xcalloc(1, sizeof(*count));
		map_set(counts, key, count);
	}
	free(key);
	return (*count)++;
}

static int add_line(struct replay *replay, struct map *counts, const struct lines *lines,
	struct str text, struct error *err) {
	struct reply_line line;
	int rc = reply_line_parse(text.data, text.len, &line, err);
	if (rc < 0) {
		return rc;
	}
	int64_t sample = line.sample >= 0 ? line.sample : next_sample(counts, &line);
	char *key = key_of(line.split, line.name, sample);
	const struct place *before = map_get(replay->places, key);
	if (before != NULL) {
		rc = error_set(err, ERROR_INPUT,
			"%s, sample %" PRId64 ", was given on line %" PRId64 " already", line.name,
			sample, before->line);
	} else {
		struct place *place = xmalloc(sizeof(*place));
		*place = (struct place){lines_offset(lines), text.len, lines_number(lines)};
		map_set(replay->places, key, place);
	}
	free(key);
	reply_line_finish(&line);
	return rc;
}

static int read_lines(struct replay *replay, struct error *err) {
	struct lines *lines = NULL;
	struct map *counts = map_create();
	struct str text;
	int rc = lines_open(replay->path, REPLY_LINE_MAX, &lines, err);
	while (rc == 0) {
		rc = lines_next(lines, &text, err);
		if (rc <= 0) {
			break;
		}
		rc = str_trim(text).len > 0 ? add_line(replay, counts, lines, text, err) : 0;
		if (rc < 0) {
			error_prefix(err, "%s: line %" PRId64, replay->path, lines_number(lines));
		}
	}
	lines_close(lines);
	map_destroy(counts, free);
	return rc;
}

static int open_replay(const struct model *model, void **source_out, struct error *err) {
	struct replay *replay = xcalloc(1, sizeof(*replay));
	replay->path = xstrdup(model->name);
	replay->places = map_create();
	replay->fd = open(model->name, O_RDONLY | O_CLOEXEC);
	int rc = replay->fd < 0 ? error_set_errno(err, "%s", model->name) : read_lines(replay, err);
	if (rc == 0 && map_count(replay->places) == 0) {
		rc = error_set(err, ERROR_INPUT, "%s holds no reply", model->name);
	}
	if (rc < 0) {
		close_replay(replay);
		return rc;
	}
	*source_out = replay;
	return 0;
}

static const struct place *find_place(const struct replay *replay, const struct ask *ask) {
	char *key = key_of(ask->problem->split, ask->problem->name, ask->sample);
	const struct place *place =
		ask->problem->split != NULL ? map_get(replay->places, key) : NULL;
	free(key);
	if (place == NULL) {
		key = key_of(NULL, ask->problem->name, ask->sample);
		place = map_get(replay->places, key);
		free(key);
	}
	return place;
}

static int read_place(
	const struct replay *replay, const struct place *place, char *bytes, struct error *err) {
	for (size_t done = 0; done < place->length;) {
		ssize_t count = pread(replay->fd, bytes + done, place->length - done,
			place->offset + (off_t)done);
		if (count < 0 && errno == EINTR) {
			continue;
		}
		if (count < 0) {
			return error_set_errno(err, "%s", replay->path);
		}
		if (count == 0) {
			return error_set(
				err, ERROR_INPUT, "%s has become shorter meanwhile", replay->path);
		}
		done += (size_t)count;
	}
	return 0;
}

static int answer(
	void *source, const struct ask *ask, struct completion *completion_out, struct error *err) {
	struct replay *replay = source;
	const struct place *place = find_place(replay, ask);
	if (place == NULL) {
		return error_set(err, ERROR_NOT_FOUND, "%s has no sample %" PRId64 " of %s",
			replay->path, ask->sample, ask->problem->name);
	}
	struct reply_line line = {0};
	char *bytes = xmalloc(place->length + 1);
	int rc = read_place(replay, place, bytes, err);
	rc = rc < 0 ? rc : reply_line_parse(bytes, place->length, &line, err);
	if (rc == 0) {
		completion_finish(completion_out);
		*completion_out = line.completion;
		line.completion = (struct completion){0};
	}
	reply_line_finish(&line);
	free(bytes);
	return rc;
}

const struct provider provider_replay = {
	.name = "replay",
	.summary = "replies from a file of JSON lines: {\"id\",\"sample\",\"text\"}",
	.local = true,
	.open = open_replay,
	.answer = answer,
	.close = close_replay,
};
