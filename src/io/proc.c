#include "io/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/trace.h"
#include "base/vec.h"
#include "io/loop.h"
#include "io/proc_tree.h"

enum { READ_SIZE = 65536, LINGER_MS = 500 };

/* One of the child's output pipes. */
struct proc_pipe {
	uv_pipe_t handle;
	struct proc *proc;
	enum proc_stream stream;
	bool ended;
};

struct proc {
	struct loop *loop;
	uv_process_t process;
	uv_pipe_t input;
	struct proc_pipe pipes[2];
	void (*on_output)(enum proc_stream stream, const char *bytes, size_t length, void *data);
	void (*on_exit)(const struct proc_exit *exit, void *data);
	void *data;
	struct loop_timer *kill_timer;
	struct loop_timer *linger_timer;
	struct proc_exit exit;
	int open_handles;
	int pid;
	struct proc_tree tree;
	int report; // what f2f-launch says at the end, or -1
	bool kept; // f2f-launch is in front of it: told to end it, never killed itself
	bool input_closing;
	bool reaped;
	bool told;
	bool abandoned; // proc_destroy was called: free when all is closed
	char buffer[READ_SIZE];
};

struct proc_write {
	uv_write_t request;
	char bytes[];
};

/* ---- What it uses. */

/* The last sight is remembered, which is not visible outside. */
static struct proc_tree *tree_of(const struct proc *proc) {
	return &((struct proc *)proc)->tree;
}

static void sample(struct proc *proc) {
	struct proc_usage usage;
	if (proc->reaped || !proc_tree_look(&proc->tree, proc->pid, &usage)) {
		return;
	}
	if (usage.rss_bytes > proc->exit.max_rss_bytes) {
		proc->exit.max_rss_bytes = usage.rss_bytes;
	}
}

int64_t proc_cpu_ns(const struct proc *proc) {
	return proc->reaped ? 0 : proc_tree_cpu_ns(tree_of(proc), proc->pid);
}

bool proc_usage(const struct proc *proc, struct proc_usage *usage_out) {
	struct proc_usage usage;
	if (proc->reaped || !proc_tree_look(tree_of(proc), proc->pid, &usage)) {
		return false;
	}
	if (usage.rss_bytes > proc->exit.max_rss_bytes) {
		((struct proc *)proc)->exit.max_rss_bytes = usage.rss_bytes;
	}
	*usage_out = usage;
	return true;
}

int64_t proc_share_bytes(const struct proc *proc, int64_t rss_bytes) {
	return proc_tree_share_bytes(tree_of(proc), rss_bytes);
}

int64_t proc_rss_bytes(const struct proc *proc) {
	struct proc_usage usage = {0};
	if (proc->reaped || proc->tree.count == 0) {
		return proc_usage(proc, &usage) ? usage.rss_bytes : 0;
	}
	return proc_tree_rss_bytes(&proc->tree);
}

int proc_pid(const struct proc *proc) {
	return proc->pid;
}

/* ---- The end of a child. */

static void proc_free(struct proc *proc) {
	proc_tree_finish(&proc->tree);
	if (proc->report >= 0) {
		close(proc->report);
	}
	free(proc);
}

static void on_closed(uv_handle_t *handle) {
	struct proc *proc = handle->data;
	if (--proc->open_handles == 0 && proc->abandoned) {
		proc_free(proc);
	}
}

static void close_handle(uv_handle_t *handle) {
	if (!uv_is_closing(handle)) {
		uv_close(handle, on_closed);
	}
}

static void end_pipe(struct proc_pipe *pipe) {
	if (pipe->ended) {
		return;
	}
	pipe->ended = true;
	sample(pipe->proc);
	close_handle((uv_handle_t *)&pipe->handle);
	if (pipe->proc->on_output != NULL) {
		pipe->proc->on_output(pipe->stream, "", 0, pipe->proc->data);
	}
}

