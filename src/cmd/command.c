#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/command_list.h"

static int compare(const void *key, const void *entry) {
	return strcmp(key, (*(const struct command *const *)entry)->name);
}

/* NULL when there is none. */
static const struct command *command_find(const char *name) {
	const struct command *const *found = bsearch(
		name, command_list, F2F_COUNT(command_list), sizeof(command_list[0]), compare);
	return found != NULL ? *found : NULL;
}

const struct command *command_at(size_t index) {
	return index < F2F_COUNT(command_list) ? command_list[index] : NULL;
}

int command_need(const char *name, const struct command **command_out, struct error *err) {
	const struct command *command = command_find(name);
	if (command != NULL) {
		*command_out = command;
		return 0;
	}
	const char *names[F2F_COUNT(command_list)];
	for (size_t i = 0; i < F2F_COUNT(command_list); i++) {
		names[i] = command_list[i]->name;
	}
	const char *near = str_nearest(name, names, F2F_COUNT(command_list));
	if (near != NULL) {
		return error_set(err, ERROR_USAGE, "unknown command \"%s\"; did you mean \"%s\"?",
			name, near);
	}
	return error_set(
		err, ERROR_USAGE, "unknown command \"%s\"; \"f2f help\" lists the commands", name);
}
