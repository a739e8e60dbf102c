#include "unit.h"

#include "shared.h"

#include "base/json.h"
#include "base/map.h"
#include "base/str.h"
#include "core/problem.h"
#include "lean/candidate.h"
#include "lean/check.h"
#include "lean/statement.h"

static struct problem problem_of(const char *text) {
	struct problem problem = {0};
	struct lean_statement statement = {0};
	struct error err = {0};
	ck_assert_msg(lean_statement_split(text, strlen(text), &statement, &err) == 0, "%s", err.message);
	lean_statement_move(&statement, &problem);
	lean_statement_finish(&statement);
	return problem;
}

/* DeepSeek's JSONL by name. */
static struct map *load_v1(void) {
	char *path = shared_path("minif2f-deepseek/minif2f.jsonl");
	struct map *map = map_create();
	struct buf text = BUF_INIT(16 << 20);
	if (path == NULL) {
		return map;
	}
	ck_assert_int_eq(file_read(path, &text, NULL), 0);
	struct str rest = str_slice(text.data, text.len);
	struct str line;
	while (str_next_line(&rest, &line)) {
		json_t *value = NULL;
		ck_assert_int_eq(json_parse(line.data, line.len, &value, NULL), 0);
		char *formal = xasprintf("%s%s%s", json_string_or(value, "header", ""),
			json_string_or(value, "informal_prefix", ""), json_string_or(value, "formal_statement", ""));
		struct problem *problem = xcalloc(1, sizeof(*problem));
		*problem = problem_of(formal);
		map_set(map, json_string_or(value, "name", ""), problem);
		free(formal);
		json_decref(value);
	}
	buf_finish(&text);
	free(path);
	return map;
}

static void free_problem(void *value) {
	problem_finish(value);
	free(value);
}

struct tally {
	struct map *problems;
	size_t differing;
};

static void take_published(const char *name, const char *text, size_t length, void *data) {
	struct tally *tally = data;
	char *key = xmemdup0(path_base(name), strlen(path_base(name)) - strlen(".lean"));
	const struct problem *problem = map_get(tally->problems, key);
	ck_assert_msg(problem != NULL, "%s", name);
	struct lean_candidate candidate = {0};
	struct candidate_result result = lean_candidate_from_reply(problem, text, length, &candidate);
	ck_assert_msg(result.status == CANDIDATE_OK, "%s: %d %s %s", name, result.status,
		reject_reason_name(result.reason), result.note);
	ck_assert_msg(!result.truncated, "%s", name);
	ck_assert(strstr(text, candidate.proof) != NULL);
	ck_assert_msg(result.note[0] == '\0', "%s: %s", name, result.note);
	if (candidate.difference != NULL) {
		tally->differing++;
		printf("# %s: %s\n", key, candidate.difference);
	}
	lean_candidate_finish(&candidate);
	free(key);
}

START_TEST(every_published_proof_is_taken_and_none_refused) {
	char *path = shared_path("published-proofs/deepseek-prover-v2.tar.gz");
	struct tally tally = {.problems = load_v1()};
	if (path != NULL && map_count(tally.problems) > 0) {
		ck_assert_uint_eq(shared_tar_each(path, ".lean", take_published, &tally), 438);
		ck_assert_uint_eq(tally.differing, 9);
	}
	map_destroy(tally.problems, free_problem);
	free(path);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("candidate");
	TCase *tcase = tcase_create("candidate");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, every_published_proof_is_taken_and_none_refused);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
