#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/map.h"
#include "base/sha256.h"
#include "base/str.h"

START_TEST(a_buf_stops_at_its_maximum_and_says_so) {
	struct buf buf = BUF_INIT(10);
	ck_assert(buf_append_str(&buf, "0123456789"));
	ck_assert(!buf_append_char(&buf, 'x'));
	ck_assert(buf.overflow);
	ck_assert(!buf_append_str(&buf, ""));
	ck_assert_str_eq(buf_str(&buf), "0123456789");
	buf_clear(&buf);
	ck_assert(buf_appendf(&buf, "%d", 42));
	ck_assert_str_eq(buf_str(&buf), "42");
	buf_finish(&buf);
}
END_TEST

START_TEST(a_format_of_any_length_is_the_same_whatever_room_there_was) {
	char text[1024];
	memset(text, 'x', sizeof(text));
	for (int length = 0; length < 1000; length++) {
		struct buf buf = BUF_INIT(700);
		ck_assert(buf_append_str(&buf, "before")); // some room, and never the same beyond
		bool fits = 6 + length <= 700;
		ck_assert_int_eq(buf_appendf(&buf, "%.*s", length, text), fits);
		ck_assert_uint_eq(buf.len, fits ? 6 + (size_t)length : 6);
		ck_assert_uint_eq(strlen(buf_str(&buf)), buf.len);
		ck_assert_int_eq(buf.overflow, !fits);
		ck_assert_int_eq(memcmp(buf_str(&buf), "before", 6), 0);
		ck_assert(!fits || memcmp(buf_str(&buf) + 6, text, (size_t)length) == 0);
		ck_assert(fits || !buf_appendf(&buf, "%s", ""));
		buf_finish(&buf);
	}
}
END_TEST

START_TEST(a_map_keeps_insertion_order_and_replaces) {
	struct map *map = map_create();
	char one[] = "1", two[] = "2", three[] = "3";
	ck_assert_ptr_null(map_set(map, "b", one));
	ck_assert_ptr_null(map_set(map, "a", two));
	ck_assert_ptr_eq(map_set(map, "b", three), one);
	ck_assert_ptr_eq(map_get(map, "b"), three);
	ck_assert_uint_eq(map_count(map), 2);
	ck_assert_ptr_eq(map_remove(map, "b"), three);
	ck_assert(!map_has(map, "b"));
	map_destroy(map, NULL);
}
END_TEST

START_TEST(the_nearest_name_is_the_one_meant) {
	static const char *const names[] = {"model", "split", "subset", "samples", "no-verify"};
	ck_assert_str_eq(str_nearest("modle", names, 5), "model");
	ck_assert_str_eq(str_nearest("no_verify", names, 5), "no-verify");
	ck_assert_str_eq(str_nearest("sampels", names, 5), "samples");
	ck_assert_str_eq(str_nearest("Split", names, 5), "split");
	ck_assert_ptr_null(str_nearest("banana", names, 5));
	ck_assert_ptr_null(str_nearest("", names, 5));
}
END_TEST

START_TEST(utf8_is_checked_strictly_and_repaired_byte_by_byte) {
	size_t bad = 0;
	ck_assert(utf8_valid("h\xc3\xa9 \xe2\x84\x9d \xf0\x9d\x94\xb8", 12, NULL));
	ck_assert(!utf8_valid("ab\xff", 3, &bad));
	ck_assert_uint_eq(bad, 2);
	ck_assert(!utf8_valid("\xed\xa0\x80", 3, NULL)); // a surrogate
	ck_assert(!utf8_valid("\xc0\x80", 2, NULL));	 // overlong
	ck_assert(!utf8_valid("\xe2\x84", 2, NULL));	 // cut off
	struct buf out = BUF_INIT(100);
	ck_assert_uint_eq(utf8_repair(&out, "a\xff" "b\xe2\x84", 5), 3);
	ck_assert_str_eq(buf_str(&out), "a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd");
	buf_finish(&out);
}
END_TEST

