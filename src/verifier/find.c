#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/proc.h"
#include "verifier/verifier.h"

enum { PROBE_LIMIT_S = 20, PROJECT_LIMIT_S = 120, OUTPUT_MAX = 1 << 20, FOLDER_MAX = 4096 };

void lean_info_finish(struct lean_info *info) {
	free(info->path);
	free(info->version);
	free(info->commit);
	free(info->lean_path);
	free(info->found_by);
	free(info->toolchain);
	free(info->why);
	free(info->mathlib);
	free(info->backend);
	free(info->backend_why);
	free(info->repl);
	if (info->server != NULL) {
		free((char *)info->server->url); // copies of its own
		free((char *)info->server->key);
		free(info->server);
	}
	*info = (struct lean_info){0};
}

char *lean_info_label(const struct lean_info *info) {
	return info->commit != NULL ? xasprintf("%s (%.12s)", info->version, info->commit)
				    : xstrdup(info->version);
}

/* ---- Running a program for its output. */

struct capture {
	struct loop *loop;
	struct proc *proc;
	struct buf out;
	int status; // -1: killed
	bool late;
};

static void on_output(enum proc_stream stream, const char *bytes, size_t length, void *data) {
	struct capture *capture = data;
	if (stream == PROC_STDOUT) {
		buf_append(&capture->out, bytes, length);
	}
}

static void on_exit_of(const struct proc_exit *exit, void *data) {
	struct capture *capture = data;
	capture->status = exit->signal != 0 ? -1 : exit->status;
	loop_stop(capture->loop);
}

static void on_late(void *data) {
	struct capture *capture = data;
	capture->late = true;
	proc_kill(capture->proc, 0);
}

/* Owned stdout of a program that ended with status 0; else an ERROR_ENVIRONMENT. */
static int run_program(const char *const *argv, const char *directory, int limit_s, char **out,
	struct error *err) {
	struct capture capture = {.loop = loop_create(NULL), .out = BUF_INIT(OUTPUT_MAX)};
	struct proc_options options = {
		.argv = argv,
		.cwd = directory,
		.on_output = on_output,
		.on_exit = on_exit_of,
		.data = &capture,
	};
	int rc = proc_spawn(capture.loop, &options, &capture.proc, err);
	if (rc < 0) {
		rc = err != NULL ? (int)(err->code = ERROR_ENVIRONMENT) : ERROR_ENVIRONMENT;
		goto out;
	}
	struct loop_timer *timer =
		loop_timer_start(capture.loop, limit_s * CLOCK_SECOND, on_late, &capture);
	proc_close_stdin(capture.proc);
	loop_run(capture.loop);
	if (!capture.late) {
		loop_timer_cancel(timer);
	}
	if (capture.late) {
		rc = error_set(err, ERROR_ENVIRONMENT, "%s %s: no answer in %d s", argv[0], argv[1],
			limit_s);
	} else if (capture.status != 0) {
		rc = error_set(err, ERROR_ENVIRONMENT, "%s %s: failed with status %d", argv[0],
			argv[1], capture.status);
	} else {
		*out = buf_detach(&capture.out);
	}
out:
	proc_destroy(capture.proc);
	buf_finish(&capture.out);
	loop_destroy(capture.loop);
	return rc;
}

/* ---- elan. */

static char *elan_home(void) {
	const char *home = getenv("ELAN_HOME");
	if (home != NULL && home[0] == '/') {
		return xstrdup(home);
	}
	home = getenv("HOME");
	return home != NULL ? path_join(home, ".elan") : NULL;
}

/* Owned: "leanprover/lean4:v4.9.0" lies in the folder leanprover--lean4---v4.9.0. */
static char *folder_of(const char *name) {
	struct buf folder = BUF_INIT(FOLDER_MAX);
	for (const char *c = name; *c != '\0'; c++) {
		if (*c == '/') {
			buf_append_str(&folder, "--");
		} else if (*c == ':') {
			buf_append_str(&folder, "---");
		} else {
			buf_append_char(&folder, *c);
		}
	}
	return buf_detach(&folder);
}

