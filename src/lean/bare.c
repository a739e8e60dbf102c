#include "lean/whole.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "lean/command.h"
#include "lean/placeholder.h"
#include "lean/policy.h"

/* Words that begin a tactic and are seldom the first word of a sentence in lower case. */
static const char *const tactics[] = {
	"absurd",
	"aesop",
	"all_goals",
	"any_goals",
	"apply",
	"assumption",
	"by_cases",
	"by_contra",
	"calc",
	"cases",
	"cases'",
	"change",
	"classical",
	"clear",
	"congr",
	"constructor",
	"contradiction",
	"conv",
	"convert",
	"decide",
	"dsimp",
	"erw",
	"exact",
	"exact_mod_cast",
	"exfalso",
	"existsi",
	"exists",
	"ext",
	"field_simp",
	"fin_cases",
	"first",
	"focus",
	"funext",
	"gcongr",
	"generalize",
	"have",
	"induction",
	"induction'",
	"infer_instance",
	"injection",
	"interval_cases",
	"intro",
	"intros",
	"left",
	"let",
	"linarith",
	"linear_combination",
	"match",
	"native_decide",
	"next",
	"nlinarith",
	"nofun",
	"nomatch",
	"norm_cast",
	"norm_num",
	"obtain",
	"omega",
	"positivity",
	"push_cast",
	"push_neg",
	"rcases",
	"refine",
	"refine'",
	"refl",
	"rename_i",
	"repeat",
	"replace",
	"revert",
	"rfl",
	"rhs",
	"right",
	"ring",
	"ring_nf",
	"rintro",
	"rw",
	"set",
	"show",
	"simp",
	"simp_all",
	"simp_arith",
	"simp_rw",
	"simpa",
	"skip",
	"solve_by_elim",
	"sorry",
	"specialize",
	"split",
	"split_ifs",
	"subst",
	"suffices",
	"symm",
	"tauto",
	"trivial",
	"try",
	"unfold",
	"use",
	"zify",
	"rwa",
	"lift",
	"trans",
	"nth_rewrite",
	"nth_rw",
	"abel",
	"group",
	"bound",
	"grind",
	"ac_rfl",
	"rewrite",
};

/* Words and signs that begin a term where a tactic block could also stand. */
static const char *const terms[] = {"fun", "λ", "⟨", "(", "@", ".", "‹", "by_contradiction", "if",
	"do", "haveI", "letI", "absurd", "id"};

bool lean_is_tactic_word(const char *word, size_t length) {
	for (size_t i = 0; i < F2F_COUNT(tactics); i++) {
		if (str_equal(str_slice(word, length), tactics[i])) {
			return true;
		}
	}
	return false;
}

/* "Nat.le_refl _" and "h" are terms; "norm_num" is a tactic. A single name is tried as what the
 * list says. */
static bool begins_term(const struct lean_tokens *tokens, size_t index) {
	const struct lean_token *token = &tokens->list.items[index];
	for (size_t i = 0; i < F2F_COUNT(terms); i++) {
		if (lean_token_is(tokens, index, terms[i])) {
			return true;
		}
	}
	return token->kind == LEAN_IDENT &&
	       memchr(tokens->text + token->start, '.', token->end - token->start) != NULL;
}

/* A tactic block becomes "by" and the block on lines of its own, which keeps its columns as they
 * were. */
static char *as_block(char *text, unsigned column) {
	struct buf out = BUF_INIT(16 << 20);
	bool many = strchr(text, '\n') != NULL;
	unsigned indent = column > 2 ? column : 2;
	buf_append_str(&out, "by\n");
	for (unsigned i = 0; i < indent; i++) {
		buf_append_char(&out, ' ');
	}
	/* A block whose first line began left of column 2 has its others moved along. */
	for (const char *c = text; *c != '\0'; c++) {
		buf_append_char(&out, *c);
		if (many && *c == '\n' && c[1] != '\n' && column < indent) {
			buf_appendf(&out, "%*s", (int)(indent - column), "");
		}
	}
	free(text);
	return buf_detach(&out);
}

