#ifndef F2F_BASE_ERROR_H
#define F2F_BASE_ERROR_H

#define F2F_PRINTF(format_index, first_argument)                                                   \
	__attribute__((format(printf, format_index, first_argument)))

/* What went wrong, for the program. Every function that can fail returns 0 or one of these. */
enum error_code {
	ERROR_USAGE = -1,	// the caller or the user asked for something that makes no sense
	ERROR_INPUT = -2,	// foreign bytes that are not what they should be
	ERROR_NOT_FOUND = -3,	// a named thing does not exist
	ERROR_BUSY = -4,	// full or locked: later may work
	ERROR_SYSTEM = -5,	// the operating system refused
	ERROR_NETWORK = -6,	// a peer could not be reached or went away
	ERROR_TIMEOUT = -7,	// a deadline passed
	ERROR_PROTOCOL = -8,	// a peer answered something that its protocol does not allow
	ERROR_DATABASE = -9,	// SQLite refused
	ERROR_CANCELLED = -10,	// we were asked to stop
	ERROR_REFUSED = -11,	// an endpoint refuses us: key, permission, model
	ERROR_ENVIRONMENT = -12, // something that has to be installed is missing
};

/* A code for the program, one line for the person. Plain data: copy it, keep it on the stack. */
struct error {
	enum error_code code;
	char message[512];
};

/** Record a failure and return its code, for `return error_set(err, …)`. err may be NULL. */
int error_set(struct error *err, enum error_code code, const char *format, ...) F2F_PRINTF(3, 4);

/**
 * The same with `: strerror(errno)` appended. Code is ERROR_NOT_FOUND for ENOENT, else
 * ERROR_SYSTEM.
 */
int error_set_errno(struct error *err, const char *format, ...) F2F_PRINTF(2, 3);

/** Say where it happened: puts the formatted text and ": " before the message. err may be NULL. */
void error_prefix(struct error *err, const char *format, ...) F2F_PRINTF(2, 3);

/** The exit status that design.md gives a failure of this code: 2, 5, 6, 75 or 1. */
int error_exit_status(enum error_code code);

#endif
