#ifndef F2F_CORE_PROBLEM_H
#define F2F_CORE_PROBLEM_H

/**
 * One problem of one split, as a dataset adapter read it. All texts owned, well-formed UTF-8; NULL
 * where the set has none. The formal text is already taken apart: `header` + `preamble` +
 * `statement` + " := " + proof is what Lean sees.
 */
struct problem {
	char *split;	   // "v2s"
	// the set's name for it, after the alias table: the same across all miniF2F sets
	char *name;
	char *subset;	   // "test" or "valid" in miniF2F's meaning
	char *file_subset; // what the file says, where that differs or exists; else NULL
	char *theorem;	   // the name that the formal statement declares
	char *informal;	   // problem in words
	char *informal_proof;
	char *header;	   // imports, options, opens; "" when there are none
	// text between header and theorem: doc comments, `abbrev X_solution : T := sorry`
	// placeholders; "" when none
	char *preamble;
	// "theorem NAME binders : type": no ":=", no trailing white space; NULL without formal side
	char *statement;
	char *proof;	   // the set's own proof, the text after ":="; NULL when it has none
	// the Lean the set was written for, "leanprover/lean4:v4.9.0"; NULL when any will do
	char *toolchain;
	// word problems with a logic program; NULL for all others
	char *cell; // "trees/both", "base": size and overlap of its distractors
	char *family; // "disconnected", "connected": the distractors' family; NULL: belongs to both
	char *program; // logic/program.h's readable form
	char *answer; // the goal's number, "17" or "3/4"
};

/** Frees the texts; a zeroed problem is fine. */
void problem_finish(struct problem *problem);

/** Deep copy into *copy_out, which need not be initialised. */
void problem_copy(const struct problem *problem, struct problem *copy_out);

#endif
