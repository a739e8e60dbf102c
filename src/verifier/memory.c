#include "verifier/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

enum { FILE_MAX = 1 << 16 };
/* A machine that tells nothing still has some. */
static const int64_t unknown_bytes = INT64_C(2) << 30;

/* Owned, or NULL. */
static char *read_text(const char *root, const char *path) {
	struct buf text = BUF_INIT(FILE_MAX);
	char *full = xasprintf("%s%s", root, path);
	char *content = file_read(full, &text, NULL) == 0 ? buf_detach(&text) : NULL;
	buf_finish(&text);
	free(full);
	return content;
}

/* A file that holds a number alone; -1 for "max" and for none. */
static int64_t read_number(const char *root, const char *folder, const char *name) {
	char *path = xasprintf("%s/%s", folder, name);
	char *text = read_text(root, path);
	int64_t number = -1;
	if (text != NULL) {
		struct str trimmed = str_trim(str_of(text));
		char *word = xmemdup0(trimmed.data, trimmed.len);
		if (!str_to_int64(word, &number)) {
			number = -1;
		}
		free(word);
	}
	free(text);
	free(path);
	return number;
}

/* The number in the line that begins with `key`, or -1. */
static int64_t number_of(const char *text, const char *key) {
	struct str rest = str_of(text);
	struct str line;
	while (str_next_line(&rest, &line)) {
		int64_t number;
		if (line.len > strlen(key) && memcmp(line.data, key, strlen(key)) == 0 &&
			sscanf(line.data + strlen(key), " %" SCNd64, &number) == 1) {
			return number;
		}
	}
	return -1;
}

/* Pages of files that nobody has used of late are given back before anything runs short. */
static int64_t reclaimable(const char *root, const char *folder, const char *key) {
	char *path = xasprintf("%s/memory.stat", folder);
	char *text = read_text(root, path);
	int64_t bytes = text != NULL ? number_of(text, key) : 0;
	free(text);
	free(path);
	return bytes > 0 ? bytes : 0;
}

static void lower(int64_t *least, int64_t bytes) {
	if (bytes < *least) {
		*least = bytes > 0 ? bytes : 0;
	}
}

/* What a group and those above it leave. `path` is changed. */
static void look_up(const char *root, const char *mount, char *path, bool v2, int64_t *least) {
	for (;;) {
		char *folder = xasprintf("%s%s", mount, strcmp(path, "/") == 0 ? "" : path);
		int64_t max =
			read_number(root, folder, v2 ? "memory.max" : "memory.limit_in_bytes");
		int64_t now =
			read_number(root, folder, v2 ? "memory.current" : "memory.usage_in_bytes");
		if (max >= 0 && now >= 0) {
			lower(least,
				max - now +
					reclaimable(root, folder,
						v2 ? "inactive_file " : "total_inactive_file "));
		}
		free(folder);
		char *slash = strrchr(path, '/');
		if (slash == NULL || path[1] == '\0') {
			return;
		}
		slash[slash == path ? 1 : 0] = '\0';
	}
}

/* Lines "0::/path" (version 2) and "9:memory:/path" (version 1). */
static void look_at_groups(const char *root, int64_t *least) {
	char *groups = read_text(root, "/proc/self/cgroup");
	struct str rest = str_of(groups != NULL ? groups : "");
	struct str line;
	while (str_next_line(&rest, &line)) {
		char *text = xmemdup0(line.data, line.len);
		char *names = strchr(text, ':');
		char *path = names != NULL ? strchr(names + 1, ':') : NULL;
		if (path != NULL) {
			*path++ = '\0';
			names++;
			bool v2 = names[0] == '\0';
			if (path[0] == '/' && (v2 || strcmp(names, "memory") == 0)) {
				look_up(root, v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory", path,
					v2, least);
			}
		}
		free(text);
	}
	free(groups);
}

int64_t memory_available_below(const char *root) {
	char *info = read_text(root, "/proc/meminfo");
	int64_t kib = info != NULL ? number_of(info, "MemAvailable:") : -1;
	int64_t least = kib >= 0 ? kib * 1024 : unknown_bytes;
	free(info);
	look_at_groups(root, &least);
	return least;
}

int64_t memory_available(void) {
	return memory_available_below("");
}
