#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "logic/closure.h"
#include "logic/program.h"
#include "logic/shortest.h"
#include "oracle.h"
#include "unit.h"

/* A generator of the test's own (xorshift64*), so that the programs stay the same. */
static uint32_t below(uint64_t *state, uint32_t bound) {
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * UINT64_C(2685821657736338717)) >> 33) % bound;
}

static bool chance(uint64_t *state, uint32_t percent) {
	return below(state, 100) < percent;
}

enum { AGENTS = 7, NOUNS = 2, VERSIONS = 4 };

/* What is so in the world of a random program, so that most of what it says agrees. */
struct world {
	uint64_t state;
	struct program program;
	struct rational amounts[AGENTS][NOUNS][VERSIONS];
	uint16_t versions[AGENTS][NOUNS];
	uint32_t agents;
	uint32_t lies;	   // percent
	uint32_t one_noun; // percent
};

static struct key any_key(struct world *world) {
	struct key key = {.agent = (uint16_t)below(&world->state, world->agents),
		.noun = (uint16_t)(chance(&world->state, world->one_noun)
					   ? 0
					   : below(&world->state, NOUNS))};
	key.version = world->versions[key.agent][key.noun];
	if (key.version > 0 && chance(&world->state, 10)) {
		key.version--; // "at first he had …"
	}
	return key;
}

static struct rational amount_of(const struct world *world, struct key key) {
	return world->amounts[key.agent][key.noun][key.version];
}

/* By how much, or how many times, `a` is more than `b`; false when it cannot be said. */
static bool between(
	const struct world *world, struct key a, struct key b, bool ratio, struct rational *out) {
	struct rational x = amount_of(world, a);
	struct rational y = amount_of(world, b);
	return ratio ? x.numerator != 0 && rational_divide(x, y, out)
		     : rational_subtract(x, y, out);
}

static void say(struct world *world, struct fact fact) {
	if (fact.form != FACT_EQUALITY && chance(&world->state, world->lies)) {
		(void)rational_add(fact.quantity, rational_of(1), &fact.quantity);
	}
	bool ratio = fact.form == FACT_COMPARISON && fact.kind >= KIND_TIMES;
	if (!ratio || fact.quantity.numerator != 0) {
		program_add(&world->program, &fact);
	}
}

static void say_container(struct world *world) {
	struct key key = any_key(world);
	say(world, (struct fact){.form = FACT_CONTAINER,
			   .key_count = 1,
			   .keys = {key},
			   .quantity = amount_of(world, key)});
}

static void say_comparison(struct world *world) {
	struct key a = any_key(world);
	struct key b = any_key(world);
	enum comparison_kind kind =
		(enum comparison_kind)(chance(&world->state, 80) ? below(&world->state, 2)
								 : 2 + below(&world->state, 2));
	struct rational step;
	bool down = kind == KIND_LESS || kind == KIND_FRACTION;
	if ((key_equal(a, b) && !chance(&world->state, 2)) ||
		!between(world, down ? b : a, down ? a : b, kind >= KIND_TIMES, &step)) {
		return;
	}
	say(world, (struct fact){.form = FACT_COMPARISON,
			   .kind = kind,
			   .key_count = 2,
			   .keys = {a, b},
			   .quantity = step});
}

static void say_equality(struct world *world) {
	for (int tries = 0; tries < 60; tries++) {
		struct fact fact = {.form = FACT_EQUALITY, .key_count = 4, .quantity = {0, 1}};
		bool ratio = chance(&world->state, 15);
		fact.kind = (enum comparison_kind)((ratio ? 2 : 0) + below(&world->state, 2));
		fact.other_kind = (enum comparison_kind)((ratio ? 2 : 0) + below(&world->state, 2));
		for (size_t i = 0; i < 4; i++) {
			fact.keys[i] = any_key(world);
		}
		const struct key *keys = fact.keys;
		struct rational steps[2];
		bool one = fact.kind == KIND_LESS || fact.kind == KIND_FRACTION;
		bool two = fact.other_kind == KIND_LESS || fact.other_kind == KIND_FRACTION;
		bool odd = key_equal(keys[0], keys[1]) || key_equal(keys[2], keys[3]);
		if (!between(world, keys[one ? 1 : 0], keys[one ? 0 : 1], ratio, &steps[0]) ||
			!between(world, keys[two ? 3 : 2], keys[two ? 2 : 3], ratio, &steps[1]) ||
			(odd && !chance(&world->state, 3))) {
			continue;
		}
		if (rational_equal(steps[0], steps[1]) || chance(&world->state, world->lies)) {
			say(world, fact);
			return;
		}
	}
}

