#include <math.h>
#include <stdlib.h>

#include "logic/align_internal.h"
#include "logic/order.h"

/* The figures of one reading: ../shared/spec/efficiency.md 1.4 and 7. */

static double share(size_t shortest, size_t own) {
	return own > 0 ? (double)shortest / (double)own : NAN;
}

static void measure_orders(const struct aligner *aligner, struct alignment *alignment) {
	static size_t (*const orders[ORDERS])(const struct solved *, uint16_t **) = {
		[ORDER_DEPTH_FIRST] = order_depth_first,
		[ORDER_BREADTH_FIRST] = order_breadth_first,
		[ORDER_EFFICIENT] = order_efficient,
	};
	const uint16_t *said = aligner->sequence.items;
	size_t count = aligner->sequence.count;
	for (size_t i = 0; i < ORDERS; i++) {
		alignment->order_distance[i] = alignment->order_chance[i] = NAN;
		if (count > 0) {
			uint16_t *reference = NULL;
			size_t length = orders[i](aligner->solved, &reference);
			alignment->order_distance[i] =
				order_edit_distance(said, count, reference, length);
			alignment->order_chance[i] = order_chance(said, count, reference, length);
			free(reference);
		}
	}
}

void align_measure(const struct aligner *aligner, struct alignment *alignment) {
	const struct shortest *shortest = &aligner->solved->shortest;
	const struct closure *closure = aligner->closure;
	size_t cited = 0;
	for (size_t i = 0; i < closure->axiom_count; i++) {
		cited += aligner->cited[i] ? 1 : 0;
	}
	for (size_t i = 0; i < alignment->step_count; i++) {
		alignment->label_counts[alignment->steps[i].label]++;
	}
	size_t unread = alignment->label_counts[STEP_UNPARSED] +
			alignment->label_counts[STEP_AMBIGUOUS];
	alignment->model_steps = aligner->sequence.count + aligner->extras.count;
	alignment->model_vertices = alignment->model_steps + cited;
	alignment->complete = aligner->said[closure->goal];
	alignment->step_efficiency = alignment->step_efficiency_lower =
		alignment->step_efficiency_upper = alignment->vertex_efficiency = NAN;
	if (alignment->complete && shortest->proved) {
		bool proved = true;
		alignment->inside_steps =
			aligner->sequence.count == shortest->steps
				? shortest->steps
				: shortest_within(closure, aligner->said, SHORTEST_NODES, &proved);
		alignment->step_efficiency = alignment->step_efficiency_upper =
			share(shortest->steps, alignment->model_steps);
		alignment->step_efficiency_lower =
			share(shortest->steps, alignment->model_steps + unread);
		alignment->vertex_efficiency =
			share(shortest->vertices, alignment->model_vertices);
	}
	measure_orders(aligner, alignment);
}
