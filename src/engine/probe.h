#ifndef F2F_ENGINE_PROBE_H
#define F2F_ENGINE_PROBE_H

#include "provider/probe.h"

struct error;
struct loop;

/** All borrowed while endpoint_probe lasts. */
struct probe_options {
	struct loop *loop;
	const struct provider *provider;
	struct model model;
	int64_t timeout_ms; // of one request
	// Once for each thing that was looked at and is there.
	void (*said)(enum probe_finding finding, const char *what, const char *line, void *data);
	void *data;
};

/**
 * Asks the server what it is, and the model five short questions, one after the other; runs the loop
 * meanwhile. Ends early when the endpoint cannot be reached or refuses the first question. True when
 * the model answered: only then is *capabilities_out changed.
 */
bool endpoint_probe(const struct probe_options *options, struct capabilities *capabilities_out);

#endif
