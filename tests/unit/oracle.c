#include "oracle.h"

#include <string.h>

enum { VALUES_MAX = 2 };

static bool key_before(struct key a, struct key b) {
	if (a.agent != b.agent) {
		return a.agent < b.agent;
	}
	return a.noun != b.noun ? a.noun < b.noun : a.version < b.version;
}

static void swap_keys(struct key *a, struct key *b) {
	struct key first = *a;
	*a = *b;
	*b = first;
}

static struct rational opposite(struct rational value, bool ratio) {
	struct rational result = {0, 1};
	(void)(ratio ? rational_divide(rational_of(1), value, &result)
		     : rational_subtract(rational_of(0), value, &result));
	return result;
}

/* a + b, or a · b. */
static struct rational join(struct rational a, struct rational b, bool ratio) {
	struct rational result = {0, 1};
	(void)(ratio ? rational_multiply(a, b, &result) : rational_add(a, b, &result));
	return result;
}

static struct atom relation(struct key a, struct key b, struct rational value, bool ratio) {
	struct atom atom = {ATOM_RELATION, ratio, false, false, 2, {a, b}, value};
	if (key_before(b, a)) {
		swap_keys(&atom.keys[0], &atom.keys[1]);
		atom.value = opposite(value, ratio);
	}
	return atom;
}

static bool is_ratio(enum comparison_kind kind) {
	return kind == KIND_TIMES || kind == KIND_FRACTION;
}

static bool is_down(enum comparison_kind kind) {
	return kind == KIND_LESS || kind == KIND_FRACTION;
}

struct atom oracle_atom(const struct fact *fact) {
	static const enum atom_form forms[] = {ATOM_AMOUNT, ATOM_RELATION, ATOM_EQUATION,
		ATOM_GIFT, ATOM_EACH, ATOM_TOTAL};
	struct atom atom = {.form = forms[fact->form],
		.key_count = fact->key_count,
		.value = fact->quantity};
	memcpy(atom.keys, fact->keys, sizeof(atom.keys));
	if (fact->form == FACT_COMPARISON) {
		bool ratio = is_ratio(fact->kind);
		struct rational value = fact->quantity;
		return relation(fact->keys[0], fact->keys[1],
			is_down(fact->kind) ? opposite(value, ratio) : value, ratio);
	}
	if (fact->form == FACT_EQUALITY) {
		atom.ratio = is_ratio(fact->kind);
		atom.down = is_down(fact->kind);
		atom.other_down = is_down(fact->other_kind);
	}
	return atom;
}

struct fact oracle_fact(const struct atom *atom, const struct program *program) {
	static const enum fact_form forms[] = {FACT_CONTAINER, FACT_COMPARISON, FACT_EQUALITY,
		FACT_TRANSFER, FACT_RATE, FACT_PART_WHOLE};
	static const enum comparison_kind kinds[] = {
		KIND_MORE, KIND_LESS, KIND_TIMES, KIND_FRACTION};
	struct fact fact = {.form = forms[atom->form],
		.kind = kinds[(atom->ratio ? 2 : 0) + (atom->down ? 1 : 0)],
		.other_kind = kinds[(atom->ratio ? 2 : 0) + (atom->other_down ? 1 : 0)],
		.key_count = (uint16_t)atom->key_count,
		.quantity = atom->value};
	memcpy(fact.keys, atom->keys, sizeof(fact.keys));
	if (fact.form != FACT_EQUALITY) {
		fact.other_kind = KIND_MORE;
	}
	if (fact.form == FACT_PART_WHOLE) {
		fact.whole = program->goal.whole;
	}
	return fact;
}

static bool same_place(const struct atom *a, const struct atom *b) {
	if (a->form != b->form || a->ratio != b->ratio || a->down != b->down ||
		a->other_down != b->other_down || a->key_count != b->key_count) {
		return false;
	}
	for (size_t i = 0; i < a->key_count; i++) {
		if (!key_equal(a->keys[i], b->keys[i])) {
			return false;
		}
	}
	return true;
}

