#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/str.h"
#include "verifier/final_checker.h"
#include "verifier/verifier.h"

#include "verifier/checkers.h" // made by meson

enum { HEAD_MAX = 4096, VERSION_DIGITS = 12, TEXT_MAX = 4096, PIECE = 65536 };

#define BUILT "/.lake/build/bin/"

/* ---- Checkers, by rank. */

const struct final_checker *final_checker_at(size_t index) {
	// Ranks are few and different: the index-th smallest.
	for (size_t i = 0; i < F2F_COUNT(checkers); i++) {
		size_t before = 0;
		for (size_t j = 0; j < F2F_COUNT(checkers); j++) {
			before += checkers[j]->rank < checkers[i]->rank;
		}
		if (before == index) {
			return checkers[i];
		}
	}
	return NULL;
}

/* ---- Programs. */

/* The folder of Lean's binary, behind links. */
static char *lean_folder(const struct lean_info *lean) {
	char real[PATH_MAX];
	const char *path = realpath(lean->path, real) != NULL ? real : lean->path;
	const char *name = path_base(path);
	return name > path + 1 ? xmemdup0(path, (size_t)(name - path - 1)) : xstrdup("/");
}

char *final_toolchain(const struct lean_info *lean) {
	char *folder = lean_folder(lean);
	size_t length = strlen(folder);
	char *root = NULL;
	if (str_ends_with(folder, "/bin")) {
		root = xmemdup0(folder, length - strlen("/bin"));
	}
	free(folder);
	return root;
}

/* The sandbox has another working directory. Owned; takes over `path`, which may be NULL. */
static char *absolute(char *path) {
	char folder[PATH_MAX];
	if (path == NULL || path[0] == '/' || getcwd(folder, sizeof(folder)) == NULL) {
		return path;
	}
	char *whole = path_join(folder, path);
	free(path);
	return whole;
}

static char *program_in(const char *folder, const char *name) {
	char *path = path_join(folder, name);
	char *program = path_find_program(path);
	free(path);
	return program;
}

static char *beside_lean(const struct lean_info *lean, const char *name) {
	char *folder = lean_folder(lean);
	char *program = program_in(folder, name);
	free(folder);
	return program;
}

static char *in_packages(const char *project, const char *name) {
	char *packages = path_join(project, ".lake/packages");
	DIR *dir = opendir(packages);
	char *found = NULL;
	struct dirent *entry;
	while (dir != NULL && found == NULL && (entry = readdir(dir)) != NULL) {
		char *folder = xasprintf("%s/%s/.lake/build/bin", packages, entry->d_name);
		found = entry->d_name[0] != '.' ? program_in(folder, name) : NULL;
		free(folder);
	}
	if (dir != NULL) {
		closedir(dir);
	}
	free(packages);
	return found;
}

static char *in_project(const char *project, const char *name) {
	char *builds = path_join(project, ".lake/build/bin");
	char *found = program_in(builds, name);
	free(builds);
	return found != NULL ? found : in_packages(project, name);
}

char *final_find_program(
	const struct final_place *place, const char *variable, const char *const *names) {
	const char *given = variable != NULL ? getenv(variable) : NULL;
	if (given != NULL && given[0] != '\0') {
		return absolute(path_find_program(given)); // not there: not replaced
	}
	char *found = NULL;
	for (size_t i = 0; names[i] != NULL && found == NULL; i++) {
		found = path_find_program(names[i]);
		found = found != NULL ? found : beside_lean(place->lean, names[i]);
		if (found == NULL && place->project != NULL) {
			found = in_project(place->project, names[i]);
		}
	}
	return absolute(found);
}

/* ---- Which one it is: a commit where its sources are, else what it is made of. */

