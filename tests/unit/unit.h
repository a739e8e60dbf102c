#ifndef F2F_TESTS_UNIT_UNIT_H
#define F2F_TESTS_UNIT_UNIT_H

#include <stdlib.h>

#include <check.h>

/* Before any test case is made: a time-out is there to end what hangs, and says nothing of how fast a
 * test has to be. Four seconds, as Check has it, are too few where two cores run all of ./check at
 * the slowest priority; what a test asks for itself is meant for a quiet machine. */
__attribute__((constructor)) static void unit_patience(void) {
	setenv("CK_DEFAULT_TIMEOUT", "60", 0);
	setenv("CK_TIMEOUT_MULTIPLIER", "10", 0);
}

/* Runs one suite with TAP on stdout, which meson reads. */
static inline int unit_run(Suite *suite) {
	SRunner *runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
