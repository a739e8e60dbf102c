#include "verifier/sandbox_check.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/proc.h"
#include "verifier/sandbox.h"
#include "verifier/sandbox_try.h"
#include "verifier/verifier.h"

enum { LOOK_MS = 20, PATIENCE_S = 30, SAID_MAX = 65536, FEW_TASKS = 24 };
static const int64_t little_memory = INT64_C(64) << 20;
#define MUCH_MEMORY "256" // MiB
#define MANY_TASKS "400"

/* A child that tries something, and how that went. */
struct attempt {
	const struct sandbox *sandbox;
	struct loop *loop;
	struct proc *proc;
	struct loop_timer *timer;
	int64_t deadline_ns;
	const char *kill_on; // text on its stdout, or NULL
	struct buf out;
	struct buf said;
	struct proc_exit exit;
	enum sandbox_limit limit;
	char what[SANDBOX_WHAT];
	bool late;
};

static void on_output(enum proc_stream stream, const char *bytes, size_t length, void *data) {
	struct attempt *attempt = data;
	buf_append(stream == PROC_STDOUT ? &attempt->out : &attempt->said, bytes, length);
	if (attempt->kill_on != NULL && strstr(buf_str(&attempt->out), attempt->kill_on) != NULL) {
		attempt->kill_on = NULL;
		proc_kill(attempt->proc, 0);
	}
}

static void on_exit_of(const struct proc_exit *exit, void *data) {
	struct attempt *attempt = data;
	attempt->exit = *exit;
	loop_stop(attempt->loop);
}

static void look(void *data) {
	struct attempt *attempt = data;
	attempt->timer = loop_timer_start(attempt->loop, LOOK_MS * CLOCK_MS, look, attempt);
	if (attempt->limit == SANDBOX_WITHIN) {
		attempt->limit = sandbox_look(attempt->sandbox, attempt->proc, attempt->what);
	}
	attempt->late = loop_now(attempt->loop) > attempt->deadline_ns;
	if (attempt->limit != SANDBOX_WITHIN || attempt->late) {
		proc_kill(attempt->proc, 0);
	}
}

/* Runs f2f-probe with these words to its end. */
static int attempt_run(struct attempt *attempt, const struct sandbox *sandbox,
	const char *const *words, const char *kill_on, struct error *err) {
	*attempt = (struct attempt){.sandbox = sandbox,
		.loop = loop_create(NULL),
		.kill_on = kill_on,
		.out = BUF_INIT(SAID_MAX),
		.said = BUF_INIT(SAID_MAX)};
	char *found = path_find_helper("f2f-probe");
	// The way there may lead through folders that are not seen inside.
	char *probe = found != NULL ? realpath(found, NULL) : NULL;
	free(found);
	if (probe == NULL) {
		return error_set(err, ERROR_ENVIRONMENT,
			"f2f-probe is not beside f2f: build or install f2f again");
	}
	const char *argv[16] = {probe};
	for (size_t i = 0; words[i] != NULL && i + 2 < F2F_COUNT(argv); i++) {
		argv[i + 1] = words[i];
	}
	const char *const visible[] = {probe, NULL};
	struct sandbox_extra extra = {.read_only = visible};
	struct proc_options options = {
		.argv = argv, .on_output = on_output, .on_exit = on_exit_of, .data = attempt};
	int rc = sandbox_spawn(sandbox, attempt->loop, &extra, &options, &attempt->proc, err);
	if (rc == 0) {
		attempt->deadline_ns = loop_now(attempt->loop) + PATIENCE_S * CLOCK_SECOND;
		attempt->timer = loop_timer_start(attempt->loop, LOOK_MS * CLOCK_MS, look, attempt);
		proc_close_stdin(attempt->proc);
		loop_run(attempt->loop);
		loop_timer_cancel(attempt->timer);
	}
	free(probe);
	return rc;
}

static void attempt_finish(struct attempt *attempt) {
	proc_destroy(attempt->proc);
	buf_finish(&attempt->out);
	buf_finish(&attempt->said);
	loop_destroy(attempt->loop);
}

/* ---- What a child sees. */

struct host {
	int port_fd;
	int socket_fd;
	char port[16];
	char abstract[VERIFIER_NONCE + 8];
	char key[64];
	char *home; // "DEVICE:INODE:PATH"
};

