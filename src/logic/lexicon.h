#ifndef F2F_LOGIC_LEXICON_H
#define F2F_LOGIC_LEXICON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct program;

enum { LEXICON_NONE = 0xffff };

/**
 * The names and nouns of one program, ready to be found in a sentence: whole words, the longest
 * first, so that "Bo", "Bo's uncle" and "about" are three things.
 */
struct lexicon;

/* A word of a sentence, or several that make up one name or noun. */
struct token {
	uint32_t start, end;  // bytes in the sentence
	uint32_t classes;     // of enum word_class; 0 for names, nouns and unknown words
	uint16_t agent;	      // or LEXICON_NONE
	uint16_t noun;	      // or LEXICON_NONE
	bool possessive;      // "Bo's"
	bool stranger;	      // somebody who is not in the program
	bool unknown;	      // a word of no class that is no name and no noun
};

struct lexicon *lexicon_create(const struct program *program);
void lexicon_destroy(struct lexicon *lexicon);

/** Tokens of text[0 .. length), at most `max` (the rest is not read); returns how many. Numbers and
 * punctuation make none. */
size_t lexicon_read(const struct lexicon *lexicon, const char *text, size_t length,
	struct token *tokens, size_t max);

#endif
