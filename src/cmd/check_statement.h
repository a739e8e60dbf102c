#ifndef F2F_CMD_CHECK_STATEMENT_H
#define F2F_CMD_CHECK_STATEMENT_H

#include <stddef.h>

struct error;
struct problem;

/**
 * A statement file as a problem: what is asked is the theorem called `name`, else (NULL) the last
 * one. Other theorems that stand open are left out, for they prove nothing; with NULL more than one
 * is ERROR_USAGE, which names them. ERROR_INPUT names the line.
 */
int check_statement_read(const char *text, size_t length, const char *name,
	struct problem *problem_out, struct error *err);

#endif