/* The atom's number, added when new; ORACLE_ATOMS_MAX when there is no room. */
static size_t add(struct oracle *oracle, const struct atom *atom) {
	size_t values = 0;
	for (size_t i = 0; i < oracle->atom_count; i++) {
		if (same_place(&oracle->atoms[i], atom)) {
			if (rational_equal(oracle->atoms[i].value, atom->value)) {
				return i;
			}
			values++;
		}
	}
	if (values > 0) {
		oracle->state = CLOSURE_CONTRADICTORY;
	}
	if (values >= VALUES_MAX || oracle->atom_count == ORACLE_ATOMS_MAX) {
		oracle->too_large = oracle->too_large || values < VALUES_MAX;
		return ORACLE_ATOMS_MAX;
	}
	oracle->atoms[oracle->atom_count] = *atom;
	return oracle->atom_count++;
}

/* Notes what follows; returns whether that was new. */
static bool conclude(struct oracle *oracle, uint64_t premises, struct atom atom) {
	size_t number = add(oracle, &atom);
	if (number >= ORACLE_ATOMS_MAX || number < oracle->stated ||
		(premises >> number & 1) != 0) {
		return false;
	}
	for (size_t i = 0; i < oracle->step_count; i++) {
		if (oracle->steps[i].conclusion == number &&
			oracle->steps[i].premises == premises) {
			return false;
		}
	}
	if (oracle->step_count == ORACLE_STEPS_MAX) {
		oracle->too_large = true;
		return false;
	}
	oracle->steps[oracle->step_count++] = (struct oracle_step){premises, number};
	return true;
}

static struct atom amount(struct key key, struct rational value) {
	return (struct atom){ATOM_AMOUNT, false, false, false, 1, {key}, value};
}

static uint64_t bit(size_t number) {
	return UINT64_C(1) << number;
}

/* R1, R4, R5: an amount with another fact. */
static bool try_two(struct oracle *oracle, size_t known, size_t other) {
	struct atom a = oracle->atoms[known];
	struct atom b = oracle->atoms[other];
	uint64_t premises = bit(known) | bit(other);
	bool first = key_equal(a.keys[0], b.keys[0]);
	bool second = key_equal(a.keys[0], b.keys[1]);
	bool grown = false;
	if (b.form == ATOM_RELATION && first != second) {
		struct rational step = first ? opposite(b.value, b.ratio) : b.value;
		grown = conclude(oracle, premises,
			amount(b.keys[first ? 1 : 0], join(a.value, step, b.ratio)));
	} else if (b.form == ATOM_GIFT && (first || second)) {
		struct rational step = first ? b.value : opposite(b.value, false);
		struct key later = a.keys[0];
		later.version++;
		grown = conclude(oracle, premises, amount(later, join(a.value, step, false)));
	} else if (b.form == ATOM_EACH && first) {
		grown = conclude(
			oracle, premises, amount(b.keys[1], join(a.value, b.value, true)));
	}
	return grown;
}

/* R2: for pairs that an equality or the goal speaks of. */
static bool try_pair(
	struct oracle *oracle, size_t x, size_t y, const struct key *pair, bool ratio) {
	struct atom a = oracle->atoms[x];
	struct atom b = oracle->atoms[y];
	if (a.form != ATOM_AMOUNT || b.form != ATOM_AMOUNT || !key_equal(a.keys[0], pair[0]) ||
		!key_equal(b.keys[0], pair[1]) || key_equal(pair[0], pair[1])) {
		return false;
	}
	if (ratio && (a.value.numerator == 0 || b.value.numerator == 0)) {
		return false;
	}
	struct rational value = join(a.value, opposite(b.value, ratio), ratio);
	return conclude(oracle, bit(x) | bit(y), relation(pair[0], pair[1], value, ratio));
}

