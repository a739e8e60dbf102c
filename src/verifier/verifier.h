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

struct lean_server;

/** What an installed Lean is. Texts owned. */
struct lean_info {
	char *path; // the real binary, not elan's wrapper, where that can be told
	char *version; // "4.9.0"
	char *commit; // NULL when it does not say
	bool json; // `lean --help` lists --json
	bool worker; // and --worker
	bool old; // before 4.0.0 proper: no progress kinds, leanpkg
	char *mathlib; // its commit, from the Lake project's manifest; NULL when it does not say
	char *lean_path; // LEAN_PATH to set, from the Lake project (Mathlib); NULL when none
	/* filled in by whoever chose between several */
	char *found_by; // "--lean", "F2F_LEAN", "elan", "PATH"
	char *toolchain; // the one wanted; NULL: any
	bool fits; // it is the one wanted
	char *why; // for people: who wanted which, who named this one; NULL when nobody chose
	char *backend; // how it is asked
	char *backend_why; // for people
	char *repl; // the REPL's binary; NULL: none
	struct lean_server *server; // owned, texts too; NULL: it is on this machine
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

enum lean_server_api { LEAN_SERVER_UNKNOWN, LEAN_SERVER_CHECK, LEAN_SERVER_VERIFY };

/** A Kimina Lean Server. Texts are borrowed until it is found, or the verifier closed. */
struct lean_server {
	const char *url; // without a path
	const char *key; // NULL: none. Never logged, stored or handed to a child
	enum lean_server_api api; // UNKNOWN until it is found
	bool lines_back; // lines of messages count the header's
	int batch; // snippets a request; 0: 8
	int parallel; // requests at a time; 0: 5
};

/**
 * Asks the server for its Lean, by a snippet of ours: fills in what is not known of it, and a
 * lean_info that names its address (without secrets) and version. ERROR_ENVIRONMENT with what to do.
 */
int lean_server_find(
	struct lean_server *server, struct lean_info *info_out, struct error *err);

struct verifier_options {
	const char *backend; // a name of verifier_backend(); NULL: lsp
	const char *repl; // the community REPL's binary, for "repl"; copied
	const struct lean_server *server; // for "kimina"; copied
	const struct lean_info *lean; // borrowed while the verifier lives
	int jobs; // checks at a time, if the memory is enough for so many; 0: as there are cores
	int64_t cpu_limit_s; // per proof; 0: 300
	int64_t wall_limit_s; // backstop per proof; 0: 2 × cpu_limit + 60
	int64_t start_limit_s; // a worker's start and header; 0: 180
	int64_t memory_limit_bytes; // per worker, all its processes; 0: 8 GiB
	int64_t memory_total_bytes; // that all workers may hold; 0: most of what is free
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

/**
 * Queue a check; borrows it until done. Its header passes its self-test first. Equal checks (same
 * Lean, project, header, text, policy, limits) share one answer, in flight or afterwards: each gets
 * its own verdict, the later ones marked as reused. Time-outs, exhausted resources and missing
 * verdicts are nobody else's.
 */
void verifier_submit(struct verifier *verifier, const struct lean_check *check,
	verifier_done_fn done, void *data);

enum { VERIFIER_NONCE = 25 };

/** Fills in a name part that no candidate can know, and ends it with a NUL. */
void verifier_nonce(char nonce[VERIFIER_NONCE]);

/* err is NULL when the header may be used; borrowed for the call. */
typedef void (*verifier_prepared_fn)(const struct error *err, void *data);

/**
 * Has the header pass its self-test, unless it has: a true theorem must be accepted, and cheats that
 * go past the text filter be refused as what they are. Submitted checks wait for that by themselves;
 * this is for finding out before anything is paid for. `done` is called once, never inside this
 * call: with ERROR_ENVIRONMENT naming Lean, the header and what went wrong. A Lean that accepts a
 * cheat is never asked again under that header, nor is one that has failed three times.
 */
void verifier_prepare(
	struct verifier *verifier, const char *header, verifier_prepared_fn done, void *data);

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

/** Checks it makes at a time: by cores, and by memory as far as its need is known. */
int verifier_jobs(const struct verifier *verifier);

/** Why every check to come will be missing, so that no model need be asked; NULL: it works. */
const char *verifier_dead(const struct verifier *verifier);

enum { VERIFIER_FAULTS = 8 };

/** What has been done, and how it stands. */
struct verifier_stats {
	int64_t starts; // of workers
	int64_t failed_starts;
	int64_t answers; // self-tests included
	int64_t warm; // of those, by a worker that had answered before
	int64_t reused; // checks that were answered by an equal one's verdict
	int64_t recycled; // workers ended because of their uses or their growth
	int64_t evicted; // idle workers ended to make room
	int64_t second_tries;
	int64_t faults[VERIFIER_FAULTS]; // by kind: verifier_fault_name
	int queued;
	int waiting_alone; // for their second try
	bool alone; // one of these runs
	int busy;
	int idle;
	int starting;
	int64_t held_bytes; // by workers, when last seen
	int64_t budget_bytes;
};

void verifier_stats(const struct verifier *verifier, struct verifier_stats *stats_out);

/** "crash", "memory", "time" …; NULL past the last kind, "" for the first, which is none. */
const char *verifier_fault_name(size_t kind);

/**
 * Backend `index`: its name and one-line summary, or NULL past the last. For `f2f list backends`
 * and messages.
 */
const char *verifier_backend(size_t index, const char **summary_out);

#endif
