#ifndef F2F_CMD_IMPORT_SOURCE_H
#define F2F_CMD_IMPORT_SOURCE_H

struct error;
struct import;

/**
 * Adds every reply of a file of JSON lines, of a directory or of an archive (tar, zip, compressed
 * or not). In the latter two a file is a reply, named after its problem; folders and the ending do
 * not matter. ERROR_INPUT names file and line.
 */
int import_source_read(const char *path, struct import *import, struct error *err);

#endif