char *lean_find_toolchain(const char *name) {
	char *home = elan_home();
	if (home == NULL || name[0] == '\0' || name[0] == '.') {
		free(home);
		return NULL;
	}
	// A version alone is the official one of that number; else the folder is the name.
	bool bare = strchr(name, '/') == NULL;
	bool digits = name[0] >= '0' && name[0] <= '9';
	char *official =
		xasprintf("%s%s%s", bare ? "leanprover/lean4:" : "", digits ? "v" : "", name);
	const char *const names[] = {official, name};
	char *path = NULL;
	for (size_t i = 0; i < F2F_COUNT(names) && path == NULL; i++) {
		char *folder = folder_of(names[i]);
		path = xasprintf("%s/toolchains/%s/bin/lean", home, folder);
		free(folder);
		if (!file_exists(path)) {
			free(path);
			path = NULL;
		}
	}
	free(official);
	free(home);
	return path;
}

bool lean_toolchain_fits(const char *name, const char *version) {
	const char *colon = strrchr(name, ':');
	const char *tag = colon != NULL ? colon + 1 : name;
	if (str_starts_with(tag, "nightly-")) {
		return strstr(version, tag) != NULL;
	}
	tag += tag[0] == 'v';
	return tag[0] < '0' || tag[0] > '9' || strcmp(tag, version) == 0;
}

/* elan's `lean` is a wrapper that chooses by directory: slower, and not what the verdict would
 * name. */
static char *behind_wrapper(char *path) {
	char real[PATH_MAX];
	const char *name = realpath(path, real) != NULL ? path_base(real) : "";
	if (strcmp(name, "elan") != 0 && strcmp(name, "elan-init") != 0) {
		return path;
	}
	char *elan = xasprintf("%.*s/elan", (int)(path_base(real) - real - 1), real);
	const char *const argv[] = {elan, "which", "lean", NULL};
	char *out = NULL;
	if (run_program(argv, NULL, PROBE_LIMIT_S, &out, NULL) == 0) {
		struct str line = str_trim(str_of(out));
		free(path);
		path = xmemdup0(line.data, line.len);
	}
	free(out);
	free(elan);
	return path;
}

/* ---- Versions. */

/* "Lean (version 4.9.0, x86_64-unknown-linux-gnu, commit 8f9843a4a5fe, Release)", or "Lean (version
 * 4.0.0, commit …, Release)". */
static int read_version(const char *text, struct lean_info *info, struct error *err) {
	const char *version = strstr(text, "version ");
	if (!str_starts_with(text, "Lean") || version == NULL) {
		return error_set(err, ERROR_ENVIRONMENT, "%s is not Lean 4: it says \"%.60s\"",
			info->path, text);
	}
	version += strlen("version ");
	size_t length = strspn(version, "0123456789abcdefghijklmnopqrstuvwxyz.-");
	if (length == 0 || version[0] != '4') {
		return error_set(err, ERROR_ENVIRONMENT, "%s is not Lean 4: it says \"%.60s\"",
			info->path, text);
	}
	info->version = xmemdup0(version, length);
	const char *commit = strstr(text, "commit ");
	if (commit != NULL) {
		commit += strlen("commit ");
		size_t digits = strspn(commit, "0123456789abcdef");
		info->commit = digits > 0 ? xmemdup0(commit, digits) : NULL;
	}
	return 0;
}

static int ask_versions(struct lean_info *info, struct error *err) {
	const char *const version_argv[] = {info->path, "--version", NULL};
	const char *const help_argv[] = {info->path, "--help", NULL};
	char *out = NULL;
	int rc = run_program(version_argv, NULL, PROBE_LIMIT_S, &out, err);
	rc = rc < 0 ? rc : read_version(out, info, err);
	free(out);
	out = NULL;
	if (rc == 0 && run_program(help_argv, NULL, PROBE_LIMIT_S, &out, NULL) == 0) {
		info->json = strstr(out, "--json") != NULL;
		info->worker = strstr(out, "--worker") != NULL;
	}
	free(out);
	// What has --json (September 2023 on) also has today's server options.
	info->old = !info->json;
	return rc;
}

/* Workers run elsewhere. Takes over `path`. */
static char *absolute(char *path) {
	char here[PATH_MAX];
	if (path[0] == '/' || getcwd(here, sizeof(here)) == NULL) {
		return path;
	}
	char *whole = path_join(here, path);
	free(path);
	return whole;
}

