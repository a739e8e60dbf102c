#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "dataset/dataset.h"
#include "engine/pull.h"
#include "io/git.h"
#include "io/loop.h"
#include "io/term.h"
#include "store/store.h"

enum { CLASSES_MAX = 4096 };

#define ID_SHOWN 12 // characters of a commit or a hash: enough to compare by eye

/* What the callbacks share. */
struct pulling {
	struct loop *loop;
	const char *progress_mode;
	struct term_progress *progress; // while a repository is asked
	char *url;
	struct git_progress done;
	bool interrupted;
	int signo;
	struct map *omitted; // of the set being stored: class to how many
	int64_t omitted_count;
};

static void progress_text(char *line, size_t size, void *data) {
	const struct pulling *pulling = data;
	const struct git_progress *done = &pulling->done;
	if (done->total_objects == 0) {
		snprintf(line, size, "%s: asking", pulling->url);
		return;
	}
	snprintf(line, size, "%s: %" PRId64 " of %" PRId64 " objects, %.1f MB", pulling->url,
		done->received_objects, done->total_objects, (double)done->received_bytes / 1e6);
}

static void progress_start(struct pulling *pulling, const char *url) {
	pulling->url = xstrdup(url);
	pulling->done = (struct git_progress){0};
	pulling->progress =
		term_progress_start(pulling->loop, pulling->progress_mode, progress_text, pulling);
}

static void progress_end(struct pulling *pulling) {
	term_progress_end(pulling->progress);
	pulling->progress = NULL;
	free(pulling->url);
	pulling->url = NULL;
}

/* What a set leaves out: counted here, kept in the database, listed with --verbose. */
static void on_omission(struct pulling *pulling, const struct pull_event *event) {
	uintptr_t count = (uintptr_t)map_get(pulling->omitted, event->class);
	map_set(pulling->omitted, event->class, (void *)(count + 1));
	pulling->omitted_count++;
	log_debug("%s: left out %s: %s: %s", event->set, event->problem, event->class, event->why);
}

static void append_class(const char *class, void *count, void *data) {
	struct buf *out = data;
	buf_appendf(out, "%s%" PRIuPTR " %s", out->len > 0 ? ", " : "", (uintptr_t)count, class);
}

static void say_omissions(struct pulling *pulling, const char *set) {
	if (pulling->omitted_count == 0) {
		return;
	}
	struct buf classes = BUF_INIT(CLASSES_MAX);
	map_foreach(pulling->omitted, append_class, &classes);
	printf("%s: %" PRId64 " problems left out as inconsistent: %s; which: f2f query \"SELECT "
	       "problem, class, evidence FROM finding WHERE split = '%s'\"\n",
		set, pulling->omitted_count, buf_str(&classes), set);
	buf_finish(&classes);
	map_destroy(pulling->omitted, NULL);
	pulling->omitted = map_create();
	pulling->omitted_count = 0;
}

static void on_event(const struct pull_event *event, void *data) {
	struct pulling *pulling = data;
	if (event->kind == PULL_PROGRESS) {
		pulling->done = event->progress;
		term_progress_touch(pulling->progress);
		return;
	}
	progress_end(pulling);
	switch (event->kind) {
	case PULL_FETCHING:
		progress_start(pulling, event->url);
		break;
	case PULL_FETCHED:
		printf("%s: commit %s%s\n", event->url, event->commit,
			event->is_head ? " (HEAD: the pinned commit is not there)" : "");
		break;
	case PULL_PINNED:
		printf("%s: %s has no published checksum; pinned to what the first pull brought, "
		       "sha256 %s\n",
			event->set, event->path, event->hash);
		break;
	case PULL_OMITTED:
		on_omission(pulling, event);
		break;
	case PULL_STORED:
		printf("%s: %" PRId64 " problems stored, set %.*s\n", event->set, event->problems,
			ID_SHOWN, event->hash);
		say_omissions(pulling, event->set);
		break;
	case PULL_ALREADY:
		printf("%s: already there, %" PRId64 " problems, set %.*s\n", event->set,
			event->problems, ID_SHOWN, event->hash);
		break;
	case PULL_BUILT_IN:
		printf("%s: built in, %" PRId64 " problems, needs no pull\n", event->set,
			event->problems);
		break;
	case PULL_FAILED:
		fflush(stdout);
		log_error("pull %s: %s", event->set, event->error->message);
		break;
	case PULL_PROGRESS:
		break;
	}
	fflush(stdout);
}

static void interrupt(struct pulling *pulling, int signo) {
	pulling->interrupted = true;
	pulling->signo = signo;
	loop_stop(pulling->loop);
}

static void on_sigint(void *data) {
	interrupt(data, SIGINT);
}

static void on_sigterm(void *data) {
	interrupt(data, SIGTERM);
}

