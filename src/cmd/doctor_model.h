#ifndef F2F_CMD_DOCTOR_MODEL_H
#define F2F_CMD_DOCTOR_MODEL_H

#include "engine/probe.h"

struct options;

/* One thing that was looked at. Borrowed. */
typedef void (*doctor_model_fn)(
	enum probe_finding finding, const char *what, const char *text, void *data);

/**
 * Asks --model's endpoint what it can do, and remembers it in the database for later runs. Nothing
 * without --model. Negative when the model's name or settings are wrong.
 */
int doctor_model(struct options *options, doctor_model_fn found, void *data, struct error *err);

#endif
