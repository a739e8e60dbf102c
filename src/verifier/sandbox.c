#include "verifier/sandbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/loop.h"
#include "io/proc.h"
#include "verifier/binds.h"
#include "verifier/sandbox_try.h"

enum { FILES_LIMIT = 1024, TASKS_BASE = 64, TASKS_A_CORE = 4, TASKS_LEAST = 128 };
static const int64_t memory_limit_bytes = INT64_C(8) << 30;
static const int64_t file_limit_bytes = INT64_C(16) << 20;
static const int64_t tmp_limit_bytes = INT64_C(256) << 20;

/* Where the launcher is inside. */
#define INNER_LAUNCHER "/.f2f-launch"

struct sandbox {
	char *bwrap; // NULL: none
	char *version;
	char *launcher;
	char *details;
	bool no_userns; // --disable-userns works
	struct binds binds; // settled anew for each child that sees more
	char **environment; // NAME=VALUE
	struct proc_groups groups;
	int64_t memory_limit_bytes;
	int64_t file_limit_bytes;
	int64_t tmp_limit_bytes;
	int task_limit;
	bool hides; // we were open to view before
};

const char *sandbox_name(const struct sandbox *sandbox) {
	return sandbox->bwrap != NULL ? "bwrap" : "none";
}

const char *sandbox_details(const struct sandbox *sandbox) {
	return sandbox->details;
}

/* ---- The command line of bubblewrap. */

struct words {
	char **items; // owned
	size_t count;
	size_t cap;
};

static void add(struct words *words, const char *word) {
	vec_push(words, xstrdup(word));
}

static void add_all(struct words *words, const char *const *list, size_t count) {
	for (size_t i = 0; i < count; i++) {
		add(words, list[i]);
	}
}

static void add_take(struct words *words, char *word) {
	vec_push(words, word);
}

static void words_finish(struct words *words) {
	for (size_t i = 0; i < words->count; i++) {
		free(words->items[i]);
	}
	vec_finish(words);
}

static void add_namespaces(struct words *words, const struct sandbox *sandbox) {
	static const char *const fixed[] = {"--unshare-all", "--unshare-user", "--unshare-cgroup",
		"--die-with-parent", "--new-session", "--cap-drop", "ALL", "--uid", "65534",
		"--gid", "65534", "--hostname", "lean"};
	add(words, sandbox->bwrap);
	add_all(words, fixed, F2F_COUNT(fixed));
	if (sandbox->no_userns) {
		add(words, "--disable-userns");
	}
}

static void add_bind(struct words *words, const struct bind *bind) {
	static const char *const names[] = {
		[BIND_READ_ONLY] = "--ro-bind",
		[BIND_WRITABLE] = "--bind",
		[BIND_LINK] = "--symlink",
		[BIND_EMPTY] = "--tmpfs",
	};
	add(words, names[bind->kind]);
	if (bind->kind == BIND_LINK) {
		add(words, bind->target);
	} else if (bind->kind != BIND_EMPTY) {
		add(words, bind->path);
	}
	add(words, bind->path);
}

static void add_file_system(
	struct words *words, const struct sandbox *sandbox, const struct binds *binds) {
	// What may lie under /tmp comes after it. /proc read-only, because in it root's own number
	// is asked for, not root's capabilities: /proc/sys would be open. /dev, because it has no
	// limit of size.
	static const char *const after[] = {
		"--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"};
	add_all(words, (const char *const[]){"--proc", "/proc", "--dev", "/dev", "--size"}, 5);
	add_take(words, xasprintf("%" PRId64, sandbox->tmp_limit_bytes));
	add_all(words, (const char *const[]){"--tmpfs", "/tmp"}, 2);
	for (size_t i = 0; i < binds->count; i++) {
		add_bind(words, &binds->items[i]);
	}
	add_all(words, (const char *const[]){"--ro-bind", sandbox->launcher, INNER_LAUNCHER}, 3);
	add_all(words, after, F2F_COUNT(after));
}

