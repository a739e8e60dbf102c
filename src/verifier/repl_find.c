#include <stdlib.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "verifier/verifier.h"

/* Owned absolute path, because it will be started in another folder; NULL when it cannot be run. */
static char *program_at(const char *name) {
	char *found = path_find_program(name);
	char *real = found != NULL ? realpath(found, NULL) : NULL;
	free(found);
	return real;
}

int repl_find(const char *given, const char *project, char **path_out, struct error *err) {
	// As the project itself, and as a package of it under the names in use.
	static const char *const places[] = {
		".lake/build/bin/repl",
		".lake/packages/REPL/.lake/build/bin/repl",
		".lake/packages/repl/.lake/build/bin/repl",
	};
	if (given != NULL) {
		*path_out = program_at(given);
		return *path_out != NULL ? 0
					 : error_set(err, ERROR_ENVIRONMENT,
						   "--repl %s is not a program", given);
	}
	for (size_t i = 0; project != NULL && i < F2F_COUNT(places); i++) {
		char *path = path_join(project, places[i]);
		char *program = program_at(path);
		free(path);
		if (program != NULL) {
			*path_out = program;
			return 0;
		}
	}
	return error_set(err, ERROR_ENVIRONMENT,
		"no REPL %s%s; type lake build repl there, or give --repl PATH",
		project != NULL ? "built in " : "without --lean-project DIR or --repl PATH",
		project != NULL ? project : "");
}
