#include "core/problem.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Every text of a problem, so that freeing and copying cannot forget one. */
static const size_t texts[] = {
	offsetof(struct problem, split),
	offsetof(struct problem, name),
	offsetof(struct problem, subset),
	offsetof(struct problem, file_subset),
	offsetof(struct problem, theorem),
	offsetof(struct problem, informal),
	offsetof(struct problem, informal_proof),
	offsetof(struct problem, header),
	offsetof(struct problem, preamble),
	offsetof(struct problem, statement),
	offsetof(struct problem, proof),
	offsetof(struct problem, toolchain),
	offsetof(struct problem, cell),
	offsetof(struct problem, family),
	offsetof(struct problem, program),
	offsetof(struct problem, answer),
};

_Static_assert(F2F_COUNT(texts) * sizeof(char *) == sizeof(struct problem),
	"a problem holds texts only, and each is listed");

void problem_finish(struct problem *problem) {
	for (size_t i = 0; i < F2F_COUNT(texts); i++) {
		char **text = (char **)((char *)problem + texts[i]);
		free(*text);
		*text = NULL;
	}
}

void problem_copy(const struct problem *problem, struct problem *copy_out) {
	for (size_t i = 0; i < F2F_COUNT(texts); i++) {
		char *const *from = (char *const *)((const char *)problem + texts[i]);
		char **to = (char **)((char *)copy_out + texts[i]);
		*to = xstrdup(*from);
	}
}
