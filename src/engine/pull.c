#include "engine/pull.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/pull_local.h"
#include "engine/pull_plan.h"
#include "engine/sets.h"
#include "io/loop.h"
#include "store/store.h"

enum { SET_LIST_MAX = 1024 };

struct pull {
	const struct pull_options *options;
	struct pull_plan plan;
	struct pull_source *current; // being fetched
	int failed; // code of the first failure
};

static void tell(const struct pull *pull, struct pull_event event) {
	pull->options->on_event(&event, pull->options->data);
}

static void on_progress(const struct git_progress *progress, void *data) {
	struct pull *pull = data;
	tell(pull, (struct pull_event){
			   .kind = PULL_PROGRESS,
			   .url = pull->current->shown,
			   .progress = *progress,
		   });
}

static void on_done(const struct git_result *result, const struct error *err, void *data) {
	struct pull *pull = data;
	struct pull_source *source = pull->current;
	if (err != NULL) {
		source->err = *err;
		source->rc = err->code;
	} else {
		source->result = *result;
		source->rc = 0;
	}
	source->tried = true;
	loop_stop(pull->options->loop);
}

static bool interrupted(const struct pull *pull) {
	return pull->options->interrupted != NULL && *pull->options->interrupted;
}

/* Runs the loop until git has given the paths or failed: source->rc. Negative after an
 * interrupt. */
static int ask_git(struct pull *pull, struct pull_source *source, const char *commit,
	const char *const *paths, size_t path_count, struct error *err) {
	const struct git_fetch_options options = {
		.url = source->url,
		.commit = commit,
		.paths = paths,
		.path_count = path_count,
		.head_allowed = source->from,
		.cache = pull->options->cache,
		.silence_ns = pull->options->silence_ns,
		.max_bytes = source->manifest->unpublished != NULL ? PULL_LOCAL_MAX : 0,
	};
	pull->current = source;
	tell(pull, (struct pull_event){.kind = PULL_FETCHING, .url = source->shown});
	source->rc = git_fetch_start(pull->options->loop, &options, on_progress, on_done, pull,
		&source->fetch, &source->err);
	source->tried = source->rc < 0;
	if (!source->tried && !interrupted(pull)) {
		loop_run(pull->options->loop);
	}
	return source->tried ? 0 : error_set(err, ERROR_CANCELLED, "interrupted");
}

/* The one file of an unpublished source, which goes by the manifest's path from now on. */
static void take_file(struct pull_source *source, char *data, size_t length) {
	source->file = (struct git_file){
		.path = xstrdup(source->manifest->files[0].path),
		.data = data,
		.length = length,
	};
	source->result.files = &source->file;
	source->result.file_count = 1;
}

/*
 * A file that its repository does not publish: on disk, or in whatever repository holds it now.
 * Which commit that is says nothing, the file is known by its checksum.
 */
static int fetch_unpublished(struct pull *pull, struct pull_source *source, struct error *err) {
	static const char no_commit[] = "0000000000000000000000000000000000000000";
	const char *path = source->manifest->files[0].path;
	char *file = NULL;
	char *candidate;
	int rc = 0;
	source->tried = true;
	if (!source->from) {
		source->rc = error_set(&source->err, ERROR_ENVIRONMENT, "%s",
			source->manifest->unpublished);
		return 0;
	}
	source->rc = pull_local_read(source->url, path, &source->local, &file, &source->err);
	if (source->rc == 0 && file != NULL) {
		free(source->shown);
		source->shown = file;
		take_file(source, (char *)buf_str(&source->local), source->local.len);
	}
	if (source->rc < 0 || file != NULL) {
		return 0;
	}
	source->rc = ERROR_NOT_FOUND;
	for (size_t i = 0; rc == 0 && source->rc == ERROR_NOT_FOUND &&
			   (candidate = pull_local_candidate(path, i)) != NULL;
		i++) {
		git_fetch_destroy(source->fetch);
		source->fetch = NULL;
		rc = ask_git(pull, source, no_commit, (const char *const *)&candidate, 1, err);
		free(candidate);
	}
	if (rc == 0 && source->rc == 0 && source->result.file_count != 1) {
		source->rc = error_set(&source->err, ERROR_INPUT, "%s: not a file", path);
	} else if (rc == 0 && source->rc == 0) {
		source->result.is_head = false;
		take_file(source, source->result.files[0].data, source->result.files[0].length);
	}
	return rc;
}

/* source->rc says how it went; negative only after an interrupt. */
static int fetch_source(struct pull *pull, struct pull_source *source, struct error *err) {
	int rc = source->manifest->unpublished != NULL
			 ? fetch_unpublished(pull, source, err)
			 : ask_git(pull, source, source->manifest->commit, source->paths.items,
				   source->paths.count, err);
	if (rc < 0) {
		return rc;
	}
	if (source->rc < 0) {
		// What was looked for on disk is named already.
		if (source->manifest->unpublished == NULL || source->fetch != NULL) {
			error_prefix(&source->err, "%s", source->shown);
		}
		return 0;
	}
	if (source->result.commit[0] != '\0') {
		tell(pull, (struct pull_event){
				   .kind = PULL_FETCHED,
				   .url = source->shown,
				   .commit = source->result.commit,
				   .is_head = source->result.is_head,
			   });
	}
	return 0;
}

