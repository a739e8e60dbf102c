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

/**
 * Of a section's key that names the place of an API key: "set", "not set" or why it cannot be used;
 * NULL for any other. Static text.
 */
const char *model_key_state(const struct options *options, const char *key, const char *value);

/** Whether such a value may be shown: it is a name or a path, not a key that was put there. */
bool model_key_is_place(const char *key, const char *value);

#endif
