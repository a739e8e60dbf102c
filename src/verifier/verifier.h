#ifndef F2F_VERIFIER_VERIFIER_H
#define F2F_VERIFIER_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct final_options;
struct lean_check;
struct loop;
struct sandbox;
struct verdict;

/** What an installed Lean is. Texts owned. */
struct lean_info {
	char *path; // the real binary, not elan's wrapper, where that can be told
	char *version; // "4.9.0"
	char *commit; // NULL when it does not say
	bool json; // `lean --help` lists --json
	bool old; // before 4.0.0 proper: no progress kinds, leanpkg
	char *lean_path; // LEAN_PATH to set, from the Lake project (Mathlib); NULL when none
	/* filled in by whoever chose between several */
	char *found_by; // "--lean", "F2F_LEAN", "elan", "PATH"
	char *toolchain; // the one wanted; NULL: any
	bool fits; // it is the one wanted
	char *why; // for people: who wanted which, who named this one; NULL when nobody chose
};

void lean_info_finish(struct lean_info *info);

/** Owned: as verdicts name it, "4.9.0 (8f9843a4a5fe)". */
char *lean_info_label(const struct lean_info *info);

/**
 * Owned path of the real binary of a toolchain that elan has installed, or NULL. Names as elan
 * writes them ("leanprover/lean4:v4.9.0"), a version alone, or the name of a linked toolchain.
 */
char *lean_find_toolchain(const char *name);

/**
 * Whether a Lean that calls itself `version` ("4.9.0") is the one that a toolchain's name means. A
 * name without a version ("stable") may be any.
 */
bool lean_toolchain_fits(const char *name, const char *version);

/**
 * Find Lean: `given` (flag or configuration), else F2F_LEAN, else an elan toolchain named
 * `toolchain` (may be NULL), else `lean` in PATH; and the Lake project that F2F_LEAN_PROJECT or
 * `project` names for imports. Runs it with --version and --help, at most 20 s. ERROR_ENVIRONMENT
 * with what to type when there is none.
 */
int lean_find(const char *given, const char *toolchain, const char *project,
	struct lean_info *info_out, struct error *err);

/**
 * Find the community REPL: `given` (flag or configuration), else what the Lake project in `project`
 * (NULL: none) has built, itself or as a package. Owned path. ERROR_ENVIRONMENT with what to type.
 */
int repl_find(const char *given, const char *project, char **path_out, struct error *err);

struct verifier_options {
	const char *backend; // a name of verifier_backend(); NULL: lsp
	const char *repl; // the community REPL's binary, for "repl"; copied
	const struct lean_info *lean; // borrowed while the verifier lives
	int jobs; // workers; 0: from cores and memory
	int64_t cpu_limit_s; // per proof; 0: 300
	int64_t wall_limit_s; // backstop per proof; 0: 2 × cpu_limit + 60
	int64_t start_limit_s; // a worker's start and header; 0: 180
	int64_t memory_limit_bytes; // per worker, all its processes; 0: 8 GiB
	size_t output_limit_bytes; // per check; 0: 16 MiB
	int uses_limit; // checks a worker serves; 0: 400
	const char *policy; // recorded in verdicts; NULL: "strict"
	// NULL: no final check; what needs one to be accepted is then MISSING_VERIFIER
	const struct final_options *final;
	const char *sandbox; // "bwrap" or "none"; NULL: bwrap; recorded in verdicts
	const char *project; // Lake project, which candidates may read; NULL: none
	int task_limit; // processes and threads per worker; 0: by cores
	const char *const *environment; // further NAME=VALUE for Lean; NULL: none
};

/**
 * Lean workers behind one queue: warm, keyed by header, replaced when they die. Checks finish in
 * any order. No call blocks.
 */
struct verifier;

/** ERROR_ENVIRONMENT when the sandbox or final checker that was asked for cannot be had here. */
int verifier_open(struct loop *loop, const struct verifier_options *options,
	struct verifier **verifier_out, struct error *err);

/** Kills workers and forgets checks without calling back. NULL is fine. */
void verifier_close(struct verifier *verifier);

/* Exactly once per check, never inside verifier_submit. The verdict is borrowed for the call and
 * always filled: trouble of ours is MISSING_VERIFIER with messages saying what happened. */
typedef void (*verifier_done_fn)(const struct verdict *verdict, void *data);

/** Queue a check; borrows it until done. */
void verifier_submit(struct verifier *verifier, const struct lean_check *check,
	verifier_done_fn done, void *data);

enum { VERIFIER_NONCE = 25 };

/** Fills in a name part that no candidate can know, and ends it with a NUL. */
void verifier_nonce(char nonce[VERIFIER_NONCE]);

/**
 * A check under `header` that must be accepted (`is_true`) or, being a hole, refused. Owned:
 * lean_check_finish.
 */
void verifier_selftest(const char *header, bool is_true, struct lean_check *check_out);

/**
 * Forgets every queued and running check without calling back; the workers that were busy are
 * killed.
 */
void verifier_cancel_all(struct verifier *verifier);

/** Checks queued or running: the engine stops asking models while this is high. */
size_t verifier_pending(const struct verifier *verifier);

/** What its children are closed in by; borrowed while it lives. */
struct sandbox *verifier_sandbox(const struct verifier *verifier);

/** "comparator 19e111e", for manifests; NULL without a final check. */
const char *verifier_final(const struct verifier *verifier);

/** Workers it uses. */
int verifier_jobs(const struct verifier *verifier);

/**
 * Backend `index`: its name and one-line summary, or NULL past the last. For `f2f list backends`
 * and messages.
 */
const char *verifier_backend(size_t index, const char **summary_out);

#endif
