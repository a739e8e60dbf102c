#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/lean_setup.h"
#include "cmd/lean_statements.h"
#include "cmd/verdict_json.h"
#include "dataset/dataset.h"
#include "io/loop.h"
#include "io/proc.h"
#include "verifier/verifier.h"

static const char by_hand[] = "or install Lean by other means and set F2F_LEAN=/path/to/bin/lean";

/* ---- list */

static char *toolchains_folder(void) {
	const char *home = getenv("ELAN_HOME");
	if (home != NULL && home[0] == '/') {
		return path_join(home, "toolchains");
	}
	home = getenv("HOME");
	return path_join(home != NULL ? home : "/", ".elan/toolchains");
}

/* {"name","path"} of what elan has installed. */
static json_t *find_toolchains(void) {
	char *folder = toolchains_folder();
	json_t *found = json_array();
	DIR *entries = opendir(folder);
	struct dirent *entry;
	while (entries != NULL && (entry = readdir(entries)) != NULL) {
		char *lean = xasprintf("%s/%s/bin/lean", folder, entry->d_name);
		if (entry->d_name[0] != '.' && file_exists(lean)) {
			json_array_append_new(found,
				json_pack("{s:s, s:s}", "name", entry->d_name, "path", lean));
		}
		free(lean);
	}
	if (entries != NULL) {
		closedir(entries);
	}
	free(folder);
	return found;
}

static void print_list(const struct lean_info *lean, const json_t *toolchains) {
	const json_t *toolchain;
	size_t i;
	if (lean->path != NULL) {
		printf("default  %s: Lean %s\n", lean->path, lean->version);
	}
	if (lean->lean_path != NULL) {
		printf("imports  %s\n", lean->lean_path);
	}
	json_array_foreach(toolchains, i, toolchain) {
		printf("elan     %s\n", json_string_value(json_object_get(toolchain, "path")));
	}
}

static int list(const struct options *options, struct error *err) {
	struct lean_info lean = {0};
	int rc = lean_setup_find(options, NULL, &lean, err);
	json_t *toolchains = find_toolchains();
	if (option_flag(options, "json") && rc == 0) {
		verdict_json_line(json_pack("{s:i, s:{s:s, s:s, s:s?, s:s?, s:s}, s:O}",
			"schema_version", 1, "default", "path", lean.path, "version", lean.version,
			"commit", lean.commit, "imports", lean.lean_path, "found_by", lean.found_by,
			"toolchains", toolchains));
	} else if (!option_flag(options, "json")) {
		print_list(&lean, toolchains); // also where nothing would be used
	}
	json_decref(toolchains);
	lean_info_finish(&lean);
	return rc;
}

/* ---- setup */

struct step {
	struct loop *loop;
	struct proc_exit exit;
};

static void on_output(enum proc_stream stream, const char *bytes, size_t length, void *data) {
	fwrite(bytes, 1, length, stream == PROC_STDOUT ? stdout : stderr);
}

static void on_exit_of(const struct proc_exit *exit, void *data) {
	struct step *step = data;
	step->exit = *exit;
	loop_stop(step->loop);
}

/* Says what it runs, shows what that says, and on failure what can be done. */
static int run_step(
	const char *const *argv, const char *folder, const char *advice, struct error *err) {
	struct step step = {.loop = loop_create(NULL)};
	struct proc_options options = {
		.argv = argv,
		.cwd = folder,
		.on_output = on_output,
		.on_exit = on_exit_of,
		.data = &step,
	};
	printf("$");
	for (size_t i = 0; argv[i] != NULL; i++) {
		printf(" %s", argv[i]);
	}
	printf("\n");
	fflush(stdout);
	struct proc *proc = NULL;
	int rc = proc_spawn(step.loop, &options, &proc, err);
	if (rc == 0) {
		proc_close_stdin(proc);
		loop_run(step.loop);
		proc_destroy(proc);
	}
	if (rc < 0 || step.exit.signal != 0 || step.exit.status != 0) {
		rc = error_set(err, ERROR_ENVIRONMENT, "%s failed: %s, %s", path_base(argv[0]),
			advice, by_hand);
	}
	loop_destroy(step.loop);
	return rc;
}

