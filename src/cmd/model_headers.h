#ifndef F2F_CMD_MODEL_HEADERS_H
#define F2F_CMD_MODEL_HEADERS_H

#include "cmd/model.h"

/**
 * The user's own headers of a model's requests: --header, else the section's `header` (NULL: no
 * section). Into model->headers, names in small letters and sorted. ERROR_USAGE for what is no
 * header, what f2f writes itself, and what holds a key: it would be stored with the run.
 */
int model_headers(const struct options *options, const char *section,
	struct resolved_model *model, struct error *err);

/** As lines "name: value", for settings. Owned; NULL when there are none. */
char *model_headers_text(const struct resolved_model *model);

#endif
