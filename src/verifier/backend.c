#include "verifier/backend.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "verifier/list.h"

const struct verifier_backend *backend_at(size_t index) {
	return index < F2F_COUNT(backends) ? backends[index] : NULL;
}

const struct verifier_backend *backend_find(const char *name) {
	for (size_t i = 0; i < F2F_COUNT(backends); i++) {
		if (strcmp(backends[i]->name, name) == 0) {
			return backends[i];
		}
	}
	return NULL;
}

const char *verifier_backend(size_t index, const char **summary_out) {
	const struct verifier_backend *backend = backend_at(index);
	if (backend != NULL && summary_out != NULL) {
		*summary_out = backend->summary;
	}
	return backend != NULL ? backend->name : NULL;
}

const char *verifier_fault_name(size_t kind) {
	static const char *const names[FAULT_KINDS] = {
		"", "crash", "memory", "processes", "output", "foreign", "time"};
	static_assert((int)FAULT_KINDS <= (int)VERIFIER_FAULTS, "counters for all");
	return kind < FAULT_KINDS ? names[kind] : NULL;
}
