#ifndef F2F_CMD_LEAN_SETUP_H
#define F2F_CMD_LEAN_SETUP_H

#include "verifier/verifier.h"

struct error;
struct loop;
struct options;

/* Finding Lean and opening a verifier from the options that eval and verify share. */

/** Rows for an option table. */
#define LEAN_OPTIONS                                                                               \
	{"backend", 0, OPTION_TEXT, "NAME",                                                        \
		"how Lean is asked: lsp (default), batch"},                 \
		{"lean", 0, OPTION_TEXT, "PATH",                                                   \
			"the lean binary (default: F2F_LEAN, elan, PATH)"},                        \
		{"lean-project", 0, OPTION_TEXT, "DIR", "Lake project that provides the imports"}, \
		{"toolchain", 0, OPTION_TEXT, "NAME",                                              \
			"of elan (default: the model's, the set's)"},                  \
		{"lean-jobs", 0, OPTION_COUNT, "N",                                                \
			"Lean workers (default: by cores and memory)"},                            \
		{"lean-cpu", 0, OPTION_COUNT, "SECONDS", "CPU time a proof (default 300)"},        \
		{"lean-mem", 0, OPTION_COUNT, "MIB", "memory a worker (default 8192)"}, {          \
		"sandbox", 0, OPTION_TEXT, "bwrap|none",                                           \
			"what Lean runs in; none: with your rights"                        \
	}

/**
 * `toolchain` is the model's or the set's; the option wins. ERROR_ENVIRONMENT when there is no
 * Lean.
 */
int lean_setup_find(const struct options *options, const char *toolchain,
	struct lean_info *info_out, struct error *err);

/** Opens a verifier with the options' limits. `info` is borrowed while it lives. */
int lean_setup_open(const struct options *options, struct loop *loop, const struct lean_info *info,
	struct verifier **verifier_out, struct error *err);

/** The CPU limit of a proof, in seconds: part of a run's settings. */
long long lean_setup_cpu_limit(const struct options *options);

#endif
