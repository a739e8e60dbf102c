#include "unit.h"

#include <stdio.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "reading.h"

/* The published sets, read from ../shared/data. Where that is absent the test says that it
 * skips. */

static const char *shared_data(void) {
	static const char *const places[] = {
		TEST_SOURCE_ROOT "/../shared/data", "/work/shared/data"};
	for (size_t i = 0; i < F2F_COUNT(places); i++) {
		if (file_is_directory(places[i])) {
			return places[i];
		}
	}
	return NULL;
}

static struct reading read_published(const char *set, const char *layout, const char *path) {
	struct reading reading = {0};
	use_set(&reading, set);
	free(reading.dataset->layout);
	reading.dataset->layout = xstrdup(layout);
	char *root = path_join(
		shared_data(), strcmp(set, "v1") == 0 ? "minif2f-deepseek" : "minif2f-v2");
	add_file(&reading, "problems", root, path);
	free(root);
	read_set(&reading);
	ck_assert_msg(reading.rc == 0, "%s: %s", path, reading.err.message);
	ck_assert_uint_eq(reading.problems.count, 488);
	return reading;
}

static void has_244_a_subset(const struct reading *reading, bool exchanged) {
	size_t test = 0;
	for (size_t i = 0; i < reading->problems.count; i++) {
		const struct problem *problem = &reading->problems.items[i];
		test += strcmp(problem->subset, "test") == 0;
		ck_assert_int_eq(strcmp(problem->subset, problem->file_subset) != 0, exchanged);
		ck_assert_ptr_nonnull(problem->statement);
		ck_assert_ptr_nonnull(problem->informal);
		ck_assert_ptr_null(problem->proof);
		ck_assert_ptr_null(strstr(problem->statement, "sorry"));
	}
	ck_assert_uint_eq(test, 244);
}

START_TEST(the_published_variants_have_488_problems_each_with_the_same_names) {
	struct reading v1 = read_published("v1", "jsonl", "minif2f.jsonl");
	struct reading v2s = read_published("v2s", "json", "datasets/miniF2F_v2s.json");
	struct reading v2c = read_published("v2c", "json", "datasets/miniF2F_v2c.json");
	struct reading lines = read_published("v2s", "jsonl", "datasets/miniF2F_v2s.jsonl");
	has_244_a_subset(&v1, false);
	has_244_a_subset(&v2s, true);
	has_244_a_subset(&v2c, true);
	for (size_t i = 0; i < v2s.problems.count; i++) {
		const char *name = v2s.problems.items[i].name;
		ck_assert_str_eq(v2c.problems.items[i].name, name);
		ck_assert_str_eq(find(&v1, name)->subset, v2s.problems.items[i].subset);
		ck_assert_str_eq(
			lines.problems.items[i].statement, v2s.problems.items[i].statement);
		ck_assert_str_eq(lines.problems.items[i].informal, v2s.problems.items[i].informal);
	}
	size_t placeholders = 0;
	for (size_t i = 0; i < v2c.problems.count; i++) {
		placeholders += strstr(v2c.problems.items[i].preamble, "sorry") != NULL;
	}
	ck_assert_uint_eq(placeholders, 16);
	ck_assert_str_eq(find(&v2c, "imo_1966_p5")->theorem, "imo_1966_p5_v2c");
	reading_finish(&v1);
	reading_finish(&v2s);
	reading_finish(&v2c);
	reading_finish(&lines);
}
END_TEST

