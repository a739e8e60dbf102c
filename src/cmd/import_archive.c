#include "cmd/import_archive.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/file.h"
#include "io/git_stream.h"
#include "io/loop.h"
#include "io/proc.h"

enum { CPU_LIMIT_S = 300 };

#define BYTES_MAX (INT64_C(1) << 30)

/* f2f-unpack speaks in f2f-git's records. */
struct unpacking {
	struct proc *proc;
	struct git_stream stream;
	struct proc_exit exit;
	bool failed;
	struct error failure;
};

static void on_output(enum proc_stream from, const char *bytes, size_t length, void *data) {
	struct unpacking *unpacking = data;
	if (from != PROC_STDOUT || length == 0 || unpacking->failed) {
		return;
	}
	if (git_stream_feed(&unpacking->stream, bytes, length, NULL, &unpacking->failure) < 0) {
		unpacking->failed = true;
		proc_kill(unpacking->proc, 0);
	}
}

static void on_exit_of_child(const struct proc_exit *how, void *data) {
	struct unpacking *unpacking = data;
	unpacking->exit = *how;
}

static int result_of(const struct unpacking *unpacking, const char *path, struct error *err) {
	if (unpacking->failed) {
		error_set(err, unpacking->failure.code, "%s: %s", path, unpacking->failure.message);
		return unpacking->failure.code;
	}
	if (unpacking->stream.failed) {
		return error_set(
			err, unpacking->stream.error.code, "%s", unpacking->stream.error.message);
	}
	if (unpacking->stream.state != GIT_STREAM_ENDED) {
		return error_set(err, ERROR_INPUT,
			"%s: f2f-unpack ended half-way (signal %d, status %d)", path,
			unpacking->exit.signal, unpacking->exit.status);
	}
	return 0;
}

int import_archive_read(const char *path, import_archive_fn each, void *data, struct error *err) {
	char *program = path_find_helper("f2f-unpack");
	if (program == NULL) {
		return error_set(err, ERROR_ENVIRONMENT,
			"f2f-unpack is missing: it belongs beside f2f or in libexec/f2f");
	}
	const char *const argv[] = {program, path, NULL};
	struct unpacking unpacking = {0};
	struct loop *loop = loop_create(NULL);
	struct proc_options options = {
		.argv = argv,
		.cpu_limit_s = CPU_LIMIT_S,
		.on_output = on_output,
		.on_exit = on_exit_of_child,
		.data = &unpacking,
	};
	git_stream_init(&unpacking.stream, BYTES_MAX);
	int rc = proc_spawn(loop, &options, &unpacking.proc, err);
	if (rc == 0) {
		loop_run(loop);
		rc = result_of(&unpacking, path, err);
	}
	for (size_t i = 0; rc == 0 && i < unpacking.stream.files.count; i++) {
		const struct git_file *file = &unpacking.stream.files.items[i];
		rc = each(file->path, file->data, file->length, data, err);
	}
	proc_destroy(unpacking.proc);
	git_stream_finish(&unpacking.stream);
	loop_destroy(loop);
	free(program);
	return rc;
}
