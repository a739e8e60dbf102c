#ifndef F2F_TESTS_UNIT_UNIT_H
#define F2F_TESTS_UNIT_UNIT_H

#include <stdlib.h>

#include <check.h>

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
