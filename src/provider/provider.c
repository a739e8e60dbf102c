#include "provider/provider.h"

#include <string.h>

#include "base/mem.h"
#include "provider/list.h"

const struct provider *provider_at(size_t index) {
	return index < F2F_COUNT(provider_list) ? provider_list[index] : NULL;
}

const struct provider *provider_find(const char *name) {
	for (size_t i = 0; i < F2F_COUNT(provider_list); i++) {
		if (strcmp(provider_list[i]->name, name) == 0) {
			return provider_list[i];
		}
	}
	return NULL;
}