static char *hash_of(const char *path) {
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		return NULL;
	}
	struct sha256_stream *stream = sha256_stream_create();
	char *piece = xmalloc(PIECE);
	size_t length;
	while ((length = fread(piece, 1, PIECE, file)) > 0) {
		sha256_stream_add(stream, piece, length);
	}
	fclose(file);
	free(piece);
	struct sha256 hash = sha256_stream_finish(stream);
	return xasprintf("sha256:%.*s", VERSION_DIGITS, hash.hex);
}

/* A commit's beginning from .git/HEAD, which names a branch or holds the commit itself. */
static char *commit_of(const char *package) {
	struct buf text = BUF_INIT(HEAD_MAX);
	char *head = path_join(package, ".git/HEAD");
	char *commit = NULL;
	if (file_read(head, &text, NULL) == 0 && str_starts_with(buf_str(&text), "ref: ")) {
		struct str name = str_trim(str_of(buf_str(&text) + 5));
		char *ref = xasprintf("%s/.git/%.*s", package, STR_ARG(name));
		buf_clear(&text);
		if (file_read(ref, &text, NULL) < 0) {
			buf_clear(&text);
		}
		free(ref);
	}
	if (strspn(buf_str(&text), "0123456789abcdef") >= VERSION_DIGITS) {
		commit = xasprintf("%.*s", VERSION_DIGITS, buf_str(&text));
	}
	free(head);
	buf_finish(&text);
	return commit;
}

static char *version_of(const struct final_place *place, const char *program) {
	char real[PATH_MAX];
	char *folder = lean_folder(place->lean);
	program = realpath(program, real) != NULL ? real : program;
	bool own = str_starts_with(program, folder) && program[strlen(folder)] == '/' &&
		   str_ends_with(folder, "/bin");
	free(folder);
	if (own) {
		return xstrdup(place->lean->version);
	}
	const char *built = strstr(program, BUILT);
	char *package = built != NULL ? xmemdup0(program, (size_t)(built - program)) : NULL;
	char *version = package != NULL ? commit_of(package) : NULL;
	free(package);
	return version != NULL ? version : hash_of(program);
}

void final_tool_find(const struct final_checker *checker, const struct final_place *place,
	const char *path, struct final_tool *tool_out) {
	struct final_tool tool = {.checker = checker};
	tool.program = path != NULL ? absolute(path_find_program(path))
				    : final_find_program(place, checker->variable, checker->programs);
	tool.version = tool.program != NULL ? version_of(place, tool.program) : NULL;
	if (tool.program != NULL && tool.version == NULL) {
		tool.trouble = xasprintf("%s cannot be read", tool.program);
	} else if (tool.program != NULL && checker->equip != NULL) {
		checker->equip(place, &tool);
	}
	*tool_out = tool;
}

void final_tool_finish(struct final_tool *tool) {
	free(tool->program);
	free(tool->version);
	free(tool->lake);
	free(tool->landrun);
	free(tool->exporter);
	free(tool->kernel);
	free(tool->beside);
	free(tool->trouble);
	*tool = (struct final_tool){0};
}

/* ---- For people. */

bool final_find(size_t index, const struct lean_info *lean, const char *project,
	struct final_finding *finding_out) {
	const struct final_checker *checker = final_checker_at(index);
	if (checker == NULL) {
		return false;
	}
	struct final_place place = {.lean = lean,
		.project = project != NULL ? project : getenv("F2F_LEAN_PROJECT")};
	struct final_tool tool;
	final_tool_find(checker, &place, NULL, &tool);
	*finding_out = (struct final_finding){
		.name = checker->name,
		.checks = checker->checks,
		.blind = checker->blind,
		.sees = checker->sees,
		.program = tool.program,
		.version = tool.version,
		.trouble = tool.trouble,
	};
	tool.program = tool.version = tool.trouble = NULL; // the finding's now
	final_tool_finish(&tool);
	return true;
}

void final_finding_finish(struct final_finding *finding) {
	free(finding->program);
	free(finding->version);
	free(finding->trouble);
	*finding = (struct final_finding){0};
}

