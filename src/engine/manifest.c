#include "engine/manifest.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "core/prompt.h"
#include "io/http.h"
#include "store/store.h"
#include "verifier/verifier.h"

enum { MANIFEST_MAX = 1 << 20 };

static json_t *text_or_null(const char *text) {
	return text != NULL ? json_string(text) : json_null();
}

static json_t *host(void) {
	struct utsname name = {0};
	struct sysinfo info = {0};
	uname(&name);
	sysinfo(&info);
	return json_pack("{s:s, s:s, s:I, s:I}", "kernel", name.release, "machine", name.machine,
		"cores", (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "memory_bytes",
		(json_int_t)info.totalram * (json_int_t)info.mem_unit);
}

static int add_file(const struct set_file *file, void *data) {
	json_array_append_new(
		data, json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "source", file->source, "url",
			      file->url, "commit", file->commit, "path", file->path, "sha256",
			      file->sha256, "bytes", (json_int_t)file->bytes));
	return 0;
}

static int add_sets(struct store *store, const struct manifest_options *options, json_t *manifest,
	struct error *err) {
	json_t *sets = json_object();
	json_object_set_new(manifest, "datasets", sets);
	for (size_t i = 0; i < options->split_count; i++) {
		struct set_record set;
		bool found = false;
		int rc = store_set_get(store, options->splits[i], &set, &found, err);
		if (rc < 0) {
			return rc;
		}
		if (!found) {
			continue;
		}
		json_t *files = json_array();
		json_object_set_new(sets, options->splits[i],
			json_pack("{s:s, s:s, s:I, s:o}", "version", set.version, "hash", set.hash,
				"problems", (json_int_t)set.problems, "files", files));
		set_record_finish(&set);
		rc = store_set_files(store, options->splits[i], add_file, files, err);
		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}

static json_t *lean_object(const struct manifest_lean *lean) {
	const struct lean_info *info = lean->info;
	if (info == NULL) {
		return json_null();
	}
	json_t *object = json_pack("{s:s, s:s, s:I, s:I}", "version", info->version, "path",
		info->path, "jobs", (json_int_t)lean->jobs, "cpu_limit_s",
		(json_int_t)lean->cpu_limit_s);
	json_object_set_new(object, "commit", text_or_null(info->commit));
	json_object_set_new(object, "toolchain", text_or_null(info->toolchain));
	json_object_set_new(object, "toolchain_why", text_or_null(info->why));
	json_object_set_new(object, "imports", text_or_null(info->lean_path));
	json_object_set_new(object, "mathlib", text_or_null(info->mathlib));
	json_object_set_new(object, "backend", text_or_null(lean->backend));
	json_object_set_new(object, "backend_why", text_or_null(lean->backend_why));
	json_object_set_new(object, "sandbox", text_or_null(lean->sandbox));
	json_object_set_new(object, "policy", text_or_null(lean->policy));
	json_object_set_new(object, "final", text_or_null(lean->final));
	json_object_set_new(object, "memory_limit_bytes", json_integer(lean->memory_limit_bytes));
	json_object_set_new(object, "axioms",
		json_pack("[s, s, s]", "propext", "Classical.choice", "Quot.sound"));
	return object;
}

static char *render(const json_t *manifest) {
	struct buf out = BUF_INIT(MANIFEST_MAX);
	json_append(&out, manifest, true);
	return buf_detach(&out);
}

static json_t *parse(const char *text) {
	json_t *manifest = json_loads(text, 0, NULL);
	if (!json_is_object(manifest)) {
		json_decref(manifest);
		manifest = json_object();
	}
	return manifest;
}

/* Takes over `value`; NULL: the member goes. */
static char *with_member(const char *text, const char *key, json_t *value) {
	json_t *manifest = parse(text);
	if (value != NULL) {
		json_object_set_new(manifest, key, value);
	} else {
		json_object_del(manifest, key);
	}
	char *changed = render(manifest);
	json_decref(manifest);
	return changed;
}

char *manifest_with_lean(const char *text, const struct manifest_lean *lean) {
	return with_member(text, "lean", lean_object(lean));
}

char *manifest_with_recheck(const char *text, const char *what, int64_t started_ns) {
	return with_member(text, "recheck",
		what != NULL ? json_pack("{s:s, s:I}", "what", what, "started_ns",
				       (json_int_t)started_ns)
			     : NULL);
}

int64_t manifest_recheck(const char *text, const char *what) {
	json_t *manifest = parse(text);
	json_t *open = json_object_get(manifest, "recheck");
	bool same = open != NULL && strcmp(json_string_or(open, "what", ""), what) == 0;
	int64_t started = same ? json_integer_or(open, "started_ns", 0) : 0;
	json_decref(manifest);
	return started;
}

char *manifest_toolchain(const char *text, char **by_out) {
	json_t *manifest = parse(text);
	json_t *wanted = json_object_get(manifest, "toolchain");
	char *name = xstrdup(json_string_or(wanted, "name", NULL));
	*by_out = xstrdup(json_string_or(wanted, "by", NULL));
	json_decref(manifest);
	return name;
}

int manifest_render(struct store *store, const struct manifest_options *options, char **text_out,
	struct error *err) {
	json_t *manifest = json_object();
	json_object_set_new(manifest, "f2f",
		json_pack("{s:s, s:s, s:s}", "version", options->version, "commit", options->commit,
			"build", options->build));
	json_object_set_new(manifest, "host", host());
	json_object_set_new(manifest, "model", text_or_null(options->model));
	char *url = options->base_url != NULL ? http_redact_url(options->base_url) : NULL;
	json_object_set_new(manifest, "base_url", text_or_null(url));
	free(url);
	const struct prompt *prompt = options->prompt;
	json_object_set_new(manifest, "prompt",
		prompt == NULL ? json_null()
			       : json_pack("{s:s, s:I, s:s}", "id", prompt->id, "version",
					 (json_int_t)prompt->version, "sha256", prompt->hash.hex));
	json_object_set_new(manifest, "connections", json_integer(options->connections));
	json_object_set_new(manifest, "max_attempts", json_integer(options->max_attempts));
	json_object_set_new(manifest, "fail_on_error", json_real(options->fail_on_error));
	json_object_set_new(manifest, "toolchain",
		options->toolchain != NULL ? json_pack("{s:s, s:s?}", "name", options->toolchain,
						     "by", options->toolchain_by)
					   : json_null());
	json_object_set_new(manifest, "lean", lean_object(&options->lean));
	int rc = add_sets(store, options, manifest, err);
	if (rc == 0) {
		*text_out = render(manifest);
	}
	json_decref(manifest);
	return rc;
}