/* R3: from the amount of one of `goal`'s keys and the relation of `source`'s. */
static bool try_equation(struct oracle *oracle, size_t known, size_t compared, size_t equation,
	bool from_first) {
	struct atom a = oracle->atoms[known];
	struct atom between = oracle->atoms[compared];
	struct atom equal = oracle->atoms[equation];
	const struct key *source = &equal.keys[from_first ? 0 : 2];
	const struct key *target = &equal.keys[from_first ? 2 : 0];
	bool straight = key_equal(between.keys[0], source[0]) &&
			key_equal(between.keys[1], source[1]);
	bool reversed = key_equal(between.keys[0], source[1]) &&
			key_equal(between.keys[1], source[0]);
	if (straight == reversed || between.ratio != equal.ratio ||
		key_equal(target[0], target[1])) {
		return false;
	}
	// target[0] against target[1]
	struct rational step = between.value;
	if (reversed != (equal.down != equal.other_down)) {
		step = opposite(step, equal.ratio);
	}
	uint64_t premises = bit(known) | bit(compared) | bit(equation);
	if (key_equal(a.keys[0], target[1])) {
		return conclude(oracle, premises,
			amount(target[0], join(a.value, step, equal.ratio)));
	}
	if (key_equal(a.keys[0], target[0])) {
		return conclude(oracle, premises,
			amount(target[1],
				join(a.value, opposite(step, equal.ratio), equal.ratio)));
	}
	return false;
}

/* R6: each choice of an amount for each part. */
static bool try_sum(struct oracle *oracle, const struct program *program, size_t part,
	uint64_t premises, struct rational sum) {
	const struct fact *goal = &program->goal;
	if (goal->form != FACT_PART_WHOLE) {
		return false;
	}
	if (part == goal->key_count) {
		struct atom total = oracle_atom(goal);
		total.value = sum;
		return conclude(oracle, premises, total);
	}
	bool grown = false;
	for (size_t i = 0; i < oracle->atom_count; i++) {
		const struct atom *atom = &oracle->atoms[i];
		if (atom->form == ATOM_AMOUNT && key_equal(atom->keys[0], goal->keys[part])) {
			grown = try_sum(oracle, program, part + 1, premises | bit(i),
					join(sum, atom->value, false)) ||
				grown;
		}
	}
	return grown;
}

static bool try_combinations(struct oracle *oracle, const struct program *program) {
	bool grown = try_sum(oracle, program, 0, 0, rational_of(0));
	for (size_t x = 0; x < oracle->atom_count; x++) {
		if (oracle->atoms[x].form != ATOM_AMOUNT) {
			continue;
		}
		for (size_t y = 0; y < oracle->atom_count; y++) {
			grown = try_two(oracle, x, y) || grown;
			if (program->goal.form == FACT_COMPARISON) {
				grown = try_pair(oracle, x, y, program->goal.keys,
						is_ratio(program->goal.kind)) ||
					grown;
			}
			for (size_t z = 0; z < oracle->stated; z++) {
				struct atom equal = oracle->atoms[z];
				if (equal.form != ATOM_EQUATION) {
					continue;
				}
				grown = try_pair(oracle, x, y, equal.keys, equal.ratio) || grown;
				grown = try_pair(oracle, x, y, equal.keys + 2, equal.ratio) ||
					grown;
				if (oracle->atoms[y].form == ATOM_RELATION) {
					grown = try_equation(oracle, x, y, z, false) || grown;
					grown = try_equation(oracle, x, y, z, true) || grown;
				}
			}
		}
	}
	return grown;
}

/* Whether the stated relations can all hold at once: give one key a value, see what the others
 * must have. */
