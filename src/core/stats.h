#ifndef F2F_CORE_STATS_H
#define F2F_CORE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Estimators and intervals. Sources: pass@k, Chen et al. 2021 (arXiv 2107.03374); Wilson 1927;
 * spec/harness.md 4. */

struct interval {
	double low;
	double high;
};

/** Unbiased pass@k from n samples with c successes; NAN when n < k (undefined, never 0 or 1). */
double stats_pass_at_k(int64_t n, int64_t c, int64_t k);

/**
 * 95 % Wilson interval of a share; `successes` may be fractional (effective counts). n 0: [0, 1].
 */
struct interval stats_wilson(double successes, double n);

/** Quantile of Student's t with df degrees of freedom at 97.5 %. df >= 1. */
double stats_t975(int64_t df);

/**
 * 95 % interval of the mean of per-problem values in [0, 1], problems as the random unit: Wilson
 * when all values are 0 or 1; else t on the problem means, and Wilson with the effective size
 * p(1-p)/SE^2 when p is within 0.1 of an end (harness.md 0), or with `count` when all are equal.
 * NAN in *mean_out and [0, 1] when count is 0.
 */
struct interval stats_mean_interval(const double *values, size_t count, double *mean_out);

/**
 * 95 % interval of the mean of per-problem differences in [-1, 1], problems as the random unit: t,
 * or, where all differences are equal, Wilson of their place in [-1, 1]. NAN in *mean_out and
 * [-1, 1] when count is 0.
 */
struct interval stats_paired_interval(
	const double *differences, size_t count, double *mean_out);

/** Sorts them; the mean of the middle two of an even count; NAN of none. */
double stats_median(double *values, size_t count);

#endif
