#include "core/extract.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"

/* Info strings that promise Lean. Models write "tactics" for bare tactic blocks; an empty one
 * promises nothing and is tried. */
static const char *const lean_words[] = {
	"", "lean", "lean4", "lean-4", "lean_4", "tactics", "lean4-tactics"};

/* A line that opens or closes a fenced block. */
struct fence {
	char mark;
	size_t length;
	struct str info;
};

/* What a fence may stand behind: white space, quote marks, a list's bullet or number. */
static size_t skip_prefix(struct str line) {
	size_t at = 0;
	while (at < line.len &&
		(line.data[at] == ' ' || line.data[at] == '\t' || line.data[at] == '>')) {
		at++;
	}
	size_t item = at;
	while (item < line.len && line.data[item] >= '0' && line.data[item] <= '9') {
		item++;
	}
	if (item > at && item < line.len && (line.data[item] == '.' || line.data[item] == ')')) {
		item++;
	} else if (item == at && item < line.len && strchr("-*+", line.data[item]) != NULL) {
		item++;
	} else {
		return at;
	}
	size_t after = item;
	while (after < line.len && line.data[after] == ' ') {
		after++;
	}
	return after > item ? after : at;
}

static bool read_fence(struct str line, struct fence *fence_out) {
	size_t at = skip_prefix(line);
	if (at >= line.len || (line.data[at] != '`' && line.data[at] != '~')) {
		return false;
	}
	char mark = line.data[at];
	size_t start = at;
	while (at < line.len && line.data[at] == mark) {
		at++;
	}
	if (at - start < 3) {
		return false;
	}
	struct str info = str_trim(str_slice(line.data + at, line.len - at));
	/* "```x```" on one line is code inside a sentence. */
	if (mark == '`' && memchr(info.data, '`', info.len) != NULL) {
		return false;
	}
	*fence_out = (struct fence){.mark = mark, .length = at - start, .info = info};
	return true;
}

/* The first word of the info string, without the braces and dots of Pandoc's "{.lean}". */
static bool info_is_lean(struct str info) {
	while (info.len > 0 && strchr("{. ", info.data[0]) != NULL) {
		info.data++;
		info.len--;
	}
	size_t length = 0;
	while (length < info.len && strchr(" \t,:{}", info.data[length]) == NULL) {
		length++;
	}
	for (size_t i = 0; i < F2F_COUNT(lean_words); i++) {
		if (strlen(lean_words[i]) == length &&
			strncasecmp(info.data, lean_words[i], length) == 0) {
			return true;
		}
	}
	return false;
}

static bool closes(const struct fence *open, const struct fence *line) {
	return line->mark == open->mark && line->length >= open->length && line->info.len == 0;
}

/* The block that begins after an opening fence; moves *rest behind its closing fence. */
static struct code_block read_block(const struct fence *open, struct str *rest) {
	struct code_block block = {
		.data = rest->data, .fenced = true, .lean = info_is_lean(open->info)};
	struct str line = {0};
	const char *end = rest->data;
	while (str_next_line(rest, &line)) {
		struct fence fence;
		if (read_fence(line, &fence) && closes(open, &fence)) {
			block.closed = true;
			break;
		}
		end = rest->data;
	}
	block.length = (size_t)(end - block.data);
	return block;
}

static void reverse(struct code_block *blocks, size_t from, size_t to) {
	while (from + 1 < to) {
		struct code_block block = blocks[from];
		blocks[from++] = blocks[--to];
		blocks[to] = block;
	}
}

/* Brings the block at `first` to the front, the others behind it in their circle. */
static void rotate(struct code_block *blocks, size_t count, size_t first) {
	reverse(blocks, 0, first);
	reverse(blocks, first, count);
	reverse(blocks, 0, count);
}

size_t extract_blocks(
	const char *reply, size_t length, struct code_block *blocks, size_t capacity) {
	struct str rest = str_slice(reply, length);
	struct str line = {0};
	size_t count = 0;
	bool fenced = false;
	while (str_next_line(&rest, &line)) {
		struct fence open;
		if (!read_fence(line, &open)) {
			continue;
		}
		fenced = true;
		struct code_block block = read_block(&open, &rest);
		/* Later blocks are the ones that count: a reply that thinks aloud ends with its
		 * answer. */
		if (capacity > 0) {
			blocks[count++ % capacity] = block;
		}
	}
	if (count > capacity) {
		rotate(blocks, capacity, count % capacity);
		count = capacity;
	}
	if (!fenced && capacity > 0) {
		blocks[count++] = (struct code_block){
			.data = reply, .length = length, .closed = true, .lean = true};
	}
	return count;
}