static void add_environment(struct words *words, const struct sandbox *sandbox) {
	add(words, "--clearenv");
	for (size_t i = 0; sandbox->environment[i] != NULL; i++) {
		const char *text = sandbox->environment[i];
		const char *equals = strchr(text, '=');
		add(words, "--setenv");
		add_take(words, xmemdup0(text, (size_t)(equals - text)));
		add(words, equals + 1);
	}
}

/* Limits that count only inside: of root's processes the kernel counts none, and outside it would
 * count all of the user's. The one that is watched lies at half of it. */
static void add_inner(struct words *words, const struct sandbox *sandbox) {
	add_all(words, (const char *const[]){"--", INNER_LAUNCHER, "0", "filter"}, 4);
	add_take(words, xasprintf("tasks=%d", 2 * sandbox->task_limit));
	add(words, "--");
}

static int make_binds(const struct sandbox *sandbox, const struct sandbox_extra *extra,
	const char *program, struct binds *binds, struct error *err) {
	*binds = (struct binds){0};
	for (size_t i = 0; i < F2F_COUNT(binds->homes); i++) {
		const char *home = sandbox->binds.homes[i];
		binds->homes[i] = home != NULL ? xstrdup(home) : NULL;
	}
	for (size_t i = 0; i < sandbox->binds.count; i++) {
		const struct bind *bind = &sandbox->binds.items[i];
		vec_push(binds,
			(struct bind){.path = xstrdup(bind->path),
				.target = bind->target != NULL ? xstrdup(bind->target) : NULL,
				.kind = bind->kind});
	}
	if (program[0] == '/' && strcmp(program, INNER_LAUNCHER) != 0) {
		binds_add_lean(binds, program); // as a REPL, which need not lie beside Lean
	}
	int rc = 0;
	for (int writable = 0; extra != NULL && writable < 2; writable++) {
		const char *const *list = writable ? extra->writable : extra->read_only;
		for (size_t i = 0; list != NULL && list[i] != NULL && rc == 0; i++) {
			rc = binds_add(binds, list[i], writable, err);
		}
	}
	binds_settle(binds);
	return rc;
}

/* ---- Children. */

int sandbox_spawn(const struct sandbox *sandbox, struct loop *loop,
	const struct sandbox_extra *extra, const struct proc_options *options,
	struct proc **proc_out, struct error *err) {
	struct proc_options own = *options;
	struct words words = {0};
	int rc = 0;
	own.kept = true;
	own.groups = &sandbox->groups;
	own.group_memory_bytes = sandbox->memory_limit_bytes;
	own.group_tasks = 2 * (int64_t)sandbox->task_limit;
	own.files_limit = FILES_LIMIT;
	own.file_limit_bytes = extra != NULL && extra->file_limit_bytes > 0
				       ? extra->file_limit_bytes
				       : sandbox->file_limit_bytes;
	own.env = (const char *const *)sandbox->environment;
	own.cwd = options->cwd != NULL ? options->cwd : "/";
	if (sandbox->bwrap != NULL) {
		struct binds binds;
		rc = make_binds(sandbox, extra, options->argv[0], &binds, err);
		add_namespaces(&words, sandbox);
		add_file_system(&words, sandbox, &binds);
		add_all(&words, (const char *const[]){"--chdir", own.cwd}, 2);
		add_environment(&words, sandbox);
		add_inner(&words, sandbox);
		binds_finish(&binds);
		for (size_t i = 0; options->argv[i] != NULL; i++) {
			add(&words, options->argv[i]);
		}
		vec_push(&words, NULL);
		own.argv = (const char *const *)words.items;
		own.cwd = "/";
		own.wrapped = true;
	}
	rc = rc < 0 ? rc : proc_spawn(loop, &own, proc_out, err);
	words_finish(&words);
	return rc;
}

enum sandbox_limit sandbox_look(
	const struct sandbox *sandbox, const struct proc *proc, char what[SANDBOX_WHAT]) {
	struct proc_usage usage;
	if (!proc_usage(proc, &usage)) {
		return SANDBOX_WITHIN;
	}
	if (usage.tasks > sandbox->task_limit) {
		snprintf(what, SANDBOX_WHAT, "processes: %d with their threads, limit %d",
			usage.tasks, sandbox->task_limit);
		return SANDBOX_TASKS;
	}
	if (sandbox->groups.memory || usage.rss_bytes <= sandbox->memory_limit_bytes) {
		return SANDBOX_WITHIN;
	}
	// Over it, but perhaps only because workers share what they import.
	int64_t bytes = proc_share_bytes(proc, usage.rss_bytes);
	if (bytes <= sandbox->memory_limit_bytes) {
		return SANDBOX_WITHIN;
	}
	snprintf(what, SANDBOX_WHAT, "memory: %" PRId64 " MiB, limit %" PRId64, bytes >> 20,
		sandbox->memory_limit_bytes >> 20);
	return SANDBOX_MEMORY;
}

