#ifndef F2F_TESTS_UNIT_SCRATCH_H
#define F2F_TESTS_UNIT_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <check.h>

/* A folder of a test's own, which is the working directory until scratch_leave removes it with all
 * that is in it. */

static inline int scratch_remove(
	const char *path, const struct stat *info, int kind, struct FTW *where) {
	(void)info, (void)kind, (void)where;
	return remove(path);
}

static inline void scratch_enter(void) {
	char folder[] = "/tmp/f2f-test-XXXXXX";
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
}

static inline void scratch_leave(void) {
	char folder[64];
	ck_assert_ptr_nonnull(getcwd(folder, sizeof(folder)));
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(nftw(folder, scratch_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
