#ifndef F2F_VERIFIER_FINAL_FILES_H
#define F2F_VERIFIER_FINAL_FILES_H

#include <stdbool.h>
#include <stdint.h>

struct error;

/* Folders that foreign code has written to, and what is taken from them. */

/** A private folder of this process. Zeroed is none. */
struct final_folder {
	char *path;
	int lock; // held while we live, so that a later f2f knows what was left behind
};

/** Makes it below TMPDIR, and removes those whose owner is gone. */
int final_folder_create(struct final_folder *folder_out, struct error *err);
void final_folder_remove(struct final_folder *folder);

/** Makes a folder that only we may enter. */
int final_make_folder(const char *path, struct error *err);

/** Removes a tree, whatever it was made into, and follows no link. */
void final_remove_tree(const char *path);

/** Whether a tree holds at most so much; what cannot be read counts as too much. */
bool final_tree_within(const char *path, int64_t bytes, int entries);

/* What there was to take. */
enum final_take {
	FINAL_TAKEN,
	FINAL_TAKE_NONE, // no such file
	FINAL_TAKE_ODD, // a link, a device, a folder, or too large
	FINAL_TAKE_FAILED, // ours: see err
};

/** Copies a plain file, looked at once and never by following a link, into a folder of ours. */
enum final_take final_take(const char *from_folder, const char *name, const char *to_folder,
	int64_t max_bytes, struct error *err);

/** A symbolic link of our own making. */
int final_link(const char *target, const char *path, struct error *err);

#endif
