#include "logic/closure_rules.h"

#include "logic/closure_internal.h"

/* Facts move when the closure grows: copies are taken before anything is concluded. */

static struct fact container(struct key key, struct rational quantity) {
	return (struct fact){
		.form = FACT_CONTAINER, .key_count = 1, .keys = {key}, .quantity = quantity};
}

static struct fact fact_at(const struct builder *builder, uint16_t number) {
	return builder->closure->facts[number];
}

/* R1: `amount` is of the comparison's subject or object; the other one follows. */
static void fire_comparison(struct builder *builder, uint16_t amount, uint16_t comparison) {
	struct fact known = fact_at(builder, amount);
	struct fact between = fact_at(builder, comparison);
	if (key_equal(between.keys[0], between.keys[1])) {
		return;
	}
	bool subject = key_equal(known.keys[0], between.keys[1]);
	struct rational value;
	if (!comparison_apply(between.kind, between.quantity, subject, known.quantity, &value)) {
		builder_overflow(builder, &between);
		return;
	}
	struct fact follows = container(between.keys[subject ? 0 : 1], value);
	uint16_t tail[] = {amount, comparison};
	builder_conclude(builder, RULE_COMPARISON, tail, 2, &follows);
}

/* R2: what the subject's amount is against the object's. */
static void fire_compare(
	struct builder *builder, uint16_t subject, uint16_t object, bool ratio) {
	struct fact a = fact_at(builder, subject);
	struct fact b = fact_at(builder, object);
	struct fact follows;
	if (comparison_between(
		    a.keys[0], a.quantity, b.keys[0], b.quantity, ratio, &follows)) {
		uint16_t tail[] = {subject, object};
		builder_conclude(builder, RULE_COMPARE, tail, 2, &follows);
	}
}

/* R4. */
static void fire_transfer(struct builder *builder, uint16_t amount, uint16_t transfer) {
	struct fact known = fact_at(builder, amount);
	struct fact given = fact_at(builder, transfer);
	bool receives = key_equal(known.keys[0], given.keys[0]);
	struct rational value;
	if (receives ? !rational_add(known.quantity, given.quantity, &value)
		     : !rational_subtract(known.quantity, given.quantity, &value)) {
		builder_overflow(builder, &given);
		return;
	}
	struct key key = known.keys[0];
	key.version++;
	struct fact follows = container(key, value);
	uint16_t tail[] = {amount, transfer};
	builder_conclude(builder, RULE_TRANSFER, tail, 2, &follows);
}

/* R5. */
static void fire_rate(struct builder *builder, uint16_t amount, uint16_t rate) {
	struct fact known = fact_at(builder, amount);
	struct fact each = fact_at(builder, rate);
	struct rational value;
	if (!rational_multiply(known.quantity, each.quantity, &value)) {
		builder_overflow(builder, &each);
		return;
	}
	struct fact follows = container(each.keys[1], value);
	uint16_t tail[] = {amount, rate};
	builder_conclude(builder, RULE_RATE, tail, 2, &follows);
}

static void fire_pair(struct builder *builder, uint16_t amount, uint16_t other) {
	const struct fact *known = &builder->closure->facts[amount];
	const struct fact *fact = &builder->closure->facts[other];
	struct key key = known->keys[0];
	bool first = fact->key_count > 0 && key_equal(fact->keys[0], key);
	bool second = fact->key_count > 1 && key_equal(fact->keys[1], key);
	if (!first && !second) {
		return;
	}
	if (fact->form == FACT_COMPARISON) {
		fire_comparison(builder, amount, other);
	} else if (fact->form == FACT_TRANSFER) {
		fire_transfer(builder, amount, other);
	} else if (fact->form == FACT_RATE && first) {
		fire_rate(builder, amount, other);
	}
}

