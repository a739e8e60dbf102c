#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "lean/command.h"
#include "lean/lex.h"

/* Tokens with their kind's letter: "i:h' s:≤". */
static char *render(const char *text) {
	static const char kinds[] = {'i', 'h', 'n', 'q', 'r', 'c', 's'};
	struct lean_tokens tokens;
	struct error err = {0};
	struct buf out = BUF_INIT(1 << 16);
	enum lean_lex_status status = lean_lex(text, strlen(text), &tokens, &err);
	for (size_t i = 0; i < tokens.list.count; i++) {
		const struct lean_token *token = &tokens.list.items[i];
		buf_appendf(&out, "%s%c:%.*s", i > 0 ? " " : "", kinds[token->kind],
			(int)(token->end - token->start), text + token->start);
	}
	if (status != LEAN_LEX_OK) {
		buf_appendf(&out, " %s %s", status == LEAN_LEX_UNCLOSED ? "unclosed" : "stray",
			err.message);
	}
	lean_tokens_finish(&tokens);
	return buf_detach(&out);
}

static void check_lex(const char *text, const char *expected) {
	char *got = render(text);
	ck_assert_str_eq(got, expected);
	free(got);
}

START_TEST(block_comments_nest_and_doc_comments_are_comments) {
	check_lex("a /- b /- c -/ d -/ e", "i:a i:e");
	check_lex("/-- doc -/ a /-! mod -/ b /-/ c -/ d", "i:a i:b i:d");
	check_lex("a /- \"-/ b", "i:a i:b");
	check_lex("a -/ b", "i:a s:- s:/ i:b");
	check_lex("a /- -- -/ b", "i:a i:b");
}
END_TEST

START_TEST(line_comments_end_at_a_line_feed_only) {
	check_lex("a -- b /- c\nd", "i:a i:d");
	check_lex("a -- b\r\nd", "i:a i:d");
	check_lex("a\rb", "i:a stray line 1: a character that is no part of Lean");
}
END_TEST

START_TEST(strings_hold_escapes_gaps_and_comment_marks) {
	check_lex("\"a\\\"b\" c", "q:\"a\\\"b\" i:c");
	check_lex("\"a \\\n  b /-\" c", "q:\"a \\\n  b /-\" i:c");
	check_lex("\"a\\\\\" c", "q:\"a\\\\\" i:c");
	check_lex("r\"a\\\" c", "r:r\"a\\\" i:c");
	check_lex("r#\"a\"b\"# c", "r:r#\"a\"b\"# i:c");
	check_lex("r##\"a\"#b\"## c", "r:r##\"a\"#b\"## i:c");
	check_lex("r \"a\"", "i:r q:\"a\"");
	check_lex("hr\"a\"", "i:hr q:\"a\"");
}
END_TEST

START_TEST(code_inside_interpolated_strings_is_code) {
	check_lex("s!\"a{b}c\" d", "i:s! q:\"a{ i:b q:}c\" i:d");
	check_lex("s!\"{f \"x\" {a := 1}}\"", "i:s! q:\"{ i:f q:\"x\" s:{ i:a s::= n:1 s:} q:}\"");
	check_lex("s!\"\\{a}\" b", "i:s! q:\"\\{a}\" i:b");
	check_lex("s \"{a}\"", "i:s q:\"{a}\"");
	check_lex("m!\"{s!\"{a}\"}\"", "i:m! q:\"{ i:s! q:\"{ i:a q:}\" q:}\"");
	check_lex("s!\"{a", "i:s! q:\"{ i:a unclosed line 1: unclosed interpolated string");
}
END_TEST

START_TEST(characters_are_told_from_primes) {
	check_lex("h' 'a' h''", "i:h' c:'a' i:h''");
	check_lex(
		"'\\n' '\\'' '\\u03b1' '\\x41' 'α'", "c:'\\n' c:'\\'' c:'\\u03b1' c:'\\x41' c:'α'");
	check_lex("f '' s ⁻¹' t", "i:f s:'' i:s s:⁻¹' i:t");
	check_lex("('\"')", "s:( c:'\"' s:)");
	/* Code must not hide in what is no character to Lean. */
	check_lex("'\\nsorry'", " stray line 1: a quote that opens no character");
	check_lex("'\\u{3b1}'", " stray line 1: a quote that opens no character");
	check_lex("'\\x4'", " stray line 1: a quote that opens no character");
	check_lex("x⁻¹'\"' sorry \"'\"", "i:x s:⁻¹ stray line 1: a quote that touches an operator");
	check_lex("f 'ab", "i:f stray line 1: a quote that opens no character");
}
END_TEST