/* Older lakes answer with paths from the project: "./build/lib:./lake-packages/mathlib/build/lib". */
static char *absolute_list(const char *project, struct str list) {
	char *folder = absolute(xstrdup(project));
	struct buf out = BUF_INIT(OUTPUT_MAX);
	while (list.len > 0) {
		const char *colon = memchr(list.data, ':', list.len);
		size_t length = colon != NULL ? (size_t)(colon - list.data) : list.len;
		char *part = xmemdup0(list.data, length);
		char *whole = path_join(folder, part);
		buf_append(&out, whole, strlen(whole));
		if (colon != NULL) {
			buf_append_char(&out, ':');
		}
		list.data += length + (colon != NULL);
		list.len -= length + (colon != NULL);
		free(whole);
		free(part);
	}
	free(folder);
	return buf_detach(&out);
}

/* The commit of Mathlib that a Lake project pins, owned; NULL when it has none, or is Mathlib. */
static char *pinned_mathlib(const char *project) {
	struct buf text = BUF_INIT(OUTPUT_MAX);
	char *path = path_join(project, "lake-manifest.json");
	json_t *manifest = NULL;
	char *commit = NULL;
	size_t i;
	json_t *package;
	if (file_read(path, &text, NULL) == 0 &&
		json_parse(buf_str(&text), text.len, &manifest, NULL) == 0) {
		json_array_foreach(json_object_get(manifest, "packages"), i, package) {
			// until manifest version 5 the fields of a git package had their own object
			const json_t *git = json_object_get(package, "git");
			const json_t *fields = git != NULL ? git : package;
			const char *rev = json_string_or(fields, "rev", NULL);
			if (str_equal_nocase(json_string_or(fields, "name", ""), "mathlib") &&
				rev != NULL && commit == NULL) {
				commit = xstrdup(rev);
			}
		}
	}
	json_decref(manifest);
	buf_finish(&text);
	free(path);
	return commit;
}

/* The search path of a Lake project, asked of lake once: lake in front of every lean would be a
 * second process to kill. */
static int ask_project(const char *project, struct lean_info *info, struct error *err) {
	char *beside = xasprintf("%.*slake", (int)(path_base(info->path) - info->path), info->path);
	char *lake = file_exists(beside) ? xstrdup(beside) : path_find_program("lake");
	free(beside);
	if (lake == NULL) {
		return error_set(err, ERROR_ENVIRONMENT,
			"no lake beside %s, which --lean-project needs", info->path);
	}
	const char *const argv[] = {lake, "env", "printenv", "LEAN_PATH", NULL};
	char *out = NULL;
	int rc = run_program(argv, project, PROJECT_LIMIT_S, &out, err);
	if (rc == 0) {
		struct str line = str_trim(str_of(out));
		info->lean_path = absolute_list(project, line);
		info->mathlib = pinned_mathlib(project);
	} else {
		error_prefix(err, "project %s", project);
	}
	free(out);
	free(lake);
	return rc;
}

/* ---- */

static char *choose(const char *given, const char *toolchain, struct error *err) {
	const char *variable = getenv("F2F_LEAN");
	const char *named = given != NULL			      ? given
			    : variable != NULL && variable[0] != '\0' ? variable
								      : NULL;
	char *path;
	if (named != NULL) {
		path = path_find_program(named);
		if (path == NULL) {
			error_set(err, ERROR_ENVIRONMENT, "%s%s is not a program",
				given != NULL ? "--lean " : "F2F_LEAN=", named);
		}
		return path;
	}
	path = toolchain != NULL ? lean_find_toolchain(toolchain) : NULL;
	if (path == NULL) {
		path = path_find_program("lean");
	}
	if (path == NULL) {
		error_set(err, ERROR_ENVIRONMENT,
			"no Lean here; type f2f lean setup, or set F2F_LEAN=/path/to/lean");
	}
	return path;
}

int lean_find(const char *given, const char *toolchain, const char *project,
	struct lean_info *info_out, struct error *err) {
	struct lean_info info = {0};
	const char *variable = getenv("F2F_LEAN_PROJECT");
	project = project != NULL			    ? project
		  : variable != NULL && variable[0] != '\0' ? variable
							    : NULL;
	char *path = choose(given, toolchain, err);
	if (path == NULL) {
		return ERROR_ENVIRONMENT;
	}
	info.path = absolute(behind_wrapper(path));
	int rc = ask_versions(&info, err);
	if (rc == 0 && project != NULL) {
		rc = ask_project(project, &info, err);
	}
	if (rc < 0) {
		lean_info_finish(&info);
		return rc;
	}
	*info_out = info;
	return 0;
}
