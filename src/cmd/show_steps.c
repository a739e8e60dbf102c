#include "cmd/show_steps.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "core/problem.h"
#include "logic/align.h"
#include "logic/solved.h"

enum { STEPS_MAX = 64 * 1024 * 1024 };

static json_t *defined(double value) {
	return isnan(value) ? json_null() : json_real(value);
}

static void add_lines(const struct solved *solved, const struct alignment *alignment,
	const char *reply, json_t *object) {
	struct buf lines = BUF_INIT(STEPS_MAX);
	for (size_t i = 0; i < alignment->step_count; i++) {
		const struct aligned_step *step = &alignment->steps[i];
		buf_appendf(&lines, "%s%-16s %.*s", i > 0 ? "\n" : "",
			step_label_name(step->label), (int)(step->end - step->start),
			reply + step->start);
		if (step->has_fact) {
			buf_append_str(&lines, "  → ");
			fact_write(&solved->program, &step->fact, &lines);
		}
	}
	json_object_set_new(object, "steps", json_stringn(lines.data, lines.len));
	buf_finish(&lines);
}

int show_steps(const struct problem *problem, const char *reply, const char *name, json_t *object,
	struct error *err) {
	struct solved *solved = NULL;
	struct alignment alignment;
	if (problem->program == NULL || reply == NULL || reply[0] == '\0') {
		return 0;
	}
	int rc = solved_parse(problem->program, strlen(problem->program), &solved, err);
	if (rc < 0) {
		return rc;
	}
	align_text(solved, reply, strlen(reply), &alignment);
	json_t *reading = json_object();
	json_object_set_new(reading, "complete", json_boolean(alignment.complete));
	json_object_set_new(
		reading, "shortest_steps", json_integer((json_int_t)solved->shortest.steps));
	json_object_set_new(
		reading, "model_steps", json_integer((json_int_t)alignment.model_steps));
	json_object_set_new(reading, "step_efficiency", defined(alignment.step_efficiency));
	json_object_set_new(reading, "vertex_efficiency", defined(alignment.vertex_efficiency));
	add_lines(solved, &alignment, reply, reading);
	json_object_set_new(object, name, reading);
	alignment_finish(&alignment);
	solved_destroy(solved);
	return 0;
}
