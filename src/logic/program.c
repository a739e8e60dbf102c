#include "logic/program.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void program_init(struct program *program) {
	*program = (struct program){0};
}

void program_finish(struct program *program) {
	for (size_t i = 0; i < program->agent_count; i++) {
		free(program->agents[i]);
	}
	for (size_t i = 0; i < program->noun_count; i++) {
		free(program->nouns[i].singular);
		free(program->nouns[i].plural);
	}
	free(program->agents);
	free(program->nouns);
	free(program->facts);
	*program = (struct program){0};
}

/* Whether an array that doubles from 8 on is full at this count. */
static bool full(size_t count) {
	return count == 0 || (count >= 8 && (count & (count - 1)) == 0);
}

uint16_t program_agent(struct program *program, const char *name) {
	for (size_t i = 0; i < program->agent_count; i++) {
		if (strcmp(program->agents[i], name) == 0) {
			return (uint16_t)i;
		}
	}
	if (full(program->agent_count)) {
		size_t cap = program->agent_count == 0 ? 8 : program->agent_count * 2;
		program->agents =
			xreallocarray(program->agents, cap, sizeof(*program->agents));
	}
	program->agents[program->agent_count] = xstrdup(name);
	return (uint16_t)program->agent_count++;
}

uint16_t program_noun(struct program *program, const char *singular, const char *plural) {
	for (size_t i = 0; i < program->noun_count; i++) {
		if (strcmp(program->nouns[i].singular, singular) == 0) {
			return (uint16_t)i;
		}
	}
	if (full(program->noun_count)) {
		size_t cap = program->noun_count == 0 ? 8 : program->noun_count * 2;
		program->nouns = xreallocarray(program->nouns, cap, sizeof(*program->nouns));
	}
	program->nouns[program->noun_count] = (struct noun){
		.singular = xstrdup(singular),
		.plural = plural != NULL ? xstrdup(plural) : noun_plural(singular),
	};
	return (uint16_t)program->noun_count++;
}

static bool ends_in(const char *word, size_t length, const char *end) {
	size_t size = strlen(end);
	return length >= size && memcmp(word + length - size, end, size) == 0;
}

char *noun_plural(const char *singular) {
	size_t length = strlen(singular);
	if (length > 1 && singular[length - 1] == 'y' &&
		strchr("aeiou", singular[length - 2]) == NULL) {
		return xasprintf("%.*sies", (int)(length - 1), singular);
	}
	static const char *const hissing[] = {"s", "x", "z", "ch", "sh"};
	for (size_t i = 0; i < sizeof(hissing) / sizeof(hissing[0]); i++) {
		if (ends_in(singular, length, hissing[i])) {
			return xasprintf("%ses", singular);
		}
	}
	return xasprintf("%ss", singular);
}

uint16_t program_version(const struct program *program, uint16_t agent, uint16_t noun) {
	uint16_t version = 0;
	for (size_t i = 0; i < program->fact_count; i++) {
		const struct fact *fact = &program->facts[i];
		if (fact->form == FACT_TRANSFER && fact->keys[0].noun == noun &&
			(fact->keys[0].agent == agent || fact->keys[1].agent == agent)) {
			version++;
		}
	}
	return version;
}

void program_date(const struct program *program, struct fact *fact) {
	for (size_t i = 0; i < fact->key_count; i++) {
		struct key *key = &fact->keys[i];
		key->version = program_version(program, key->agent, key->noun);
	}
}

void program_add(struct program *program, const struct fact *fact) {
	if (program->fact_count == program->fact_cap) {
		program->fact_cap = program->fact_cap == 0 ? 16 : program->fact_cap * 2;
		program->facts = xreallocarray(
			program->facts, program->fact_cap, sizeof(*program->facts));
	}
	program->facts[program->fact_count++] = *fact;
}

bool key_equal(struct key a, struct key b) {
	return a.agent == b.agent && a.noun == b.noun && a.version == b.version;
}

bool fact_equal(const struct fact *a, const struct fact *b) {
	if (a->form != b->form || a->kind != b->kind || a->other_kind != b->other_kind ||
		a->whole != b->whole || a->key_count != b->key_count ||
		!rational_equal(a->quantity, b->quantity)) {
		return false;
	}
	for (size_t i = 0; i < a->key_count; i++) {
		if (!key_equal(a->keys[i], b->keys[i])) {
			return false;
		}
	}
	return true;
}