static void say_transfer(struct world *world) {
	struct fact fact = {.form = FACT_TRANSFER,
		.key_count = 2,
		.quantity = rational_of(1 + below(&world->state, 4))};
	fact.keys[0] = any_key(world);
	fact.keys[1] = any_key(world);
	fact.keys[1].noun = fact.keys[0].noun;
	if (fact.keys[0].agent == fact.keys[1].agent) {
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		struct key *key = &fact.keys[i];
		key->version = world->versions[key->agent][key->noun];
		if (key->version + 1 == VERSIONS) {
			return;
		}
	}
	for (size_t i = 0; i < 2; i++) {
		struct rational *at = &world->amounts[fact.keys[i].agent][fact.keys[i].noun]
						     [fact.keys[i].version];
		(void)(i == 0 ? rational_add(*at, fact.quantity, at + 1)
			      : rational_subtract(*at, fact.quantity, at + 1));
		world->versions[fact.keys[i].agent][fact.keys[i].noun]++;
	}
	say(world, fact);
}

static void say_rate(struct world *world) {
	struct fact fact = {.form = FACT_RATE, .key_count = 2};
	fact.keys[0] = any_key(world);
	fact.keys[1] = any_key(world);
	fact.keys[1].agent = fact.keys[0].agent;
	fact.keys[1].version = world->versions[fact.keys[1].agent][fact.keys[1].noun];
	if (fact.keys[0].noun != fact.keys[1].noun &&
		between(world, fact.keys[1], fact.keys[0], true, &fact.quantity)) {
		say(world, fact);
	}
}

/* Something that is known, when there is such a key. */
static struct key known_key(struct world *world, const struct oracle *oracle) {
	for (int tries = 0; tries < 20 && chance(&world->state, 97); tries++) {
		size_t at = below(&world->state, (uint32_t)oracle->atom_count);
		if (oracle->atoms[at].form == ATOM_AMOUNT &&
			(at >= oracle->stated || chance(&world->state, 15))) {
			return oracle->atoms[at].keys[0];
		}
	}
	return any_key(world);
}

static void ask(struct world *world) {
	static struct oracle oracle;
	struct program *program = &world->program;
	program->goal = (struct fact){.form = FACT_CONTAINER, .key_count = 1};
	oracle_close(program, &oracle);
	struct fact goal = {.key_count = 1, .quantity = {0, 1}};
	uint32_t what = below(&world->state, 12);
	if (what >= 6) {
		goal.form = what < 8 ? FACT_COMPARISON : FACT_PART_WHOLE;
		goal.key_count =
			(uint16_t)(what < 8 ? 2 : 2 + below(&world->state, FACT_KEYS_MAX - 5));
		goal.kind = (enum comparison_kind)(what < 8 ? below(&world->state, 4) : 0);
	}
	for (size_t i = 0; i < goal.key_count; i++) {
		goal.keys[i] = known_key(world, &oracle);
	}
	program->goal = goal;
	program->goal_ground = chance(&world->state, 15);
	if (program->goal_ground) {
		oracle_close(program, &oracle);
		program->goal.quantity = rational_of(1 + below(&world->state, 9));
		if (oracle.goal < oracle.atom_count && chance(&world->state, 80)) {
			// the relation may be the goal's the other way round
			struct fact follows = oracle_fact(&oracle.atoms[oracle.goal], program);
			program->goal.kind = follows.kind;
			memcpy(program->goal.keys, follows.keys, sizeof(follows.keys));
			program->goal.quantity = follows.quantity;
		}
	}
}

