#ifndef F2F_CMD_RUN_REPORT_H
#define F2F_CMD_RUN_REPORT_H

struct error;
struct report;
struct store;

/** Builds and prints one run's report to stdout as a table. */
int run_report_table(struct store *store, const char *run, struct error *err);

/**
 * The same in the format that has this name ("table", "json", …; NULL: not printed), handing the report out before it
 * is destroyed: `look` may be NULL.
 */
int run_report_print(struct store *store, const char *run, const char *format,
	void (*look)(const struct report *report, void *data), void *data, struct error *err);

#endif