static void fail(struct pull *pull, const char *set, const struct error *err) {
	pull->failed = pull->failed != 0 ? pull->failed : (int)err->code;
	tell(pull, (struct pull_event){.kind = PULL_FAILED, .set = set, .error = err});
}

/* One line for a source that failed, however many sets wait for it. */
static void fail_source(struct pull *pull, struct pull_source *source) {
	struct buf names = BUF_INIT(SET_LIST_MAX);
	for (size_t i = 0; i < pull->plan.sets.count; i++) {
		const struct pull_set *set = &pull->plan.sets.items[i];
		for (size_t j = 0; set->needed && j < set->dataset->source_count; j++) {
			if (pull_plan_source(&pull->plan, &set->dataset->sources[j]) == source) {
				buf_appendf(&names, "%s%s", names.len > 0 ? ", " : "",
					set->dataset->name);
				break;
			}
		}
	}
	if (!source->told) {
		fail(pull, buf_str(&names), &source->err);
	}
	source->told = true;
	buf_finish(&names);
}

struct pin_search {
	const char *source;
	const char *path;
	struct sha256 found;
	bool has;
};

static int find_pin(const struct set_file *file, void *data) {
	struct pin_search *search = data;
	if (strcmp(file->source, search->source) == 0 && strcmp(file->path, search->path) == 0 &&
		strlen(file->sha256) == SHA256_HEX - 1) {
		memcpy(search->found.hex, file->sha256, SHA256_HEX);
		search->has = true;
	}
	return 0;
}

/* A file that came from elsewhere than the manifest says goes by where it came from. */
static const char *shown_path(const struct pull_source *source, const struct dataset_file *file) {
	return source->manifest->unpublished != NULL ? source->shown : file->path;
}

static int mismatch(const struct pull_source *source, const struct dataset_file *file,
	const char *is, const char *wanted, const char *by, struct error *err) {
	if (source->result.is_head) {
		return error_set(err, ERROR_INPUT,
			"%s: commit %.12s is absent and HEAD %.12s has other bytes: sha256 %s, not "
			"%s",
			file->path, source->manifest->commit, source->result.commit, is, wanted);
	}
	return error_set(err, ERROR_INPUT, "%s: sha256 is %s, not %s as %s",
		shown_path(source, file), is, wanted, by);
}

/*
 * Refuses bytes that are not the set's. Without a checksum of the manifest's, those of the first
 * pull are: *pins_out.
 */
static int check_file(struct pull *pull, const struct pull_set *set,
	const struct pull_source *source, const struct dataset_file *file, const char *hash,
	bool *pins_out, struct error *err) {
	if (file->sha256 != NULL) {
		return strcmp(file->sha256, hash) == 0 ? 0
						       : mismatch(source, file, hash, file->sha256,
								 "the manifest says", err);
	}
	struct pin_search search = {.source = source->manifest->name, .path = file->path};
	int rc = store_set_files(pull->options->store, set->dataset->name, find_pin, &search, err);
	if (rc < 0) {
		return rc;
	}
	if (search.has && strcmp(search.found.hex, hash) != 0) {
		return mismatch(
			source, file, hash, search.found.hex, "the first pull brought", err);
	}
	if (!search.has && source->result.is_head) { // never so for an unpublished source
		return error_set(err, ERROR_INPUT,
			"%s: commit %.12s is absent, and there is no checksum to know the file by",
			file->path, source->manifest->commit);
	}
	*pins_out = true;
	return 0;
}

/* What one set takes out of its sources. */
struct haul {
	VEC(struct dataset_blob) blobs;
	VEC(struct set_file) files;
	VEC(char *) hashes; // owned: files point here
	VEC(struct pull_event) pins; // told when the set is stored
};

static void haul_finish(struct haul *haul) {
	for (size_t i = 0; i < haul->hashes.count; i++) {
		free(haul->hashes.items[i]);
	}
	vec_finish(&haul->hashes);
	vec_finish(&haul->pins);
	vec_finish(&haul->files);
	vec_finish(&haul->blobs);
}

static void add_blobs(
	struct haul *haul, const struct pull_source *source, const struct dataset_file *file) {
	size_t length = strlen(file->path);
	for (size_t i = 0; i < source->result.file_count; i++) {
		const struct git_file *one = &source->result.files[i];
		bool inside = strncmp(one->path, file->path, length) == 0 &&
			      (one->path[length] == '/' || one->path[length] == '\0');
		if (inside) {
			struct dataset_blob blob = {.role = file->role,
				.path = one->path,
				.data = one->data,
				.length = one->length};
			vec_push(&haul->blobs, blob);
		}
	}
}