static void random_program(uint64_t seed, struct world *world) {
	static void (*const sayings[])(struct world *) = {say_container, say_container,
		say_container, say_comparison, say_comparison, say_comparison, say_comparison,
		say_comparison, say_equality, say_equality, say_transfer, say_rate, say_rate};
	*world = (struct world){.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
	(void)below(&world->state, 2);
	// half of them a net of comparisons, where proofs differ in what they share
	bool net = chance(&world->state, 50);
	world->agents = net ? AGENTS : 3 + below(&world->state, 3);
	world->one_noun = chance(&world->state, 60) ? 80 : 20;
	world->lies = chance(&world->state, 80) ? 0 : 10;
	program_init(&world->program);
	for (uint16_t i = 0; i < AGENTS; i++) {
		char name[] = {(char)('A' + i), '\0'};
		(void)program_agent(&world->program, name);
		for (uint16_t noun = 0; noun < NOUNS; noun++) {
			world->amounts[i][noun][0] = rational_of(below(&world->state, 9));
		}
	}
	(void)program_noun(&world->program, "nut", NULL);
	(void)program_noun(&world->program, "bag", NULL);
	size_t count = 4 + below(&world->state, net ? 12 : 9);
	for (int tries = 0; tries < 100 && world->program.fact_count < count; tries++) {
		size_t choice = below(&world->state, F2F_COUNT(sayings));
		bool first = world->program.fact_count == 0;
		sayings[net ? (first ? 0 : 2 + choice % 7) : choice](world);
	}
	ask(world);
}

/* What the programs had in them. */
struct tally {
	size_t programs;
	size_t sound;
	size_t states[CLOSURE_TOO_LARGE + 1];
	size_t shared;
	size_t alternative_sets;
	size_t alternative_proofs;
	size_t fewer_vertices; // than any shortest proof by steps would need
	size_t longest;
	size_t too_large;
};

static char *text_of(const struct program *program) {
	struct buf text = BUF_INIT(1 << 16);
	program_write(program, &text);
	return buf_detach(&text);
}

#define AGREE(condition, ...)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			char *program_text = text_of(&world->program);                             \
			fprintf(stderr, "# the program of seed %lu:\n%s",                          \
				(unsigned long)seed, program_text);                                \
			free(program_text);                                                        \
			ck_abort_msg(__VA_ARGS__);                                                 \
		}                                                                                  \
	} while (0)

static void compare_facts(const struct world *world, uint64_t seed, const struct oracle *oracle,
	const struct closure *closure) {
	AGREE(oracle->atom_count == closure->fact_count, "%zu facts, not %zu",
		closure->fact_count, oracle->atom_count);
	AGREE(oracle->stated == closure->axiom_count, "%zu axioms, not %zu", closure->axiom_count,
		oracle->stated);
	for (size_t i = 0; i < oracle->atom_count; i++) {
		struct fact fact = oracle_fact(&oracle->atoms[i], &world->program);
		uint16_t at = closure_find(closure, &fact);
		AGREE(at != CLOSURE_NONE, "atom %zu does not follow", i);
		AGREE((i < oracle->stated) == (at < closure->axiom_count), "atom %zu", i);
		AGREE((at == closure->goal) == (i == oracle->goal), "atom %zu as the goal", i);
	}
	AGREE(oracle->step_count == closure->edge_count, "%zu edges, not %zu",
		closure->edge_count, oracle->step_count);
}

/* The edges listed are a proof: premises first, each fact once, the goal last. */
static void check_proof(const struct world *world, uint64_t seed, const struct closure *closure,
	const struct shortest *shortest) {
	bool *have = xcalloc(closure->fact_count, sizeof(*have));
	memset(have, true, closure->axiom_count * sizeof(*have));
	AGREE(shortest->edge_count == shortest->steps, "%zu edges for %zu steps",
		shortest->edge_count, shortest->steps);
	for (size_t i = 0; i < shortest->edge_count; i++) {
		const struct edge *edge = &closure->edges[shortest->edges[i]];
		AGREE(!have[edge->head], "fact %u is derived twice", edge->head);
		for (size_t j = 0; j < edge->tail_count; j++) {
			AGREE(have[edge->tail[j]], "step %zu has no premise %u", i, edge->tail[j]);
		}
		have[edge->head] = true;
	}
	AGREE(have[closure->goal], "the proof does not reach the goal");
	free(have);
}