/* Adds the files of a packed tree that lie in `folder`, under the role. */
static void add_tree(
	struct reading *reading, const char *name, const char *folder, const char *role) {
	char *path = xasprintf("%s/%s/tree.tar.gz", shared_data(), name);
	struct archive *tar = archive_read_new();
	struct archive_entry *entry;
	archive_read_support_format_tar(tar);
	archive_read_support_filter_gzip(tar);
	ck_assert_int_eq(archive_read_open_filename(tar, path, 65536), ARCHIVE_OK);
	while (archive_read_next_header(tar, &entry) == ARCHIVE_OK) {
		const char *inside = archive_entry_pathname(entry);
		size_t size = (size_t)archive_entry_size(entry);
		if (strncmp(inside, folder, strlen(folder)) == 0 && size > 0) {
			char *bytes = xmalloc(size);
			ck_assert_int_eq(archive_read_data(tar, bytes, size), (la_ssize_t)size);
			add_text(reading, role, inside, bytes, size);
			free(bytes);
		}
	}
	archive_read_free(tar);
	free(path);
}

START_TEST(the_published_lean_tree_has_the_same_names_and_its_words) {
	struct reading tree = {0};
	use_set(&tree, "v1-lean4");
	for (size_t i = 0; i < tree.dataset->source_count; i++) {
		const struct dataset_source *source = &tree.dataset->sources[i];
		for (size_t j = 0; j < source->file_count; j++) {
			char *folder = xasprintf("%s/", source->files[j].path);
			size_t first = tree.blobs.count;
			add_tree(&tree, source->name, folder, source->files[j].role);
			struct sha256 hash;
			int64_t bytes = 0;
			ck_assert_int_eq(
				dataset_file_hash(&source->files[j], tree.blobs.items + first,
					tree.blobs.count - first, &hash, &bytes, NULL),
				0);
			ck_assert_str_eq(hash.hex, source->files[j].sha256);
			ck_assert_int_eq(bytes, source->files[j].bytes);
			free(folder);
		}
	}
	read_set(&tree);
	ck_assert_msg(tree.rc == 0, "%s", tree.err.message);
	ck_assert_uint_eq(tree.problems.count, 488);
	has_244_a_subset(&tree, false);
	struct reading v1 = read_published("v1", "jsonl", "minif2f.jsonl");
	for (size_t i = 0; i < tree.problems.count; i++) {
		ck_assert_str_eq(find(&v1, tree.problems.items[i].name)->subset,
			tree.problems.items[i].subset);
	}
	ck_assert_str_eq(find(&tree, "numbertheory_notequiv2i2jasqbsqdiv8")->theorem,
		"numbertheory_notEquiv2i2jasqbsqdiv8");
	reading_finish(&tree);
	reading_finish(&v1);
}
END_TEST

START_TEST(the_published_files_have_the_manifests_checksums) {
	static const char *const sets[][3] = {
		{"v1", "minif2f-deepseek", "minif2f.jsonl"},
		{"v2s", "minif2f-v2/datasets", "miniF2F_v2s.json"},
		{"v2c", "minif2f-v2/datasets", "miniF2F_v2c.json"},
	};
	for (size_t i = 0; i < F2F_COUNT(sets); i++) {
		struct reading reading = {0};
		use_set(&reading, sets[i][0]);
		char *root = path_join(shared_data(), sets[i][1]);
		add_file(&reading, "problems", root, sets[i][2]);
		const struct dataset_file *file = &reading.dataset->sources[0].files[0];
		ck_assert_str_eq(
			sha256_of(reading.blobs.items[0].data, reading.blobs.items[0].length).hex,
			file->sha256);
		ck_assert_int_eq((int64_t)reading.blobs.items[0].length, file->bytes);
		free(root);
		reading_finish(&reading);
	}
}
END_TEST

int main(void) {
	if (shared_data() == NULL) {
		puts("1..0 # SKIP ../shared/data is not here: 3 tests over the published sets");
		return EXIT_SUCCESS;
	}
	Suite *suite = suite_create("published");
	TCase *published = tcase_create("published");
	tcase_add_test(
		published, the_published_variants_have_488_problems_each_with_the_same_names);
	tcase_add_test(published, the_published_lean_tree_has_the_same_names_and_its_words);
	tcase_add_test(published, the_published_files_have_the_manifests_checksums);
	suite_add_tcase(suite, published);
	return unit_run(suite);
}