static int add_file(struct pull *pull, const struct pull_set *set, const struct pull_source *source,
	const struct dataset_file *file, struct haul *haul, struct error *err) {
	struct sha256 hash;
	int64_t bytes = 0;
	size_t first = haul->blobs.count;
	add_blobs(haul, source, file);
	int rc = dataset_file_hash(file,
		haul->blobs.count > first ? haul->blobs.items + first : NULL,
		haul->blobs.count - first, &hash, &bytes, err);
	bool pins = false;
	rc = rc < 0 ? rc : check_file(pull, set, source, file, hash.hex, &pins, err);
	if (rc < 0) {
		return rc;
	}
	if (source->manifest->unpublished != NULL) {
		haul->blobs.items[first].path = source->shown; // for messages about what it holds
	}
	vec_push(&haul->hashes, xstrdup(hash.hex));
	if (pins) {
		struct pull_event event = {
			.kind = PULL_PINNED,
			.set = set->dataset->name,
			.path = shown_path(source, file),
			.hash = haul->hashes.items[haul->hashes.count - 1],
		};
		vec_push(&haul->pins, event);
	}
	struct set_file record = {
		.source = source->manifest->name,
		.url = source->shown,
		.commit = source->result.commit,
		.path = file->path,
		.sha256 = haul->hashes.items[haul->hashes.count - 1],
		.bytes = bytes,
	};
	vec_push(&haul->files, record);
	return 0;
}

struct omitting {
	const struct pull *pull;
	const char *set;
};

static void tell_omission(const struct dataset_omission *omission, void *data) {
	const struct omitting *omitting = data;
	tell(omitting->pull, (struct pull_event){
				     .kind = PULL_OMITTED,
				     .set = omitting->set,
				     .problem = omission->name,
				     .class = omission->class,
				     .why = omission->why,
			     });
}

static int take_set(struct pull *pull, struct pull_set *set, struct error *err) {
	struct haul haul = {0};
	int64_t problems = 0;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < set->dataset->source_count; i++) {
		const struct dataset_source *manifest = &set->dataset->sources[i];
		const struct pull_source *source = pull_plan_source(&pull->plan, manifest);
		for (size_t j = 0; rc == 0 && j < manifest->file_count; j++) {
			rc = add_file(pull, set, source, &manifest->files[j], &haul, err);
		}
	}
	rc = rc < 0 ? rc
		    : sets_put(pull->options->store, set->dataset, haul.blobs.items,
			      haul.blobs.count, haul.files.items, haul.files.count, &problems,
			      tell_omission, &(struct omitting){pull, set->dataset->name}, err);
	for (size_t i = 0; rc == 0 && i < haul.pins.count; i++) {
		tell(pull, haul.pins.items[i]);
	}
	if (rc == 0) {
		struct sha256 hash = sets_hash(haul.files.items, haul.files.count);
		tell(pull, (struct pull_event){
				   .kind = PULL_STORED,
				   .set = set->dataset->name,
				   .problems = problems,
				   .hash = hash.hex,
			   });
	}
	haul_finish(&haul);
	return rc;
}

/*
 * ERROR_DATABASE and the like are nobody else's fault and end the pull; what is wrong with the
 * files is the set's.
 */
static int settle(struct pull *pull, const struct pull_set *set, int rc, struct error *err) {
	if (rc == ERROR_INPUT || rc == ERROR_NOT_FOUND) {
		fail(pull, set->dataset->name, err);
		return 0;
	}
	return rc;
}

static int pull_set(struct pull *pull, struct pull_set *set, struct error *err) {
	struct pull_event event = {
		.set = set->dataset->name, .problems = set->problems, .hash = set->there};
	if (set->dataset->source_count == 0) {
		event.kind = PULL_BUILT_IN;
		int rc = sets_put_builtin(
			pull->options->store, set->dataset, NULL, &event.problems, err);
		if (rc == 0) {
			tell(pull, event);
		}
		return settle(pull, set, rc, err);
	}
	if (!set->needed) {
		event.kind = PULL_ALREADY;
		tell(pull, event);
		return 0;
	}
	for (size_t i = 0; i < set->dataset->source_count; i++) {
		struct pull_source *source =
			pull_plan_source(&pull->plan, &set->dataset->sources[i]);
		int rc = source->tried ? 0 : fetch_source(pull, source, err);
		if (rc < 0) {
			return rc;
		}
		if (source->rc < 0) {
			fail_source(pull, source);
			return 0;
		}
	}
	return settle(pull, set, take_set(pull, set, err), err);
}

int pull_run(const struct pull_options *options, int *failed_out, struct error *err) {
	struct pull pull = {.options = options};
	int rc = pull_plan_make(options, &pull.plan, err);
	for (size_t i = 0; rc == 0 && i < pull.plan.sets.count; i++) {
		rc = interrupted(&pull) ? error_set(err, ERROR_CANCELLED, "interrupted")
					: pull_set(&pull, &pull.plan.sets.items[i], err);
	}
	pull_plan_finish(&pull.plan);
	if (rc == 0) {
		*failed_out = pull.failed;
	}
	return rc;
}
