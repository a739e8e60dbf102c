#ifndef F2F_VERIFIER_PREPARE_H
#define F2F_VERIFIER_PREPARE_H

struct job;
struct prepare;
struct verifier;

/* No check is made under a header that has not passed its self-test here. */

struct prepare *prepare_create(struct verifier *verifier);

/** NULL is fine. */
void prepare_destroy(struct prepare *prepare);

/** Passes the job on to the pool when its header is known to be good; else ends it as missing. */
void prepare_submit(struct prepare *prepare, struct job *job);

/** Forgets its jobs, and what was being tested, without calling back. */
void prepare_cancel(struct prepare *prepare);

#endif
