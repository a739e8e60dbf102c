#include "provider/provider.h"

#include <string.h>

#include "base/mem.h"
#include "provider/list.h"

const struct provider *provider_at(size_t index) {
	return index < F2F_COUNT(providers) ? providers[index] : NULL;
}

const struct provider *provider_find(const char *name) {
	for (size_t i = 0; i < F2F_COUNT(providers); i++) {
		if (strcmp(providers[i]->name, name) == 0) {
			return providers[i];
		}
	}
	return NULL;
}
