#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "lean/fill_internal.h"

/*
 * Whether two comparisons are one, whatever their letters, order and form: both are read as
 * functions of their variables and evaluated at a few points. "x = k * (k + 3)" is the question "x =
 * a ^ 2 + 3 * a". What this cannot read has no value, and is no match.
 */

enum { VARIABLES_MAX = 4, POINTS = 5, DEPTH_MAX = 64 };

/* A term under evaluation. */
struct term {
	const struct lean_tokens *tokens;
	size_t at;
	size_t to;
	unsigned depth;
	const size_t *variables; // a token each
	const double *values;
	size_t count;
};

/* Names that are numbers or functions, also behind their namespaces. */
static const struct {
	const char *name;
	double (*apply)(double);
} functions[] = {
	{"abs", fabs},
	{"cos", cos},
	{"exp", exp},
	{"log", log},
	{"sin", sin},
	{"sqrt", sqrt},
	{"tan", tan},
};

static const char *const types[] = {"Int", "Nat", "Rat", "Real", "ℂ", "ℕ", "ℚ", "ℝ", "ℤ"};

static struct str text_of(const struct lean_tokens *tokens, size_t index) {
	const struct lean_token *token = &tokens->list.items[index];
	return str_slice(tokens->text + token->start, token->end - token->start);
}

static bool same_text(
	const struct lean_tokens *a, size_t i, const struct lean_tokens *b, size_t k) {
	struct str x = text_of(a, i);
	struct str y = text_of(b, k);
	return x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
}

static const char *last_part(struct str name, size_t *length_out) {
	const char *dot = memrchr(name.data, '.', name.len);
	const char *start = dot != NULL ? dot + 1 : name.data;
	*length_out = name.len - (size_t)(start - name.data);
	return start;
}

static double (*function_of(const struct lean_tokens *tokens, size_t index))(double) {
	size_t length = 0;
	const char *name = last_part(text_of(tokens, index), &length);
	if (lean_token_is(tokens, index, "√")) {
		return sqrt;
	}
	for (size_t i = 0; i < F2F_COUNT(functions); i++) {
		if (str_equal(str_slice(name, length), functions[i].name)) {
			return functions[i].apply;
		}
	}
	return NULL;
}

static bool is_pi(const struct lean_tokens *tokens, size_t index) {
	return lean_token_is(tokens, index, "π") || lean_token_is(tokens, index, "Real.pi");
}

static bool more(const struct term *term, const char *sign) {
	return term->at < term->to && lean_token_is(term->tokens, term->at, sign);
}

static double sum(struct term *term);

/* "(x + 1)", "(2 : ℝ)" */
static double group(struct term *term) {
	term->at++;
	double value = sum(term);
	if (more(term, ":")) {
		term->at++;
		bool known = term->at < term->to &&
			     fill_in_list(term->tokens, term->at, types, F2F_COUNT(types));
		value = known ? value : NAN;
		term->at++;
	}
	if (!more(term, ")")) {
		return NAN;
	}
	term->at++;
	return value;
}

static double atom(struct term *term) {
	if (term->at >= term->to || ++term->depth > DEPTH_MAX) {
		return NAN;
	}
	size_t index = term->at;
	const struct lean_token *token = &term->tokens->list.items[index];
	if (more(term, "(")) {
		return group(term);
	}
	if (more(term, "↑")) {
		term->at++;
		return atom(term);
	}
	double (*apply)(double) = function_of(term->tokens, index);
	if (apply != NULL) {
		term->at++;
		return apply(atom(term));
	}
	term->at++;
	if (token->kind == LEAN_NUMBER) {
		char number[32] = "";
		struct str text = text_of(term->tokens, index);
		memcpy(number, text.data, text.len < sizeof(number) - 1 ? text.len : 0);
		return number[0] != '\0' ? strtod(number, NULL) : NAN;
	}
	for (size_t i = 0; i < term->count; i++) {
		if (same_text(term->tokens, index, term->tokens, term->variables[i])) {
			return term->values[i];
		}
	}
	return is_pi(term->tokens, index) ? M_PI : NAN;
}

/* Right to left, as Lean has it. */
static double power(struct term *term) {
	double base = atom(term);
	if (!more(term, "^") || ++term->depth > DEPTH_MAX) {
		return base;
	}
	term->at++;
	return pow(base, power(term));
}

static double product(struct term *term) {
	double value = power(term);
	while (more(term, "*") || more(term, "/")) {
		bool times = more(term, "*");
		term->at++;
		double next = power(term);
		value = times ? value * next : value / next;
	}
	return value;
}

