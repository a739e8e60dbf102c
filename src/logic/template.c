#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "logic/vocabulary.h"

enum {
	TWO = 1 << SLOT_AGENT | 1 << SLOT_OTHER | 1 << SLOT_NUMBER | 1 << SLOT_NOUNS,
	ONE = 1 << SLOT_AGENT | 1 << SLOT_NUMBER | 1 << SLOT_NOUNS,
	SUM = 1 << SLOT_AGENTS | 1 << SLOT_NUMBER | 1 << SLOT_NOUNS,
	NUMBER = 1 << SLOT_NUMBER,
};

static const struct {
	const char *name;
	unsigned slots;
} forms[TEMPLATE_FORMS] = {
	[TEMPLATE_CONTAINER] = {"container", ONE},
	[TEMPLATE_MORE] = {"more", TWO},
	[TEMPLATE_LESS] = {"less", TWO},
	[TEMPLATE_TIMES] = {"times", TWO},
	[TEMPLATE_FRACTION] = {"fraction", TWO},
	[TEMPLATE_EQUALITY] = {"equality", (TWO | 1 << SLOT_THIRD | 1 << SLOT_FOURTH) & ~NUMBER},
	[TEMPLATE_TRANSFER] = {"transfer", TWO},
	[TEMPLATE_RATE] = {"rate", ONE | 1 << SLOT_HOLDER},
	[TEMPLATE_ASK] = {"ask", ONE & ~NUMBER},
	[TEMPLATE_ASK_NOW] = {"ask-now", ONE & ~NUMBER},
	[TEMPLATE_ASK_SUM] = {"ask-sum", SUM & ~NUMBER},
	[TEMPLATE_PROVE] = {"prove", ONE},
	[TEMPLATE_PROVE_NOW] = {"prove-now", ONE},
	[TEMPLATE_PROVE_SUM] = {"prove-sum", SUM},
};

static const char *const slot_names[SLOTS] = {
	[SLOT_AGENT] = "agent",
	[SLOT_OTHER] = "other",
	[SLOT_THIRD] = "third",
	[SLOT_FOURTH] = "fourth",
	[SLOT_AGENTS] = "agents",
	[SLOT_NUMBER] = "number",
	[SLOT_NOUNS] = "nouns",
	[SLOT_HOLDER] = "holder",
};

const char *template_form_name(enum template_form form) {
	return forms[form].name;
}

static int slot_of(struct str name) {
	for (int slot = 0; slot < SLOTS; slot++) {
		if (str_equal(name, slot_names[slot])) {
			return slot;
		}
	}
	return -1;
}

static int add_part(struct template *template, int slot, struct str text, struct error *err) {
	if (template->part_count == TEMPLATE_PARTS_MAX) {
		return error_set(err, ERROR_INPUT, "more than %d parts", TEMPLATE_PARTS_MAX);
	}
	template->parts[template->part_count++] = (struct template_part){
		.slot = slot,
		.text = slot < 0 ? xmemdup0(text.data, text.len) : NULL,
	};
	return 0;
}

/* The slot that begins at `start`, which holds a '{'; *end_out is past its '}'. */
static int parse_slot(enum template_form form, struct str text, size_t start, unsigned *seen,
	struct template *template, size_t *end_out, struct error *err) {
	const char *close = memchr(text.data + start, '}', text.len - start);
	if (close == NULL) {
		return error_set(err, ERROR_INPUT, "a '{' without its '}'");
	}
	struct str name = str_slice(
		text.data + start + 1, (size_t)(close - (text.data + start)) - 1);
	int slot = slot_of(name);
	if (slot < 0 || (forms[form].slots & 1u << slot) == 0) {
		return error_set(err, ERROR_INPUT, "%s takes no {%.*s}", forms[form].name,
			STR_ARG(name));
	}
	if ((*seen & 1u << slot) != 0) {
		return error_set(err, ERROR_INPUT, "{%s} twice", slot_names[slot]);
	}
	*seen |= 1u << slot;
	*end_out = (size_t)(close - text.data) + 1;
	return add_part(template, slot, name, err);
}

static int parse_parts(enum template_form form, struct str text, struct template *template,
	struct error *err) {
	unsigned seen = 0;
	for (size_t at = 0; at < text.len;) {
		int rc;
		if (text.data[at] == '{') {
			rc = parse_slot(form, text, at, &seen, template, &at, err);
		} else {
			size_t end = at;
			while (end < text.len && text.data[end] != '{') {
				end++;
			}
			struct str words = str_slice(text.data + at, end - at);
			if (memchr(words.data, '}', words.len) != NULL) {
				return error_set(err, ERROR_INPUT, "a '}' without its '{'");
			}
			rc = add_part(template, -1, words, err);
			at = end;
		}
		if (rc < 0) {
			return rc;
		}
	}
	for (int slot = 0; slot < SLOTS; slot++) {
		if ((forms[form].slots & ~seen & 1u << slot) != 0) {
			return error_set(err, ERROR_INPUT, "%s needs {%s}", forms[form].name,
				slot_names[slot]);
		}
	}
	return 0;
}

int template_parse(enum template_form form, const char *text, size_t length, struct template *out,
	struct error *err) {
	struct template template = {0};
	int rc = parse_parts(form, str_slice(text, length), &template, err);
	if (rc < 0) {
		template_finish(&template);
		return rc;
	}
	*out = template;
	return 0;
}

void template_finish(struct template *template) {
	for (size_t i = 0; i < template->part_count; i++) {
		free(template->parts[i].text);
	}
	template->part_count = 0;
}

void template_write(
	const struct template *template, const char *const words[SLOTS], struct buf *out) {
	for (size_t i = 0; i < template->part_count; i++) {
		const struct template_part *part = &template->parts[i];
		buf_append_str(out, part->slot < 0 ? part->text : words[part->slot]);
	}
}
