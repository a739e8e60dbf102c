#ifndef F2F_LOGIC_VOCABULARY_H
#define F2F_LOGIC_VOCABULARY_H

#include <stddef.h>

struct error;

/**
 * Names, nouns and sentence templates of the generator: text files under datasets/words, built into
 * the program.
 */
struct vocabulary;

/** Parses the built-in files; an error names file and line. Owned. */
int vocabulary_load(struct vocabulary **vocabulary_out, struct error *err);
void vocabulary_destroy(struct vocabulary *vocabulary);

#endif
