#include "cmd/lean_setup.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "cmd/cmd.h"

enum { CPU_LIMIT_S = 300, MIB = 1024 * 1024 };

int lean_setup_find(const struct options *options, const char *toolchain,
	struct lean_info *info_out, struct error *err) {
	const char *wanted = option_text(options, "toolchain", toolchain);
	int rc = lean_find(option_text(options, "lean", NULL),
		wanted,
		option_text(options, "lean-project", NULL), info_out, err);
	// Verdicts name the Lean that gave them; a reader should hear before that it is another
	// one.
	const char *version = wanted != NULL ? strrchr(wanted, 'v') : NULL;
	if (rc == 0 && version != NULL && strcmp(version + 1, info_out->version) != 0) {
		log_warn("%s is wanted, and Lean %s is what is here: statements and proofs may "
			 "mean or do "
			 "otherwise; type: f2f lean setup %s",
			wanted, info_out->version, version);
	}
	return rc;
}

long long lean_setup_cpu_limit(const struct options *options) {
	return option_count(options, "lean-cpu", CPU_LIMIT_S);
}

int lean_setup_open(const struct options *options, struct loop *loop, const struct lean_info *info,
	struct verifier **verifier_out, struct error *err) {
	struct verifier_options verifier = {
		.backend = option_text(options, "backend", NULL),
		.lean = info,
		.jobs = (int)option_count(options, "lean-jobs", 0),
		.cpu_limit_s = lean_setup_cpu_limit(options),
		.memory_limit_bytes = option_count(options, "lean-mem", 0) * MIB,
		.policy = "strict",
		.sandbox = option_text(options, "sandbox", NULL),
		.project = option_text(options, "lean-project", NULL),
	};
	return verifier_open(loop, &verifier, verifier_out, err);
}