/* "v4.9.0" or "4.9.0" or elan's full name; else a problem set's toolchain. Owned. */
static int toolchain_of(const char *word, char **name_out, struct error *err) {
	if (word == NULL) {
		*name_out = xstrdup("stable");
		return 0;
	}
	if (strchr(word, '/') != NULL || strcmp(word, "stable") == 0) {
		*name_out = xstrdup(word);
		return 0;
	}
	if (isdigit((unsigned char)word[0]) || (word[0] == 'v' && strchr(word, '.') != NULL)) {
		*name_out = xasprintf("leanprover/lean4:%s%s", word[0] == 'v' ? "" : "v", word);
		return 0;
	}
	struct dataset *dataset = NULL;
	int rc = dataset_load(word, &dataset, err);
	if (rc < 0) {
		return rc;
	}
	*name_out = xstrdup(dataset->toolchain != NULL ? dataset->toolchain : "stable");
	dataset_destroy(dataset);
	return 0;
}

static int fetch_imports(const char *project, struct error *err) {
	char *lake = path_find_program("lake");
	int rc = 0;
	if (lake == NULL) {
		rc = error_set(err, ERROR_ENVIRONMENT, "lake is not in PATH: it comes with elan");
	} else {
		const char *const argv[] = {lake, "exe", "cache", "get", NULL};
		rc = run_step(
			argv, project, "the Mathlib cache needs network and curl; try again", err);
	}
	free(lake);
	return rc;
}

static int setup(struct options *options, struct error *err) {
	char *name = NULL;
	char *elan = path_find_program("elan");
	int rc = toolchain_of(option_argument(options, 1), &name, err);
	if (rc < 0) {
		goto out;
	}
	if (elan == NULL) {
		rc = error_set(err, ERROR_ENVIRONMENT,
			"elan is not in PATH: type apt-get install elan, %s", by_hand);
		goto out;
	}
	const char *const argv[] = {elan, "toolchain", "install", name, NULL};
	rc = run_step(argv, NULL,
		"elan downloads from GitHub; where that cannot be reached, copy a toolchain's "
		"folder",
		err);
	const char *project = option_text(options, "lean-project", NULL);
	if (rc == 0 && project != NULL) {
		rc = fetch_imports(project, err);
	}
	if (rc == 0) {
		printf("done; type: f2f lean list%s\n",
			project == NULL ? " (imports: --lean-project DIR)" : "");
	}
out:
	free(elan);
	free(name);
	return rc;
}

static int run(struct options *options, struct error *err) {
	const char *verb = option_argument(options, 0);
	const char *split = option_text(options, "statements", NULL);
	bool listing = verb != NULL && strcmp(verb, "list") == 0;
	int rc = option_arguments_end(options, listing ? 1 : 2, err);
	if (rc < 0) {
		return rc;
	}
	if (listing) {
		return split != NULL ? lean_statements(options, split, err) : list(options, err);
	}
	if (verb != NULL && strcmp(verb, "setup") == 0) {
		return setup(options, err);
	}
	return error_set(err, ERROR_USAGE, "lean what? setup or list");
}

static const struct option options_lean[] = {
	{"statements", 0, OPTION_TEXT, "SPLIT", "list: elaborate every statement of a set once"},
	{"subset", 0, OPTION_TEXT, "test|valid|all", "of them (default all)"},
	{"again", 0, OPTION_FLAG, NULL, "also those whose answer is known"},
	LEAN_OPTIONS,
	{"json", 0, OPTION_FLAG, NULL, "what list finds, as one JSON object"},
	{0},
};

const struct command cmd_lean = {
	.name = "lean",
	.synopsis = "setup [VERSION|SET] | list [--statements SPLIT]",
	.summary = "install a Lean toolchain and its Mathlib cache; what is there",
	.about =
		"Installs a Lean with elan, where the network allows, and lists what is there. "
		"Each step is printed; a failure says what to do. VERSION is 4.9.0 or elan's name; "
		"SET takes the version that a problem set was written for; with --lean-project its "
		"Mathlib cache is fetched too. list --statements tells which statements of a set "
		"do "
		"not elaborate on the Lean that would check it: broken ones are nobody's "
		"failures. Exit status 4 when some stay undecided.\n"
		"\n"
		"Examples:\n"
		"  f2f lean setup v2s\n"
		"  f2f lean list\n"
		"  f2f lean list --statements v2s\n",
	.options = options_lean,
	.run = run,
};
