#include "git/tree.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/vec.h"
#include "git/fetch.h"
#include "git/frame.h"

enum { FILES_MAX = 200000, PATH_LENGTH_MAX = 4096 };

struct entry {
	char *path;
	git_oid blob;
};

struct listing {
	VEC(struct entry) entries;
	const char *folder;
	bool too_many;
};

static int by_path(const void *a, const void *b) {
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static int on_entry(const char *root, const git_tree_entry *entry, void *data) {
	struct listing *listing = data;
	if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB ||
		git_tree_entry_filemode(entry) == GIT_FILEMODE_LINK) {
		return 0;
	}
	if (listing->entries.count == FILES_MAX || strlen(root) > PATH_LENGTH_MAX) {
		listing->too_many = true;
		return -1;
	}
	struct entry one = {
		.path = xasprintf("%s/%s%s", listing->folder, root, git_tree_entry_name(entry)),
		.blob = *git_tree_entry_id(entry),
	};
	vec_push(&listing->entries, one);
	return 0;
}

static int send_blob(git_repository *repo, const struct entry *entry, struct frame *frame,
	uint64_t *budget, struct error *err) {
	git_blob *blob = NULL;
	git_odb *odb = NULL;
	size_t size = 0;
	git_object_t type;
	// The size is asked for first: a blob is loaded whole, and it may be anything.
	int rc = git_repository_odb(&odb, repo);
	if (rc == 0) {
		rc = git_odb_read_header(&size, &type, odb, &entry->blob);
	}
	if (rc == 0 && size > *budget) {
		rc = error_set(
			err, ERROR_INPUT, "%s: the files are larger than allowed", entry->path);
		goto out;
	}
	if (rc == 0) {
		rc = git_blob_lookup(&blob, repo, &entry->blob);
	}
	if (rc < 0) {
		rc = fetch_damage(err, rc);
		error_prefix(err, "%s", entry->path);
		goto out;
	}
	*budget -= size;
	if (!frame_file(frame, entry->path, git_blob_rawcontent(blob),
		    (size_t)git_blob_rawsize(blob))) {
		rc = error_set(err, ERROR_CANCELLED, "nobody reads the files");
	}
out:
	git_blob_free(blob);
	git_odb_free(odb);
	return rc;
}

static int send_folder(git_repository *repo, const git_tree_entry *folder, const char *path,
	struct frame *frame, uint64_t *budget, struct error *err) {
	struct listing listing = {.folder = path};
	git_tree *tree = NULL;
	int rc = git_tree_lookup(&tree, repo, git_tree_entry_id(folder));
	if (rc == 0) {
		rc = git_tree_walk(tree, GIT_TREEWALK_PRE, on_entry, &listing);
	}
	if (rc < 0) {
		rc = listing.too_many ? error_set(err, ERROR_INPUT, "too many files")
				      : fetch_damage(err, rc);
		error_prefix(err, "%s", path);
		goto out;
	}
	if (listing.entries.count > 0) {
		qsort(listing.entries.items, listing.entries.count, sizeof(struct entry), by_path);
	}
	for (size_t i = 0; rc == 0 && i < listing.entries.count; i++) {
		rc = send_blob(repo, &listing.entries.items[i], frame, budget, err);
	}
out:
	for (size_t i = 0; i < listing.entries.count; i++) {
		free(listing.entries.items[i].path);
	}
	vec_finish(&listing.entries);
	git_tree_free(tree);
	return rc;
}

int tree_send(git_commit *commit, const char *path, struct frame *frame, uint64_t *budget,
	struct error *err) {
	git_repository *repo = git_commit_owner(commit);
	git_tree *root = NULL;
	git_tree_entry *found = NULL;
	int rc = git_commit_tree(&root, commit);
	if (rc < 0) {
		rc = fetch_damage(err, rc);
		goto out;
	}
	rc = git_tree_entry_bypath(&found, root, path);
	if (rc == GIT_ENOTFOUND) {
		rc = error_set(err, ERROR_NOT_FOUND, "%s: not in the repository", path);
	} else if (rc < 0) {
		rc = fetch_damage(err, rc);
	} else if (git_tree_entry_type(found) == GIT_OBJECT_TREE) {
		rc = send_folder(repo, found, path, frame, budget, err);
	} else if (git_tree_entry_type(found) == GIT_OBJECT_BLOB &&
		   git_tree_entry_filemode(found) != GIT_FILEMODE_LINK) {
		char *copy = xstrdup(path);
		struct entry entry = {.path = copy, .blob = *git_tree_entry_id(found)};
		rc = send_blob(repo, &entry, frame, budget, err);
		free(copy);
	} else {
		rc = error_set(err, ERROR_INPUT, "%s: neither a file nor a folder", path);
	}
out:
	git_tree_entry_free(found);
	git_tree_free(root);
	return rc;
}