/* ---- Choosing. */

static const struct final_checker *checker_named(struct str name) {
	const struct final_checker *checker;
	for (size_t i = 0; (checker = final_checker_at(i)) != NULL; i++) {
		if (str_equal(name, checker->name)) {
			return checker;
		}
		for (size_t k = 0; checker->programs[k] != NULL; k++) {
			if (str_equal(name, checker->programs[k])) {
				return checker;
			}
		}
	}
	return NULL;
}

static void list_names(struct buf *out) {
	const struct final_checker *checker;
	for (size_t i = 0; (checker = final_checker_at(i)) != NULL; i++) {
		buf_appendf(out, "%s%s", i > 0 ? ", " : "", checker->name);
	}
}

/* "comparator", "/path/comparator" or "comparator=/path/whatever". */
static int read_given(const char *given, const struct final_checker **checker_out,
	const char **path_out, struct error *err) {
	const char *equals = strchr(given, '=');
	const char *slash = strchr(given, '/');
	bool both = equals != NULL && (slash == NULL || equals < slash);
	const char *name = both || slash == NULL ? given : path_base(given);
	struct str word = both ? str_slice(given, (size_t)(equals - given)) : str_of(name);
	*checker_out = checker_named(word);
	*path_out = both ? equals + 1 : slash != NULL ? given : NULL;
	if (*checker_out != NULL) {
		return 0;
	}
	struct buf names = BUF_INIT(TEXT_MAX);
	list_names(&names);
	error_set(err, ERROR_USAGE, "no final checker is called \"%.*s\"; there are auto, %s, and NAME=PATH",
		STR_ARG(word), buf_str(&names));
	buf_finish(&names);
	return ERROR_USAGE;
}

static const char *unfit(const struct final_tool *tool, bool statement) {
	if (tool->program == NULL) {
		return "is not here";
	}
	if (tool->trouble != NULL) {
		return tool->trouble;
	}
	if (statement && (tool->checker->sees & FINAL_SEES_STATEMENT) == 0) {
		return "does not look at the statement, which the permissive policy needs";
	}
	return NULL;
}

static int choose_given(const char *given, bool statement, const struct final_place *place,
	struct final_tool *tool_out, struct error *err) {
	const struct final_checker *checker = NULL;
	const char *path = NULL;
	struct final_tool tool;
	int rc = read_given(given, &checker, &path, err);
	if (rc < 0) {
		return rc;
	}
	final_tool_find(checker, place, path, &tool);
	const char *why = unfit(&tool, statement);
	if (why != NULL) {
		rc = error_set(err, ERROR_ENVIRONMENT, "--final-checker %s: %s %s; type f2f doctor",
			given, checker->name, why);
		final_tool_finish(&tool);
		return rc;
	}
	*tool_out = tool;
	return 0;
}

int final_tool_choose(const char *given, bool statement, const struct final_place *place,
	struct final_tool *tool_out, struct error *err) {
	if (given != NULL && strcmp(given, "auto") != 0) {
		return choose_given(given, statement, place, tool_out, err);
	}
	const struct final_checker *checker;
	struct buf why = BUF_INIT(TEXT_MAX);
	for (size_t i = 0; (checker = final_checker_at(i)) != NULL; i++) {
		struct final_tool tool;
		final_tool_find(checker, place, NULL, &tool);
		const char *fault = unfit(&tool, statement);
		if (fault == NULL) {
			buf_finish(&why);
			*tool_out = tool;
			return 0;
		}
		buf_appendf(&why, "%s%s %s", i > 0 ? ", " : "", checker->name, fault);
		final_tool_finish(&tool);
	}
	int rc = error_set(err, ERROR_ENVIRONMENT,
		"no final checker can be used (%.140s); type f2f doctor, see lean/README.md",
		buf_str(&why));
	buf_finish(&why);
	return rc;
}