/* ---- Opening. */

static bool is_named(const char *text, const char *name) {
	size_t length = strlen(name);
	return strncmp(text, name, length) == 0 && text[length] == '=';
}

/* Inside, the folders that these name are not there. */
static char **make_environment(const struct sandbox_options *options, bool closed) {
	static const char *const replaced[] = {"PATH", "HOME", "TMPDIR", "ELAN_HOME"};
	char **clean = options->environment == NULL ? proc_clean_env() : NULL;
	const char *const *given =
		clean != NULL ? (const char *const *)clean : options->environment;
	VEC(char *) list = {0};
	for (size_t i = 0; given[i] != NULL; i++) {
		bool kept = strchr(given[i], '=') != NULL;
		for (size_t j = 0; j < F2F_COUNT(replaced) && closed; j++) {
			kept = kept && !is_named(given[i], replaced[j]);
		}
		if (kept) {
			vec_push(&list, xstrdup(given[i]));
		}
	}
	free(clean);
	if (closed) {
		const char *base = path_base(options->lean);
		vec_push(&list, xasprintf("PATH=%.*s%s/usr/local/bin:/usr/bin:/bin",
					(int)(base > options->lean ? base - options->lean - 1 : 0),
					options->lean, base > options->lean ? ":" : ""));
		vec_push(&list, xstrdup("HOME=/tmp"));
		vec_push(&list, xstrdup("TMPDIR=/tmp"));
	}
	vec_push(&list, NULL);
	return list.items;
}

static int add_visible(
	struct sandbox *sandbox, const struct sandbox_options *options, struct error *err) {
	static const char *const lists[] = {"LEAN_PATH", "LEAN_SRC_PATH", "LEAN_SYSROOT"};
	struct binds *binds = &sandbox->binds;
	binds_init(binds);
	binds_add_system(binds);
	binds_add_lean(binds, options->lean);
	if (options->repl != NULL) {
		binds_add_lean(binds, options->repl);
	}
	int rc = options->project != NULL ? binds_add(binds, options->project, false, err) : 0;
	for (size_t i = 0; sandbox->environment[i] != NULL && rc == 0; i++) {
		for (size_t j = 0; j < F2F_COUNT(lists) && rc == 0; j++) {
			const char *text = sandbox->environment[i];
			if (is_named(text, lists[j])) {
				rc = binds_add_list(binds, text + strlen(lists[j]) + 1, err);
			}
		}
	}
	return rc;
}

static int find_bwrap(struct sandbox *sandbox, struct error *err) {
	sandbox->bwrap = path_find_program("bwrap");
	if (sandbox->bwrap == NULL) {
		return error_set(err, ERROR_ENVIRONMENT,
			"bubblewrap is not installed, and candidates are foreign code: type "
			"apt-get install bubblewrap, or give --sandbox none");
	}
	int major = 0, minor = 0;
	sandbox->version = sandbox_bwrap_version(sandbox->bwrap, err);
	if (sandbox->version == NULL) {
		return ERROR_ENVIRONMENT;
	}
	sscanf(sandbox->version, "%d.%d", &major, &minor);
	sandbox->no_userns = major > 0 || minor >= 8;
	return 0;
}

/* What was asked for may not be had here: user namespaces inside, control groups. Each is left out
 * where a child shows that it does not work, and the rest has to. */