static double sum(struct term *term) {
	bool negative = more(term, "-");
	term->at += negative;
	double value = product(term);
	value = negative ? -value : value;
	while (more(term, "+") || more(term, "-")) {
		bool plus = more(term, "+");
		term->at++;
		double next = product(term);
		value = plus ? value + next : value - next;
	}
	return value;
}

/* A comparison as a function of its variables: left side less right side. */
struct equation {
	const struct lean_tokens *tokens;
	size_t from;
	size_t middle;
	size_t to;
	size_t variables[VARIABLES_MAX];
	size_t count; // VARIABLES_MAX + 1: too many
};

static double side(const struct equation *equation, size_t from, size_t to, const double *values) {
	struct term term = {.tokens = equation->tokens,
		.at = from,
		.to = to,
		.variables = equation->variables,
		.values = values,
		.count = equation->count};
	double value = sum(&term);
	return term.at == to ? value : NAN;
}

static double value_of(const struct equation *equation, const double *values) {
	return side(equation, equation->from, equation->middle, values) -
	       side(equation, equation->middle + 1, equation->to, values);
}

static struct equation read_equation(
	const struct lean_tokens *tokens, size_t from, size_t middle, size_t to) {
	struct equation out = {.tokens = tokens, .from = from, .middle = middle, .to = to};
	for (size_t i = from; i < to && out.count <= VARIABLES_MAX; i++) {
		bool known = tokens->list.items[i].kind != LEAN_IDENT ||
			     function_of(tokens, i) != NULL || is_pi(tokens, i) ||
			     fill_in_list(tokens, i, types, F2F_COUNT(types));
		for (size_t k = 0; k < out.count && !known; k++) {
			known = same_text(tokens, i, tokens, out.variables[k]);
		}
		if (!known && out.count == VARIABLES_MAX) {
			out.count++;
		} else if (!known) {
			out.variables[out.count++] = i;
		}
	}
	return out;
}

/* Points where no two variables and no two powers of them are alike. */
static const double points[POINTS][VARIABLES_MAX] = {
	{1.37, 2.61, 0.83, 1.91},
	{2.23, 0.71, 1.57, 3.13},
	{0.59, 1.79, 2.89, 1.11},
	{3.31, 1.23, 0.47, 2.17},
	{1.03, 3.37, 1.93, 0.67},
};

/* The same up to a factor, with the variables of `b` taken in the order given. */
static bool agree(const struct equation *a, const struct equation *b, const size_t *order) {
	double factor = 0;
	for (size_t p = 0; p < POINTS; p++) {
		double turned[VARIABLES_MAX] = {0};
		for (size_t i = 0; i < b->count; i++) {
			turned[i] = points[p][order[i]];
		}
		double x = value_of(a, points[p]);
		double y = value_of(b, turned);
		if (!isfinite(x) || !isfinite(y) || fabs(y) < 1e-9 || fabs(x) < 1e-9) {
			return false;
		}
		factor = p == 0 ? x / y : factor;
		if (fabs(x - factor * y) > 1e-8 * fabs(x)) {
			return false;
		}
	}
	return true;
}

/* All orders of the variables, by swapping from place `at` on. */
static bool agree_somehow(
	const struct equation *a, const struct equation *b, size_t *order, size_t at) {
	if (at >= a->count || at >= VARIABLES_MAX) { // the second for gcc -O3, which unrolls this
		return agree(a, b, order);
	}
	for (size_t i = at; i < a->count; i++) {
		size_t kept = order[at];
		order[at] = order[i];
		order[i] = kept;
		if (agree_somehow(a, b, order, at + 1)) {
			return true;
		}
		order[i] = order[at];
		order[at] = kept;
	}
	return false;
}

bool fill_same_equation(
	const struct fill *fill, size_t from, size_t middle, size_t to, size_t asked) {
	const struct lean_tokens *tokens = fill->statement;
	size_t order[VARIABLES_MAX] = {0, 1, 2, 3};
	struct equation a = read_equation(fill->tokens, from, middle, to);
	struct equation b = read_equation(tokens, fill_side_start(tokens, 0, asked), asked,
		fill_side_end(tokens, asked, tokens->list.count));
	return a.count == b.count && a.count >= 2 && a.count <= VARIABLES_MAX &&
	       !lean_token_is(fill->tokens, middle, "∈") && agree_somehow(&a, &b, order, 0);
}
