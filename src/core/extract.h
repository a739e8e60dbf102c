#ifndef F2F_CORE_EXTRACT_H
#define F2F_CORE_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>

/* Finding Lean code in a reply: fenced blocks, whole files, bare tactic blocks. Pure text; what the
 * code proves is lean/candidate.h. */

/** A piece of a reply that may be Lean. Borrowed from the reply. */
struct code_block {
	const char *data;
	size_t length;
	bool fenced;
	bool closed; // the closing fence was there
	bool lean;   // info string says lean, lean4 or is empty
};

enum { CODE_BLOCKS_MAX = 256 };

/**
 * The blocks of a reply in order; the whole reply as one unfenced block when it has no fence.
 * Fences are ``` or ~~~ of any length from 3 at up to 3 (or more, inside lists) columns, closed by
 * the same character at least as long. Never fails.
 */
size_t extract_blocks(const char *reply, size_t length, struct code_block *blocks, size_t capacity);

#endif
