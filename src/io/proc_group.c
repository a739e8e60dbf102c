/* Control groups that this process may divide further: version 2 where its controllers are at hand,
 * else version 1's memory and pids. */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/proc.h"

enum { LINE_MAX_BYTES = 4096 };

/* A mounted hierarchy: where, and which group its top is. */
struct mount {
	char point[LINE_MAX_BYTES];
	char root[LINE_MAX_BYTES];
};

static bool has_word(const char *list, const char *word) {
	size_t length = strlen(word);
	for (const char *at = list; (at = strstr(at, word)) != NULL; at += length) {
		bool begins = at == list || strchr(", \n", at[-1]) != NULL;
		if (begins && (at[length] == '\0' || strchr(", \n", at[length]) != NULL)) {
			return true;
		}
	}
	return false;
}

/* "ID PARENT DEVICE ROOT POINT OPTIONS … - TYPE SOURCE SUPER". `controller` NULL: version 2. */
static bool find_mount(const char *controller, struct mount *mount) {
	FILE *in = fopen("/proc/self/mountinfo", "re");
	char line[LINE_MAX_BYTES];
	bool found = false;
	while (in != NULL && !found && fgets(line, sizeof(line), in) != NULL) {
		const char *rest = strstr(line, " - ");
		char type[64], options[512];
		if (rest == NULL ||
			sscanf(line, "%*s %*s %*s %4095s %4095s", mount->root, mount->point) != 2 ||
			sscanf(rest, " - %63s %*s %511s", type, options) != 2) {
			continue;
		}
		found = controller == NULL
				? strcmp(type, "cgroup2") == 0
				: strcmp(type, "cgroup") == 0 && has_word(options, controller);
	}
	if (in != NULL) {
		fclose(in);
	}
	return found;
}

/* "ID:CONTROLLERS:PATH"; no controllers in version 2. */
static bool find_own(const char *controller, char path[LINE_MAX_BYTES]) {
	FILE *in = fopen("/proc/self/cgroup", "re");
	char line[LINE_MAX_BYTES];
	bool found = false;
	while (in != NULL && !found && fgets(line, sizeof(line), in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		char *controllers = strchr(line, ':');
		char *own = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
		if (own == NULL) {
			continue;
		}
		*own++ = '\0';
		found = controller == NULL ? controllers[1] == '\0'
					   : has_word(controllers + 1, controller);
		if (found) {
			memmove(path, own, strlen(own) + 1);
		}
	}
	if (in != NULL) {
		fclose(in);
	}
	return found;
}

/* Owned directory of the group that we are in, or NULL. */
static char *own_group(const char *controller) {
	struct mount mount;
	char path[LINE_MAX_BYTES];
	if (!find_mount(controller, &mount) || !find_own(controller, path)) {
		return NULL;
	}
	size_t above = strcmp(mount.root, "/") == 0 ? 0 : strlen(mount.root);
	if (strncmp(path, mount.root, above) != 0) {
		return NULL;
	}
	const char *below = path + above;
	return xasprintf("%s%s", mount.point, strcmp(below, "/") == 0 ? "" : below);
}

static bool writable(const char *group, const char *file) {
	char *path = xasprintf("%s/%s", group, file);
	bool yes = access(group, W_OK | X_OK) == 0 && access(path, W_OK) == 0;
	free(path);
	return yes;
}

static bool gives(const char *group, const char *controller) {
	char *path = xasprintf("%s/cgroup.subtree_control", group);
	FILE *in = fopen(path, "re");
	char line[512] = "";
	bool yes =
		in != NULL && fgets(line, sizeof(line), in) != NULL && has_word(line, controller);
	if (in != NULL) {
		fclose(in);
	}
	free(path);
	return yes;
}

/* Groups of an f2f that was killed together with its launchers. Only empty ones can be removed. */
static void sweep(const char *group) {
	DIR *entries = opendir(group);
	struct dirent *entry;
	while (entries != NULL && (entry = readdir(entries)) != NULL) {
		int pid, used = 0;
		if (sscanf(entry->d_name, "f2f-%d%n", &pid, &used) == 1 &&
			entry->d_name[used] == '\0' && kill(pid, 0) < 0 && errno == ESRCH) {
			char *path = xasprintf("%s/%s", group, entry->d_name);
			rmdir(path);
			free(path);
		}
	}
	if (entries != NULL) {
		closedir(entries);
	}
}

/* In version 2 a group either holds processes or is divided, so ours are made beside the one we are
 * in, where it has a parent that hands out memory and lets us. */
static bool find_unified(struct proc_groups *groups) {
	char *group = own_group(NULL);
	bool found = false;
	for (int up = 0; group != NULL && up < 2 && !found; up++) {
		found = gives(group, "memory") && writable(group, "cgroup.procs");
		char *slash = strrchr(group, '/');
		if (!found && slash != NULL && slash != group) {
			*slash = '\0';
		}
	}
	if (found) {
		groups->version = 2;
		groups->memory = true;
		groups->tasks = gives(group, "pids");
		groups->paths[0] = group;
		group = NULL;
	}
	free(group);
	return found;
}

static void find_separate(struct proc_groups *groups) {
	static const char *const controllers[] = {"memory", "pids"};
	size_t count = 0;
	for (size_t i = 0; i < F2F_COUNT(controllers); i++) {
		char *group = own_group(controllers[i]);
		if (group == NULL || !writable(group, "cgroup.procs")) {
			free(group);
			continue;
		}
		groups->version = 1;
		groups->memory = groups->memory || i == 0;
		groups->tasks = groups->tasks || i == 1;
		if (count > 0 && strcmp(groups->paths[0], group) == 0) {
			free(group); // both in one hierarchy
		} else {
			groups->paths[count++] = group;
		}
	}
}

void proc_groups_find(struct proc_groups *groups_out) {
	*groups_out = (struct proc_groups){0};
	if (!find_unified(groups_out)) {
		find_separate(groups_out);
	}
	for (size_t i = 0; groups_out->paths[i] != NULL; i++) {
		sweep(groups_out->paths[i]);
	}
}

void proc_groups_finish(struct proc_groups *groups) {
	for (size_t i = 0; groups->paths[i] != NULL; i++) {
		free(groups->paths[i]);
	}
	*groups = (struct proc_groups){0};
}
