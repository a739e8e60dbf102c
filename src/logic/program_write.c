#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "logic/program.h"
#include "logic/program_text.h"

const char *const program_forms[] = {
	"container", "comparison", "equality", "transfer", "rate", "whole"};
const char *const program_kinds[] = {"more", "less", "times", "fraction"};

static void write_name(struct buf *out, const char *name) {
	size_t length = strlen(name);
	bool plain = length > 0 && strpbrk(name, PROGRAM_RESERVED) == NULL && name[0] != ' ' &&
		     name[length - 1] != ' ';
	if (plain) {
		buf_append(out, name, length);
		return;
	}
	buf_append_char(out, '"');
	for (const char *at = name; *at != '\0'; at++) {
		if (*at == '"' || *at == '\\') {
			buf_append_char(out, '\\');
		}
		buf_append_char(out, *at);
	}
	buf_append_char(out, '"');
}

/* `facts`: how many facts stand before, which say what version goes without saying; NULL: 0
 * does. */
static uint16_t unsaid_version(const struct program *program, const size_t *facts, struct key key) {
	if (facts == NULL) {
		return 0;
	}
	struct program before = *program;
	before.fact_count = *facts;
	return program_version(&before, key.agent, key.noun);
}

static void write_key(const struct program *program, const size_t *facts, struct key key,
	bool noun_only, struct buf *out) {
	if (!noun_only) {
		write_name(out, program->agents[key.agent]);
		buf_append_char(out, '/');
	}
	write_name(out, program->nouns[key.noun].singular);
	if (key.version != unsaid_version(program, facts, key)) {
		buf_appendf(out, "@%u", key.version);
	}
}

static void write_body(const struct program *program, const size_t *facts, const struct fact *fact,
	bool open, struct buf *out) {
	buf_appendf(out, "%s(", program_forms[fact->form]);
	if (fact->form == FACT_COMPARISON || fact->form == FACT_EQUALITY) {
		buf_appendf(out, "%s, ", program_kinds[fact->kind]);
	} else if (fact->form == FACT_PART_WHOLE) {
		write_name(out, program->nouns[fact->whole].singular);
		buf_append_str(out, ", ");
	}
	for (size_t i = 0; i < fact->key_count; i++) {
		if (fact->form == FACT_EQUALITY && i == 2) {
			buf_appendf(out, ", %s", program_kinds[fact->other_kind]);
		}
		buf_append_str(out, i > 0 ? ", " : "");
		write_key(program, facts, fact->keys[i], fact->form == FACT_RATE && i == 1, out);
	}
	if (fact->form != FACT_EQUALITY) {
		buf_append_str(out, ", ");
		if (open) {
			buf_append_char(out, '?');
		} else {
			rational_append(out, fact->quantity);
		}
	}
	buf_append_char(out, ')');
}

void fact_write(const struct program *program, const struct fact *fact, struct buf *out) {
	write_body(program, NULL, fact, false, out);
}

void goal_write(const struct program *program, struct buf *out) {
	write_body(program, NULL, &program->goal, !program->goal_ground, out);
}

void program_write(const struct program *program, struct buf *out) {
	for (size_t i = 0; i < program->noun_count; i++) {
		buf_append_str(out, "noun(");
		write_name(out, program->nouns[i].singular);
		buf_append_str(out, ", ");
		write_name(out, program->nouns[i].plural);
		buf_append_str(out, ").\n");
	}
	for (size_t i = 0; i < program->fact_count; i++) {
		write_body(program, &i, &program->facts[i], false, out);
		buf_append_str(out, ".\n");
	}
	buf_append_str(out, "goal ");
	write_body(program, &program->fact_count, &program->goal, !program->goal_ground, out);
	buf_append_str(out, ".\n");
}