START_TEST(numbers_are_whole_texts_or_refused) {
	int64_t n = 7;
	ck_assert(str_to_int64("-12", &n));
	ck_assert_int_eq(n, -12);
	ck_assert(!str_to_int64("12x", &n));
	ck_assert(!str_to_int64(" 12", &n));
	ck_assert(!str_to_int64("", &n));
	ck_assert(!str_to_int64("99999999999999999999", &n));
	ck_assert_int_eq(n, -12);
	double d = 0;
	ck_assert(str_to_double("0.25", &d));
	ck_assert(d == 0.25);
	ck_assert(!str_to_double("nan", &d));
	ck_assert(!str_to_double("1e999", &d));
}
END_TEST

START_TEST(lines_end_in_lf_or_crlf) {
	struct str rest = str_of("a\r\n\nb");
	struct str line;
	ck_assert(str_next_line(&rest, &line) && str_equal(line, "a"));
	ck_assert(str_next_line(&rest, &line) && str_equal(line, ""));
	ck_assert(str_next_line(&rest, &line) && str_equal(line, "b"));
	ck_assert(!str_next_line(&rest, &line));
}
END_TEST

START_TEST(sha256_matches_the_standards_example) {
	ck_assert_str_eq(sha256_of("abc", 3).hex,
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	struct sha256_stream *stream = sha256_stream_create();
	sha256_stream_add(stream, "a", 1);
	sha256_stream_add(stream, "bc", 2);
	ck_assert_str_eq(sha256_stream_finish(stream).hex, sha256_of("abc", 3).hex);
}
END_TEST

static json_t *repaired(const char *text, bool *flag) {
	json_t *value = NULL;
	struct error err;
	ck_assert_int_eq(json_parse_repaired(text, strlen(text), &value, flag, &err), 0);
	return value;
}

START_TEST(foreign_json_is_repaired_not_dropped) {
	bool flag = true;
	json_t *value = repaired("{\"a\":\"ok\"}", &flag);
	ck_assert(!flag);
	json_decref(value);
	value = repaired("{\"a\":\"x\\ud800y\\u0000z\xff\"}", &flag);
	ck_assert(flag);
	ck_assert_str_eq(json_string_value(json_object_get(value, "a")),
		"x\xef\xbf\xbdy\xef\xbf\xbdz\xef\xbf\xbd");
	json_decref(value);
	value = repaired(
		"{\"a\":\"\\ud835\\udd38\xff\",\"n\":123456789012345678901234567890}", &flag);
	ck_assert(flag);
	ck_assert_str_eq(
		json_string_value(json_object_get(value, "a")), "\xf0\x9d\x94\xb8\xef\xbf\xbd");
	ck_assert(json_number_value(json_object_get(value, "n")) > 1e29);
	json_decref(value);
}
END_TEST

START_TEST(json_that_is_not_json_is_an_error_with_its_line) {
	json_t *value = NULL;
	struct error err;
	bool flag;
	ck_assert_int_lt(json_parse("{\"a\":1,\n\"a\":2}", 14, &value, &err), 0);
	ck_assert(strstr(err.message, "line 2") != NULL);
	ck_assert_int_lt(json_parse_repaired("{\"a\":", 5, &value, &flag, &err), 0);
	struct buf deep = BUF_INIT(10000);
	for (int i = 0; i < 3000; i++) {
		buf_append_char(&deep, '[');
	}
	ck_assert_int_lt(json_parse_repaired(buf_str(&deep), deep.len, &value, &flag, &err), 0);
	buf_finish(&deep);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("base");
	TCase *tcase = tcase_create("base");
	tcase_add_test(tcase, a_buf_stops_at_its_maximum_and_says_so);
	tcase_add_test(tcase, a_format_of_any_length_is_the_same_whatever_room_there_was);
	tcase_add_test(tcase, a_map_keeps_insertion_order_and_replaces);
	tcase_add_test(tcase, the_nearest_name_is_the_one_meant);
	tcase_add_test(tcase, utf8_is_checked_strictly_and_repaired_byte_by_byte);
	tcase_add_test(tcase, numbers_are_whole_texts_or_refused);
	tcase_add_test(tcase, lines_end_in_lf_or_crlf);
	tcase_add_test(tcase, sha256_matches_the_standards_example);
	tcase_add_test(tcase, foreign_json_is_repaired_not_dropped);
	tcase_add_test(tcase, json_that_is_not_json_is_an_error_with_its_line);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
