#include "core/stats.h"

#include <math.h>
#include <stdlib.h>

static const double z975 = 1.959963984540054;

double stats_pass_at_k(int64_t n, int64_t c, int64_t k) {
	if (n < k || k < 1) {
		return NAN;
	}
	if (c <= 0) {
		return 0;
	}
	if (n - c < k) {
		return 1;
	}
	// 1 - C(n-c,k)/C(n,k) as a product, in logarithms: neither overflows nor cancels.
	double log_none = 0;
	for (int64_t j = n - c + 1; j <= n; j++) {
		log_none += log1p(-(double)k / (double)j);
	}
	return -expm1(log_none);
}

struct interval stats_wilson(double successes, double n) {
	if (!(n > 0)) {
		return (struct interval){0, 1};
	}
	double p = successes / n;
	double z2 = z975 * z975;
	double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
	double half = z975 * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
	double low = centre - half, high = centre + half;
	// The ends are exact where the share is: rounding must not leave 0.9999… as an upper end.
	return (struct interval){p <= 0 || low < 0 ? 0 : low, p >= 1 || high > 1 ? 1 : high};
}

double stats_t975(int64_t df) {
	static const double table[] = {12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912,
		2.364624, 2.306004, 2.262157, 2.228139, 2.200985, 2.178813, 2.160369, 2.144787,
		2.131450, 2.119905, 2.109816, 2.100922, 2.093024, 2.085963};
	int64_t rows = (int64_t)(sizeof(table) / sizeof(table[0]));
	if (df <= rows) {
		return table[df < 1 ? 0 : df - 1];
	}
	// Cornish-Fisher expansion around the normal quantile: good to five digits from here on.
	double n = (double)df;
	double z = z975, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
	return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n) +
		(3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n);
}

/* Of the mean; count >= 2. */
static double standard_error(const double *values, size_t count, double mean) {
	double squares = 0, n = (double)count;
	for (size_t i = 0; i < count; i++) {
		squares += (values[i] - mean) * (values[i] - mean);
	}
	return sqrt(squares / (n - 1) / n);
}

struct interval stats_mean_interval(const double *values, size_t count, double *mean_out) {
	double sum = 0;
	bool binary = true;
	for (size_t i = 0; i < count; i++) {
		sum += values[i];
		binary = binary && (values[i] == 0 || values[i] == 1);
	}
	double n = (double)count;
	double mean = count > 0 ? sum / n : NAN;
	*mean_out = mean;
	if (count < 2 || binary) {
		return stats_wilson(sum, n);
	}
	double error = standard_error(values, count, mean);
	if (!(error > 1e-9)) {
		// All problems alike, but for rounding: a width of zero would be a claim.
		return stats_wilson(sum, n);
	}
	if (mean < 0.1 || mean > 0.9) {
		// Near an end a symmetric interval leaves [0, 1]: Wilson with the size that would
		// give this error.
		double effective = mean * (1 - mean) / (error * error);
		return stats_wilson(mean * effective, effective);
	}
	double half = stats_t975((int64_t)count - 1) * error;
	return (struct interval){
		mean - half < 0 ? 0 : mean - half, mean + half > 1 ? 1 : mean + half};
}

struct interval stats_paired_interval(
	const double *differences, size_t count, double *mean_out) {
	double sum = 0;
	for (size_t i = 0; i < count; i++) {
		sum += differences[i];
	}
	double mean = count > 0 ? sum / (double)count : NAN;
	*mean_out = mean;
	double error = count < 2 ? 0 : standard_error(differences, count, mean);
	if (!(error > 1e-9)) {
		// All alike, or only one: a width of zero would be a claim.
		struct interval share =
			stats_wilson((sum + (double)count) / 2, (double)count);
		return (struct interval){2 * share.low - 1, 2 * share.high - 1};
	}
	double half = stats_t975((int64_t)count - 1) * error;
	return (struct interval){fmax(mean - half, -1), fmin(mean + half, 1)};
}

static int compare_values(const void *a, const void *b) {
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double stats_median(double *values, size_t count) {
	if (count == 0) {
		return NAN;
	}
	qsort(values, count, sizeof(*values), compare_values);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}
