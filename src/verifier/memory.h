#ifndef F2F_VERIFIER_MEMORY_H
#define F2F_VERIFIER_MEMORY_H

#include <stdint.h>

/** Bytes that may still be used here: what the kernel calls available, and what the control groups
 * of this process leave. */
int64_t memory_available(void);

/** The same below other roots than "" ("/proc" and "/sys" lie in them): for tests. */
int64_t memory_available_below(const char *root);

#endif
