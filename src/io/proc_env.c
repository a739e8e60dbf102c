/* What a child can learn of ours. */

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/proc.h"

/* What Lean, lake and elan need, and nothing that could be a secret. */
static const char *const kept[] = {
	"ELAN_HOME",
	"HOME",
	"LANG",
	"LC_ALL",
	"LC_CTYPE",
	"LEAN_PATH",
	"LEAN_SRC_PATH",
	"LEAN_SYSROOT",
	"PATH",
	"TERM",
	"TMPDIR",
	"TZ",
};

char **proc_clean_env(void) {
	size_t bytes = 0;
	for (size_t i = 0; i < F2F_COUNT(kept); i++) {
		const char *value = getenv(kept[i]);
		bytes += value != NULL ? strlen(kept[i]) + strlen(value) + 2 : 0;
	}
	// One allocation: the pointers, then the texts.
	char **env = xcalloc(1, (F2F_COUNT(kept) + 1) * sizeof(*env) + bytes);
	char *text = (char *)(env + F2F_COUNT(kept) + 1);
	size_t count = 0;
	for (size_t i = 0; i < F2F_COUNT(kept); i++) {
		const char *value = getenv(kept[i]);
		if (value != NULL) {
			env[count++] = text;
			text = stpcpy(stpcpy(stpcpy(text, kept[i]), "="), value) + 1;
		}
	}
	return env;
}

bool proc_open_to_view(bool open) {
	bool before = prctl(PR_GET_DUMPABLE) == 1;
	if (open != before) {
		prctl(PR_SET_DUMPABLE, open ? 1 : 0);
	}
	return before;
}
