#include "provider/provider.h"

#include <string.h>

#include "base/mem.h"
#include "provider/list.h"

enum { STREAM_FROM_TOKENS = 4096 };

bool provider_streams(enum stream_mode mode, const struct sampling *sampling,
	const struct capabilities *capabilities) {
	if (capabilities_drops(capabilities, PARAMETER_STREAM)) {
		return false;
	}
	return mode == STREAM_ON || (mode == STREAM_AUTO && capabilities->stream != SUPPORT_NO &&
					    sampling->max_tokens > STREAM_FROM_TOKENS);
}

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
