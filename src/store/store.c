#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/asset.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/store_internal.h"

enum { LOCK_SLOTS = 1 << 30 };

static int make_parent(const char *path, struct error *err) {
	const char *base = path_base(path);
	if (base == path) {
		return 0;
	}
	char *parent = xmemdup0(path, (size_t)(base - path));
	int rc = file_make_directories(parent, err);
	free(parent);
	return rc;
}

int store_open(const char *path, const struct store_options *options, struct store **store_out,
	struct error *err) {
	const struct db_migration migrations[] = {
		{1, "init", asset_find("src/store/schema/0001-init.sql")->data},
		{2, "words", asset_find("src/store/schema/0002-words.sql")->data},
		{3, "verdicts", asset_find("src/store/schema/0003-verdicts.sql")->data},
		{4, "capabilities", asset_find("src/store/schema/0004-capabilities.sql")->data},
		{5, "elaborations", asset_find("src/store/schema/0005-elaborations.sql")->data},
		{6, "cache", asset_find("src/store/schema/0006-cache.sql")->data},
		{7, "requests", asset_find("src/store/schema/0007-requests.sql")->data},
		{8, "checks", asset_find("src/store/schema/0008-checks.sql")->data},
		{9, "unmeasured", asset_find("src/store/schema/0009-unmeasured.sql")->data},
	};
	struct db_options db = {
		.mode = options->mode,
		.durable = options->durable,
		.migrations = migrations,
		.migration_count = F2F_COUNT(migrations),
		.statements = store_statements,
		.statement_count = STATEMENT_COUNT,
	};
	if (options->mode == DB_WRITE) {
		int rc = make_parent(path, err);
		if (rc < 0) {
			struct error cause = err != NULL ? *err : (struct error){.message = ""};
			return error_set(err, ERROR_USAGE,
				"the database %.200s has no folder, and none can be made: %.200s; "
				"choose another with --db",
				path, cause.message);
		}
	}
	struct store *store = xcalloc(1, sizeof(*store));
	store->lock_fd = -1;
	store->path = xstrdup(path);
	int rc = db_open(path, &db, &store->db, err);
	if (rc < 0) {
		store_close(store);
		return rc;
	}
	*store_out = store;
	return 0;
}

void store_close(struct store *store) {
	if (store == NULL) {
		return;
	}
	db_close(store->db);
	if (store->lock_fd >= 0) {
		close(store->lock_fd);
	}
	free(store->path);
	free(store);
}

int store_begin(struct store *store, struct error *err) {
	if (store->open_transaction) {
		return 0;
	}
	int rc = db_begin(store->db, err);
	store->open_transaction = rc == 0;
	return rc;
}

int store_commit(struct store *store, struct error *err) {
	if (!store->open_transaction) {
		return 0;
	}
	int rc = db_commit(store->db, err);
	if (rc == 0) {
		store->open_transaction = false;
	}
	return rc;
}

void store_rollback(struct store *store) {
	if (store->open_transaction) {
		db_rollback(store->db, NULL);
		store->open_transaction = false;
	}
}

/* A lock of the kernel's, on a byte that stands for the run: it goes with the process, however that
 * ends. */
static struct flock lock_of(const char *run) {
	struct sha256 hash = sha256_of(run, strlen(run));
	hash.hex[8] = '\0';
	return (struct flock){
		.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = (off_t)(strtoul(hash.hex, NULL, 16) % LOCK_SLOTS),
		.l_len = 1,
	};
}

const char *store_run_state(const struct store *store, const struct run_record *run) {
	if (strcmp(run->state, "running") != 0) {
		return run->state;
	}
	char *path = xasprintf("%s.lock", store->path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool there = fd >= 0 || errno != ENOENT;
	struct flock lock = lock_of(run->id);
	// What cannot be asked is taken for running.
	bool held = there &&
		    (fd < 0 || fcntl(fd, F_OFD_GETLK, &lock) < 0 || lock.l_type != F_UNLCK);
	if (fd >= 0) {
		close(fd);
	}
	free(path);
	return held ? run->state : "interrupted";
}

int store_run_lock(struct store *store, const char *run, struct error *err) {
	char *path = xasprintf("%s.lock", store->path);
	int rc = 0;
	if (store->lock_fd < 0) {
		store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	}
	if (store->lock_fd < 0) {
		rc = error_set_errno(err, "%s", path);
		goto out;
	}
	struct flock lock = lock_of(run);
	if (fcntl(store->lock_fd, F_OFD_SETLK, &lock) < 0) {
		rc = errno == EAGAIN || errno == EACCES
			     ? error_set(err, ERROR_BUSY,
				       "another f2f works on run %s; try again when it has ended",
				       run)
			     : error_set_errno(err, "%s: no lock", path);
	}
out:
	free(path);
	return rc;
}

static int first_line(struct db_row *row, void *data, struct error *err) {
	(void)data;
	char *text = xstrdup(db_text(row, 0));
	for (char *c = text; *c != '\0'; c++) {
		*c = *c == '\n' ? ' ' : *c;
	}
	int rc =
		strcmp(text, "ok") == 0 ? 0 : error_set(err, ERROR_DATABASE, "integrity: %s", text);
	free(text);
	return rc;
}

int store_check(struct store *store, struct error *err) {
	return db_run(store->db, STATEMENT_CHECK, err, first_line, NULL, "");
}