static void compare_shortest(const struct world *world, uint64_t seed, const struct oracle *oracle,
	const struct oracle_proofs *proofs, const struct closure *closure) {
	struct shortest shortest;
	shortest_solve(closure, SHORTEST_NODES, &shortest);
	AGREE(shortest.proved && shortest.relevance_proved, "not proved");
	AGREE(shortest.steps == proofs->steps, "%zu steps, not %zu", shortest.steps, proofs->steps);
	AGREE(shortest.vertices == proofs->vertices, "%zu vertices, not %zu", shortest.vertices,
		proofs->vertices);
	size_t some = 0;
	size_t all = 0;
	for (size_t i = 0; i < oracle->atom_count; i++) {
		struct fact fact = oracle_fact(&oracle->atoms[i], &world->program);
		uint16_t at = closure_find(closure, &fact);
		AGREE(at != CLOSURE_NONE, "atom %zu does not follow", i);
		AGREE(shortest.in_some[at] == ((proofs->in_some >> i & 1) != 0),
			"atom %zu in some", i);
		AGREE(shortest.in_all[at] == ((proofs->in_all >> i & 1) != 0), "atom %zu in all",
			i);
		some += shortest.in_some[at] ? 1 : 0;
		all += shortest.in_all[at] ? 1 : 0;
	}
	for (size_t i = 0; i < closure->fact_count; i++) {
		some -= shortest.in_some[i] ? 1 : 0;
		all -= shortest.in_all[i] ? 1 : 0;
	}
	AGREE(some == 0 && all == 0, "facts that nobody asked for are in shortest proofs");
	check_proof(world, seed, closure, &shortest);
	shortest_finish(&shortest);
}

static void compare_within(struct world *world, uint64_t seed, const struct oracle *oracle,
	const struct closure *closure) {
	bool *allowed = xcalloc(closure->fact_count, sizeof(*allowed));
	uint64_t set = 0;
	for (size_t i = oracle->stated; i < oracle->atom_count; i++) {
		struct fact fact = oracle_fact(&oracle->atoms[i], &world->program);
		if (i == oracle->goal || chance(&world->state, 75)) {
			set |= UINT64_C(1) << i;
			allowed[closure_find(closure, &fact)] = true;
		}
	}
	bool proved = false;
	size_t steps = shortest_within(closure, allowed, SHORTEST_NODES, &proved);
	AGREE(proved, "not proved");
	size_t expected = oracle_within(oracle, set);
	AGREE(steps == expected, "%zu steps within, not %zu", steps, expected);
	free(allowed);
}

static void count(struct tally *tally, const struct oracle_proofs *proofs) {
	tally->sound++;
	tally->shared += proofs->shared ? 1 : 0;
	tally->alternative_sets += proofs->set_count > 1 ? 1 : 0;
	tally->alternative_proofs += proofs->proof_count > 1 ? 1 : 0;
	tally->longest = proofs->steps > tally->longest ? proofs->steps : tally->longest;
}

static void compare(uint64_t seed, struct tally *tally) {
	static struct oracle oracle;
	struct world own;
	struct world *world = &own;
	random_program(seed, world);
	oracle_close(&world->program, &oracle);
	if (oracle.too_large || oracle.atom_count - oracle.stated > ORACLE_DERIVED_MAX) {
		tally->too_large++;
		program_finish(&world->program);
		return;
	}
	struct closure *asked = closure_create(&world->program, CLOSURE_ASKED);
	struct closure *full = closure_create(&world->program, CLOSURE_FULL);
	AGREE(asked->state == oracle.state, "%s, not %s (%s)", closure_state_name(asked->state),
		closure_state_name(oracle.state), asked->why);
	// where two amounts contradict, more comparisons carry that further
	bool spread = oracle.state == CLOSURE_CONTRADICTORY && full->state == CLOSURE_AMBIGUOUS;
	AGREE(full->state == oracle.state || spread, "with all comparisons %s, not %s (%s)",
		closure_state_name(full->state), closure_state_name(oracle.state), full->why);
	AGREE((oracle.state == CLOSURE_SOUND) == (asked->why[0] == '\0'), "why: %s", asked->why);
	tally->programs++;
	tally->states[oracle.state]++;
	if (oracle.state == CLOSURE_SOUND) {
		struct oracle_proofs proofs;
		compare_facts(world, seed, &oracle, asked);
		oracle_solve(&oracle, &proofs);
		compare_shortest(world, seed, &oracle, &proofs, asked);
		compare_shortest(world, seed, &oracle, &proofs, full);
		if (proofs.steps > 0) {
			compare_within(world, seed, &oracle, asked);
		}
		count(tally, &proofs);
	}
	closure_destroy(asked);
	closure_destroy(full);
	program_finish(&world->program);
}

