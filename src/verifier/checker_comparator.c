/* The Lean FRO's comparator: builds both files in a Lake project of ours, each closed in by landrun,
 * exports them as text, compares, and replays in one kernel or more. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "lean/check.h"
#include "verifier/final_checker.h"
#include "verifier/final_files.h"
#include "verifier/verifier.h"

enum { FILE_MAX = 4 << 20 };

static const char *const programs[] = {"comparator", NULL};
static const char *const lake_names[] = {"lake", NULL};
static const char *const landrun_names[] = {"landrun", NULL};
static const char *const exporter_names[] = {"lean4export", NULL};
static const char *const kernel_names[] = {"nanoda_bin", NULL};
static const char *const git_names[] = {"git", NULL};
static const char *const permitted[] = {"propext", "Quot.sound", "Classical.choice"};

static void equip(const struct final_place *place, struct final_tool *tool) {
	char *git = final_find_program(place, NULL, git_names);
	tool->lake = final_find_program(place, NULL, lake_names);
	tool->landrun = final_find_program(place, "F2F_LANDRUN", landrun_names);
	tool->exporter = final_find_program(place, "F2F_LEAN4EXPORT", exporter_names);
	tool->kernel = final_find_program(place, "F2F_NANODA", kernel_names);
	const char *missing = tool->lake == NULL     ? "lake, which comes with Lean"
			      : tool->landrun == NULL ? "landrun (F2F_LANDRUN)"
			      : tool->exporter == NULL ? "lean4export (F2F_LEAN4EXPORT)"
			      : git == NULL	       ? "git"
						       : NULL;
	tool->beside = tool->kernel != NULL ? xstrdup(" with nanoda") : NULL;
	if (missing != NULL) {
		tool->trouble = xasprintf("needs %s", missing);
	} else if (place->root) {
		tool->trouble = xstrdup("must not run as root: leave it in the sandbox, or start "
					"f2f as another user");
	}
	free(git);
}

/* ---- The private project: the user's own, with our two modules in it. */

static const char bare_lakefile[] = "name = \"f2f_final\"\n";

static bool declares(const char *lakefile, const char *module) {
	char *words[] = {xasprintf("\"%s\"", module), xasprintf("lean_lib %s", module),
		xasprintf("lean_lib «%s»", module)};
	bool found = false;
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		found = found || strstr(lakefile, words[i]) != NULL;
		free(words[i]);
	}
	return found;
}

static int write_lakefile(const struct final_case *subject, struct error *err) {
	static const char *const modules[] = {"Challenge", "Solution"};
	struct buf text = BUF_INIT(FILE_MAX);
	const char *project = subject->place->project;
	char *toml = project != NULL ? path_join(project, "lakefile.toml") : NULL;
	char *lean = project != NULL ? path_join(project, "lakefile.lean") : NULL;
	bool script = toml != NULL && !file_exists(toml);
	int rc = 0;
	if (project != NULL) {
		rc = file_read(script ? lean : toml, &text, err);
	} else {
		buf_append_str(&text, bare_lakefile);
	}
	for (size_t i = 0; i < F2F_COUNT(modules); i++) {
		if (!declares(buf_str(&text), modules[i])) {
			buf_appendf(&text,
				script ? "\nlean_lib %s\n" : "\n[[lean_lib]]\nname = \"%s\"\n",
				modules[i]);
		}
	}
	char *path = path_join(subject->project, script ? "lakefile.lean" : "lakefile.toml");
	rc = rc < 0 ? rc : file_write(path, buf_str(&text), text.len, err);
	free(path);
	free(toml);
	free(lean);
	buf_finish(&text);
	return rc;
}

static int copy_if_there(
	const struct final_case *subject, const char *name, struct error *err) {
	struct buf text = BUF_INIT(FILE_MAX);
	char *from = path_join(subject->place->project, name);
	char *to = path_join(subject->project, name);
	int rc = 0;
	if (file_exists(from)) {
		rc = file_read(from, &text, err);
		rc = rc < 0 ? rc : file_write(to, buf_str(&text), text.len, err);
	}
	free(from);
	free(to);
	buf_finish(&text);
	return rc;
}

static json_t *names_json(const char *const *names, size_t count) {
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(list, json_string(names[i]));
	}
	return list;
}

