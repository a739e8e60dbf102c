#include "logic/expression_token.h"

#include <string.h>

#include "base/mem.h"

/* Sorted by their bytes. */
static const struct symbol symbols[] = {
	{"\xc2\xa0", ' ', 0, 0}, // no-break space
	{"\xc2\xa3", '$', 0, 0},
	{"\xc2\xb2", '?', 0, 0}, // squares and cubes are not read
	{"\xc2\xb3", '?', 0, 0},
	{"\xc2\xb7", '*', 0, 0},
	{"\xc2\xbc", '#', 1, 4},
	{"\xc2\xbd", '#', 1, 2},
	{"\xc2\xbe", '#', 3, 4},
	{"\xc3\x97", '*', 0, 0},
	{"\xc3\xb7", '/', 0, 0},
	{"\xe2\x80\x90", '-', 0, 0},
	{"\xe2\x80\x91", '-', 0, 0},
	{"\xe2\x80\x92", '-', 0, 0},
	{"\xe2\x80\x93", '-', 0, 0}, // en dash
	{"\xe2\x80\x94", '?', 0, 0}, // em dash
	{"\xe2\x80\x9c", ' ', 0, 0},
	{"\xe2\x80\x9d", ' ', 0, 0},
	{"\xe2\x80\xa2", '?', 0, 0},
	{"\xe2\x80\xa6", '?', 0, 0},
	{"\xe2\x80\xaf", ' ', 0, 0},
	{"\xe2\x81\x84", '/', 0, 0},
	{"\xe2\x82\xac", '$', 0, 0},
	{"\xe2\x85\x93", '#', 1, 3},
	{"\xe2\x85\x94", '#', 2, 3},
	{"\xe2\x86\x92", '>', 0, 0},
	{"\xe2\x87\x92", '>', 0, 0},
	{"\xe2\x88\x92", '-', 0, 0},
	{"\xe2\x88\x95", '/', 0, 0},
	{"\xe2\x88\x97", '*', 0, 0},
	{"\xe2\x88\x99", '*', 0, 0},
	{"\xe2\x89\x83", '~', 0, 0},
	{"\xe2\x89\x85", '~', 0, 0},
	{"\xe2\x89\x88", '~', 0, 0},
	{"\xe2\x89\xa0", '?', 0, 0},
	{"\xe2\x89\xa4", '?', 0, 0},
	{"\xe2\x89\xa5", '?', 0, 0},
	{"\xe2\x8b\x85", '*', 0, 0},
	{"\xe2\x9c\x95", '*', 0, 0},
	{"\xe2\x9c\x96", '*', 0, 0},
	{"\xef\xbc\x8b", '+', 0, 0},
	{"\xef\xbc\x8d", '-', 0, 0},
	{"\xef\xbc\x9d", '=', 0, 0},
};

const struct symbol *symbol_find(const struct lexer *lexer, size_t where) {
	unsigned char lead =
		where < lexer->length ? (unsigned char)lexer->text[where] : (unsigned char)0;
	size_t low = 0;
	size_t high = F2F_COUNT(symbols);
	if (lead != 0xc2 && lead != 0xc3 && lead != 0xe2 && lead != 0xef) {
		return NULL;
	}
	size_t left = lexer->length - where;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *bytes = symbols[middle].bytes;
		size_t length = strlen(bytes);
		int order = memcmp(lexer->text + where, bytes, left < length ? left : length);
		if (order == 0 && left >= length) {
			return &symbols[middle];
		}
		if (order <= 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}