static bool relations_agree(const struct oracle *oracle, bool ratio) {
	for (size_t first = 0; first < oracle->stated; first++) {
		struct key keys[2 * ORACLE_ATOMS_MAX] = {oracle->atoms[first].keys[0]};
		struct rational values[2 * ORACLE_ATOMS_MAX] = {{ratio ? 1 : 0, 1}};
		size_t count = 1;
		for (size_t at = 0; at < count; at++) {
			for (size_t i = 0; i < oracle->stated; i++) {
				struct atom atom = oracle->atoms[i];
				bool object = key_equal(keys[at], atom.keys[1]);
				if (atom.form != ATOM_RELATION || atom.ratio != ratio ||
					(!object && !key_equal(keys[at], atom.keys[0]))) {
					continue;
				}
				struct rational value = join(values[at],
					object ? atom.value : opposite(atom.value, ratio), ratio);
				size_t same = 0;
				while (same < count &&
					!key_equal(keys[same], atom.keys[object ? 0 : 1])) {
					same++;
				}
				if (same < count && !rational_equal(values[same], value)) {
					return false;
				}
				keys[same] = atom.keys[object ? 0 : 1];
				values[same] = value;
				count += same == count ? 1 : 0;
			}
		}
	}
	return true;
}

static void judge(struct oracle *oracle, const struct program *program) {
	struct atom goal = oracle_atom(&program->goal);
	size_t values = 0;
	oracle->goal = ORACLE_ATOMS_MAX;
	for (size_t i = 0; i < oracle->atom_count; i++) {
		if (same_place(&oracle->atoms[i], &goal)) {
			oracle->goal = values == 0 ? i : oracle->goal;
			values++;
		}
	}
	if (oracle->state == CLOSURE_CONTRADICTORY) {
		oracle->state = values > 1 ? CLOSURE_AMBIGUOUS : CLOSURE_CONTRADICTORY;
	} else if (!relations_agree(oracle, false) || !relations_agree(oracle, true)) {
		oracle->state = CLOSURE_CONTRADICTORY;
	} else if (values == 0) {
		oracle->state = CLOSURE_UNREACHABLE;
	} else if (program->goal_ground &&
		   !rational_equal(goal.value, oracle->atoms[oracle->goal].value)) {
		oracle->state = CLOSURE_FALSE;
	}
}

void oracle_close(const struct program *program, struct oracle *oracle) {
	*oracle = (struct oracle){.state = CLOSURE_SOUND};
	for (size_t i = 0; i < program->fact_count; i++) {
		struct atom atom = oracle_atom(&program->facts[i]);
		(void)add(oracle, &atom);
	}
	oracle->stated = oracle->atom_count;
	while (try_combinations(oracle, program)) {
	}
	judge(oracle, program);
}

/* Whether every atom of the set is stated or follows from others of it. */
static bool derives_itself(const struct oracle *oracle, uint64_t set) {
	uint64_t reached = set & (bit(oracle->stated) - 1);
	for (uint64_t before = ~reached; before != reached;) {
		before = reached;
		for (size_t i = 0; i < oracle->step_count; i++) {
			const struct oracle_step *step = &oracle->steps[i];
			if ((step->premises & ~reached) == 0) {
				reached |= bit(step->conclusion) & set;
			}
		}
	}
	return reached == set;
}

static size_t size_of(uint64_t set) {
	return (size_t)__builtin_popcountll(set);
}

struct choosing {
	const struct oracle *oracle;
	uint64_t set; // derived atoms of a shortest proof
	const struct oracle_step *chosen[ORACLE_ATOMS_MAX];
	struct oracle_proofs *proofs;
};