/* Calls fire_compare when both amounts of the pair are known and one of them is the newest fact. */
static void compare_pair(
	struct builder *builder, uint16_t newest, const struct key *pair, bool ratio) {
	struct closure *closure = builder->closure;
	struct key known = closure->facts[newest].keys[0];
	if (key_equal(pair[0], pair[1]) ||
		(!key_equal(known, pair[0]) && !key_equal(known, pair[1]))) {
		return;
	}
	for (uint16_t a = closure_amount(closure, pair[0]); a != CLOSURE_NONE && a <= newest;
		a = closure->index->next[a]) {
		for (uint16_t b = closure_amount(closure, pair[1]);
			b != CLOSURE_NONE && b <= newest; b = closure->index->next[b]) {
			if (a == newest || b == newest) {
				fire_compare(builder, a, b, ratio);
			}
		}
	}
}

static bool is_ratio(enum comparison_kind kind) {
	return kind == KIND_TIMES || kind == KIND_FRACTION;
}

/* Comparisons that somebody asks for: an equality, or the goal. */
static void compare_asked(struct builder *builder, uint16_t newest) {
	struct closure *closure = builder->closure;
	for (size_t i = 0; i < closure->axiom_count; i++) {
		struct fact fact = closure->facts[i];
		if (fact.form == FACT_EQUALITY) {
			compare_pair(builder, newest, &fact.keys[0], is_ratio(fact.kind));
			compare_pair(builder, newest, &fact.keys[2], is_ratio(fact.other_kind));
		}
	}
	const struct fact *goal = &closure->program->goal;
	if (goal->form == FACT_COMPARISON) {
		compare_pair(builder, newest, goal->keys, is_ratio(goal->kind));
	}
}

static void compare_all(struct builder *builder, uint16_t newest) {
	for (uint16_t i = 0; i < newest; i++) {
		const struct closure *closure = builder->closure;
		const struct fact *other = &closure->facts[i];
		const struct fact *known = &closure->facts[newest];
		if (other->form == FACT_CONTAINER && other->keys[0].noun == known->keys[0].noun &&
			!key_equal(other->keys[0], known->keys[0])) {
			fire_compare(builder, newest, i, false);
		}
	}
}

/* The comparison of a pair: its place in the index, whatever its quantity. */
static uint16_t pair_place(const struct closure *closure, const struct key *pair, bool ratio) {
	struct fact any = {
		.form = FACT_COMPARISON,
		.kind = ratio ? KIND_TIMES : KIND_MORE,
		.key_count = 2,
		.keys = {pair[0], pair[1]},
		.quantity = {1, 1},
	};
	struct fact canonical;
	return fact_canonical(&any, &canonical) ? closure_index_place(closure->index, &canonical)
						: CLOSURE_NONE;
}

static uint16_t latest(uint16_t a, uint16_t b) {
	return a > b ? a : b;
}

/* The difference (or ratio) that a comparison says there is from pair[1] to pair[0]. */
static bool difference_of(const struct fact *comparison, const struct key *pair,
	struct rational *out) {
	bool turned = !key_equal(comparison->keys[0], pair[0]);
	bool ratio = is_ratio(comparison->kind);
	struct rational none = rational_of(ratio ? 1 : 0);
	// apply it to nothing: from the object up to the subject, or back
	return comparison_apply(comparison->kind, comparison->quantity, !turned, none, out);
}

/*
 * R3 for one side: the comparison is of `pair`, the amount of one of `other`. An equality says how
 * keys[0] relates to keys[1] (kind) as keys[2] to keys[3] (other_kind): with kinds "more" and
 * "less" the two differences are each other's negative.
 */
