#include <math.h>

#include "base/error.h"
#include "store/store_internal.h"

enum { FIRST_ALIGNMENT_COLUMN = 10 };

int store_alignment_put(struct store *store, int64_t sample_id,
	const struct alignment_record *alignment, struct error *err) {
	const double *distance = alignment->order_distance;
	const double *chance = alignment->order_chance;
	const int64_t *labels = alignment->labels;
	// NAN binds as NULL.
	return db_run(store->db, STATEMENT_ALIGNMENT_PUT, err, NULL, NULL,
		"itttiiiiiii"
		"dddd"
		"dddddd"
		"iiiiiiiii",
		sample_id, alignment->proof_text, alignment->aligner, alignment->answer,
		(int64_t)alignment->answer_correct, (int64_t)alignment->complete,
		alignment->shortest_steps, alignment->shortest_vertices, alignment->model_steps,
		alignment->model_vertices, alignment->inside_steps, alignment->step_efficiency,
		alignment->step_efficiency_lower, alignment->step_efficiency_upper,
		alignment->vertex_efficiency, distance[0], distance[1], distance[2], chance[0],
		chance[1], chance[2], labels[0], labels[1], labels[2], labels[3], labels[4],
		labels[5], labels[6], labels[7], labels[8]);
}

static double number_or_nan(struct db_row *row, int column) {
	return db_is_null(row, column) ? NAN : db_double(row, column);
}

static struct alignment_record alignment_of(struct db_row *row) {
	int column = FIRST_ALIGNMENT_COLUMN;
	struct alignment_record alignment = {
		.proof_text = db_text(row, column),
		.aligner = db_text(row, column + 1),
		.answer = db_text(row, column + 2),
		.answer_correct = db_int(row, column + 3) != 0,
		.complete = db_int(row, column + 4) != 0,
		.shortest_steps = db_int(row, column + 5),
		.shortest_vertices = db_int(row, column + 6),
		.model_steps = db_int(row, column + 7),
		.model_vertices = db_int(row, column + 8),
		.inside_steps = db_int(row, column + 9),
		.step_efficiency = number_or_nan(row, column + 10),
		.step_efficiency_lower = number_or_nan(row, column + 11),
		.step_efficiency_upper = number_or_nan(row, column + 12),
		.vertex_efficiency = number_or_nan(row, column + 13),
	};
	column += 14;
	for (int i = 0; i < ALIGNMENT_ORDERS; i++) {
		alignment.order_distance[i] = number_or_nan(row, column + i);
		alignment.order_chance[i] = number_or_nan(row, column + ALIGNMENT_ORDERS + i);
	}
	column += 2 * ALIGNMENT_ORDERS;
	for (int i = 0; i < ALIGNMENT_LABELS; i++) {
		alignment.labels[i] = db_int(row, column + i);
	}
	return alignment;
}

struct each_aligned {
	const char *run;
	int (*each)(const struct aligned_sample *sample, void *data);
	void *data;
};

static int give_aligned(struct db_row *row, void *data, struct error *err) {
	struct each_aligned *each = data;
	struct aligned_sample sample = {
		.id = db_int(row, 0),
		.key = {each->run, db_text(row, 1), db_text(row, 2), db_text(row, 3),
			db_int(row, 4)},
		.cell = db_text(row, 8),
		.completion_tokens = db_int(row, 9),
	};
	int rc = store_read_words(row, 5, &sample.outcome, &sample.reason, &sample.missing, err);
	if (rc < 0) {
		return rc;
	}
	struct alignment_record alignment;
	if (!db_is_null(row, FIRST_ALIGNMENT_COLUMN)) {
		alignment = alignment_of(row);
		sample.alignment = &alignment;
	}
	return each->each(&sample, each->data);
}

int store_alignments(struct store *store, const char *run, const char *proof_text,
	int (*each)(const struct aligned_sample *sample, void *data), void *data,
	struct error *err) {
	return db_run(store->db, STATEMENT_ALIGNMENTS, err, give_aligned,
		&(struct each_aligned){run, each, data}, "tt", run, proof_text);
}
