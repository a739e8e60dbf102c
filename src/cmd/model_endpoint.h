#ifndef F2F_CMD_MODEL_ENDPOINT_H
#define F2F_CMD_MODEL_ENDPOINT_H

#include "cmd/model.h"

/**
 * Where a model's servers are, its key, limits and prices: from options, else its section (NULL:
 * none), else the provider's variables and defaults. ERROR_USAGE names the place of what is wrong.
 * Keys are never given themselves: a variable, a file that only its owner can read, or a credential
 * of systemd holds them.
 */
int model_endpoint(const struct options *options, const char *section,
	struct resolved_model *model, struct error *err);

#endif