static void fire_equality(struct builder *builder, uint16_t equality, uint16_t comparison,
	uint16_t amount, const struct key *pair, const struct key *other) {
	struct fact states = fact_at(builder, equality);
	struct fact between = fact_at(builder, comparison);
	struct fact known = fact_at(builder, amount);
	struct rational step;
	struct rational value;
	bool ratio = is_ratio(states.kind);
	bool fits = difference_of(&between, pair, &step);
	if (fits && states.kind != states.other_kind) {
		fits = ratio ? rational_divide(rational_of(1), step, &step)
			     : rational_subtract(rational_of(0), step, &step);
	}
	bool subject = key_equal(known.keys[0], other[1]);
	fits = fits && comparison_apply(ratio ? KIND_TIMES : KIND_MORE, step, subject,
			       known.quantity, &value);
	if (!fits) {
		builder_overflow(builder, &between);
		return;
	}
	struct fact follows = container(other[subject ? 0 : 1], value);
	uint16_t tail[] = {amount, comparison, equality};
	builder_conclude(builder, RULE_EQUALITY, tail, 3, &follows);
}

static void equality_side(struct builder *builder, uint16_t newest, uint16_t equality,
	const struct key *pair, const struct key *other, bool ratio) {
	struct closure *closure = builder->closure;
	if (key_equal(pair[0], pair[1]) || key_equal(other[0], other[1])) {
		return;
	}
	for (uint16_t comparison = pair_place(closure, pair, ratio);
		comparison != CLOSURE_NONE && comparison <= newest;
		comparison = closure->index->next[comparison]) {
		for (size_t side = 0; side < 2; side++) {
			for (uint16_t amount = closure_amount(closure, other[side]);
				amount != CLOSURE_NONE && amount <= newest;
				amount = closure->index->next[amount]) {
				if (latest(latest(equality, comparison), amount) == newest) {
					fire_equality(builder, equality, comparison, amount, pair,
						other);
				}
			}
		}
	}
}

/* R3, from either pair: an equality can be read from both ends. */
static void fire_equalities(struct builder *builder, uint16_t newest) {
	struct closure *closure = builder->closure;
	for (uint16_t i = 0; i < closure->axiom_count && i <= newest; i++) {
		struct fact fact = closure->facts[i];
		if (fact.form == FACT_EQUALITY) {
			bool ratio = is_ratio(fact.kind);
			equality_side(builder, newest, i, &fact.keys[2], &fact.keys[0], ratio);
			equality_side(builder, newest, i, &fact.keys[0], &fact.keys[2], ratio);
		}
	}
}

struct summing {
	struct builder *builder;
	uint16_t newest;
	uint16_t tail[FACT_KEYS_MAX];
};

/* R6: every choice of a value for each part, the newest fact among them. */
static void sum_parts(struct summing *summing, size_t part, struct rational sum, bool has_newest) {
	struct closure *closure = summing->builder->closure;
	struct fact goal = closure->program->goal;
	if (part == goal.key_count) {
		if (has_newest) {
			goal.quantity = sum;
			builder_conclude(summing->builder, RULE_PART_WHOLE, summing->tail, part,
				&goal);
		}
		return;
	}
	for (uint16_t at = closure_amount(closure, goal.keys[part]);
		at != CLOSURE_NONE && at <= summing->newest; at = closure->index->next[at]) {
		struct rational next;
		if (!rational_add(sum, closure->facts[at].quantity, &next)) {
			builder_overflow(summing->builder, &closure->facts[at]);
			return;
		}
		summing->tail[part] = at;
		sum_parts(summing, part + 1, next, has_newest || at == summing->newest);
	}
}

void rules_fire(struct builder *builder, uint16_t newest) {
	struct closure *closure = builder->closure;
	bool amount = closure->facts[newest].form == FACT_CONTAINER;
	for (uint16_t i = 0; i < newest; i++) {
		if (amount) {
			fire_pair(builder, newest, i);
		} else if (closure->facts[i].form == FACT_CONTAINER) {
			fire_pair(builder, i, newest);
		}
	}
	fire_equalities(builder, newest);
	if (!amount) {
		return;
	}
	compare_asked(builder, newest);
	if (builder->mode == CLOSURE_FULL) {
		compare_all(builder, newest);
	}
	if (closure->program->goal.form == FACT_PART_WHOLE) {
		struct summing summing = {.builder = builder, .newest = newest};
		sum_parts(&summing, 0, rational_of(0), false);
	}
}