/* A choice of one step for each derived atom: a proof when it does not go round in a circle. */
static void count_choice(struct choosing *choosing) {
	const struct oracle *oracle = choosing->oracle;
	uint64_t reached = bit(oracle->stated) - 1;
	uint64_t used = 0;
	uint64_t twice = 0;
	for (uint64_t before = ~reached; before != reached;) {
		before = reached;
		for (size_t i = oracle->stated; i < oracle->atom_count; i++) {
			if ((choosing->set >> i & 1) != 0 &&
				(choosing->chosen[i]->premises & ~reached) == 0) {
				reached |= bit(i);
			}
		}
	}
	if ((choosing->set & ~reached) != 0) {
		return;
	}
	for (size_t i = oracle->stated; i < oracle->atom_count; i++) {
		if ((choosing->set >> i & 1) != 0) {
			twice |= used & choosing->chosen[i]->premises;
			used |= choosing->chosen[i]->premises;
		}
	}
	used |= bit(oracle->goal);
	choosing->proofs->proof_count++;
	choosing->proofs->in_some |= used;
	choosing->proofs->in_all &= used;
	choosing->proofs->shared = choosing->proofs->shared || (twice >> oracle->stated) != 0;
}

static void choose(struct choosing *choosing, size_t atom) {
	const struct oracle *oracle = choosing->oracle;
	if (atom == oracle->atom_count) {
		count_choice(choosing);
		return;
	}
	if ((choosing->set >> atom & 1) == 0) {
		choose(choosing, atom + 1);
		return;
	}
	uint64_t have = choosing->set | (bit(oracle->stated) - 1);
	for (size_t i = 0; i < oracle->step_count; i++) {
		if (oracle->steps[i].conclusion == atom &&
			(oracle->steps[i].premises & ~have) == 0) {
			choosing->chosen[atom] = &oracle->steps[i];
			choose(choosing, atom + 1);
		}
	}
}

size_t oracle_within(const struct oracle *oracle, uint64_t allowed) {
	uint64_t stated = bit(oracle->stated) - 1;
	size_t best = 0;
	for (uint64_t at = 0; at >> (oracle->atom_count - oracle->stated) == 0; at++) {
		uint64_t set = at << oracle->stated;
		if ((set & ~allowed) == 0 && (set >> oracle->goal & 1) != 0 &&
			(best == 0 || size_of(set) < best) &&
			derives_itself(oracle, set | stated)) {
			best = size_of(set);
		}
	}
	return best;
}

/* The fewest stated facts that derive the set; `useful`: stated facts that any step needs. */
static size_t fewest_stated(
	const struct oracle *oracle, uint64_t set, uint64_t useful, size_t below) {
	size_t best = below;
	for (uint64_t from = useful;; from = (from - 1) & useful) {
		if (size_of(from) < best && derives_itself(oracle, set | from)) {
			best = size_of(from);
		}
		if (from == 0) {
			return best;
		}
	}
}

void oracle_solve(const struct oracle *oracle, struct oracle_proofs *proofs) {
	uint64_t stated = bit(oracle->stated) - 1;
	uint64_t useful = 0;
	for (size_t i = 0; i < oracle->step_count; i++) {
		useful |= oracle->steps[i].premises & stated;
	}
	*proofs = (struct oracle_proofs){.in_all = UINT64_MAX, .vertices = SIZE_MAX};
	if (oracle->goal < oracle->stated) {
		proofs->vertices = proofs->set_count = proofs->proof_count = 1;
		proofs->in_some = proofs->in_all = bit(oracle->goal);
		return;
	}
	proofs->steps = oracle_within(oracle, UINT64_MAX);
	for (uint64_t at = 0; at >> (oracle->atom_count - oracle->stated) == 0; at++) {
		uint64_t set = at << oracle->stated;
		if ((set >> oracle->goal & 1) == 0 || size_of(set) >= proofs->vertices ||
			!derives_itself(oracle, set | stated)) {
			continue;
		}
		size_t below = proofs->vertices - size_of(set);
		proofs->vertices = size_of(set) + fewest_stated(oracle, set, useful, below);
		if (size_of(set) == proofs->steps) {
			struct choosing choosing = {
				.oracle = oracle, .set = set, .proofs = proofs};
			proofs->set_count++;
			choose(&choosing, oracle->stated);
		}
	}
}
