#ifndef F2F_TESTS_UNIT_ORACLE_H
#define F2F_TESTS_UNIT_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logic/closure.h"
#include "logic/program.h"

/*
 * A slow solver that is meant to be obviously right, for comparing the real one with: all
 * combinations of facts are tried with every rule until nothing is new, and all sets of facts are
 * tried, the smallest first, for the shortest proof. It shares no code with src/logic/closure.c and
 * shortest.c.
 */

enum { ORACLE_ATOMS_MAX = 60, ORACLE_STEPS_MAX = 4096, ORACLE_DERIVED_MAX = 12 };

enum atom_form { ATOM_AMOUNT, ATOM_RELATION, ATOM_EQUATION, ATOM_GIFT, ATOM_EACH, ATOM_TOTAL };

/** A fact without synonyms. Relation: keys[0] − keys[1], or keys[0] ÷ keys[1], is `value`. */
struct atom {
	enum atom_form form;
	bool ratio;
	bool down;   // equation: keys[1] − keys[0], or ÷, is what is equal
	bool other_down; // to keys[3] − keys[2]
	size_t key_count;
	struct key keys[FACT_KEYS_MAX];
	struct rational value;
};

/** One rule instance: bits of `premises` are atoms. */
struct oracle_step {
	uint64_t premises;
	size_t conclusion;
};

struct oracle {
	struct atom atoms[ORACLE_ATOMS_MAX]; // what the program states first
	size_t atom_count;
	size_t stated;
	struct oracle_step steps[ORACLE_STEPS_MAX];
	size_t step_count;
	bool too_large; // for this solver
	enum closure_state state;
	size_t goal; // an atom, when it follows
};

/** What follows from the program, and whether that makes sense. */
void oracle_close(const struct program *program, struct oracle *oracle);

/** The atom that a fact is. */
struct atom oracle_atom(const struct fact *fact);

/** The fact that an atom is, in one of its forms. */
struct fact oracle_fact(const struct atom *atom, const struct program *program);

struct oracle_proofs {
	size_t steps;	 // fewest derived atoms
	size_t vertices; // fewest atoms
	size_t set_count;   // sets of derived atoms of the smallest size
	size_t proof_count; // proofs of the smallest size: sets with a step chosen for each atom
	uint64_t in_some;
	uint64_t in_all;
	bool shared; // a derived atom is used twice in one of them
};

/** For a sound closure of at most ORACLE_DERIVED_MAX derived atoms. */
void oracle_solve(const struct oracle *oracle, struct oracle_proofs *proofs);

/** Fewest steps of a proof that derives only atoms of `allowed`; 0 when there is none. */
size_t oracle_within(const struct oracle *oracle, uint64_t allowed);

#endif