START_TEST(names_have_leans_letters) {
	check_lex("h₁ α.β x! y? _a ℝ 𝓝 Nat.succ_le",
		"i:h₁ i:α.β i:x! i:y? i:_a i:ℝ i:𝓝 i:Nat.succ_le");
	check_lex("λx Σi Πj", "s:λ i:x s:Σ i:i s:Π i:j");
	check_lex("«a b».c.«d» e", "i:«a b».c.«d» i:e");
	check_lex("h.end.1.2 x.{u}", "i:h.end s:. n:1 s:. n:2 i:x s:. s:{ i:u s:}");
	check_lex("Тrick", " stray line 1: a character that is no part of Lean");
	check_lex("a\nb 中", "i:a i:b stray line 2: a character that is no part of Lean");
}
END_TEST

START_TEST(operators_with_primes_and_subscripts_are_whole) {
	check_lex("∑' k, x", "s:∑' i:k s:, i:x");
	check_lex("l[i]'h", "i:l s:[ i:i s:]' i:h");
	check_lex("l[i]'h' ", "i:l s:[ i:i s:]' i:h'");
	check_lex("l[i]'(by simp)", "i:l s:[ i:i s:]' s:( i:by i:simp s:)");
	check_lex("V →ₗ[ℝ] W", "i:V s:→ s:ₗ s:[ i:ℝ s:] i:W");
	/* Where a Lean without the operator would read a character. */
	check_lex("l[i]'\"' x", "i:l s:[ i:i s:] c:'\"' i:x");
	check_lex("[x]'h'sorry", "s:[ i:x s:] c:'h' i:sorry");
	check_lex("∑'\"'", "s:∑ stray line 1: a quote that touches an operator");
}
END_TEST

START_TEST(numbers_and_symbols_are_whole) {
	check_lex("12 1.5 2e10 0xFf 1..3 n!", "n:12 n:1.5 n:2e10 n:0xFf n:1 s:.. n:3 i:n!");
	check_lex("a:=b=>c<;>d≤e∧f⟨g⟩",
		"i:a s::= i:b s:=> i:c s:<;> i:d s:≤ i:e s:∧ i:f s:⟨ i:g s:⟩");
	check_lex("#check #eval! #[1] @[simp]", "h:#check h:#eval! s:#[ n:1 s:] s:@[ i:simp s:]");
	check_lex("x^2-1/y", "i:x s:^ n:2 s:- n:1 s:/ i:y");
}
END_TEST

START_TEST(what_is_open_at_the_end_says_so) {
	check_lex("a /- b", "i:a unclosed line 1: unclosed comment");
	check_lex("a\n /- b /- -/", "i:a unclosed line 2: unclosed comment");
	check_lex("a \"b", "i:a unclosed line 1: unclosed string");
	check_lex("a \"b\\", "i:a unclosed line 1: unclosed string");
	check_lex("r#\"a\"", " unclosed line 1: unclosed raw string");
	check_lex("a «b", "i:a unclosed line 1: unclosed name in guillemets");
	check_lex("a «b\n»", "i:a stray line 1: unclosed name in guillemets");
}
END_TEST

START_TEST(what_could_be_half_of_an_unknown_token_is_not_placed) {
	check_lex("a ∘'\"' b", "i:a s:∘ stray line 1: a quote that touches an operator");
	check_lex("a ≤-- b", "i:a s:≤ stray line 1: a comment that touches an operator");
	check_lex("a ≤/- b -/", "i:a s:≤ stray line 1: a comment that touches an operator");
	check_lex("(a)-- b", "s:( i:a s:)");
	check_lex("f :=-- b", "i:f s::=");
	check_lex("/--/ a", " stray line 1: a comment that Lean versions read differently");
}
END_TEST

START_TEST(positions_count_code_points_and_first_tokens_of_lines) {
	struct lean_tokens tokens;
	const char *text = "α b\n  /- x\n -/ c d\n𝓝 e";
	ck_assert_int_eq(lean_lex(text, strlen(text), &tokens, NULL), LEAN_LEX_OK);
	ck_assert_uint_eq(tokens.list.count, 6);
	ck_assert_uint_eq(tokens.list.items[5].column, 2);
	ck_assert_uint_eq(tokens.list.items[5].column16, 3);
	const struct lean_token *b = &tokens.list.items[1];
	const struct lean_token *c = &tokens.list.items[2];
	ck_assert_uint_eq(b->column, 2);
	ck_assert_uint_eq(b->start, 3);
	ck_assert(!b->first && tokens.list.items[0].first);
	ck_assert_uint_eq(c->line, 2);
	ck_assert_uint_eq(c->column, 4);
	ck_assert(c->first && !tokens.list.items[3].first);
	lean_tokens_finish(&tokens);
}
END_TEST

