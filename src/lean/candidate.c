#include "lean/candidate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/extract.h"
#include "core/problem.h"
#include "lean/command.h"
#include "lean/lex.h"
#include "lean/policy.h"
#include "lean/whole.h"

enum { CANDIDATE_MAX_BYTES = 32 << 20 };

typedef struct candidate_result (*take_fn)(const struct problem *problem, enum lean_policy policy,
	const struct lean_tokens *tokens, const struct lean_commands *commands,
	struct lean_candidate *out);

static const struct candidate_result no_code = {.status = CANDIDATE_NO_CODE};

/* Where the text first mentions the theorem in what looks like a declaration; NULL when it does
 * not. Cheap. */
static const char *find_mention(const struct problem *problem, const char *text, size_t length) {
	static const char *const keywords[] = {"theorem", "lemma"};
	size_t name = strlen(problem->theorem);
	const char *end = text + length;
	for (const char *at = memmem(text, length, problem->theorem, name); at != NULL;
		at = memmem(at + 1, (size_t)(end - at - 1), problem->theorem, name)) {
		const char *before = at;
		while (before > text && strchr(" \t\r\n", before[-1]) != NULL &&
			before[-1] != '\0') {
			before--;
		}
		for (size_t i = 0; i < F2F_COUNT(keywords) && before < at; i++) {
			size_t word = strlen(keywords[i]);
			if ((size_t)(before - text) >= word &&
				memcmp(before - word, keywords[i], word) == 0) {
				return at;
			}
		}
	}
	return NULL;
}

static bool mentions(const struct problem *problem, const char *text, size_t length) {
	return find_mention(problem, text, length) != NULL;
}

/* A text that cannot be read at all. */
static struct candidate_result unreadable(enum lean_lex_status status, const struct error *err) {
	struct candidate_result result = {.status = CANDIDATE_REJECTED};
	result.truncated = status == LEAN_LEX_UNCLOSED;
	result.reason = result.truncated ? REASON_ERROR : REASON_FORBIDDEN;
	snprintf(result.note, sizeof(result.note), "%s", err->message);
	return result;
}

static struct candidate_result take_from(const struct problem *problem, enum lean_policy policy,
	const char *text, size_t length, take_fn take, struct lean_candidate *out) {
	struct lean_tokens tokens = {0};
	struct lean_commands commands = {0};
	struct error err = {0};
	unsigned line = 0;
	const char *why = NULL;
	if (!lean_policy_clean(text, length, &line, &why)) {
		struct candidate_result result = {
			.status = CANDIDATE_REJECTED, .reason = REASON_FORBIDDEN};
		snprintf(result.note, sizeof(result.note), "line %u: %s", line, why);
		return result;
	}
	struct candidate_result result = no_code;
	enum lean_lex_status status = lean_lex(text, length, &tokens, &err);
	if (status != LEAN_LEX_OK) {
		result = unreadable(status, &err);
	} else {
		lean_commands_find(&tokens, &commands);
		result = take(problem, policy, &tokens, &commands, out);
	}
	if (result.status != CANDIDATE_OK) {
		lean_candidate_finish(out);
	}
	lean_commands_finish(&commands);
	lean_tokens_finish(&tokens);
	return result;
}

/* The last block of the kind that `take` reads; blocks that do not declare the theorem are not even
 * lexed for a whole file. */
static struct candidate_result take_last(const struct problem *problem, enum lean_policy policy,
	const struct code_block *blocks, size_t count, take_fn take, struct lean_candidate *out) {
	for (size_t i = count; i > 0; i--) {
		const struct code_block *block = &blocks[i - 1];
		bool declared = mentions(problem, block->data, block->length);
		if (!block->lean || declared != (take == lean_whole_take)) {
			continue;
		}
		struct candidate_result result =
			take_from(problem, policy, block->data, block->length, take, out);
		if (result.status != CANDIDATE_NO_CODE) {
			result.truncated |= !block->closed;
			return result;
		}
	}
	return no_code;
}

static bool line_begins_lean(struct str line) {
	static const char mark[] = "\xef\xbb\xbf"; // refused, but as the text's own fault
	if (line.len > 3 && memcmp(line.data, mark, 3) == 0) {
		line = str_slice(line.data + 3, line.len - 3);
	}
	size_t word = 0;
	while (word < line.len && strchr(" \t(:", line.data[word]) == NULL) {
		word++;
	}
	bool hash =
		line.len > 1 && line.data[0] == '#' && line.data[1] >= 'a' && line.data[1] <= 'z';
	return hash || lean_is_command_word(line.data, word) ||
	       (line.len > 1 && memcmp(line.data, "@[", 2) == 0) ||
	       (line.len > 2 && memcmp(line.data, "/--", 3) == 0);
}