START_TEST(the_solver_agrees_with_one_that_tries_everything) {
	struct tally tally = {0};
	for (uint64_t seed = 1; tally.sound < 6000 && seed < 20000; seed++) {
		compare(seed, &tally);
	}
	printf("# %zu programs: %zu sound, %zu contradictory, %zu ambiguous, %zu unreachable, "
	       "%zu false; %zu too large to compare\n",
		tally.programs, tally.sound, tally.states[CLOSURE_CONTRADICTORY],
		tally.states[CLOSURE_AMBIGUOUS], tally.states[CLOSURE_UNREACHABLE],
		tally.states[CLOSURE_FALSE], tally.too_large);
	printf("# sound: %zu with a shared sub-proof, %zu with several shortest sets, %zu with "
	       "several shortest proofs, up to %zu steps\n",
		tally.shared, tally.alternative_sets, tally.alternative_proofs, tally.longest);
	fflush(stdout);
	ck_assert_uint_ge(tally.sound, 6000);
	ck_assert_uint_gt(tally.shared, 0);
	ck_assert_uint_gt(tally.alternative_sets, 0);
	ck_assert_uint_gt(tally.alternative_proofs, tally.alternative_sets);
	for (size_t i = 0; i < CLOSURE_TOO_LARGE; i++) {
		ck_assert_uint_gt(tally.states[i], 0);
	}
}
END_TEST

enum { PARTS = 8, MIDDLES = 16, WAYS = 3 };

static void add_comparison(struct program *program, uint16_t subject, uint16_t object) {
	// agent n has n + 1 nuts
	struct fact fact = {.form = FACT_COMPARISON,
		.kind = subject > object ? KIND_MORE : KIND_LESS,
		.key_count = 2,
		.keys = {{.agent = subject}, {.agent = object}}};
	fact.quantity = rational_of(subject > object ? subject - object : object - subject);
	program_add(program, &fact);
}

/*
 * One amount, MIDDLES amounts that follow from it, and PARTS to be summed, each of which follows
 * from any of WAYS middles: the shortest proof is the smallest set of middles that reaches every
 * part, which is set cover. Returns its steps, found by trying all sets of middles.
 */
static size_t hard_program(uint64_t seed, struct program *program) {
	uint64_t state = seed;
	uint32_t reaches[MIDDLES] = {0};
	program_init(program);
	(void)program_noun(program, "nut", NULL);
	for (int i = 0; i < 1 + MIDDLES + PARTS; i++) {
		char name[] = {(char)('A' + i), '\0'};
		(void)program_agent(program, name);
	}
	struct fact start = {.form = FACT_CONTAINER, .key_count = 1, .quantity = {1, 1}};
	program_add(program, &start);
	for (uint16_t i = 0; i < MIDDLES; i++) {
		add_comparison(program, (uint16_t)(1 + i), 0);
	}
	program->goal = (struct fact){.form = FACT_PART_WHOLE, .key_count = PARTS};
	for (uint16_t i = 0; i < PARTS; i++) {
		program->goal.keys[i].agent = (uint16_t)(1 + MIDDLES + i);
		for (int way = 0; way < WAYS; way++) {
			uint16_t middle = (uint16_t)below(&state, MIDDLES);
			reaches[middle] |= 1u << i;
			add_comparison(program, program->goal.keys[i].agent, 1 + middle);
		}
	}
	size_t best = MIDDLES;
	for (uint32_t set = 0; set < 1u << MIDDLES; set++) {
		uint32_t reached = 0;
		for (int i = 0; i < MIDDLES; i++) {
			reached |= (set >> i & 1) != 0 ? reaches[i] : 0;
		}
		size_t size = (size_t)__builtin_popcount(set);
		best = reached == (1u << PARTS) - 1 && size < best ? size : best;
	}
	return best + PARTS + 1;
}

START_TEST(a_node_limit_gives_no_proof_rather_than_a_wrong_number) {
	static const size_t limits[] = {0, 1, 2, 3, 5, 10, 30, 100, 1000, 10000, SHORTEST_NODES};
	size_t limited = 0;
	size_t proved = 0;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct program program;
		size_t steps = hard_program(seed, &program);
		struct closure *closure = closure_create(&program, CLOSURE_ASKED);
		ck_assert_msg(closure->state == CLOSURE_SOUND, "%s", closure->why);
		// each derived fact costs its comparison, and the first amount is one more
		size_t vertices = 2 * steps;
		for (size_t i = 0; i < F2F_COUNT(limits); i++) {
			struct shortest shortest;
			shortest_solve(closure, limits[i], &shortest);
			if (shortest.proved) {
				ck_assert_uint_eq(shortest.steps, steps);
				ck_assert_uint_eq(shortest.vertices, vertices);
				proved++;
			} else {
				ck_assert(shortest.steps == 0 || shortest.steps >= steps);
				ck_assert(shortest.vertices == 0 || shortest.vertices >= vertices);
				ck_assert(!shortest.relevance_proved);
				limited++;
			}
			if (i <= 1) {
				ck_assert(!shortest.proved);
			}
			if (limits[i] == SHORTEST_NODES) {
				ck_assert(shortest.proved && shortest.relevance_proved);
			}
			shortest_finish(&shortest);
		}
		closure_destroy(closure);
		program_finish(&program);
	}
	printf("# hard programs: %zu times the optimum, %zu times the limit\n", proved, limited);
	fflush(stdout);
}
END_TEST

