#include "fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "logic/closure.h"
#include "logic/program.h"

static void need(bool promise) {
	if (!promise) {
		abort();
	}
}

/* A program that is read can be written and read again, and is the same; whatever follows from it
 * was derived by edges between facts that there are. */
void fuzz_one(const uint8_t *bytes, size_t length) {
	struct program first;
	struct program second;
	struct error err = {.message = ""};
	struct buf text = BUF_INIT(1 << 24);
	struct buf again = BUF_INIT(1 << 24);
	if (program_parse((const char *)bytes, length, &first, &err) < 0) {
		need(err.message[0] != '\0');
		return;
	}
	program_write(&first, &text);
	need(program_parse(buf_str(&text), text.len, &second, &err) == 0);
	program_write(&second, &again);
	need(strcmp(buf_str(&text), buf_str(&again)) == 0);
	struct closure *closure = closure_create(&first, CLOSURE_ASKED);
	for (size_t i = 0; i < closure->edge_count; i++) {
		const struct edge *edge = &closure->edges[i];
		need(edge->head < closure->fact_count && edge->head >= closure->axiom_count);
		need(edge->tail_count > 0 && edge->tail_count <= EDGE_TAIL_MAX);
		for (size_t k = 0; k < edge->tail_count; k++) {
			need(edge->tail[k] < closure->fact_count && edge->tail[k] != edge->head);
		}
	}
	need((closure->state == CLOSURE_SOUND) == (closure->why[0] == '\0'));
	closure_destroy(closure);
	program_finish(&first);
	program_finish(&second);
	buf_finish(&text);
	buf_finish(&again);
}
