#ifndef F2F_LOGIC_PROGRAM_H
#define F2F_LOGIC_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logic/rational.h"

struct buf;
struct error;

/*
 * A word problem as a typed logic program: the facts it states, in text order, and its goal.
 * Formalism: Opedal et al., "Are Language Models Efficient Reasoners?" (arXiv 2510.25626), sections
 * on logic programs; ../shared/spec/efficiency.md 2.
 */

enum fact_form {
	FACT_CONTAINER,	 // keys[0] has `quantity`
	FACT_COMPARISON, // keys[0] is keys[1] + q, − q, · q or / q
	FACT_EQUALITY,	 // (keys[0], keys[1]) compare as (keys[2], keys[3]) do; no quantity
	FACT_TRANSFER,	 // keys[0] receives `quantity` from keys[1]; versions before it
	FACT_RATE,	 // keys[0] has `quantity` of keys[1]'s noun in each of its own; same agent
	FACT_PART_WHOLE, // the keys' amounts sum to `quantity` of noun `whole`; only ever a goal
};

enum comparison_kind { KIND_MORE, KIND_LESS, KIND_TIMES, KIND_FRACTION };

enum { FACT_KEYS_MAX = 8, PROGRAM_NAMES_MAX = 4096, PROGRAM_FACTS_MAX = 4096 };

/** Whose amount of what, and when: version n is after n transfers that touch (agent, noun). */
struct key {
	uint16_t agent; // index of program->agents
	uint16_t noun;	// index of program->nouns
	uint16_t version;
};

/** Unused members are zero, so that facts can be compared with fact_equal. */
struct fact {
	enum fact_form form;
	enum comparison_kind kind; // comparison; equality: how keys[0] relates to keys[1]
	enum comparison_kind other_kind; // equality: how keys[2] relates to keys[3]
	uint16_t whole;			 // part-whole
	uint16_t key_count;
	struct key keys[FACT_KEYS_MAX];
	struct rational quantity; // 0/1 for an equality
};

/** What is counted. Two nouns with different attributes or units are two nouns. */
struct noun {
	char *singular;
	char *plural;
};

struct program {
	char **agents;
	size_t agent_count;
	struct noun *nouns;
	size_t noun_count;
	struct fact *facts; // the axioms, in text order
	size_t fact_count;
	struct fact goal; // container, comparison or part-whole
	bool goal_ground; // the goal's quantity is given ("prove that … has 17 …")
	size_t fact_cap;  // private
};

void program_init(struct program *program);

/** Frees everything; a zeroed or finished program is fine. */
void program_finish(struct program *program);

/**
 * Index of the agent, added when new. Names are compared byte for byte. The readable form can say
 * those of 1 to 255 bytes of UTF-8 without a line break.
 */
uint16_t program_agent(struct program *program, const char *name);

/** Index of the noun with this singular, added when new; plural NULL: formed by noun_plural. */
uint16_t program_noun(struct program *program, const char *singular, const char *plural);

/** Owned: the regular English plural ("box" "boxes", "cherry" "cherries"). */
char *noun_plural(const char *singular);

/** How many of the facts so far are transfers that touch this agent's amount of this noun. */
uint16_t program_version(const struct program *program, uint16_t agent, uint16_t noun);

/** Gives each key of the fact the version that is current after the facts so far. */
void program_date(const struct program *program, struct fact *fact);

/** Appends a fact as it stands (program_date it first). */
void program_add(struct program *program, const struct fact *fact);

bool key_equal(struct key a, struct key b);

/** Same form, keys with versions, kind and quantity. */
bool fact_equal(const struct fact *a, const struct fact *b);

/**
 * The readable form, a line a fact; `#` begins a comment:
 *
 *	noun(pear, pears).                      # optional where the plural is regular
 *	container(Mira/pear, 14).
 *	comparison(less, Tobin/pear, Mira/pear, 5).     # more, less, times, fraction
 *	equality(more, A/nut, B/nut, more, C/nut, D/nut).  # A − B = C − D
 *	transfer(Ula/pear, Tobin/pear, 3).      # receiver, sender
 *	rate(Eli/bag, nut, 4).                  # 4 nuts in each of Eli's bags
 *	goal container(Tobin/pear, ?).
 *	goal whole(fruit, Mira/pear, Tobin/plum, ?).
 *
 * A key's version is that of its place in the text; `/noun@2` says another. Names may hold spaces;
 * one with any of , ( ) / @ # ? or a quote is put in "…" with \" and \\. A goal with a number for ?
 * is ground. ERROR_INPUT with line and reason; *program_out changes on success only (owned).
 */
int program_parse(
	const char *text, size_t length, struct program *program_out, struct error *err);

/** Appends the readable form; program_parse of it gives an equal program. */
void program_write(const struct program *program, struct buf *out);

/** Appends one fact as the readable form writes it, without the dot ("container(Mira/pear, 14)").
 * Versions are written where they are not 0. */
void fact_write(const struct program *program, const struct fact *fact, struct buf *out);

/** The same of the goal: "container(Mira/pear, ?)" unless it is ground. */
void goal_write(const struct program *program, struct buf *out);

#endif