static void tell_exit(void *data) {
	struct proc *proc = data;
	if (proc->on_exit != NULL) {
		proc->on_exit(&proc->exit, proc->data);
	}
}

static void end_when_done(struct proc *proc) {
	if (!proc->reaped || !proc->pipes[0].ended || !proc->pipes[1].ended || proc->told) {
		return;
	}
	proc->told = true;
	loop_timer_cancel(proc->kill_timer);
	loop_timer_cancel(proc->linger_timer);
	proc->kill_timer = proc->linger_timer = NULL;
	proc_close_stdin(proc);
	loop_defer(proc->loop, tell_exit, proc);
}

static void on_linger(void *data) {
	// Something outside the group still holds the pipes: what it writes is nobody's answer.
	struct proc *proc = data;
	proc->linger_timer = NULL;
	end_pipe(&proc->pipes[0]);
	end_pipe(&proc->pipes[1]);
	end_when_done(proc);
}

/* What the launcher knows better than a look from outside. */
static void take_report(struct proc *proc) {
	char text[128];
	long long cpu_us = 0, kills = 0;
	ssize_t n = proc->report >= 0 ? read(proc->report, text, sizeof(text) - 1) : 0;
	text[n > 0 ? n : 0] = '\0';
	if (sscanf(text, "cpu_us=%lld memory_kills=%lld", &cpu_us, &kills) == 2) {
		int64_t cpu_ns = cpu_us * 1000;
		proc->exit.cpu_ns = cpu_ns > proc->exit.cpu_ns ? cpu_ns : proc->exit.cpu_ns;
		proc->exit.out_of_memory = kills > 0;
	}
}

static void on_reaped(uv_process_t *process, int64_t status, int signal) {
	struct proc *proc = process->data;
	proc->reaped = true;
	proc->exit.status = (int)status;
	proc->exit.signal = signal;
	proc->exit.cpu_ns = proc->tree.seen_ns;
	take_report(proc);
	trace_event("exit", proc->pid, "status %d signal %d", (int)status, signal);
	// What it left behind in its group goes with it.
	kill(-proc->pid, SIGKILL);
	close_handle((uv_handle_t *)process);
	if (!proc->pipes[0].ended || !proc->pipes[1].ended) {
		proc->linger_timer =
			loop_timer_start(proc->loop, LINGER_MS * CLOCK_MS, on_linger, proc);
	}
	end_when_done(proc);
}

static void on_kill_due(void *data) {
	struct proc *proc = data;
	proc->kill_timer = NULL;
	if (!proc->reaped) {
		kill(-proc->pid, SIGKILL);
	}
}

static void kill_now(struct proc *proc) {
	if (proc->kept) {
		kill(proc->pid, SIGTERM);
	} else {
		kill(-proc->pid, SIGKILL);
	}
}

void proc_kill(struct proc *proc, int64_t grace_ns) {
	if (proc->reaped) {
		return;
	}
	sample(proc);
	if (proc->kept || grace_ns <= 0) {
		kill_now(proc);
		return;
	}
	kill(-proc->pid, SIGTERM);
	if (proc->kill_timer == NULL) {
		proc->kill_timer = loop_timer_start(proc->loop, grace_ns, on_kill_due, proc);
	}
}

void proc_destroy(struct proc *proc) {
	if (proc == NULL) {
		return;
	}
	proc->on_output = NULL;
	proc->on_exit = NULL;
	proc->abandoned = true;
	loop_timer_cancel(proc->kill_timer);
	loop_timer_cancel(proc->linger_timer);
	proc->kill_timer = proc->linger_timer = NULL;
	loop_defer_cancel(proc->loop, tell_exit, proc);
	if (!proc->reaped) {
		kill_now(proc);
	}
	proc->told = true;
	proc->pipes[0].ended = proc->pipes[1].ended = true;
	close_handle((uv_handle_t *)&proc->pipes[0].handle);
	close_handle((uv_handle_t *)&proc->pipes[1].handle);
	close_handle((uv_handle_t *)&proc->input);
	if (proc->open_handles == 0) {
		proc_free(proc);
	}
}