static void expect_steps(const struct program *program, size_t steps, size_t vertices) {
	struct closure *closure = closure_create(program, CLOSURE_ASKED);
	struct shortest shortest;
	ck_assert_msg(closure->state == CLOSURE_SOUND, "%s", closure->why);
	shortest_solve(closure, SHORTEST_NODES, &shortest);
	ck_assert(shortest.proved && shortest.relevance_proved);
	ck_assert_uint_eq(shortest.steps, steps);
	ck_assert_uint_eq(shortest.vertices, vertices);
	shortest_finish(&shortest);
	closure_destroy(closure);
}

START_TEST(a_step_that_would_go_round_in_a_circle_makes_nothing_relevant) {
	// Ann's bags follow from her nuts. The rate leads back, and would be of use only to
	// who has the bags from Yan, which takes a step more.
	static const char text[] = "rate(Ann/bag, nut, 2).\n"
				   "container(Xia/nut, 1).\n"
				   "comparison(more, Ann/nut, Xia/nut, 1).\n"
				   "comparison(less, Ann/bag, Ann/nut, 1).\n"
				   "comparison(more, Yan/nut, Xia/nut, 2).\n"
				   "comparison(less, Ann/bag, Yan/nut, 2).\n"
				   "goal whole(thing, Ann/nut, Ann/bag, ?).\n";
	struct program program;
	struct shortest shortest;
	ck_assert_int_eq(program_parse(text, strlen(text), &program, NULL), 0);
	struct closure *closure = closure_create(&program, CLOSURE_ASKED);
	ck_assert_msg(closure->state == CLOSURE_SOUND, "%s", closure->why);
	shortest_solve(closure, SHORTEST_NODES, &shortest);
	ck_assert(shortest.proved && shortest.relevance_proved);
	ck_assert_uint_eq(shortest.steps, 3);
	ck_assert(!shortest.in_some[0]);
	for (size_t i = 1; i < 6; i++) {
		ck_assert(shortest.in_some[i] == (i < 4) && shortest.in_all[i] == (i < 4));
	}
	shortest_finish(&shortest);
	closure_destroy(closure);
	program_finish(&program);
}
END_TEST

START_TEST(large_programs_end_in_time) {
	enum { CHAIN = 2000, CLIQUE = 80 };
	struct program program;
	program_init(&program);
	(void)program_noun(&program, "nut", NULL);
	for (int i = 0; i <= CHAIN; i++) {
		char *name = xasprintf("agent %d", i);
		(void)program_agent(&program, name);
		free(name);
	}
	struct fact start = {.form = FACT_CONTAINER, .key_count = 1, .quantity = {1, 1}};
	program_add(&program, &start);
	for (uint16_t i = 1; i <= CHAIN; i++) {
		add_comparison(&program, i, i - 1);
	}
	program.goal = (struct fact){
		.form = FACT_CONTAINER, .key_count = 1, .keys = {{.agent = CHAIN}}};
	expect_steps(&program, CHAIN, 2 * CHAIN + 1);
	// each compared with each: the goal is one step away, and everything leads everywhere
	program.fact_count = 1;
	for (uint16_t i = 1; i < CLIQUE; i++) {
		for (uint16_t j = 0; j < i; j++) {
			add_comparison(&program, i, j);
		}
	}
	program.goal.keys[0].agent = CLIQUE / 2;
	expect_steps(&program, 1, 3);
	program_finish(&program);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("shortest");
	TCase *cases = tcase_create("shortest");
	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, the_solver_agrees_with_one_that_tries_everything);
	tcase_add_test(cases, a_node_limit_gives_no_proof_rather_than_a_wrong_number);
	tcase_add_test(
		cases, a_step_that_would_go_round_in_a_circle_makes_nothing_relevant);
	tcase_add_test(cases, large_programs_end_in_time);
	suite_add_tcase(suite, cases);
	return unit_run(suite);
}
