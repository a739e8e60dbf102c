#ifndef F2F_LOGIC_CLAIM_INTERNAL_H
#define F2F_LOGIC_CLAIM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logic/claim.h"
#include "logic/words.h"

enum { READER_TOKENS_MAX = 2048, READER_EQUATIONS_MAX = 128, READER_AGENTS_MAX = 16 };

/* A number, an equation, or a word that stands for one ("twice as many"). */
struct anchor {
	size_t start, end;
	const struct equation *equation; // NULL for a word
	size_t token;			 // of the word
	int64_t ratio;			 // of the word: how many times, or parts
};

struct claim_reader {
	struct lexicon *lexicon;
	struct token tokens[READER_TOKENS_MAX];
	size_t token_count;
	struct equation equations[READER_EQUATIONS_MAX];
	size_t equation_count;
	struct anchor anchors[READER_EQUATIONS_MAX * 2];
	size_t anchor_count;
	char *text; // the sentence, numbers that are no amounts blanked
	size_t text_cap;
	size_t length;
	size_t base; // where the sentence begins in the text that is read
	// whom and what was spoken of
	uint16_t recent[READER_AGENTS_MAX]; // newest first
	size_t recent_count;
	size_t near; // how many of recent[] the last claim named
	uint16_t noun;
};

/* A clause: part of a sentence with at least one number. */
struct clause {
	size_t start, end;   // bytes in the sentence
	size_t first, count; // tokens
	size_t first_anchor, anchor_count;
};

/** Blanks numbers that only refer ("step 2", "(1)"), finds the others and words like "twice". */
void reader_find_anchors(struct claim_reader *reader);

/** The clause's claim; false when it says nothing (an instruction without a result). */
bool reader_claim(struct claim_reader *reader, const struct clause *clause, struct claim *claim);

/** Whether tokens without a number say that two pairs compare alike ("just as many more than"). */
bool reader_pairs(const struct claim_reader *reader, size_t first, size_t count);

/** Reads that as an equality, of four names or of two; false when it is none. */
bool reader_equality(
	const struct claim_reader *reader, size_t first, size_t count, struct claim *claim);

/** A sentence without numbers: an equality, an announcement, or unparsed. */
void reader_wordy(struct claim_reader *reader, claim_list *claims);

/** Remembers whom the claim was about. */
void reader_remember(struct claim_reader *reader, const struct claim *claim);

/** Whether any token of [first, end) has one of the classes. */
bool reader_has(const struct claim_reader *reader, size_t first, size_t end, uint32_t classes);

#endif
