#include "engine/pull_local.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

enum { NAMES_MAX = 400 };

char *pull_local_candidate(const char *path, size_t index) {
	switch (index) {
	case 0:
		return xstrdup(path);
	case 1:
		return xasprintf("%s.gz", path);
	case 2:
		return xstrdup(path_base(path));
	case 3:
		return xasprintf("%s.gz", path_base(path));
	default:
		return NULL;
	}
}

static int is_wanted(const struct dirent *entry) {
	return entry->d_name[0] != '.' && (str_ends_with(entry->d_name, ".json") ||
						  str_ends_with(entry->d_name, ".json.gz"));
}

/* The only file there that it could be; *file_out stays NULL when there is none. */
static int look_around(const char *folder, char **file_out, struct error *err) {
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_wanted, alphasort);
	if (count < 0) {
		return error_set_errno(err, "%s", folder);
	}
	int rc = 0;
	struct buf names = BUF_INIT(NAMES_MAX);
	for (int i = 0; i < count; i++) {
		buf_appendf(&names, "%s%s", i > 0 ? ", " : "", entries[i]->d_name);
	}
	if (count == 1) {
		*file_out = path_join(folder, entries[0]->d_name);
	} else if (count > 1) {
		rc = error_set(err, ERROR_INPUT, "%s: %d files it could be; name one: %s", folder,
			count, buf_str(&names));
	}
	for (int i = 0; i < count; i++) {
		free(entries[i]);
	}
	free(entries);
	buf_finish(&names);
	return rc;
}

static int find_in_folder(
	const char *folder, const char *path, char **file_out, struct error *err) {
	char *candidate;
	for (size_t i = 0; (candidate = pull_local_candidate(path, i)) != NULL; i++) {
		char *whole = path_join(folder, candidate);
		free(candidate);
		if (file_exists(whole) && !file_is_directory(whole)) {
			*file_out = whole;
			return 0;
		}
		free(whole);
	}
	return look_around(folder, file_out, err);
}

int pull_local_read(const char *url, const char *path, struct buf *out, char **file_out,
	struct error *err) {
	static const char scheme[] = "file://";
	const char *local = str_starts_with(url, scheme) ? url + strlen(scheme) : url;
	char *file = NULL;
	int rc = 0;
	*file_out = NULL;
	if (file_is_directory(local)) {
		rc = find_in_folder(local, path, &file, err);
	} else if (file_exists(local)) {
		file = xstrdup(local);
	}
	if (rc == 0 && file != NULL) {
		rc = file_read(file, out, err);
	}
	if (rc < 0) {
		free(file);
		return rc;
	}
	*file_out = file;
	return 0;
}
