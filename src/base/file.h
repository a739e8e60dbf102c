#ifndef F2F_BASE_FILE_H
#define F2F_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct error;

/**
 * Append a whole file; ERROR_INPUT when it does not fit the buf's maximum. Messages name the path.
 */
int file_read(const char *path, struct buf *out, struct error *err);

/** Append what is left of a descriptor. */
int file_read_fd(int fd, const char *name, struct buf *out, struct error *err);

/**
 * Write a whole file: to a temporary neighbour first, then renamed, so that a full disk leaves the
 * old one.
 */
int file_write(const char *path, const void *bytes, size_t length, struct error *err);

bool file_exists(const char *path);
bool file_is_directory(const char *path);

/** Like mkdir -p, mode 0777 less umask. */
int file_make_directories(const char *path, struct error *err);

/** Owned "a/b"; `b` alone when it is absolute or `a` is empty. */
char *path_join(const char *a, const char *b);

/** The last component, borrowed from `path`. */
const char *path_base(const char *path);

/**
 * Owned path of an executable: `name` itself when it holds a '/', else looked up in PATH; NULL when
 * there is none.
 */
char *path_find_program(const char *name);

/**
 * Owned path of a program of ours (f2f-git, f2f-launch …): beside the running one, in the build
 * tree, or in libexec; NULL if none.
 */
char *path_find_helper(const char *name);

#endif
