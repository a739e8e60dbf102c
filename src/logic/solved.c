#include "logic/solved.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/mem.h"

int solved_take(struct program *program, struct solved **solved_out, struct error *err) {
	struct solved *solved = xcalloc(1, sizeof(*solved));
	solved->program = *program;
	*program = (struct program){0};
	solved->closure = closure_create(&solved->program, CLOSURE_ASKED);
	if (solved->closure->state != CLOSURE_SOUND) {
		int rc = error_set(err, ERROR_INPUT, "the program is %s (%s)",
			closure_state_name(solved->closure->state), solved->closure->why);
		solved_destroy(solved);
		return rc;
	}
	shortest_solve(solved->closure, SHORTEST_NODES, &solved->shortest);
	*solved_out = solved;
	return 0;
}

int solved_parse(const char *text, size_t length, struct solved **solved_out, struct error *err) {
	struct program program;
	int rc = program_parse(text, length, &program, err);
	return rc < 0 ? rc : solved_take(&program, solved_out, err);
}

void solved_destroy(struct solved *solved) {
	if (solved == NULL) {
		return;
	}
	closure_destroy(solved->closure);
	shortest_finish(&solved->shortest);
	program_finish(&solved->program);
	free(solved);
}

struct rational solved_answer(const struct solved *solved) {
	return solved->closure->facts[solved->closure->goal].quantity;
}