/* ---- Pipes. */

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
	(void)suggested;
	struct proc *proc = handle->data;
	*buf = uv_buf_init(proc->buffer, sizeof(proc->buffer));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
	struct proc *proc = stream->data;
	struct proc_pipe *pipe =
		(uv_stream_t *)&proc->pipes[0].handle == stream ? &proc->pipes[0] : &proc->pipes[1];
	if (pipe->ended) {
		return;
	}
	if (n > 0 && proc->on_output != NULL) {
		proc->on_output(pipe->stream, buf->base, (size_t)n, proc->data);
	} else if (n < 0) {
		end_pipe(pipe);
		end_when_done(proc);
	}
}

static void on_written(uv_write_t *request, int status) {
	(void)status; // a child that stopped reading is known by its exit
	struct proc_write *write = request->data;
	free(write);
}

void proc_write(struct proc *proc, const void *bytes, size_t length) {
	if (proc->input_closing || uv_is_closing((uv_handle_t *)&proc->input)) {
		return;
	}
	struct proc_write *write = xmalloc(sizeof(*write) + length);
	write->request.data = write;
	memcpy(write->bytes, bytes, length);
	uv_buf_t buf = uv_buf_init(write->bytes, (unsigned)length);
	if (uv_write(&write->request, (uv_stream_t *)&proc->input, &buf, 1, on_written) != 0) {
		free(write);
	}
}

bool proc_output_waiting(const struct proc *proc) {
	const uv_handle_t *handle = (const uv_handle_t *)&proc->pipes[0].handle;
	struct pollfd look = {.events = POLLIN};
	return !proc->pipes[0].ended && uv_fileno(handle, &look.fd) == 0 && poll(&look, 1, 0) > 0 &&
	       (look.revents & POLLIN) != 0;
}

static void on_shutdown(uv_shutdown_t *request, int status) {
	(void)status;
	struct proc *proc = request->handle->data;
	close_handle((uv_handle_t *)&proc->input);
	free(request);
}

void proc_close_stdin(struct proc *proc) {
	if (proc->input_closing || uv_is_closing((uv_handle_t *)&proc->input)) {
		return;
	}
	proc->input_closing = true;
	uv_shutdown_t *request = xcalloc(1, sizeof(*request));
	if (uv_shutdown(request, (uv_stream_t *)&proc->input, on_shutdown) != 0) {
		free(request);
		close_handle((uv_handle_t *)&proc->input);
	}
}

/* ---- Starting. */

static void init_pipe(struct proc *proc, uv_pipe_t *handle) {
	uv_pipe_init(loop_uv(proc->loop), handle, 0);
	handle->data = proc;
	proc->open_handles++;
}

enum { REPORT_FD = 3 };

/* f2f-launch LIMITS -- argv: see launch.c. Owned array, borrowed texts but the first `owned`
 * ones. */
static char **launcher_argv(const struct proc_options *options, char *launcher, size_t *owned_out) {
	VEC(char *) argv = {0};
	vec_push(&argv, launcher);
	vec_push(&argv, xasprintf("%d", (int)getpid()));
	vec_push(&argv, xasprintf("cpu=%" PRId64, options->cpu_limit_s));
	vec_push(&argv, xasprintf("file=%" PRId64, options->file_limit_bytes));
	vec_push(&argv, xasprintf("files=%" PRId64, options->files_limit));
	if (options->kept) {
		vec_push(&argv, xstrdup("keep"));
		vec_push(&argv, xasprintf("report=%d", REPORT_FD));
	}
	if (options->wrapped) {
		vec_push(&argv, xstrdup("wrapped"));
	}
	const struct proc_groups *groups = options->kept ? options->groups : NULL;
	if (groups != NULL && groups->paths[0] != NULL) {
		vec_push(&argv, xasprintf("memory=%" PRId64,
					groups->memory ? options->group_memory_bytes : 0));
		vec_push(&argv, xasprintf("group-tasks=%" PRId64,
					groups->tasks ? options->group_tasks : 0));
		for (size_t i = 0; groups->paths[i] != NULL; i++) {
			vec_push(&argv, xasprintf("group=%s", groups->paths[i]));
		}
	}
	vec_push(&argv, xstrdup("--"));
	*owned_out = argv.count;
	for (size_t i = 0; options->argv[i] != NULL; i++) {
		vec_push(&argv, (char *)options->argv[i]);
	}
	vec_push(&argv, NULL);
	return argv.items;
}

