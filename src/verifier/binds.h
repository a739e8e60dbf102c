#ifndef F2F_VERIFIER_BINDS_H
#define F2F_VERIFIER_BINDS_H

#include <stdbool.h>
#include <stddef.h>

struct error;

enum bind_kind { BIND_READ_ONLY, BIND_WRITABLE, BIND_LINK, BIND_EMPTY };

/* A place of the file system that a child sees. */
struct bind {
	char *path; // no part of it but, for a link, the last is a symbolic link
	char *target; // of a link
	enum bind_kind kind;
};

/* What a child sees of the file system: nothing but these. Zeroed is empty. */
struct binds {
	struct bind *items;
	size_t count;
	size_t cap;
	char *homes[2]; // never shown whole
};

void binds_init(struct binds *binds);
void binds_finish(struct binds *binds);

/** Programs and libraries of the system, and nothing of /etc that could be private. */
void binds_add_system(struct binds *binds);

/** A program: the toolchain that it belongs to, if any, else its folder, else it alone. */
void binds_add_lean(struct binds *binds, const char *lean);

/**
 * A path, with the symbolic links that lead to it. ERROR_ENVIRONMENT when it is not there, or when
 * it would show a home or the whole system.
 */
int binds_add(struct binds *binds, const char *path, bool writable, struct error *err);

/** Paths between colons, and what their symbolic links lead to. What is not there is left out. */
int binds_add_list(struct binds *binds, const char *list, struct error *err);

/**
 * In the order in which they have to be made, without those that others show already. The indices of
 * `binds->items` are final after this.
 */
void binds_settle(struct binds *binds);

#endif
