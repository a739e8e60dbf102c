/* What a child uses, its descendants included. Under bubblewrap the child itself is nobody: the
 * program is its great-grandchild. */

#include "io/proc_tree.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/vec.h"

enum { TASKS_MAX = 8192, LOOKS_MAX = 3 };
static const int64_t rounding_ns = 2 * CLOCK_SECOND / 100; // of user and system time, in ticks

void proc_tree_finish(struct proc_tree *tree) {
	vec_finish(tree);
	*tree = (struct proc_tree){0};
}

/* ---- One process. */

static bool read_proc(int pid, const char *file, char *text, size_t size) {
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	FILE *in = fopen(path, "re");
	if (in == NULL) {
		return false;
	}
	size_t n = fread(text, 1, size - 1, in);
	fclose(in);
	text[n] = '\0';
	return n > 0;
}

/* All threads, and finer than the ticks of /proc: most checks take less than one. */
static bool read_clock(int pid, int64_t *ns_out) {
	clockid_t clock;
	struct timespec used;
	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
		return false;
	}
	*ns_out = used.tv_sec * CLOCK_SECOND + used.tv_nsec;
	return true;
}

struct stat_line {
	int64_t own_ns;
	int64_t reaped_ns;
	int64_t rss_bytes;
	int threads;
};

static bool read_stat(int pid, struct stat_line *stat_out) {
	char text[1024];
	if (!read_proc(pid, "stat", text, sizeof(text))) {
		return false;
	}
	// The name in brackets may hold anything: count fields from the last one. utime to cstime
	// are fields 14 to 17, threads 20, rss 24.
	const char *rest = strrchr(text, ')');
	unsigned long long user = 0, system = 0;
	long long reaped_user = 0, reaped_system = 0, threads = 0, pages = 0;
	if (rest == NULL ||
		sscanf(rest + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %lld "
			"%lld %*d %*d %lld %*d %*u %*u %lld",
			&user, &system, &reaped_user, &reaped_system, &threads, &pages) != 6) {
		return false;
	}
	int64_t tick_ns = CLOCK_SECOND / sysconf(_SC_CLK_TCK);
	struct stat_line stat = {
		.own_ns = (int64_t)(user + system) * tick_ns,
		.reaped_ns = (int64_t)(reaped_user + reaped_system) * tick_ns,
		.rss_bytes = (int64_t)pages * sysconf(_SC_PAGESIZE),
		.threads = (int)threads,
	};
	read_clock(pid, &stat.own_ns);
	*stat_out = stat;
	return true;
}

/* ---- All of them. */

static void add_listed(struct proc_tree *tree, const char *path) {
	FILE *in = fopen(path, "re");
	int pid;
	while (in != NULL && tree->count < TASKS_MAX && fscanf(in, "%d", &pid) == 1) {
		vec_push(tree, (struct tree_task){.pid = pid});
	}
	if (in != NULL) {
		fclose(in);
	}
}

/* Children are listed by the thread that made them. */
static void add_children(struct proc_tree *tree, int parent) {
	char path[300];
	snprintf(path, sizeof(path), "/proc/%d/task", parent);
	DIR *threads = opendir(path);
	struct dirent *entry;
	while (threads != NULL && (entry = readdir(threads)) != NULL) {
		if (isdigit((unsigned char)entry->d_name[0])) {
			snprintf(path, sizeof(path), "/proc/%d/task/%.20s/children", parent,
				entry->d_name);
			add_listed(tree, path);
		}
	}
	if (threads != NULL) {
		closedir(threads);
	}
}

/* True when none went away meanwhile: else its time may be counted twice, or not at all. */
static bool look_once(struct proc_tree *tree, int root, struct proc_usage *usage_out) {
	tree->count = 0;
	vec_push(tree, (struct tree_task){.pid = root});
	for (size_t i = 0; i < tree->count; i++) {
		add_children(tree, tree->items[i].pid);
	}
	struct proc_usage usage = {0};
	bool whole = true;
	tree->reaped_ns = 0;
	for (size_t i = 0; i < tree->count; i++) {
		struct stat_line stat = {0};
		whole = read_stat(tree->items[i].pid, &stat) && whole;
		tree->items[i].own_ns = stat.own_ns;
		tree->reaped_ns += stat.reaped_ns;
		usage.cpu_ns += stat.own_ns + stat.reaped_ns;
		usage.rss_bytes += stat.rss_bytes;
		usage.tasks += stat.threads;
	}
	for (size_t i = 0; i < tree->count && whole; i++) {
		int64_t ns;
		whole = read_clock(tree->items[i].pid, &ns);
	}
	*usage_out = usage;
	return whole;
}

bool proc_tree_look(struct proc_tree *tree, int root, struct proc_usage *usage_out) {
	struct proc_usage usage;
	bool whole = false;
	for (int i = 0; i < LOOKS_MAX && !whole; i++) {
		whole = look_once(tree, root, &usage);
	}
	int64_t ns;
	if (!read_clock(root, &ns)) {
		return false;
	}
	// The sum falls by what ended without being waited for: a way to hide time.
	usage.cpu_ns += tree->lost_ns;
	if (whole && usage.cpu_ns + rounding_ns < tree->seen_ns) {
		tree->lost_ns += tree->seen_ns - usage.cpu_ns;
		usage.cpu_ns = tree->seen_ns;
	}
	tree->seen_ns = whole && usage.cpu_ns > tree->seen_ns ? usage.cpu_ns : tree->seen_ns;
	usage.cpu_ns = tree->seen_ns;
	*usage_out = usage;
	return true;
}

int64_t proc_tree_cpu_ns(struct proc_tree *tree, int root) {
	struct proc_usage usage = {0};
	int64_t total_ns = tree->reaped_ns + tree->lost_ns;
	bool whole = tree->count > 0;
	for (size_t i = 0; i < tree->count && whole; i++) {
		int64_t ns = 0;
		whole = read_clock(tree->items[i].pid, &ns);
		total_ns += ns;
	}
	if (!whole) {
		return proc_tree_look(tree, root, &usage) ? usage.cpu_ns : 0;
	}
	tree->seen_ns = total_ns > tree->seen_ns ? total_ns : tree->seen_ns;
	return tree->seen_ns;
}

int64_t proc_tree_rss_bytes(const struct proc_tree *tree) {
	int64_t total = 0;
	for (size_t i = 0; i < tree->count; i++) {
		char text[256];
		long long size = 0, resident = 0;
		if (read_proc(tree->items[i].pid, "statm", text, sizeof(text)) &&
			sscanf(text, "%lld %lld", &size, &resident) == 2) {
			total += (int64_t)resident * sysconf(_SC_PAGESIZE);
		}
	}
	return total;
}

int64_t proc_tree_share_bytes(const struct proc_tree *tree, int64_t rss_bytes) {
	int64_t total = 0;
	for (size_t i = 0; i < tree->count; i++) {
		char text[2048];
		long long kib = 0;
		const char *line = read_proc(tree->items[i].pid, "smaps_rollup", text, sizeof(text))
					   ? strstr(text, "\nPss:")
					   : NULL;
		if (line != NULL && sscanf(line, "\nPss: %lld", &kib) == 1) {
			total += (int64_t)kib * 1024;
		}
	}
	// One that has ended just now, or that may not be looked into, adds nothing.
	return total > 0 && total < rss_bytes ? total : rss_bytes;
}
