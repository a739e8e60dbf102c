#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

char *path_join(const char *a, const char *b) {
	if (b[0] == '/' || a[0] == '\0') {
		return xstrdup(b);
	}
	return xasprintf("%s%s%s", a, a[strlen(a) - 1] == '/' ? "" : "/", b);
}

const char *path_base(const char *path) {
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

static bool is_program(const char *path) {
	struct stat info;
	return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

static char *program_in(const char *directory, size_t length, const char *name) {
	char *path =
		length > 0 ? xasprintf("%.*s/%s", (int)length, directory, name) : xstrdup(name);
	if (is_program(path)) {
		return path;
	}
	free(path);
	return NULL;
}

char *path_find_program(const char *name) {
	if (strchr(name, '/') != NULL) {
		return program_in("", 0, name);
	}
	const char *path = getenv("PATH");
	char *found = NULL;
	for (const char *rest = path != NULL ? path : "/usr/bin:/bin";
		found == NULL && *rest != '\0';) {
		size_t length = strcspn(rest, ":");
		if (length > 0) {
			found = program_in(rest, length, name);
		}
		rest += length + (rest[length] == ':');
	}
	return found;
}

char *path_find_helper(const char *name) {
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (length < 0) {
		return NULL;
	}
	self[length] = '\0';
	char *slash = strrchr(self, '/');
	if (slash == NULL) {
		return NULL;
	}
	size_t directory = (size_t)(slash - self);
	// Beside us (build tree), or where `meson install` puts helpers relative to bin/.
	static const char *const places[] = {"", "../libexec/f2f", "../src", "../../src"};
	char *found = NULL;
	for (size_t i = 0; found == NULL && i < F2F_COUNT(places); i++) {
		char *where = places[i][0] != '\0'
				      ? xasprintf("%.*s/%s", (int)directory, self, places[i])
				      : xmemdup0(self, directory);
		found = program_in(where, strlen(where), name);
		free(where);
	}
	return found;
}
