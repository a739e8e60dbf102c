#ifndef F2F_CMD_LEAN_SETUP_H
#define F2F_CMD_LEAN_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/manifest.h"
#include "lean/policy.h"
#include "verifier/verifier.h"

struct error;
struct loop;
struct options;

/** Rows for an option table, without the time limit. */
#define LEAN_OPTIONS_BUT_CPU \
	{"policy", 0, OPTION_TEXT, "strict|permissive",                                            \
		"what a proof's text may hold (default strict)"},                                  \
		{"final", 0, OPTION_FLAG, NULL,                                                    \
			"accepted proofs also have to pass a final check"},                        \
		{"final-checker", 0, OPTION_TEXT, "CHECKER",                                       \
			"its name, its path, or auto (default auto)", OPTION_RARE},                \
		{"backend", 0, OPTION_TEXT, "NAME",                                                \
			"lsp, batch, repl, kimina or auto (default auto)"},                        \
		{"repl", 0, OPTION_TEXT, "PATH",                                                   \
			"the community REPL, for --backend repl", OPTION_RARE},                    \
		{"lean-server", 0, OPTION_TEXT, "URL",                                             \
			"a Kimina Lean Server, for --backend kimina", OPTION_RARE},                \
		{"lean-key-env", 0, OPTION_TEXT, "VARIABLE",                                       \
			"its key (default LEAN_SERVER_API_KEY)", OPTION_RARE},                     \
		{"env-file", 0, OPTION_TEXT, "FILE",                                               \
			"keys as NAME=VALUE, where no variable is set", OPTION_RARE},              \
		{"lean-server-load", 0, OPTION_TEXT, "NxM",                                        \
			"proofs a request, requests at a time (default 8x5)", OPTION_RARE},        \
		{"lean", 0, OPTION_TEXT, "PATH",                                                   \
			"the lean binary (default: F2F_LEAN, elan, PATH)"},                        \
		{"lean-project", 0, OPTION_TEXT, "DIR", "Lake project that provides the imports"}, \
		{"toolchain", 0, OPTION_TEXT, "NAME",                                              \
			"a Lean's, or any (default: the model's, the set's)", OPTION_RARE},        \
		{"lean-jobs", 0, OPTION_COUNT, "N",                                                \
			"Lean workers (default: by cores and memory)", OPTION_RARE},               \
		{"lean-mem", 0, OPTION_COUNT, "MIB", "memory a worker (default 8192)", \
			OPTION_RARE}, {          \
		"sandbox", 0, OPTION_TEXT, "bwrap|none",                                           \
			"default bwrap; none: with your rights"                        \
	}

/** Rows for an option table. */
#define LEAN_OPTIONS                                                                               \
	LEAN_OPTIONS_BUT_CPU, {                                                                    \
		"lean-cpu", 0, OPTION_COUNT, "SECONDS", "CPU time a proof (default 300)"           \
	}

/**
 * For commands that have --no-verify: an ERROR_ENVIRONMENT in `err` says that, too. Returns `rc`.
 */
int lean_setup_or_later(int rc, struct error *err);

/** The toolchain that somebody wants. Borrowed. */
struct lean_wish {
	const char *toolchain; // "leanprover/lean4:v4.9.0"; NULL: any will do
	const char *by; // who says so, for messages: "set v2s"
	// asked for by a person, who gets that one or a refusal; a set's wish gives way to a Lean
	// that is named
	bool firm;
};

/** What is wanted after all: --toolchain wins over `wish` (NULL: none), "any" takes it back. */
struct lean_wish lean_setup_wish(const struct options *options, const struct lean_wish *wish);

/**
 * Finds the Lean to use. --toolchain wins over `wish` (NULL: none); "any" takes what is there. Of
 * toolchains and named binaries the more special wins: --lean, the firm wish if elan has it,
 * F2F_LEAN or `lean =`, the set's wish if elan has it, PATH. A Lean that nobody named and that is
 * not the one wanted is refused, a named one is warned about. ERROR_ENVIRONMENT says what to type.
 */
int lean_setup_find(const struct options *options, const struct lean_wish *wish,
	struct lean_info *info_out, struct error *err);

/* What changes verdicts, and so belongs to a run's settings. */
struct lean_terms {
	enum lean_policy policy;
	int64_t cpu_limit_s; // of a proof
	bool final; // every accepted proof passes a final check; else those whose words need it
};

enum { LEAN_CPU_LIMIT_S = 300 };

enum lean_policy lean_setup_policy(const struct options *options);

/** Those of the options; the limit is of LEAN_OPTIONS. */
struct lean_terms lean_setup_terms(const struct options *options);

/**
 * Whether replies are checked now: *verify_out is false with --no-verify. ERROR_USAGE when that
 * stands beside a --final that would be forgotten; one in f2f.ini also holds for f2f verify.
 */
int lean_setup_verify(const struct options *options, bool *verify_out, struct error *err);

/** Opens a verifier with the options' limits. `info` is borrowed while it lives. */
int lean_setup_open(const struct options *options, struct loop *loop, const struct lean_info *info,
	const struct lean_terms *terms, struct verifier **verifier_out, struct error *err);

/** What of it a manifest names. Borrows. */
struct manifest_lean lean_setup_manifest(const struct options *options,
	const struct lean_info *info, const struct lean_terms *terms,
	const struct verifier *verifier);

#endif
