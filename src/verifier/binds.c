#include "verifier/binds.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"

enum { LINKS_MAX = 40, SCAN_DEPTH = 2, SCAN_MAX = 20000 };

/* ---- Paths. */

/* `path` is `folder` or lies below it. */
static bool is_within(const char *path, const char *folder) {
	size_t length = strlen(folder);
	while (length > 0 && folder[length - 1] == '/') {
		length--;
	}
	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static char *real_of(const char *path) {
	char real[PATH_MAX];
	return realpath(path, real) != NULL ? xstrdup(real) : NULL;
}

/* Places that are made for each child, or that are the machine's own. */
static bool is_reserved(const char *real) {
	static const char *const places[] = {"/tmp", "/proc", "/dev", "/sys", "/run", "/etc",
		"/var", "/home", "/root", "/boot", "/mnt", "/media", "/srv", "/opt"};
	for (size_t i = 0; i < F2F_COUNT(places); i++) {
		if (strcmp(real, places[i]) == 0) {
			return true;
		}
	}
	return is_within(real, "/proc") || is_within(real, "/sys");
}

static bool shows_too_much(const struct binds *binds, const char *real) {
	for (size_t i = 0; i < F2F_COUNT(binds->homes); i++) {
		if (binds->homes[i] != NULL && is_within(binds->homes[i], real)) {
			return true;
		}
	}
	return is_reserved(real) || strcmp(real, "/") == 0;
}

void binds_init(struct binds *binds) {
	*binds = (struct binds){0};
	const char *home = getenv("HOME");
	const struct passwd *user = getpwuid(getuid());
	const char *const homes[] = {home, user != NULL ? user->pw_dir : NULL};
	for (size_t i = 0; i < F2F_COUNT(homes); i++) {
		char *real = homes[i] != NULL && homes[i][0] == '/' ? real_of(homes[i]) : NULL;
		if (real != NULL && strcmp(real, "/") == 0) {
			free(real);
			real = NULL;
		}
		binds->homes[i] = real;
	}
}

void binds_finish(struct binds *binds) {
	for (size_t i = 0; i < binds->count; i++) {
		free(binds->items[i].path);
		free(binds->items[i].target);
	}
	free(binds->homes[0]);
	free(binds->homes[1]);
	free(binds->items);
	*binds = (struct binds){0};
}

/* ---- Adding. */

static void push(struct binds *binds, const char *path, const char *target, enum bind_kind kind) {
	for (size_t i = 0; i < binds->count; i++) {
		struct bind *other = &binds->items[i];
		if (strcmp(other->path, path) == 0) {
			// The same place twice: writable wins.
			other->kind = kind == BIND_WRITABLE ? kind : other->kind;
			return;
		}
	}
	vec_push(binds, (struct bind){.path = xstrdup(path),
				.target = target != NULL ? xstrdup(target) : NULL,
				.kind = kind});
}

/* Every symbolic link on the way to `path`, as it stands: so the same names lead to the same files
 * inside. */
static void push_links(struct binds *binds, const char *path) {
	char *rest = xstrdup(path);
	char *done = xstrdup("");
	int links = 0;
	char *cursor = rest;
	while (*cursor != '\0' && links < LINKS_MAX) {
		cursor += strspn(cursor, "/");
		size_t length = strcspn(cursor, "/");
		char *part = xmemdup0(cursor, length);
		cursor += length;
		char target[PATH_MAX];
		char *next = xasprintf("%s/%s", done, part);
		ssize_t n = readlink(next, target, sizeof(target) - 1);
		if (strcmp(part, "..") == 0) {
			*(char *)path_base(done) = '\0';
			done[strlen(done) > 0 ? strlen(done) - 1 : 0] = '\0';
		} else if (length > 0 && strcmp(part, ".") != 0 && n > 0) {
			target[n] = '\0';
			push(binds, next, target, BIND_LINK);
			char *longer = xasprintf("%s/%s", target, cursor);
			free(rest);
			cursor = rest = longer;
			if (target[0] == '/') {
				done[0] = '\0';
			}
			links++;
		} else if (length > 0 && strcmp(part, ".") != 0) {
			free(done);
			done = next;
			next = NULL;
		}
		free(next);
		free(part);
	}
	free(done);
	free(rest);
}

int binds_add(struct binds *binds, const char *path, bool writable, struct error *err) {
	char *real = real_of(path);
	if (real == NULL) {
		return error_set(err, ERROR_ENVIRONMENT, "%s: %s", path, strerror(errno));
	}
	int rc = 0;
	if (shows_too_much(binds, real)) {
		rc = error_set(err, ERROR_ENVIRONMENT,
			"%s would be visible to candidates, and more lies there than they may see: "
			"move what Lean needs into a folder of its own",
			real);
	} else {
		push_links(binds, path[0] == '/' ? path : real);
		push(binds, real, NULL, writable ? BIND_WRITABLE : BIND_READ_ONLY);
	}
	free(real);
	return rc;
}

/* Links inside a folder that lead out of it. */
static void push_outside(
	struct binds *binds, const char *folder, const char *top, int depth, int *budget) {
	DIR *entries = opendir(folder);
	struct dirent *entry;
	while (entries != NULL && (entry = readdir(entries)) != NULL && --*budget > 0) {
		if (entry->d_name[0] == '.' &&
			(entry->d_name[1] == '\0' || strcmp(entry->d_name, "..") == 0)) {
			continue;
		}
		char *path = path_join(folder, entry->d_name);
		struct stat info;
		if (lstat(path, &info) == 0 && S_ISLNK(info.st_mode)) {
			char *real = real_of(path);
			if (real != NULL && !is_within(real, top)) {
				binds_add(
					binds, path, false, NULL); // what it may not show stays out
			}
			free(real);
		} else if (S_ISDIR(info.st_mode) && depth > 1) {
			push_outside(binds, path, top, depth - 1, budget);
		}
		free(path);
	}
	if (entries != NULL) {
		closedir(entries);
	}
}

int binds_add_list(struct binds *binds, const char *list, struct error *err) {
	const char *start = list;
	int budget = SCAN_MAX;
	int rc = 0;
	while (*start != '\0' && rc == 0) {
		size_t length = strcspn(start, ":");
		char *path = xmemdup0(start, length);
		char *real = path[0] == '/' ? real_of(path) : NULL;
		if (real != NULL) {
			rc = binds_add(binds, path, false, err);
			push_outside(binds, real, real, SCAN_DEPTH, &budget);
		}
		free(real);
		free(path);
		start += length + (start[length] == ':');
	}
	return rc;
}

void binds_add_system(struct binds *binds) {
	static const char *const places[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64",
		"/libx32", "/nix/store", "/gnu/store", "/etc/alternatives", "/etc/ld.so.cache",
		"/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime"};
	for (size_t i = 0; i < F2F_COUNT(places); i++) {
		char *real = real_of(places[i]);
		if (real != NULL) {
			push_links(binds, places[i]);
			push(binds, real, NULL, BIND_READ_ONLY);
		}
		free(real);
	}
	for (size_t i = 0; i < F2F_COUNT(binds->homes); i++) {
		if (binds->homes[i] != NULL) {
			push(binds, binds->homes[i], NULL, BIND_EMPTY);
		}
	}
}

void binds_add_lean(struct binds *binds, const char *lean) {
	char *real = real_of(lean);
	if (real == NULL) {
		return;
	}
	push_links(binds, lean);
	char *folder = xmemdup0(real, (size_t)(path_base(real) - real - 1));
	char *root = xmemdup0(folder, (size_t)(path_base(folder) - folder));
	char *library = path_join(root, "lib/lean");
	bool toolchain = strcmp(path_base(folder), "bin") == 0 && file_is_directory(library);
	if (toolchain && binds_add(binds, root, false, NULL) == 0) {
		// its own folder, as elan and release archives have it
	} else {
		if (folder[0] == '\0' || binds_add(binds, folder, false, NULL) < 0) {
			push(binds, real, NULL, BIND_READ_ONLY);
		}
		if (toolchain) {
			char *libraries = path_join(root, "lib");
			push(binds, libraries, NULL, BIND_READ_ONLY);
			free(libraries);
		}
	}
	free(library);
	free(root);
	free(folder);
	free(real);
}

/* ---- Settling. */

static int by_path(const void *a, const void *b) {
	return strcmp(((const struct bind *)a)->path, ((const struct bind *)b)->path);
}

/* What is at this place already, by the closest of those before it: NULL for nothing. */
static const struct bind *closest(const struct binds *binds, size_t end, const char *path) {
	const struct bind *best = NULL;
	for (size_t i = 0; i < end; i++) {
		const struct bind *other = &binds->items[i];
		if (other->kind != BIND_LINK && strcmp(other->path, path) != 0 &&
			is_within(path, other->path)) {
			best = other; // sorted: a later one is deeper
		}
	}
	return best;
}

void binds_settle(struct binds *binds) {
	qsort(binds->items, binds->count, sizeof(*binds->items), by_path);
	size_t kept = 0;
	for (size_t i = 0; i < binds->count; i++) {
		struct bind bind = binds->items[i];
		const struct bind *above = closest(binds, kept, bind.path);
		bool shown = above != NULL && above->kind != BIND_EMPTY;
		bool needed = bind.kind == BIND_EMPTY  ? shown
			      : bind.kind == BIND_LINK ? !shown
						       : !shown || above->kind != bind.kind;
		if (needed) {
			binds->items[kept++] = bind;
		} else {
			free(bind.path);
			free(bind.target);
		}
	}
	binds->count = kept;
}
