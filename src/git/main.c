#include <fcntl.h>
#include <ftw.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <git2.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "git/fetch.h"
#include "git/frame.h"
#include "git/tree.h"

/*
 * f2f-git [--head] [--max-bytes N] CACHE URL COMMIT PATH…
 *
 * Fetches one commit of one repository into the bare repository CACHE and writes the files at
 * PATH… to stdout (frame.h). With --head, HEAD's files are taken where the commit is absent. A
 * program of its own because libgit2 blocks and knows no time-outs: f2f watches the stream and ends
 * us after a silence.
 */

enum { PACK_MAX_BYTES = 1024 * 1024 * 1024, FILES_MAX_BYTES = 256 * 1024 * 1024 };

struct arguments {
	const char *cache;
	struct fetch_request request;
	char **paths;
	int path_count;
};

static int parse(int argc, char **argv, struct arguments *arguments, struct error *err) {
	int next = 1;
	arguments->request.max_bytes = PACK_MAX_BYTES;
	for (; next < argc && str_starts_with(argv[next], "--"); next++) {
		int64_t bytes = 0;
		if (strcmp(argv[next], "--head") == 0) {
			arguments->request.head_allowed = true;
		} else if (strcmp(argv[next], "--max-bytes") == 0 && next + 1 < argc &&
			   str_to_int64(argv[next + 1], &bytes) && bytes > 0) {
			arguments->request.max_bytes = (uint64_t)bytes;
			next++;
		} else {
			return error_set(err, ERROR_USAGE, "unknown option %s", argv[next]);
		}
	}
	if (argc - next < 4) {
		return error_set(err, ERROR_USAGE,
			"usage: f2f-git [--head] [--max-bytes N] CACHE URL COMMIT PATH…");
	}
	arguments->cache = argv[next];
	arguments->request.url = argv[next + 1];
	if (strlen(argv[next + 2]) != GIT_OID_HEXSZ ||
		git_oid_fromstr(&arguments->request.commit, argv[next + 2]) < 0) {
		return error_set(err, ERROR_USAGE, "not a commit id: %s", argv[next + 2]);
	}
	arguments->paths = argv + next + 3;
	arguments->path_count = argc - next - 3;
	return 0;
}

/* Debian's libgit2 speaks TLS through mbedTLS, which looks for certificates where it was told when
 * it was built. */
static void trust_the_system(void) {
	static const char *const bundles[] = {
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/cert.pem",
	};
	const char *file = getenv("SSL_CERT_FILE");
	const char *folder = getenv("SSL_CERT_DIR");
	if (file == NULL && folder == NULL) {
		for (size_t i = 0; file == NULL && i < F2F_COUNT(bundles); i++) {
			file = file_exists(bundles[i]) ? bundles[i] : NULL;
		}
	}
	if (file != NULL || folder != NULL) {
		git_libgit2_opts(
			GIT_OPT_SET_SSL_CERT_LOCATIONS, file, file == NULL ? folder : NULL);
	}
}

/* One of us at a time on one copy. Held until we end; what libgit2 finds locked nevertheless was
 * left by one that was killed. */
static int lock_cache(const char *cache, struct error *err) {
	char *path = xasprintf("%s.lock", cache);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	int rc = 0;
	if (fd < 0 || flock(fd, LOCK_EX) < 0) {
		rc = error_set_errno(err, "%s", path);
	}
	free(path);
	return rc;
}

static int open_cache(const char *path, git_repository **repo_out, struct error *err) {
	git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
	options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH |
			GIT_REPOSITORY_INIT_NO_DOTGIT_DIR;
	int rc = git_repository_init_ext(repo_out, path, &options);
	return rc < 0 ? fetch_damage(err, rc) : 0;
}

static int run(const struct arguments *arguments, struct frame *frame, struct error *err) {
	git_repository *repo = NULL;
	git_commit *commit = NULL;
	git_oid used;
	bool is_head = false;
	int rc = open_cache(arguments->cache, &repo, err);
	if (rc < 0) {
		goto out;
	}
	rc = fetch_commit(repo, &arguments->request, frame, &used, &is_head, err);
	if (rc < 0) {
		goto out;
	}
	rc = git_commit_lookup(&commit, repo, &used);
	if (rc < 0) {
		rc = fetch_damage(err, rc);
		goto out;
	}
	uint64_t budget = FILES_MAX_BYTES;
	frame_commit(frame, git_oid_tostr_s(&used), is_head);
	for (int i = 0; rc == 0 && i < arguments->path_count; i++) {
		rc = tree_send(commit, arguments->paths[i], frame, &budget, err);
	}
out:
	git_commit_free(commit);
	git_repository_free(repo);
	return rc;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where) {
	return remove(path);
}

/* Only what a bare repository holds, whatever else somebody keeps in that folder. */
static void remove_copy(const char *cache) {
	static const char *const parts[] = {"objects", "refs", "packed-refs", "HEAD", "config"};
	for (size_t i = 0; i < F2F_COUNT(parts); i++) {
		char *path = path_join(cache, parts[i]);
		nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
		free(path);
	}
}

int main(int argc, char **argv) {
	setlocale(LC_CTYPE, "C.UTF-8");
	struct error err = {0};
	struct arguments arguments = {0};
	struct frame frame = {.fd = STDOUT_FILENO};
	signal(SIGPIPE, SIG_IGN); // a reader that went away is an error, not a death
	git_libgit2_init();
	// The copy is ours, and a repository that the user names may well be somebody else's:
	// nothing in either is run.
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	trust_the_system();
	int rc = parse(argc, argv, &arguments, &err);
	if (rc == 0) {
		rc = lock_cache(arguments.cache, &err);
	}
	if (rc == 0) {
		rc = run(&arguments, &frame, &err);
		if (rc == ERROR_DATABASE) {
			remove_copy(arguments.cache);
			frame_restart(&frame);
			rc = run(&arguments, &frame, &err);
		}
	}
	if (rc < 0) {
		frame_error(&frame, &err);
	} else {
		frame_end(&frame);
	}
	git_libgit2_shutdown();
	return rc < 0 ? 1 : 0;
}