static void plant(struct host *host) {
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	*host = (struct host){.port_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
		.socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
	if (bind(host->port_fd, (struct sockaddr *)&address, length) == 0 &&
		listen(host->port_fd, 1) == 0 &&
		getsockname(host->port_fd, (struct sockaddr *)&address, &length) == 0) {
		snprintf(host->port, sizeof(host->port), "%d", ntohs(address.sin_port));
	}
	char nonce[VERIFIER_NONCE];
	verifier_nonce(nonce);
	snprintf(host->abstract, sizeof(host->abstract), "f2f-%s", nonce);
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	memcpy(name.sun_path + 1, host->abstract, strlen(host->abstract));
	size_t named = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(host->abstract);
	if (bind(host->socket_fd, (struct sockaddr *)&name, (socklen_t)named) == 0) {
		listen(host->socket_fd, 1);
	}
	snprintf(host->key, sizeof(host->key), "/tmp/f2f-key-XXXXXX");
	int fd = mkstemp(host->key);
	if (fd >= 0) {
		close(fd);
	}
	const struct passwd *user = getpwuid(getuid());
	const char *home = user != NULL ? user->pw_dir : getenv("HOME");
	struct stat info;
	host->home = home != NULL && strcmp(home, "/") != 0 && stat(home, &info) == 0
			     ? xasprintf("home=%llu:%llu:%s", (unsigned long long)info.st_dev,
				       (unsigned long long)info.st_ino, home)
			     : NULL;
}

static void pull_up(struct host *host) {
	close(host->port_fd);
	close(host->socket_fd);
	unlink(host->key);
	free(host->home);
}

/* The probe's lines: "PROPERTY ok", "PROPERTY bad WHY". */
static const struct property {
	const char *word;
	const char *name;
} properties[] = {
	{"network", "no network"},
	{"write", "no write outside its /tmp"},
	{"environment", "no variable of yours"},
	{"processes", "no other process seen"},
	{"files", "no home, no key seen"},
	{"privileges", "no privileges, nor new ones"},
};

static void tell_line(const struct attempt *attempt, const struct property *property,
	sandbox_found_fn found, void *data) {
	struct str text = str_of(buf_str(&attempt->out));
	struct str line;
	char *good = xasprintf("%s ok", property->word);
	char *bad = xasprintf("%s bad ", property->word);
	const char *why = "the probe did not say";
	char *said = NULL;
	bool holds = false;
	while (str_next_line(&text, &line)) {
		char *copy = xmemdup0(line.data, line.len);
		holds = holds || strcmp(copy, good) == 0;
		if (str_starts_with(copy, bad) && said == NULL) {
			said = xstrdup(copy + strlen(bad));
		}
		free(copy);
	}
	holds = holds && said == NULL;
	found(property->name, holds, holds ? "" : said != NULL ? said : why, data);
	free(said);
	free(good);
	free(bad);
}

static int check_sight(struct sandbox *sandbox, const char *secret, sandbox_found_fn found,
	void *data, struct error *err) {
	struct host host;
	struct attempt attempt;
	plant(&host);
	char *port = xasprintf("port=%s", host.port);
	char *abstract = xasprintf("abstract=%s", host.abstract);
	char *key = xasprintf("key=%s", host.key);
	// Only half of it: the whole would be in the command line.
	char *half = xasprintf("secret=%.*s", (int)(strlen(secret) / 2), secret);
	const char *const words[] = {"look", port, abstract, key, half, host.home, NULL};
	int rc = attempt_run(&attempt, sandbox, words, NULL, err);
	for (size_t i = 0; i < F2F_COUNT(properties) && rc == 0; i++) {
		tell_line(&attempt, &properties[i], found, data);
	}
	attempt_finish(&attempt);
	free(port);
	free(abstract);
	free(key);
	free(half);
	pull_up(&host);
	return rc;
}

/* ---- Limits. */

static int check_memory(
	struct sandbox *sandbox, sandbox_found_fn found, void *data, struct error *err) {
	const char *const words[] = {"hold", MUCH_MEMORY, NULL};
	struct attempt attempt;
	int64_t before = sandbox_set_memory(sandbox, little_memory);
	int rc = attempt_run(&attempt, sandbox, words, NULL, err);
	sandbox_set_memory(sandbox, before);
	if (rc == 0) {
		bool good = attempt.exit.out_of_memory || attempt.limit == SANDBOX_MEMORY;
		found("memory is limited", good, good ? "" : "a child took all it wanted", data);
	}
	attempt_finish(&attempt);
	return rc;
}

static int check_tasks(
	struct sandbox *sandbox, sandbox_found_fn found, void *data, struct error *err) {
	const char *const words[] = {"fork", MANY_TASKS, NULL};
	struct attempt attempt;
	int before = sandbox_set_tasks(sandbox, FEW_TASKS);
	int rc = attempt_run(&attempt, sandbox, words, NULL, err);
	sandbox_set_tasks(sandbox, before);
	if (rc == 0) {
		bool good = attempt.limit == SANDBOX_TASKS;
		found("processes are limited", good, good ? "" : "a child made all it wanted",
			data);
	}
	attempt_finish(&attempt);
	return rc;
}

/* ---- What stays. */

static bool is_running(const char *word) {
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool found = false;
	while (proc != NULL && !found && (entry = readdir(proc)) != NULL) {
		char path[300], text[8192];
		snprintf(path, sizeof(path), "/proc/%.200s/cmdline", entry->d_name);
		FILE *in = entry->d_name[0] >= '0' && entry->d_name[0] <= '9' ? fopen(path, "re")
									      : NULL;
		if (in != NULL) {
			size_t length = fread(text, 1, sizeof(text), in);
			fclose(in);
			found = memmem(text, length, word, strlen(word)) != NULL;
		}
	}
	if (proc != NULL) {
		closedir(proc);
	}
	return found;
}

static int check_end(
	struct sandbox *sandbox, sandbox_found_fn found, void *data, struct error *err) {
	char nonce[VERIFIER_NONCE];
	verifier_nonce(nonce);
	const char *const words[] = {"linger", nonce, NULL};
	struct attempt attempt;
	int rc = attempt_run(&attempt, sandbox, words, "there\n", err);
	if (rc == 0) {
		bool good = !attempt.late && strstr(buf_str(&attempt.out), "there\n") != NULL &&
			    !is_running(nonce);
		found("nothing outlives the end", good,
			good ? "" : "a child in a session of its own does", data);
	}
	attempt_finish(&attempt);
	return rc;
}

int sandbox_check(struct sandbox *sandbox, const char *secret, sandbox_found_fn found, void *data,
	struct error *err) {
	int rc = check_sight(sandbox, secret, found, data, err);
	rc = rc < 0 ? rc : check_memory(sandbox, found, data, err);
	rc = rc < 0 ? rc : check_tasks(sandbox, found, data, err);
	return rc < 0 ? rc : check_end(sandbox, found, data, err);
}
