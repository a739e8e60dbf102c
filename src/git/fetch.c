#include "git/fetch.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "git/frame.h"

/* What the callbacks of one fetch share. */
struct fetch {
	const struct fetch_request *request;
	struct frame *frame;
	unsigned logins;
	bool too_large;
	bool bad_certificate;
	bool bad_host_key;
	bool complete; // all objects are here, and that was said
	git_oid head;
	bool has_head; // `head` is one
	bool head_named; // the server lists it as HEAD
};

int fetch_failure(struct error *err, int rc) {
	const git_error *last = git_error_last();
	const char *message = last != NULL ? last->message : "libgit2 gave no reason";
	int class = last != NULL ? last->klass : GIT_ERROR_NONE;
	enum error_code code = ERROR_PROTOCOL;
	if (rc == GIT_EAUTH || rc == GIT_ECERTIFICATE || class == GIT_ERROR_SSL) {
		code = ERROR_REFUSED;
	} else if (rc == GIT_ELOCKED || class == GIT_ERROR_ODB || class == GIT_ERROR_OBJECT ||
		   class == GIT_ERROR_REFERENCE) {
		code = ERROR_DATABASE; // our copy: makes main() start afresh, once
	} else if (rc == GIT_ENOTFOUND || class == GIT_ERROR_REPOSITORY) {
		code = ERROR_NOT_FOUND;
	} else if (class == GIT_ERROR_NET || class == GIT_ERROR_HTTP || class == GIT_ERROR_SSH) {
		code = ERROR_NETWORK;
	} else if (class == GIT_ERROR_OS || class == GIT_ERROR_NOMEMORY ||
		   class == GIT_ERROR_FILESYSTEM) {
		code = ERROR_SYSTEM;
	}
	return error_set(err, code, "%s", message);
}

int fetch_damage(struct error *err, int rc) {
	rc = fetch_failure(err, rc);
	if (rc == ERROR_SYSTEM) {
		return rc;
	}
	error_prefix(err, "the local copy is damaged");
	return err->code = ERROR_DATABASE;
}

static int on_transfer(const git_indexer_progress *stats, void *data) {
	struct fetch *fetch = data;
	if (stats->received_bytes > fetch->request->max_bytes) {
		fetch->too_large = true;
		return GIT_EUSER;
	}
	bool complete = stats->total_objects > 0 && stats->indexed_objects == stats->total_objects;
	bool sent = frame_progress(fetch->frame, stats->received_objects, stats->total_objects,
		stats->received_bytes, complete && !fetch->complete);
	fetch->complete = complete;
	return sent ? 0 : GIT_EUSER;
}

/* The server's chatter while it counts and packs is a sign of life. */
static int on_sideband(const char *text, int length, void *data) {
	struct fetch *fetch = data;
	return frame_progress(fetch->frame, 0, 0, 0, false) ? 0 : GIT_EUSER;
}

static int on_certificate(git_cert *certificate, int valid, const char *host, void *data) {
	struct fetch *fetch = data;
	bool host_key = certificate->cert_type == GIT_CERT_HOSTKEY_LIBSSH2;
	fetch->bad_certificate = !valid && !host_key;
	fetch->bad_host_key = !valid && host_key;
	return valid ? 0 : GIT_ECERTIFICATE;
}

/*
 * Nothing is asked for and nothing is guessed: public repositories, a login in the URL, or what the
 * ssh agent holds.
 */
static int on_credentials(git_credential **credential_out, const char *url, const char *user,
	unsigned allowed, void *data) {
	struct fetch *fetch = data;
	const char *name = user != NULL ? user : "git";
	if (allowed == GIT_CREDENTIAL_USERNAME) {
		return git_credential_username_new(credential_out, name);
	}
	const char *why = "the server asks for a login";
	if ((allowed & GIT_CREDENTIAL_SSH_KEY) != 0) {
		if (getenv("SSH_AUTH_SOCK") == NULL) {
			why = "the server asks for a key, and no ssh agent is running";
		} else if (fetch->logins++ == 0) {
			return git_credential_ssh_key_from_agent(credential_out, name);
		} else {
			why = "no key of the ssh agent is accepted";
		}
	}
	git_error_set_str(GIT_ERROR_NET, why);
	return GIT_EAUTH;
}

