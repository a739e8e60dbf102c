#include <math.h>
#include <string.h>

#include "core/stats.h"
#include "report/reason.h"
#include "report/report.h"

struct reason_comparison reason_compare(const struct report *first, const struct report *second) {
	const struct reason_report *one = first->reason, *two = second->reason;
	struct reason_comparison comparison = {.first = NAN, .second = NAN};
	VEC(double) differences = {0};
	double sums[2] = {0, 0};
	for (size_t i = 0, j = 0; i < one->problems.count && j < two->problems.count;) {
		const struct reason_problem *a = &one->problems.items[i];
		const struct reason_problem *b = &two->problems.items[j];
		int order = strcmp(a->key, b->key);
		i += order <= 0;
		j += order >= 0;
		// A set that was generated or pulled anew may use a name for another problem.
		bool other = a->shortest_steps > 0 && b->shortest_steps > 0 &&
			     a->shortest_steps != b->shortest_steps;
		if (order != 0 || other) {
			continue;
		}
		comparison.common++;
		if (!isnan(a->step_efficiency) && !isnan(b->step_efficiency)) {
			sums[0] += a->step_efficiency;
			sums[1] += b->step_efficiency;
			vec_push(&differences, b->step_efficiency - a->step_efficiency);
		}
	}
	comparison.n = (int64_t)differences.count;
	struct interval interval = stats_paired_interval(
		differences.items, differences.count, &comparison.difference);
	comparison.low = comparison.n > 0 ? interval.low : NAN;
	comparison.high = comparison.n > 0 ? interval.high : NAN;
	if (comparison.n > 0) {
		comparison.first = sums[0] / (double)comparison.n;
		comparison.second = sums[1] / (double)comparison.n;
	}
	vec_finish(&differences);
	return comparison;
}