/* Whether a line at the margin goes on with a proof rather than with prose. */
static bool line_continues(struct str line) {
	static const char *const words[] = {"|", "·", ".", "<;>", "by", "termination_by",
		"decreasing_by", "where", "--", "/-", "-/", "}", ")", "]", "⟩", ":=", ":"};
	size_t length = 0;
	while (length < line.len && strchr(" \t", line.data[length]) == NULL) {
		length++;
	}
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		if (line.len >= strlen(words[i]) &&
			memcmp(line.data, words[i], strlen(words[i])) == 0) {
			return true;
		}
	}
	return lean_is_tactic_word(line.data, length) || lean_is_command_word(line.data, length);
}

/* The Lean part of a text without fences: from its first line of Lean to the prose behind it.
 * Length 0 when there is none. */
static struct str find_unfenced(const struct problem *problem, const char *reply, size_t length) {
	struct str rest = str_slice(reply, length);
	struct str line;
	const char *start = NULL;
	const char *end = reply + length;
	const char *declared = NULL;
	bool blank = false;
	while (str_next_line(&rest, &line)) {
		struct str words = str_trim(line);
		if (start == NULL) {
			start = line_begins_lean(line) ? line.data : NULL;
			declared = start != NULL
					   ? find_mention(problem, start, (size_t)(end - start))
					   : NULL;
		} else if (words.len > 0 && words.data == line.data && blank &&
			   !line_continues(line) && !line_begins_lean(line) && declared != NULL &&
			   line.data > declared) {
			end = line.data;
			break;
		}
		blank = words.len == 0;
	}
	return start != NULL ? str_slice(start, (size_t)(end - start)) : str_slice(reply, 0);
}

static bool begins_bare(struct str text) {
	size_t length = 0;
	while (length < text.len && strchr(" \t\r\n;<,", text.data[length]) == NULL) {
		length++;
	}
	static const char *const words[] = {"by", ":=", "fun", "⟨"};
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		size_t word = strlen(words[i]);
		if (text.len >= word && memcmp(text.data, words[i], word) == 0 &&
			(length == word || strcmp(words[i], "⟨") == 0)) {
			return true;
		}
	}
	return lean_is_tactic_word(text.data, length);
}

static struct candidate_result take_unfenced(const struct problem *problem, enum lean_policy policy,
	const char *reply, size_t length, struct lean_candidate *out) {
	if (mentions(problem, reply, length)) {
		struct str text = find_unfenced(problem, reply, length);
		return text.len > 0 ? take_from(problem, policy, text.data, text.len,
					      lean_whole_take, out)
				    : no_code;
	}
	/* The columns of the first line matter to the rest, so only line ends are cut off in front.
	 */
	struct str text = str_slice(reply, length);
	while (text.len > 0 && (text.data[0] == '\n' || text.data[0] == '\r')) {
		text = str_slice(text.data + 1, text.len - 1);
	}
	return begins_bare(str_trim(text))
		       ? take_from(problem, policy, text.data, text.len, lean_bare_take, out)
		       : no_code;
}

struct candidate_result lean_candidate_from_reply(const struct problem *problem,
	enum lean_policy policy, const char *reply, size_t length,
	struct lean_candidate *candidate_out) {
	struct code_block blocks[CODE_BLOCKS_MAX];
	struct lean_candidate candidate = {0};
	// Old Lean has no carriage returns, and servers take them for lines of their own.
	char *plain = memmem(reply, length, "\r\n", 2) != NULL
			      ? str_unix_lines(reply, length, &length)
			      : NULL;
	reply = plain != NULL ? plain : reply;
	size_t count = extract_blocks(reply, length, blocks, CODE_BLOCKS_MAX);
	bool fenced = count > 0 && blocks[0].fenced;
	struct candidate_result result = no_code;
	if (fenced) {
		result = take_last(problem, policy, blocks, count, lean_whole_take, &candidate);
	}
	if (fenced && result.status == CANDIDATE_NO_CODE) {
		result = take_last(problem, policy, blocks, count, lean_bare_take, &candidate);
	}
	if (!fenced) {
		result = take_unfenced(problem, policy, reply, length, &candidate);
	}
	if (result.status == CANDIDATE_OK) {
		*candidate_out = candidate;
	}
	free(plain);
	return result;
}

void lean_candidate_finish(struct lean_candidate *candidate) {
	for (size_t i = 0; i < candidate->fill_count; i++) {
		free(candidate->fills[i]);
	}
	free(candidate->fills);
	free(candidate->proof);
	free(candidate->options);
	free(candidate->helpers);
	free(candidate->let_through);
	free(candidate->difference);
	*candidate = (struct lean_candidate){0};
}

char *lean_candidate_text(const struct lean_candidate *candidate) {
	struct buf out = BUF_INIT(CANDIDATE_MAX_BYTES);
	for (size_t i = 0; i < candidate->fill_count; i++) {
		buf_appendf(&out, "-- answer %zu\n%s\n\n", i + 1, candidate->fills[i]);
	}
	if (candidate->helpers != NULL && candidate->helpers[0] != '\0') {
		buf_appendf(&out, "%s\n\n", candidate->helpers);
	}
	buf_append_str(&out, candidate->options != NULL ? candidate->options : "");
	buf_appendf(&out, "%s\n", candidate->proof);
	return buf_detach(&out);
}
