#include "lean/placeholder.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

void lean_placeholders_find(const struct lean_tokens *tokens, const struct lean_commands *commands,
	struct lean_placeholders *out) {
	*out = (struct lean_placeholders){0};
	for (size_t i = 0; i < commands->list.count; i++) {
		const struct lean_command *command = &commands->list.items[i];
		if (command->kind != LEAN_COMMAND_DEF) {
			continue;
		}
		struct lean_signature signature = lean_signature_of(tokens, command);
		size_t value = signature.value;
		if (signature.name == SIZE_MAX || value + 1 != command->to ||
			!lean_token_is(tokens, value, "sorry")) {
			continue;
		}
		struct lean_placeholder place = {
			.start = tokens->list.items[command->from].start,
			.hole_start = tokens->list.items[value].start,
			.hole_end = tokens->list.items[value].end,
			.name = signature.name,
			.type = signature.colon + 1,
			.type_end = signature.type_end,
		};
		for (size_t k = command->from; k < command->keyword; k++) {
			place.noncomputable |= lean_token_is(tokens, k, "noncomputable");
		}
		vec_push(&out->list, place);
	}
}

void lean_placeholders_finish(struct lean_placeholders *places) {
	vec_finish(&places->list);
}
