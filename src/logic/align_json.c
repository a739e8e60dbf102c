#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "logic/align.h"
#include "logic/solved.h"

/* Writes "null" for what is not defined. */
static void number(struct buf *out, const char *key, double value) {
	if (isnan(value)) {
		buf_appendf(out, ",\"%s\":null", key);
	} else {
		buf_appendf(out, ",\"%s\":%.12g", key, value);
	}
}

static void fact_json(const struct solved *solved, const struct fact *fact, struct buf *out) {
	struct buf text;
	buf_init(&text, 8192);
	fact_write(&solved->program, fact, &text);
	json_append_string(out, buf_str(&text), text.len);
	buf_finish(&text);
}

static void facts_json(const struct solved *solved, const char *key, const uint16_t *facts,
	size_t count, struct buf *out) {
	buf_appendf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < count; i++) {
		buf_append_str(out, i > 0 ? "," : "");
		fact_json(solved, &solved->closure->facts[facts[i]], out);
	}
	buf_append_char(out, ']');
}

static void step_json(const struct solved *solved, const struct aligned_step *step,
	const char *text, struct buf *out) {
	buf_append_str(out, "{\"text\":");
	json_append_string(out, text + step->start, step->end - step->start);
	buf_appendf(out, ",\"span\":[%zu,%zu],\"label\":\"%s\",\"fact\":", step->start, step->end,
		step_label_name(step->label));
	if (step->has_fact) {
		fact_json(solved, &step->fact, out);
	} else {
		buf_append_str(out, "null");
	}
	facts_json(solved, "premises", step->premises, step->premise_count, out);
	if (step->candidate_count > 0) {
		facts_json(solved, "candidates", step->candidates, step->candidate_count, out);
	}
	if (step->implied > 0) {
		buf_appendf(out, ",\"implied\":%zu", step->implied);
	}
	buf_append_char(out, '}');
}

static void orders_json(const struct alignment *alignment, struct buf *out) {
	static const char *const names[ORDERS] = {
		[ORDER_DEPTH_FIRST] = "depth_first",
		[ORDER_BREADTH_FIRST] = "breadth_first",
		[ORDER_EFFICIENT] = "efficient",
	};
	for (size_t i = 0; i < ORDERS; i++) {
		char key[64];
		snprintf(key, sizeof(key), "order_%s", names[i]);
		number(out, key, alignment->order_distance[i]);
		snprintf(key, sizeof(key), "order_%s_chance", names[i]);
		number(out, key, alignment->order_chance[i]);
	}
}

void alignment_write_json(const struct solved *solved, const struct alignment *alignment,
	const char *text, struct buf *out) {
	buf_append_str(out, "\"answer\":");
	if (alignment->has_answer) {
		const char *quote = rational_is_integer(alignment->answer) ? "" : "\"";
		buf_append_str(out, quote);
		rational_append(out, alignment->answer);
		buf_append_str(out, quote);
	} else {
		buf_append_str(out, "null");
	}
	buf_appendf(out, ",\"answer_correct\":%s,\"complete\":%s",
		alignment->answer_correct ? "true" : "false",
		alignment->complete ? "true" : "false");
	buf_appendf(out,
		",\"shortest_steps\":%zu,\"shortest_vertices\":%zu,\"model_steps\":%zu,"
		"\"model_vertices\":%zu",
		solved->shortest.steps, solved->shortest.vertices, alignment->model_steps,
		alignment->model_vertices);
	number(out, "step_efficiency", alignment->step_efficiency);
	number(out, "step_efficiency_lower", alignment->step_efficiency_lower);
	number(out, "step_efficiency_upper", alignment->step_efficiency_upper);
	number(out, "vertex_efficiency", alignment->vertex_efficiency);
	if (alignment->inside_steps > 0) {
		buf_appendf(out, ",\"inside_steps\":%zu", alignment->inside_steps);
	} else {
		buf_append_str(out, ",\"inside_steps\":null");
	}
	orders_json(alignment, out);
	if (alignment->truncated_text) {
		buf_append_str(out, ",\"text_cut\":true");
	}
	buf_append_str(out, ",\"steps\":[");
	for (size_t i = 0; i < alignment->step_count; i++) {
		buf_append_str(out, i > 0 ? "," : "");
		step_json(solved, &alignment->steps[i], text, out);
	}
	buf_append_char(out, ']');
}
