#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/trace.h"
#include "cmd/cmd.h"
#include "cmd/help.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/trust.h"

/** Everything that is settled before the command runs. */
static int prepare(struct options *options, struct error *err) {
	int rc = options_resolve(options, err);
	if (rc < 0) {
		return rc;
	}
	if (option_flag(options, "quiet")) {
		log_set_level(LOG_QUIET);
	} else if (option_flag(options, "verbose")) {
		log_set_level(LOG_VERBOSE);
	}
	options_warn_environment();
	options_warn_config(options_config(options));
	rc = trust_options(options, err);
	if (rc < 0) {
		return rc;
	}
	const char *trace = getenv("F2F_TRACE");
	return trace != NULL && trace[0] != '\0' ? trace_open(trace, err) : 0;
}

/** 0, an exit status, or a negative error code. */
static int run(struct options *options, struct error *err) {
	const struct command *command = options->command;
	if (options_set(options, "version")) {
		help_version(stdout);
		return 0;
	}
	if (options_set(options, "help")) {
		if (command != NULL) {
			help_command(stdout, command, false);
		} else {
			help_main(stdout);
		}
		return 0;
	}
	if (command == NULL) {
		help_main(stderr);
		return 2;
	}
	// Help has to work when the configuration does not.
	int rc = strcmp(command->name, "help") == 0 ? 0 : prepare(options, err);
	return rc < 0 ? rc : command->run(options, err);
}

int main(int argc, char **argv) {
	struct error err = {.message = "internal error"};
	struct options *options = NULL;
	output_start();
	int rc = options_parse(argc, argv, &options, &err);
	if (rc == 0) {
		rc = run(options, &err);
	}
	if (rc < 0) {
		const char *command = options->command != NULL ? options->command->name : NULL;
		output_error(&err, command, options_want_json(options, argc, argv));
		rc = error_exit_status((enum error_code)rc);
	}
	trace_close();
	log_hide(NULL);
	options_destroy(options);
	return output_finish(rc);
}
