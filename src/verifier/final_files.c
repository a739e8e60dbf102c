#include "verifier/final_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

enum { PIECE = 65536, YOUNG_S = 60 };

#define FOLDER_PREFIX "f2f-final-"

/* ---- Trees. */

void final_remove_tree(const char *path) {
	char *const roots[] = {(char *)path, NULL};
	// It may change folder to reach what lies deeper than a path can be long.
	FTS *tree = fts_open(roots, FTS_PHYSICAL, NULL);
	FTSENT *entry;
	while (tree != NULL && (entry = fts_read(tree)) != NULL) {
		switch (entry->fts_info) {
		case FTS_D:
			chmod(entry->fts_accpath, 0700); // it may have been closed to us
			break;
		case FTS_DP:
		case FTS_DNR:
			rmdir(entry->fts_accpath);
			break;
		default:
			unlink(entry->fts_accpath);
			break;
		}
	}
	if (tree != NULL) {
		fts_close(tree);
	}
}

bool final_tree_within(const char *path, int64_t bytes, int entries) {
	char *const roots[] = {(char *)path, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	int64_t used = 0;
	int count = 0;
	bool within = tree != NULL;
	while (within && (entry = fts_read(tree)) != NULL) {
		if (entry->fts_info == FTS_DP) {
			continue;
		}
		// What vanished between two looks is nothing.
		used += entry->fts_info == FTS_F ? (int64_t)entry->fts_statp->st_blocks * 512 : 0;
		within = ++count <= entries && used <= bytes && entry->fts_info != FTS_DNR;
	}
	if (tree != NULL) {
		fts_close(tree);
	}
	return within;
}

/* ---- The private folder. */

int final_make_folder(const char *path, struct error *err) {
	return mkdir(path, 0700) < 0 ? error_set_errno(err, "%s", path) : 0;
}

/* A folder of an f2f that was killed: its lock is free. */
static void remove_left(const char *parent, const char *name) {
	char *path = path_join(parent, name);
	char *lock_path = path_join(path, "lock");
	struct stat info;
	// A young one may belong to somebody who is about to lock it.
	bool ours = lstat(path, &info) == 0 && S_ISDIR(info.st_mode) &&
		    info.st_uid == geteuid() && info.st_mtime < time(NULL) - YOUNG_S;
	int lock = ours ? open(lock_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
	if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0) {
		final_remove_tree(path);
	}
	if (lock >= 0) {
		close(lock);
	}
	free(lock_path);
	free(path);
}

static void remove_left_behind(const char *parent) {
	DIR *dir = opendir(parent);
	struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (str_starts_with(entry->d_name, FOLDER_PREFIX)) {
			remove_left(parent, entry->d_name);
		}
	}
	if (dir != NULL) {
		closedir(dir);
	}
}

int final_folder_create(struct final_folder *folder_out, struct error *err) {
	const char *parent = getenv("TMPDIR");
	parent = parent != NULL && parent[0] == '/' ? parent : "/tmp";
	remove_left_behind(parent);
	struct final_folder folder = {
		.path = xasprintf("%s/" FOLDER_PREFIX "XXXXXX", parent), .lock = -1};
	int rc = 0;
	if (mkdtemp(folder.path) == NULL) {
		rc = error_set_errno(err, "%s", folder.path);
		free(folder.path);
		return rc;
	}
	char *lock_path = path_join(folder.path, "lock");
	folder.lock = open(lock_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (folder.lock < 0 || flock(folder.lock, LOCK_EX | LOCK_NB) < 0) {
		rc = error_set_errno(err, "%s", lock_path);
		final_folder_remove(&folder);
	}
	free(lock_path);
	if (rc == 0) {
		*folder_out = folder;
	}
	return rc;
}

void final_folder_remove(struct final_folder *folder) {
	if (folder->path == NULL) {
		return;
	}
	final_remove_tree(folder->path);
	if (folder->lock >= 0) {
		close(folder->lock);
	}
	free(folder->path);
	*folder = (struct final_folder){0};
}

/* ---- Taking a file. */

static int copy(int from, int to, int64_t max_bytes) {
	char *piece = xmalloc(PIECE);
	int64_t total = 0;
	ssize_t length = 0;
	bool fine = true;
	while (fine && (length = read(from, piece, PIECE)) > 0) {
		total += length;
		fine = total <= max_bytes && write(to, piece, (size_t)length) == length;
	}
	free(piece);
	return fine && length == 0 ? 0 : -1;
}

static int copy_into(int from, const char *folder, const char *name, int64_t max_bytes,
	struct error *err) {
	char *path = path_join(folder, name);
	char *temporary = xasprintf("%s.XXXXXX", path);
	int rc = 0;
	int to = mkostemp(temporary, O_CLOEXEC);
	if (to < 0) {
		rc = error_set_errno(err, "%s", temporary);
	} else if (copy(from, to, max_bytes) < 0 || fchmod(to, 0400) < 0) {
		rc = error_set_errno(err, "%s", path);
	}
	if (to >= 0 && close(to) < 0 && rc == 0) {
		rc = error_set_errno(err, "%s", path);
	}
	if (rc == 0 && rename(temporary, path) < 0) {
		rc = error_set_errno(err, "%s", path);
	}
	if (rc < 0 && to >= 0) {
		unlink(temporary);
	}
	free(temporary);
	free(path);
	return rc;
}

enum final_take final_take(const char *from_folder, const char *name, const char *to_folder,
	int64_t max_bytes, struct error *err) {
	enum final_take taken = FINAL_TAKE_FAILED;
	struct stat info;
	int folder = open(from_folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0) {
		error_set_errno(err, "%s", from_folder);
		return FINAL_TAKE_FAILED;
	}
	// Non-blocking, or a pipe with no writer would hold us.
	int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file < 0 && errno == ENOENT) {
		taken = FINAL_TAKE_NONE;
	} else if (file < 0) {
		taken = FINAL_TAKE_ODD;
	} else if (fstat(file, &info) < 0) {
		error_set_errno(err, "%s/%s", from_folder, name);
	} else if (!S_ISREG(info.st_mode) || info.st_size > max_bytes || info.st_size == 0) {
		taken = FINAL_TAKE_ODD;
	} else if (copy_into(file, to_folder, name, max_bytes, err) == 0) {
		taken = FINAL_TAKEN;
	}
	if (file >= 0) {
		close(file);
	}
	close(folder);
	return taken;
}

int final_link(const char *target, const char *path, struct error *err) {
	return symlink(target, path) < 0 ? error_set_errno(err, "%s", path) : 0;
}
