#include "lean/kernel_holes.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { NOTE_MAX = 4096 };

/* From the issues of leanprover/lean4, read in November 2026. All of them need metaprogramming, or a
 * compiled file made by hand: the text filter refuses the one and f2f compiles for itself. */
static const struct kernel_hole holes[] = {
	{NULL, "4.32.1", "free variables hidden in the body of an opaque constant", "lean4#14484"},
	{NULL, "4.32.2", "projections out of another structure", "lean4#14576"},
	{NULL, "4.33.1", "nested inductive types whose parameters are not checked", "lean4#14607"},
	{NULL, "4.33.1", "reference counts that overflow", "lean4#14838"},
	{"4.28.0", "4.34.1", "leanchecker passes files made by hand", "lean4#15100, lean4#15101"},
};

const struct kernel_hole *kernel_hole(size_t index) {
	return index < F2F_COUNT(holes) ? &holes[index] : NULL;
}

/* Release candidates come before their release. False for what is no version. */
static bool parse(const char *text, int parts_out[4]) {
	int used = 0;
	parts_out[3] = 1000;
	if (sscanf(text, "%6d.%6d.%6d%n", &parts_out[0], &parts_out[1], &parts_out[2], &used) < 3 ||
		used == 0) {
		return false;
	}
	const char *rest = text + used;
	if (*rest == '\0') {
		return true;
	}
	if (sscanf(rest, "-rc%6d%n", &parts_out[3], &used) == 1) {
		return true;
	}
	// Nightlies and builds from a branch: before the release that they will become.
	parts_out[3] = 0;
	return true;
}

static int compare(const int a[4], const int b[4]) {
	for (int i = 0; i < 4; i++) {
		if (a[i] != b[i]) {
			return a[i] < b[i] ? -1 : 1;
		}
	}
	return 0;
}

bool kernel_hole_applies(const struct kernel_hole *hole, const char *version) {
	int own[4];
	int bound[4];
	if (version == NULL || !parse(version, own)) {
		return true;
	}
	if (hole->from != NULL && parse(hole->from, bound) && compare(own, bound) < 0) {
		return false;
	}
	return !parse(hole->before, bound) || compare(own, bound) < 0;
}

char *kernel_holes_note(const char *version) {
	struct buf list = BUF_INIT(NOTE_MAX);
	size_t count = 0;
	for (size_t i = 0; i < F2F_COUNT(holes); i++) {
		if (kernel_hole_applies(&holes[i], version)) {
			buf_appendf(&list, "%s%s (%s)", count > 0 ? "; " : "", holes[i].what,
				holes[i].source);
			count++;
		}
	}
	char *note = count > 0 ? xasprintf("Lean %s has known kernel holes, so a second kernel "
					   "should check what counts: %s",
				       version != NULL ? version : "of unknown version", buf_str(&list))
			       : NULL;
	buf_finish(&list);
	return note;
}
