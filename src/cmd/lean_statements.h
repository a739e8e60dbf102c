#ifndef F2F_CMD_LEAN_STATEMENTS_H
#define F2F_CMD_LEAN_STATEMENTS_H

struct error;
struct options;

/**
 * Elaborates every statement of a split and tells which are broken. `given` has the rows of
 * LEAN_OPTIONS, "subset", "again" and "json". 0, an exit status, or an error.
 */
int lean_statements(const struct options *given, const char *split, struct error *err);

#endif
