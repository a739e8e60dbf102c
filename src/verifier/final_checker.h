#ifndef F2F_VERIFIER_FINAL_CHECKER_H
#define F2F_VERIFIER_FINAL_CHECKER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "lean/checker_words.h"
#include "verifier/final.h"

struct error;
struct lean_check;
struct lean_info;

/* Where programs are looked for, and what a chosen checker works with. */

/** The module that challenge and solution are compiled as, each in a folder of its own. */
#define FINAL_MODULE "F2fProof"

/** Where to look. Borrowed. */
struct final_place {
	const struct lean_info *lean;
	const char *project; // NULL: none
	bool root; // it would run with root's rights
};

/** A checker that was found, with what it needs. Texts owned. */
struct final_tool {
	const struct final_checker *checker;
	char *program;
	char *version;
	char *lake; // NULL where it is not needed, or not there
	char *landrun;
	char *exporter; // lean4export
	char *kernel; // a second one: nanoda_bin
	char *beside; // what belongs to its name: " with leanchecker 4.28.0"; NULL: nothing
	char *trouble; // why it cannot be used; NULL: it can
};

/** One check, as a checker sees it. Paths are absolute. */
struct final_case {
	const struct final_place *place;
	const struct final_tool *tool;
	const struct lean_check *check;
	const char *challenge; // folder that holds FINAL_MODULE.olean, for a checker that reads those
	const char *solution;
	const char *project; // private folder that it may write to, for a checker that builds
	void *session; // what the checker's open made
	int step; // which of its runs, from 0
};

/** What to run. Texts owned; zeroed is empty. */
struct final_command {
	VEC(char *) argv;
	VEC(char *) readable; // paths that it needs besides system, toolchain and imports
	char *writable; // NULL: nothing
	char *cwd;
};

/** "NAME=value", for a command that begins with env; nothing for NULL. */
void final_command_set(struct final_command *command, const char *name, const char *value);
void final_command_word(struct final_command *command, const char *word);
void final_command_take(struct final_command *command, char *word);
void final_command_finish(struct final_command *command);

/** A program that looks at compiled proofs: one const struct a file, listed by meson. */
struct final_checker {
	const char *name;
	const char *checks;
	const char *blind;
	unsigned sees; // enum final_sight
	int rank; // lower is preferred
	bool builds; // takes the texts, in a Lake project, and compiles them itself
	const char *variable; // of the environment, that names its program
	const char *const *programs; // what its program is called; ends in NULL

	/* Finds what it needs besides its program, or says in tool->trouble what is missing. NULL:
	 * nothing is. */
	void (*equip)(const struct final_place *place, struct final_tool *tool);
	/* Writes further files into the project of a checker that builds. NULL: none. */
	int (*prepare)(const struct final_case *subject, struct error *err);
	void (*command)(const struct final_case *subject, struct final_command *command_out);
	void (*read)(const struct checker_output *output, struct checker_word *word_out);

	/* A checker of several runs has these, and no read. Its state, from the first run to the last. */
	void *(*open)(const struct final_case *subject);
	void (*close)(void *session);
	/* Bytes of a run's stdout as they come; they are not kept. Fails when they make no sense. */
	int (*take)(void *session, const char *bytes, size_t length, struct error *err);
	/* A run has ended: true when there is another, else the word is given. */
	bool (*ended)(const struct final_case *subject, const struct checker_output *output,
		struct checker_word *word_out);
};

/** By rank; NULL past the last. */
const struct final_checker *final_checker_at(size_t index);

/** Owned path of a program: F2F_… `variable` (may be NULL), then PATH, beside lean, the project's
 * builds and packages. NULL when there is none. */
char *final_find_program(
	const struct final_place *place, const char *variable, const char *const *names);

/** Looks for one checker; tool->program is NULL when it is not here. */
void final_tool_find(const struct final_checker *checker, const struct final_place *place,
	const char *path, struct final_tool *tool_out);
void final_tool_finish(struct final_tool *tool);

/** The one that `given` asks for. ERROR_USAGE, ERROR_ENVIRONMENT. */
int final_tool_choose(const char *given, bool statement, const struct final_place *place,
	struct final_tool *tool_out, struct error *err);

/** Owned folder of the toolchain, what LEAN_SYSROOT would say; NULL when it cannot be told. */
char *final_toolchain(const struct lean_info *lean);

#endif
