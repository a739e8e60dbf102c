#ifndef F2F_DATASET_GZIP_H
#define F2F_DATASET_GZIP_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct error;

/** Whether the bytes begin as gzip files do. */
bool gzip_is(const char *bytes, size_t length);

/**
 * Appends what a gzip file of one or more members holds. ERROR_INPUT for one that is damaged, cut
 * short, followed by other bytes, or larger than the buf's maximum.
 */
int gzip_expand(const char *bytes, size_t length, struct buf *out, struct error *err);

#endif