START_TEST(brackets_must_pair_with_their_own_kind) {
	static const struct {
		const char *text;
		bool balanced;
	} cases[] = {{"(a [b] {c} ⟨d⟩)", true}, {"(]", false}, {"(", false}, {")", false},
		{"#[a] @[b] ⌊c⌋", true}, {"'(' \"[\"", true}};
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		struct lean_tokens tokens;
		size_t bad = 0;
		ck_assert_int_eq(
			lean_lex(cases[i].text, strlen(cases[i].text), &tokens, NULL), LEAN_LEX_OK);
		ck_assert_int_eq(lean_tokens_balanced(&tokens, 0, tokens.list.count, &bad),
			cases[i].balanced);
		lean_tokens_finish(&tokens);
	}
}
END_TEST

START_TEST(a_deep_nest_of_anything_ends) {
	struct buf text = BUF_INIT(4 << 20);
	static const char *const pieces[] = {"(", "/-", "s!\"{", "«", "{", "'"};
	for (size_t i = 0; i < F2F_COUNT(pieces); i++) {
		buf_clear(&text);
		for (int k = 0; k < 200000; k++) {
			buf_append_str(&text, pieces[i]);
		}
		struct lean_tokens tokens;
		size_t bad = 0;
		lean_lex(text.data, text.len, &tokens, NULL);
		ck_assert(tokens.list.count == 0 ||
			  !lean_tokens_balanced(&tokens, 0, tokens.list.count, &bad) || i != 0);
		lean_tokens_finish(&tokens);
	}
	buf_finish(&text);
}
END_TEST

/* Kinds of the commands found, and the keyword of each. */
static void check_commands(const char *text, const char *expected) {
	static const char kinds[] = {'-', 'h', 't', 'd', 'o'};
	struct lean_tokens tokens;
	struct lean_commands commands;
	struct buf out = BUF_INIT(4096);
	ck_assert_int_eq(lean_lex(text, strlen(text), &tokens, NULL), LEAN_LEX_OK);
	lean_commands_find(&tokens, &commands);
	for (size_t i = 0; i < commands.list.count; i++) {
		const struct lean_command *command = &commands.list.items[i];
		const struct lean_token *word = &tokens.list.items[command->keyword];
		buf_appendf(&out, "%s%c:%.*s/%zu", i > 0 ? " " : "", kinds[command->kind],
			(int)(word->end - word->start), text + word->start,
			command->to - command->from);
	}
	ck_assert_str_eq(buf_str(&out), expected);
	buf_finish(&out);
	lean_commands_finish(&commands);
	lean_tokens_finish(&tokens);
}

START_TEST(commands_begin_at_the_outermost_column) {
	check_commands("import A\nopen B\n/-- d -/\n@[simp]\nprivate lemma a : b := by\n  open C "
		       "in simp\ndef c := 1",
		"h:import/2 h:open/2 t:lemma/14 d:def/4");
	check_commands("  theorem a : b := c\n  def d := e", "t:theorem/6 d:def/4");
	check_commands("simp\ntheorem a : b", "-:simp/1 t:theorem/4");
	check_commands("open A in\nset_option b 1 in theorem c : d := e\n#check c",
		"t:theorem/13 o:#check/2");
	check_commands("theorem a : b := by\nsimp\ntermination_by x", "t:theorem/9");
	check_commands("", "");
}
END_TEST

int main(void) {
	Suite *suite = suite_create("lex");
	TCase *tcase = tcase_create("lex");
	tcase_add_test(tcase, block_comments_nest_and_doc_comments_are_comments);
	tcase_add_test(tcase, line_comments_end_at_a_line_feed_only);
	tcase_add_test(tcase, strings_hold_escapes_gaps_and_comment_marks);
	tcase_add_test(tcase, code_inside_interpolated_strings_is_code);
	tcase_add_test(tcase, characters_are_told_from_primes);
	tcase_add_test(tcase, names_have_leans_letters);
	tcase_add_test(tcase, operators_with_primes_and_subscripts_are_whole);
	tcase_add_test(tcase, numbers_and_symbols_are_whole);
	tcase_add_test(tcase, what_is_open_at_the_end_says_so);
	tcase_add_test(tcase, what_could_be_half_of_an_unknown_token_is_not_placed);
	tcase_add_test(tcase, positions_count_code_points_and_first_tokens_of_lines);
	tcase_add_test(tcase, brackets_must_pair_with_their_own_kind);
	tcase_add_test(tcase, a_deep_nest_of_anything_ends);
	tcase_add_test(tcase, commands_begin_at_the_outermost_column);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