static void set_callbacks(git_remote_callbacks *callbacks, struct fetch *fetch) {
	callbacks->transfer_progress = on_transfer;
	callbacks->sideband_progress = on_sideband;
	callbacks->certificate_check = on_certificate;
	callbacks->credentials = on_credentials;
	callbacks->payload = fetch;
}

static int failed(const struct fetch *fetch, int rc, struct error *err) {
	if (fetch->too_large) {
		return error_set(err, ERROR_INPUT, "the repository is larger than %llu MiB",
			(unsigned long long)(fetch->request->max_bytes >> 20));
	}
	if (fetch->bad_certificate) {
		return error_set(err, ERROR_REFUSED, "the server's certificate is not valid");
	}
	if (fetch->bad_host_key) {
		return error_set(
			err, ERROR_REFUSED, "the server's host key is not in ~/.ssh/known_hosts");
	}
	return fetch_failure(err, rc);
}

/* A refused or reset connection comes as an error of the system. */
static int connect_failed(const struct fetch *fetch, int rc, struct error *err) {
	rc = failed(fetch, rc, err);
	return rc == ERROR_SYSTEM ? (int)(err->code = ERROR_NETWORK) : rc;
}

/*
 * HEAD may name a branch that was never made, as in many a bare repository: then an only branch is
 * it.
 */
static void note_head(struct fetch *fetch, const git_remote_head **heads, size_t count) {
	size_t branches = 0;
	fetch->has_head = false;
	for (size_t i = 0; i < count; i++) {
		bool branch = str_starts_with(heads[i]->name, "refs/heads/");
		branches += branch;
		if (strcmp(heads[i]->name, "HEAD") == 0) {
			fetch->head = heads[i]->oid;
			fetch->has_head = true;
			fetch->head_named = true;
			return;
		}
		if (branch) {
			fetch->head = heads[i]->oid;
		}
	}
	fetch->has_head = branches == 1;
}

/* Connects and notes what the server's HEAD is. */
static int connect_remote(git_remote *remote, struct fetch *fetch, struct error *err) {
	git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
	git_proxy_options proxy = GIT_PROXY_OPTIONS_INIT;
	proxy.type = GIT_PROXY_AUTO;
	fetch->logins = 0; // a connection each
	set_callbacks(&callbacks, fetch);
	int rc = git_remote_connect(remote, GIT_DIRECTION_FETCH, &callbacks, &proxy, NULL);
	if (rc < 0) {
		return connect_failed(fetch, rc, err);
	}
	const git_remote_head **heads = NULL;
	size_t count = 0;
	rc = git_remote_ls(&heads, &count, remote);
	if (rc < 0) {
		return failed(fetch, rc, err);
	}
	note_head(fetch, heads, count);
	return 0;
}

static int fetch_refs(
	git_remote *remote, struct fetch *fetch, char **refspecs, size_t count, struct error *err) {
	git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
	options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	options.proxy_opts.type = GIT_PROXY_AUTO;
	options.update_fetchhead = 0;
	set_callbacks(&options.callbacks, fetch);
	const git_strarray wanted = {.strings = refspecs, .count = count};
	int rc = git_remote_fetch(remote, &wanted, &options, NULL);
	return rc < 0 ? failed(fetch, rc, err) : 0;
}

/*
 * Asked here because libgit2 reports it like a network that is down, which would be worth a second
 * try.
 */