static int spawn(struct proc *proc, const struct proc_options *options, char **argv, char **env) {
	int report[2] = {-1, -1};
	if (options->kept && pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0) {
		return -errno;
	}
	uv_stdio_container_t stdio[4] = {
		{.flags = UV_CREATE_PIPE | UV_READABLE_PIPE,
			.data.stream = (uv_stream_t *)&proc->input},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
			.data.stream = (uv_stream_t *)&proc->pipes[0].handle},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
			.data.stream = (uv_stream_t *)&proc->pipes[1].handle},
		{.flags = UV_INHERIT_FD, .data.fd = report[1]},
	};
	uv_process_options_t process = {
		.file = argv[0],
		.args = argv,
		.env = env,
		.cwd = options->cwd,
		.flags = UV_PROCESS_DETACHED,
		.stdio = stdio,
		.stdio_count = options->kept ? 4 : 3,
		.exit_cb = on_reaped,
	};
	int rc = uv_spawn(loop_uv(proc->loop), &proc->process, &process);
	if (options->kept) {
		close(report[1]);
		proc->report = report[0];
	}
	return rc;
}

int proc_spawn(struct loop *loop, const struct proc_options *options, struct proc **proc_out,
	struct error *err) {
	char *program = path_find_program(options->argv[0]);
	if (program == NULL) {
		return error_set(err, ERROR_NOT_FOUND, "%s: no such program", options->argv[0]);
	}
	free(program);
	char *launcher = path_find_helper("f2f-launch");
	if (launcher == NULL) {
		return error_set(err, ERROR_ENVIRONMENT,
			"f2f-launch is not beside f2f: build or install f2f again");
	}
	struct proc *proc = xcalloc(1, sizeof(*proc));
	proc->loop = loop;
	proc->data = options->data;
	proc->report = -1;
	proc->kept = options->kept;
	proc->process.data = proc;
	init_pipe(proc, &proc->input);
	for (int i = 0; i < 2; i++) {
		proc->pipes[i].proc = proc;
		proc->pipes[i].stream = i == 0 ? PROC_STDOUT : PROC_STDERR;
		init_pipe(proc, &proc->pipes[i].handle);
	}
	size_t owned = 0;
	char **argv = launcher_argv(options, launcher, &owned);
	char **clean = options->env == NULL ? proc_clean_env() : NULL;
	int rc = spawn(proc, options, argv, clean != NULL ? clean : (char **)options->env);
	free(clean);
	for (size_t i = 0; i < owned; i++) {
		free(argv[i]);
	}
	free(argv);
	proc->open_handles++;
	if (rc != 0) {
		proc->reaped = true; // there is nothing to kill
		close_handle((uv_handle_t *)&proc->process);
		proc_destroy(proc);
		return error_set(err, rc == UV_ENOENT ? ERROR_NOT_FOUND : ERROR_SYSTEM, "%s: %s",
			options->argv[0], uv_strerror(rc));
	}
	proc->pid = proc->process.pid;
	proc->on_output = options->on_output;
	proc->on_exit = options->on_exit;
	trace_event("spawn", proc->pid, "%s", options->argv[0]);
	uv_read_start((uv_stream_t *)&proc->pipes[0].handle, give_buffer, on_read);
	uv_read_start((uv_stream_t *)&proc->pipes[1].handle, give_buffer, on_read);
	*proc_out = proc;
	return 0;
}
