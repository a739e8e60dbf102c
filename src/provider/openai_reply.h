#ifndef F2F_PROVIDER_OPENAI_REPLY_H
#define F2F_PROVIDER_OPENAI_REPLY_H

#include "provider/provider.h"

/**
 * provider.read_response for the chat-completions format, errors of servers that imitate it
 * included (spec/harness.md 5.1, 5.4).
 */
struct reply openai_read_response(const struct http_response *response,
	struct provider_state *state, struct completion *completion_out);

#endif