static bool known_scheme(const char *url) {
	static const char *const schemes[] = {
		"https", "http", "ssh", "git", "git+ssh", "ssh+git", "file"};
	const char *colon = strstr(url, "://");
	bool known = colon == NULL;
	for (size_t i = 0; !known && i < F2F_COUNT(schemes); i++) {
		size_t length = strlen(schemes[i]);
		known = (size_t)(colon - url) == length && strncmp(url, schemes[i], length) == 0;
	}
	return known;
}

/* Neither a URL nor the short form of ssh, "host:path". */
static bool is_path(const char *url) {
	return strstr(url, "://") == NULL && url[strcspn(url, ":/")] != ':';
}

static bool has_commit(git_repository *repo, const git_oid *id) {
	git_commit *commit = NULL;
	bool found = git_commit_lookup(&commit, repo, id) == 0;
	git_commit_free(commit);
	return found;
}

static bool fetch_pin(git_repository *repo, git_remote *remote, struct fetch *fetch) {
	char hex[GIT_OID_HEXSZ + 1];
	git_oid_tostr(hex, sizeof(hex), &fetch->request->commit);
	char *refspec = xasprintf("+%s:refs/pins/%s", hex, hex);
	// Why it failed does not matter: if the server is at fault, asking for its heads says so.
	int rc = fetch_refs(remote, fetch, &refspec, 1, NULL);
	free(refspec);
	return rc == 0 && has_commit(repo, &fetch->request->commit);
}

static int fetch_heads(
	git_repository *repo, git_remote *remote, struct fetch *fetch, struct error *err) {
	git_remote_disconnect(remote);
	int rc = connect_remote(remote, fetch, err);
	if (rc < 0) {
		return rc;
	}
	char heads[] = "+refs/heads/*:refs/heads/*";
	char head[] = "+HEAD:refs/pins/HEAD"; // it may be detached
	char *refspecs[] = {heads, head};
	return fetch_refs(remote, fetch, refspecs, fetch->head_named ? 2 : 1, err);
}

static int pick(git_repository *repo, const struct fetch *fetch, git_oid *used_out,
	bool *is_head_out, struct error *err) {
	const struct fetch_request *request = fetch->request;
	bool pinned = has_commit(repo, &request->commit);
	if (!pinned &&
		!(request->head_allowed && fetch->has_head && has_commit(repo, &fetch->head))) {
		char hex[GIT_OID_HEXSZ + 1];
		git_oid_tostr(hex, sizeof(hex), &request->commit);
		return error_set(err, ERROR_NOT_FOUND, "commit %s is not in the repository", hex);
	}
	*used_out = pinned ? request->commit : fetch->head;
	*is_head_out = !pinned;
	return 0;
}

int fetch_commit(git_repository *repo, const struct fetch_request *request, struct frame *frame,
	git_oid *used_out, bool *is_head_out, struct error *err) {
	struct fetch fetch = {.request = request, .frame = frame};
	if (has_commit(repo, &request->commit)) {
		return pick(repo, &fetch, used_out, is_head_out, err);
	}
	git_remote *remote = NULL;
	int rc = git_remote_create_anonymous(&remote, repo, request->url);
	if (rc < 0) {
		return fetch_failure(err, rc);
	}
	const char *url = git_remote_url(remote);
	if (!known_scheme(url)) {
		rc = error_set(err, ERROR_USAGE, "not https, http, ssh, git, file or a path");
		goto out;
	}
	if (is_path(url) && !file_exists(url)) {
		rc = error_set(err, ERROR_NOT_FOUND, "no such file or folder");
		goto out;
	}
	rc = connect_remote(remote, &fetch, err);
	if (rc < 0) {
		goto out;
	}
	if (!fetch_pin(repo, remote, &fetch) && !fetch.too_large) {
		rc = fetch_heads(repo, remote, &fetch, err);
	}
	if (fetch.too_large) {
		rc = failed(&fetch, rc, err);
	}
	if (rc == 0) {
		rc = pick(repo, &fetch, used_out, is_head_out, err);
	}
out:
	git_remote_free(remote);
	return rc;
}