static char *block_text(const struct lean_tokens *tokens, size_t from, size_t to) {
	const struct lean_token *first = &tokens->list.items[from];
	size_t end = tokens->list.items[to - 1].end;
	for (size_t i = from; i < to; i++) {
		const struct lean_token *token = &tokens->list.items[i];
		if ((token->kind == LEAN_STRING || token->kind == LEAN_RAW) &&
			memchr(tokens->text + token->start, '\n', token->end - token->start) !=
				NULL) {
			return NULL;
		}
	}
	/* "rw [h]\n  simp": where the fence's own line held the first tactic, only the rest is
	 * indented. */
	unsigned column = first->column;
	for (size_t i = from + 1; i < to; i++) {
		const struct lean_token *token = &tokens->list.items[i];
		if (token->first && token->column < column) {
			column = token->column;
		}
	}
	return as_block(xmemdup0(tokens->text + first->start, end - first->start), column);
}

static struct candidate_result check_bare(const struct problem *problem, enum lean_policy policy,
	const struct lean_tokens *tokens, size_t from, size_t to, struct lean_passes *passes) {
	struct candidate_result result = {.status = CANDIDATE_OK};
	struct lean_refusal refusal;
	size_t bad = 0;
	if (lean_proof_joins(tokens, from)) {
		return lean_candidate_refuse(REASON_ERROR, "", tokens->list.items[from].line + 1,
			"no proof begins like this");
	}
	if (!lean_policy_check(policy, tokens, from, to, LEAN_PLACE_PROOF, passes, &refusal)) {
		return lean_candidate_refuse(
			refusal.reason, refusal.word, refusal.line, refusal.why);
	}
	if (!lean_tokens_balanced(tokens, from, to, &bad)) {
		result = lean_candidate_refuse(REASON_ERROR, "",
			tokens->list.items[bad < to ? bad : to - 1].line + 1,
			"brackets do not pair, or nest over 512 deep");
		result.truncated = bad == to;
		return result;
	}
	struct lean_tokens preamble;
	struct lean_commands commands;
	struct lean_placeholders places;
	const char *text = problem->preamble != NULL ? problem->preamble : "";
	lean_lex(text, strlen(text), &preamble, NULL);
	lean_commands_find(&preamble, &commands);
	lean_placeholders_find(&preamble, &commands, &places);
	if (places.list.count > 0) {
		result = lean_candidate_refuse(
			REASON_SORRY, problem->theorem, 1, "a placeholder is left open");
	}
	lean_placeholders_finish(&places);
	lean_commands_finish(&commands);
	lean_tokens_finish(&preamble);
	return result;
}

struct candidate_result lean_bare_take(const struct problem *problem, enum lean_policy policy,
	const struct lean_tokens *tokens, const struct lean_commands *commands,
	struct lean_candidate *out) {
	struct candidate_result none = {.status = CANDIDATE_NO_CODE};
	if (commands->list.count == 0 || commands->list.items[0].kind != LEAN_COMMAND_NONE) {
		return none;
	}
	const struct lean_command *command = &commands->list.items[0];
	size_t from =
		lean_token_is(tokens, command->from, ":=") ? command->from + 1 : command->from;
	if (from >= command->to) {
		return none;
	}
	struct lean_passes passes = {.words = ""};
	struct candidate_result result =
		check_bare(problem, policy, tokens, from, command->to, &passes);
	if (result.status != CANDIDATE_OK) {
		return result;
	}
	if (lean_token_is(tokens, from, "by") || from > command->from ||
		begins_term(tokens, from)) {
		out->proof = lean_proof_text(tokens, from, command->to);
	} else {
		out->proof = block_text(tokens, from, command->to);
	}
	if (out->proof == NULL) {
		return lean_candidate_refuse(REASON_FORBIDDEN, "\"",
			tokens->list.items[from].line + 1,
			"a long string in a proof that must be indented");
	}
	out->helpers = xstrdup("");
	out->let_through = passes.words[0] != '\0' ? xstrdup(passes.words) : NULL;
	return result;
}
