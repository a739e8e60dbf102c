#include "unit.h"

#include "cheats.h"

/* The verdict by text of every case under every policy. Nothing is accepted here: without Lean the
 * best that text can say is that it does not know. */

enum { POLICIES = 2 };

static const enum lean_policy policies[POLICIES] = {LEAN_POLICY_STRICT, LEAN_POLICY_PERMISSIVE};

struct tally {
	size_t cheats;
	size_t controls;
	size_t undecided[POLICIES];
};

static void check_case(const struct cheat *cheat, struct tally *tally) {
	bool control = strcmp(cheat_says(cheat, "kind"), "control") == 0;
	tally->cheats += !control;
	tally->controls += control;
	ck_assert_msg(control || strcmp(cheat_says(cheat, "kind"), "cheat") == 0, "%s: kind",
		cheat->name);
	for (size_t i = 0; i < POLICIES; i++) {
		const char *name = lean_policy_name(policies[i]);
		struct lean_candidate candidate;
		struct candidate_result result;
		const char *verdict = cheat_text_verdict(&cheat->problem, policies[i],
			buf_str(&cheat->reply), cheat->reply.len, &candidate, &result);
		ck_assert_msg(strcmp(verdict, cheat_says(cheat, name)) == 0,
			"%s, %s: %s instead of %s: %s", cheat->name, name, verdict,
			cheat_says(cheat, name), result.note);
		bool undecided = result.status == CANDIDATE_OK;
		tally->undecided[i] += undecided && !control;
		ck_assert_msg(
			undecided || result.status == CANDIDATE_NO_CODE || result.note[0] != '\0',
			"%s: refused without a word why", cheat->name);
		ck_assert_msg(
			policies[i] == LEAN_POLICY_PERMISSIVE || candidate.let_through == NULL,
			"%s: strict let %s through", cheat->name, candidate.let_through);
		lean_candidate_finish(&candidate);
	}
}

/* Each of a control's own policy must let it be tried. */
static void check_control(const struct cheat *cheat) {
	const char *policy = cheat_says(cheat, "policy_of_control");
	enum lean_policy parsed = LEAN_POLICY_STRICT;
	if (strcmp(cheat_says(cheat, "kind"), "control") != 0) {
		ck_assert_msg(policy[0] == '\0', "%s is no control", cheat->name);
		return;
	}
	ck_assert_msg(lean_policy_from_name(policy, &parsed), "%s: policy", cheat->name);
	ck_assert_msg(strcmp(cheat_says(cheat, policy), "undecided") == 0, "%s", cheat->name);
	ck_assert_msg(strcmp(cheat_says(cheat, "lean"), "accepted") == 0, "%s", cheat->name);
}

START_TEST(each_case_gets_its_verdict_by_text) {
	char *names[CHEATS_MAX];
	size_t count = cheat_names(names);
	struct tally tally = {0};
	for (size_t i = 0; i < count; i++) {
		struct cheat cheat;
		cheat_load(names[i], &cheat);
		check_case(&cheat, &tally);
		check_control(&cheat);
		cheat_finish(&cheat);
		free(names[i]);
	}
	printf("# %zu cheats and %zu controls; by text strict decides %zu of the cheats, "
	       "permissive "
	       "%zu; the rest is for Lean\n",
		tally.cheats, tally.controls, tally.cheats - tally.undecided[0],
		tally.cheats - tally.undecided[1]);
	ck_assert_uint_ge(tally.cheats, 60);
	ck_assert_uint_ge(tally.controls, 8);
}
END_TEST

START_TEST(a_case_means_the_same_inside_a_fence) {
	char *names[CHEATS_MAX];
	size_t count = cheat_names(names);
	for (size_t i = 0; i < count; i++) {
		struct cheat cheat;
		cheat_load(names[i], &cheat);
		const char *reply = buf_str(&cheat.reply);
		char *path = xasprintf("%s/%s/reply.lean", CHEATS_DIR, names[i]);
		bool plain = file_exists(path) && strlen(reply) == cheat.reply.len;
		free(path);
		char *fenced = plain ? xasprintf("Sure:\n```lean4\n%s\n```\n", reply) : NULL;
		for (size_t k = 0; plain && k < POLICIES; k++) {
			struct lean_candidate candidate;
			struct candidate_result result;
			const char *verdict = cheat_text_verdict(&cheat.problem, policies[k],
				fenced, strlen(fenced), &candidate, &result);
			const char *wanted = json_string_or(cheat.expect, "fenced",
				cheat_says(&cheat, lean_policy_name(policies[k])));
			ck_assert_msg(strcmp(verdict, wanted) == 0, "%s: %s: %s", names[i], verdict,
				result.note);
			lean_candidate_finish(&candidate);
		}
		free(fenced);
		cheat_finish(&cheat);
		free(names[i]);
	}
}
END_TEST

int main(void) {
	Suite *suite = suite_create("cheats");
	TCase *tcase = tcase_create("cheats");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, each_case_gets_its_verdict_by_text);
	tcase_add_test(tcase, a_case_means_the_same_inside_a_fence);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
