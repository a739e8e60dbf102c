#ifndef F2F_LEAN_LETTERS_H
#define F2F_LEAN_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

/* Which code points Lean 4 puts where. Two versions disagree about a few; then the younger one's
 * answer, for which an older Lean reports an error. */

bool lean_letter_first(uint32_t c); // may begin a name
bool lean_letter_rest(uint32_t c); // may continue one
bool lean_letter_symbol(uint32_t c); // may stand in operators and brackets

#endif