static int write_config(const struct final_case *subject, struct error *err) {
	const struct lean_check *check = subject->check;
	const char *const theorems[] = {check->theorem};
	struct buf text = BUF_INIT(FILE_MAX);
	json_t *config = json_pack("{s:s, s:s, s:o, s:o, s:o, s:b}", "challenge_module", "Challenge",
		"solution_module", "Solution", "theorem_names", names_json(theorems, 1),
		"definition_names", names_json((const char *const *)check->holes, check->hole_count),
		"permitted_axioms", names_json(permitted, F2F_COUNT(permitted)), "enable_nanoda",
		subject->tool->kernel != NULL);
	json_append(&text, config, false);
	json_decref(config);
	char *path = path_join(subject->project, "config.json");
	int rc = file_write(path, buf_str(&text), text.len, err);
	free(path);
	buf_finish(&text);
	return rc;
}

/* Packages stay where they are, and are only read. */
static int link_packages(const struct final_case *subject, struct error *err) {
	char *own = path_join(subject->project, ".lake");
	int rc = file_make_directories(own, err);
	char *from = path_join(subject->place->project, ".lake/packages");
	char *to = path_join(own, "packages");
	if (rc == 0 && file_is_directory(from)) {
		rc = final_link(from, to, err);
	}
	free(own);
	free(from);
	free(to);
	return rc;
}

static int prepare(const struct final_case *subject, struct error *err) {
	int rc = write_lakefile(subject, err);
	if (rc == 0 && subject->place->project != NULL) {
		rc = copy_if_there(subject, "lake-manifest.json", err);
		rc = rc < 0 ? rc : copy_if_there(subject, "lean-toolchain", err);
		rc = rc < 0 ? rc : link_packages(subject, err);
	}
	return rc < 0 ? rc : write_config(subject, err);
}

/* ---- Running it. */

static char *folder_of(const char *program) {
	const char *name = path_base(program);
	return xmemdup0(program, name > program ? (size_t)(name - program - 1) : 0);
}

static void command(const struct final_case *subject, struct final_command *out) {
	const struct final_tool *tool = subject->tool;
	const char *const needed[] = {tool->program, tool->lake, tool->landrun, tool->exporter,
		tool->kernel};
	const char *imports = subject->place->lean->lean_path;
	char *bin = folder_of(subject->place->lean->path);
	char *lake = folder_of(tool->lake);
	final_command_word(out, "/usr/bin/env");
	final_command_take(out, xasprintf("PATH=%s:%s:/usr/local/bin:/usr/bin:/bin", bin, lake));
	// What "lake env" would say here. With lake in between, nobody would hear of a crash.
	final_command_take(out,
		xasprintf("LEAN_PATH=%s/.lake/build/lib/lean:%s/.lake/build/lib%s%s",
			subject->project, subject->project, imports != NULL ? ":" : "",
			imports != NULL ? imports : ""));
	final_command_set(out, "COMPARATOR_LANDRUN", tool->landrun);
	final_command_set(out, "COMPARATOR_LEAN4EXPORT", tool->exporter);
	final_command_set(out, "COMPARATOR_NANODA", tool->kernel);
	final_command_word(out, tool->program);
	final_command_word(out, "config.json");
	for (size_t i = 0; i < F2F_COUNT(needed); i++) {
		if (needed[i] != NULL) {
			vec_push(&out->readable, xstrdup(needed[i]));
		}
	}
	if (subject->place->project != NULL) {
		vec_push(&out->readable, xstrdup(subject->place->project));
	}
	out->writable = xstrdup(subject->project);
	out->cwd = xstrdup(subject->project);
	free(bin);
	free(lake);
}

const struct final_checker checker_comparator = {
	.name = "comparator",
	.checks = "statement and all it uses against the challenge, axioms, and every declaration again "
		  "by Lean's kernel and, where installed, nanoda",
	.blind = "whether a placeholder's answer is an answer (the filter looks at that)",
	.sees = FINAL_SEES_KERNEL | FINAL_SEES_STATEMENT | FINAL_SEES_AXIOMS,
	.rank = 0,
	.builds = true,
	.variable = "F2F_COMPARATOR",
	.programs = programs,
	.equip = equip,
	.prepare = prepare,
	.command = command,
	.read = checker_comparator_read,
};
