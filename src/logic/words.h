#ifndef F2F_LOGIC_WORDS_H
#define F2F_LOGIC_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* What single words of a proof in words can mean: a set of these. */
enum word_class {
	WORD_MORE = 1u << 0,
	WORD_LESS = 1u << 1,
	WORD_THAN = 1u << 2,
	WORD_TIMES = 1u << 3,	    // "times (as many)"
	WORD_TWICE = 1u << 4,	    // twice, double, thrice, triple
	WORD_AIM = 1u << 5,	    // what is wanted or supposed, not what is
	WORD_HALF = 1u << 6,
	WORD_AS = 1u << 7,
	WORD_DIFFERENCE = 1u << 8,
	WORD_SAME = 1u << 9,	    // same, equal
	WORD_GIVE = 1u << 10,	    // the subject has less afterwards
	WORD_GET = 1u << 11,	    // the subject has more afterwards
	WORD_FROM = 1u << 12,
	WORD_PHRASE = 1u << 13,	    // with, after …: what follows may have no verb
	WORD_EACH = 1u << 14,	    // per, each, every
	WORD_TOTAL = 1u << 15,	    // total, together, combined
	WORD_HAVE = 1u << 16,
	WORD_PRONOUN = 1u << 17,    // he, she, his, her …
	WORD_THEY = 1u << 18,
	WORD_SPLIT = 1u << 19,	    // a new clause may begin here
	WORD_META = 1u << 20,	    // about the proof, not about amounts
	WORD_OPERATE = 1u << 21,    // adding, subtracting, the sum of …
	WORD_NOW = 1u << 22,	    // now, left, remaining, afterwards
	WORD_ROLE = 1u << 23,	    // uncle, neighbour …: "Bo's uncle" is not Bo
	WORD_PLAIN = 1u << 24,	    // other words that are no name and no noun
	WORD_REFERENCE = 1u << 25,  // step, fact, line …: a number after it is no amount
	WORD_ANSWER = 1u << 26,
	WORD_QUANTITY = 1u << 27,   // number, amount: "the number of"
	WORD_SUBJECTLESS = 1u << 28, // this, that, which, it, we: stands for no agent
	WORD_AND = 1u << 29,
	WORD_RESULT = 1u << 30,	    // gives, makes, leaves, get: what follows is the result
};

/** Classes of a word in lower case, 0 for a word that is not known. */
uint32_t word_classes(const char *word, size_t length);

#endif