static int run_pull(
	struct pulling *pulling, struct pull_options *pull, int *failed_out, struct error *err) {
	struct loop_signal *sigint = loop_signal_add(pulling->loop, SIGINT, on_sigint, pulling);
	struct loop_signal *sigterm = loop_signal_add(pulling->loop, SIGTERM, on_sigterm, pulling);
	int rc = pull_run(pull, failed_out, err);
	progress_end(pulling);
	loop_signal_remove(sigint);
	loop_signal_remove(sigterm);
	return rc;
}

static int silence(const struct options *options, int64_t *silence_ns_out, struct error *err) {
	double seconds = option_number(options, "silence", 60);
	if (!(seconds >= 0.01 && seconds <= 86400)) {
		return error_set(err, ERROR_USAGE,
			"--silence %g is not between 0.01 and 86400 seconds", seconds);
	}
	*silence_ns_out = (int64_t)(seconds * (double)CLOCK_SECOND);
	return 0;
}

/* Before a database is made for a name that was mistyped. */
static int check_names(const char *const *sets, size_t count, struct error *err) {
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct dataset *dataset = NULL;
		rc = dataset_load(sets[i], &dataset, err);
		dataset_destroy(dataset);
	}
	return rc;
}

static int run(struct options *options, struct error *err) {
	struct pulling pulling = {.progress_mode = option_text(options, "progress", "auto"),
		.omitted = map_create()};
	VEC(const char *) sets = {0};
	VEC(const char *) from = {0};
	const char *item;
	struct store *store = NULL;
	char *database = options_database(options);
	char *cache = git_cache_folder();
	int64_t silence_ns = 0;
	int failed = 0;
	for (size_t i = 0; (item = option_argument(options, i)) != NULL; i++) {
		vec_push(&sets, item);
	}
	for (size_t i = 0; (item = option_item(options, "from", i)) != NULL; i++) {
		vec_push(&from, item);
	}
	int rc = silence(options, &silence_ns, err);
	rc = rc < 0 ? rc : check_names(sets.items, sets.count, err);
	rc = rc < 0 ? rc
		    : store_open(database, &(struct store_options){.mode = DB_WRITE}, &store, err);
	if (rc < 0) {
		goto out;
	}
	pulling.loop = loop_create(NULL);
	struct pull_options pull = {
		.loop = pulling.loop,
		.store = store,
		.sets = sets.items,
		.set_count = sets.count,
		.from = from.items,
		.from_count = from.count,
		.force = option_flag(options, "force"),
		.cache = cache,
		.silence_ns = silence_ns,
		.interrupted = &pulling.interrupted,
		.on_event = on_event,
		.data = &pulling,
	};
	rc = run_pull(&pulling, &pull, &failed, err);
	loop_destroy(pulling.loop);
	if (rc == ERROR_CANCELLED && pulling.interrupted) {
		log_warn("pull interrupted: nothing of the set being fetched was stored");
		rc = pulling.signo == SIGTERM ? 143 : 130;
	} else if (rc == 0 && failed != 0) {
		rc = error_exit_status((enum error_code)failed);
	}
out:
	store_close(store);
	map_destroy(pulling.omitted, NULL);
	vec_finish(&sets);
	vec_finish(&from);
	free(database);
	free(cache);
	return rc;
}

static const struct option pull_table[] = {
	{"from", 0, OPTION_LIST, "[SOURCE=]URL",
		"fetch from here: https, http, ssh, git, file or a path"},
	{"force", 0, OPTION_FLAG, NULL, "fetch again what is already there"},
	{"silence", 0, OPTION_NUMBER, "SECONDS", "give up when nothing is heard for so long (60)"},
	{0},
};

const struct command cmd_pull = {
	.name = "pull",
	.synopsis = "[SPLIT…] [--from [SOURCE=]URL]…",
	.summary = "fetch problem sets",
	.about = "Fetches problem sets from their repositories, by pinned commit, and stores them "
		 "when every "
		 "file has the sha256 that the set's manifest (datasets/NAME/dataset.json) gives. "
		 "Without SPLIT, all "
		 "sets that have a source. What is already there is left alone.\n"
		 "\n"
		 "With --from, the files may come from another repository, for example a mirror or "
		 "a folder on disk; "
		 "where that has not the pinned commit, HEAD's files are taken if they are the "
		 "same. The file of words-paper is in no public repository: --from names it, or a "
		 "folder that holds it.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f pull v2\n"
		 "  f2f pull v2s --from /path/to/miniF2F_v2\n"
		 "  f2f pull words-paper --from test500.json\n"
		 "  f2f pull v1-lean4 --from minif2f-lean4=git://mirror/miniF2F-lean4\n",
	.options = pull_table,
	.run = run,
};
