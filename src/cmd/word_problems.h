#ifndef F2F_CMD_WORD_PROBLEMS_H
#define F2F_CMD_WORD_PROBLEMS_H

struct report_words;

/** What reports need to know of logic programs, which their own layer does not. */
extern const struct report_words word_problems;

#endif
