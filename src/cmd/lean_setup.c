#include "cmd/lean_setup.h"

#include <string.h>

#include "base/error.h"
#include "cmd/cmd.h"

enum { CPU_LIMIT_S = 300, MIB = 1024 * 1024 };

int lean_setup_find(const struct options *options, const char *toolchain,
	struct lean_info *info_out, struct error *err) {
	const char *sandbox = option_text(options, "sandbox", "none");
	if (strcmp(sandbox, "none") != 0) {
		return error_set(
			err, ERROR_USAGE, "--sandbox %s: only none is there so far", sandbox);
	}
	return lean_find(option_text(options, "lean", NULL),
		option_text(options, "toolchain", toolchain),
		option_text(options, "lean-project", NULL), info_out, err);
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
		.sandbox = "none",
	};
	return verifier_open(loop, &verifier, verifier_out, err);
}
