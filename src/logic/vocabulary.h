#ifndef F2F_LOGIC_VOCABULARY_H
#define F2F_LOGIC_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

struct buf;
struct error;
struct random;

/* What a template says; the sections of templates.txt. */
enum template_form {
	TEMPLATE_CONTAINER,
	TEMPLATE_MORE,
	TEMPLATE_LESS,
	TEMPLATE_TIMES,
	TEMPLATE_FRACTION,
	TEMPLATE_EQUALITY,
	TEMPLATE_TRANSFER,
	TEMPLATE_RATE,
	TEMPLATE_ASK,
	TEMPLATE_ASK_NOW,
	TEMPLATE_ASK_SUM,
	TEMPLATE_PROVE,
	TEMPLATE_PROVE_NOW,
	TEMPLATE_PROVE_SUM,
	TEMPLATE_FORMS,
};

enum template_slot {
	SLOT_AGENT,
	SLOT_OTHER,
	SLOT_THIRD,
	SLOT_FOURTH,
	SLOT_AGENTS,
	SLOT_NUMBER,
	SLOT_NOUNS,
	SLOT_HOLDER,
	SLOTS,
};

enum {
	TEMPLATE_PARTS_MAX = 16,
	NAME_DISTANCE = 3, // edits between any two names
	VOCABULARY_TOPICS_MAX = 64,
	WORD_LENGTH_MAX = 40,
};

struct template_part {
	int slot;   // enum template_slot; -1: text
	char *text; // owned
};

struct template {
	struct template_part parts[TEMPLATE_PARTS_MAX];
	size_t part_count;
};

struct vocabulary_noun {
	char *singular;
	char *plural;
	uint64_t topics; // bits: the topic it belongs to; of a holder, those it may hold
};

struct vocabulary_topic {
	struct vocabulary_noun whole; // what a sum over the topic is called
	// its nouns are vocabulary->nouns.items[first .. first + count)
	size_t first;
	size_t count;
};

/**
 * Names, nouns and sentence templates of the generator: text files under datasets/words, built into
 * the program. Read-only once loaded.
 */
struct vocabulary {
	VEC(char *) names; // no one part of another, any two NAME_DISTANCE edits apart
	VEC(char *) roles;
	VEC(struct vocabulary_topic) topics;
	VEC(struct vocabulary_noun) nouns;
	VEC(struct vocabulary_noun) holders;
	VEC(struct template) templates[TEMPLATE_FORMS]; // at least one each
	VEC(uint32_t) letters; // private: of each name
};

/** Parses the built-in files; an error names file and line. Owned. */
int vocabulary_load(struct vocabulary **vocabulary_out, struct error *err);
void vocabulary_destroy(struct vocabulary *vocabulary);

/* A vocabulary as text; `path` is for messages. */
struct vocabulary_source {
	const char *path;
	const char *data;
	size_t size;
};

/**
 * The same from texts of these three kinds. ERROR_INPUT, with path and line, for what is not one.
 */
int vocabulary_parse(const struct vocabulary_source *names, const struct vocabulary_source *nouns,
	const struct vocabulary_source *templates, struct vocabulary **vocabulary_out,
	struct error *err);

/** "container" and so on: the section's name. */
const char *template_form_name(enum template_form form);

/**
 * Parses one sentence with its slots ("{agent} has {number} {nouns}."): each slot that the form
 * takes once, and no other. *out is owned: template_finish it.
 */
int template_parse(enum template_form form, const char *text, size_t length, struct template *out,
	struct error *err);
void template_finish(struct template *template);

/** Appends the sentence. `words`: a text a slot; those that the template lacks may be NULL. */
void template_write(
	const struct template *template, const char *const words[SLOTS], struct buf *out);

#endif
