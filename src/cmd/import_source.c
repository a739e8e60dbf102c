#include "cmd/import_source.h"

#include <fts.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/mem.h"
#include "cmd/import_archive.h"
#include "core/reply_line.h"
#include "engine/import.h"

/* ---- A file a reply. */

/* ".DS_Store", "._x.lean", "README.md": what people and systems leave beside the files. */
static bool is_bystander(const char *name) {
	return name[0] == '.' || strncasecmp(name, "readme", 6) == 0 ||
	       strncasecmp(name, "licen", 5) == 0;
}

static int add_file(struct import *import, const char *name, const char *where, struct str text,
	struct error *err) {
	const char *base = path_base(name);
	const char *dot = strrchr(base, '.');
	struct reply_line line = {.sample = 0};
	struct buf repaired = BUF_INIT(REPLY_LINE_MAX * 3);
	size_t faults = utf8_repair(&repaired, text.data, text.len);
	for (size_t i = 0; i < repaired.len; i++) {
		if (repaired.data[i] == '\0') {
			repaired.data[i] = ' ';
			faults++;
		}
	}
	line.name = dot != NULL ? xmemdup0(base, (size_t)(dot - base)) : xstrdup(base);
	completion_init(&line.completion);
	line.completion.repaired = faults > 0;
	// It was kept as a whole file: nobody cut it off.
	line.completion.finish_reason = xstrdup("stop");
	completion_take_text(&line.completion, buf_detach(&repaired));
	return import_add(import, &line, where, err);
}

static int read_file(struct import *import, const char *path, struct error *err) {
	struct buf text = BUF_INIT(REPLY_LINE_MAX);
	int rc = file_read(path, &text, err);
	rc = rc < 0 ? rc : add_file(import, path, path, str_slice(buf_str(&text), text.len), err);
	buf_finish(&text);
	return rc;
}

static int by_name(const FTSENT **a, const FTSENT **b) {
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int read_directory(const char *path, struct import *import, struct error *err) {
	char *copy = xstrdup(path);
	char *const roots[] = {copy, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	FTSENT *entry;
	int rc = tree != NULL ? 0 : error_set_errno(err, "%s", path);
	while (rc == 0 && (entry = fts_read(tree)) != NULL) {
		bool inner = entry->fts_level > FTS_ROOTLEVEL;
		if (entry->fts_info == FTS_D && inner && entry->fts_name[0] == '.') {
			fts_set(tree, entry, FTS_SKIP);
		} else if (entry->fts_info == FTS_F && !is_bystander(entry->fts_name)) {
			rc = read_file(import, entry->fts_path, err);
		} else if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR) {
			rc = error_set(err, ERROR_SYSTEM, "%s: %s", entry->fts_path,
				strerror(entry->fts_errno));
		}
	}
	if (tree != NULL) {
		fts_close(tree);
	}
	free(copy);
	return rc;
}

/* ---- Archives. */

struct archived {
	const char *path;
	struct import *import;
};

static int take_entry(
	const char *name, const char *bytes, size_t length, void *data, struct error *err) {
	const struct archived *archived = data;
	if (is_bystander(path_base(name))) {
		return 0;
	}
	char *where = xasprintf("%s: %s", archived->path, name);
	int rc = add_file(archived->import, name, where, str_slice(bytes, length), err);
	free(where);
	return rc;
}

/* ---- JSON lines. */

static int read_lines(const char *path, struct import *import, struct error *err) {
	struct lines *lines = NULL;
	struct str text;
	int rc = lines_open(path, REPLY_LINE_MAX, &lines, err);
	while (rc == 0) {
		rc = lines_next(lines, &text, err);
		if (rc <= 0) {
			break;
		}
		rc = 0;
		if (str_trim(text).len == 0) {
			continue;
		}
		struct reply_line line;
		char *where = xasprintf("%s: line %" PRId64, path, lines_number(lines));
		rc = reply_line_parse(text.data, text.len, &line, err);
		if (rc < 0) {
			error_prefix(err, "%s", where);
		} else {
			rc = import_add(import, &line, where, err);
		}
		free(where);
	}
	lines_close(lines);
	return rc;
}

/* An archive begins otherwise, whatever its name. */
static int begins_as_json(const char *path, bool *json_out, struct error *err) {
	struct lines *lines = NULL;
	struct str line;
	int rc = lines_open(path, REPLY_LINE_MAX, &lines, err);
	if (rc < 0) {
		return rc;
	}
	*json_out = false;
	do {
		rc = lines_next(lines, &line, err);
	} while (rc == 1 && str_trim(line).len == 0);
	if (rc == 1) {
		*json_out = str_trim(line).data[0] == '{';
	}
	lines_close(lines);
	return rc < 0 ? rc : 0;
}

int import_source_read(const char *path, struct import *import, struct error *err) {
	bool json = false;
	if (file_is_directory(path)) {
		return read_directory(path, import, err);
	}
	int rc = begins_as_json(path, &json, err);
	if (rc < 0) {
		return rc;
	}
	struct archived archived = {path, import};
	return json ? read_lines(path, import, err)
		    : import_archive_read(path, take_entry, &archived, err);
}
