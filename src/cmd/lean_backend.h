#ifndef F2F_CMD_LEAN_BACKEND_H
#define F2F_CMD_LEAN_BACKEND_H

#include <stdbool.h>

#include "verifier/verifier.h"

struct error;
struct options;

/* Which way Lean is asked: --backend, or the choice that "auto" makes and explains. */

/** Whether a Lean server is to be asked before any Lean of this machine is looked for. */
bool lean_backend_wants_server(const struct options *options);

/** Whether the server stands in where this machine has no Lean. */
bool lean_backend_has_server(const struct options *options);

/** Asks the server for its Lean; `why` is what made the choice. */
int lean_backend_find_server(const struct options *options, const char *why,
	struct lean_info *info_out, struct error *err);

/** Fills in the backend of a Lean that was found here. */
int lean_backend_choose(const struct options *options, struct lean_info *info, struct error *err);

#endif