static int try_out(struct sandbox *sandbox, struct error *err) {
	const char *program = sandbox->bwrap != NULL ? INNER_LAUNCHER : sandbox->launcher;
	enum sandbox_trial trial = sandbox_try(sandbox, program, err);
	if (trial == TRIAL_FAILED && sandbox->groups.version != 0) {
		proc_groups_finish(&sandbox->groups);
		trial = sandbox_try(sandbox, program, err);
	}
	if (trial == TRIAL_FAILED && sandbox->no_userns) {
		sandbox->no_userns = false;
		trial = sandbox_try(sandbox, program, err);
	}
	if (trial == TRIAL_FAILED) {
		char said[160];
		snprintf(said, sizeof(said), "%s", err != NULL ? err->message : "");
		return error_set(err, ERROR_ENVIRONMENT,
			"%s; see f2f doctor, or give --sandbox none: candidates then run with your "
			"rights",
			said);
	}
	sandbox->groups.memory = sandbox->groups.memory && trial == TRIAL_LIMITED;
	return 0;
}

int64_t sandbox_set_memory(struct sandbox *sandbox, int64_t bytes) {
	int64_t before = sandbox->memory_limit_bytes;
	sandbox->memory_limit_bytes = bytes;
	return before;
}

int sandbox_set_tasks(struct sandbox *sandbox, int tasks) {
	int before = sandbox->task_limit;
	sandbox->task_limit = tasks;
	return before;
}

static void set_limits(struct sandbox *sandbox, const struct sandbox_options *options) {
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int tasks = TASKS_BASE + TASKS_A_CORE * (int)cores;
	tasks = tasks > TASKS_LEAST ? tasks : TASKS_LEAST;
	sandbox->task_limit = options->task_limit > 0 ? options->task_limit : tasks;
	sandbox->memory_limit_bytes =
		options->memory_limit_bytes > 0 ? options->memory_limit_bytes : memory_limit_bytes;
	sandbox->file_limit_bytes =
		options->file_limit_bytes > 0 ? options->file_limit_bytes : file_limit_bytes;
	sandbox->tmp_limit_bytes =
		options->tmp_limit_bytes > 0 ? options->tmp_limit_bytes : tmp_limit_bytes;
}

int sandbox_open(
	const struct sandbox_options *options, struct sandbox **sandbox_out, struct error *err) {
	const char *mode = options->mode != NULL ? options->mode : "bwrap";
	bool closed = strcmp(mode, "bwrap") == 0;
	if (!closed && strcmp(mode, "none") != 0) {
		return error_set(err, ERROR_USAGE, "--sandbox %s: not one of bwrap|none", mode);
	}
	struct sandbox *sandbox = xcalloc(1, sizeof(*sandbox));
	set_limits(sandbox, options);
	sandbox->environment = make_environment(options, closed);
	sandbox->launcher = path_find_helper("f2f-launch");
	int rc = sandbox->launcher != NULL
			 ? 0
			 : error_set(err, ERROR_ENVIRONMENT,
				   "f2f-launch is not beside f2f: build or install f2f again");
	if (!options->no_groups) {
		proc_groups_find(&sandbox->groups);
	}
	// Candidates then see our process: not the keys in its environment and memory.
	sandbox->hides = !closed && proc_open_to_view(false);
	rc = rc == 0 && closed ? find_bwrap(sandbox, err) : rc;
	rc = rc == 0 && closed ? add_visible(sandbox, options, err) : rc;
	rc = rc < 0 ? rc : try_out(sandbox, err);
	if (rc < 0) {
		sandbox_close(sandbox);
		return rc;
	}
	sandbox->details = xasprintf("%s%s%s, memory by %s", sandbox_name(sandbox),
		closed ? " " : "", closed ? sandbox->version : "",
		sandbox->groups.memory ? "control group" : "resident size");
	*sandbox_out = sandbox;
	return 0;
}

void sandbox_close(struct sandbox *sandbox) {
	if (sandbox == NULL) {
		return;
	}
	for (size_t i = 0; sandbox->environment[i] != NULL; i++) {
		free(sandbox->environment[i]);
	}
	free(sandbox->environment);
	if (sandbox->hides) {
		proc_open_to_view(true);
	}
	binds_finish(&sandbox->binds);
	proc_groups_finish(&sandbox->groups);
	free(sandbox->bwrap);
	free(sandbox->version);
	free(sandbox->launcher);
	free(sandbox->details);
	free(sandbox);
}
