#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/gzip.h"
#include "dataset/json_split.h"

/* What large files come in: gzip, and arrays of many elements. */

static struct error err;

/* One gzip member of the bytes, appended. */
static void pack(struct buf *out, const void *bytes, size_t length) {
	z_stream stream = {0};
	ck_assert_int_eq(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, 0), Z_OK);
	size_t bound = deflateBound(&stream, length);
	char *target = buf_reserve(out, bound);
	ck_assert_ptr_nonnull(target);
	stream.next_in = (Bytef *)(uintptr_t)bytes;
	stream.avail_in = (uInt)length;
	stream.next_out = (Bytef *)target;
	stream.avail_out = (uInt)bound;
	ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
	buf_added(out, bound - stream.avail_out);
	deflateEnd(&stream);
}

static void check_refused(const char *bytes, size_t length, size_t max, const char *words) {
	struct buf out = BUF_INIT(max);
	ck_assert_int_eq(gzip_expand(bytes, length, &out, &err), ERROR_INPUT);
	ck_assert_msg(strstr(err.message, words) != NULL, "%s", err.message);
	buf_finish(&out);
}

START_TEST(members_one_after_the_other_are_one_text) {
	struct buf packed = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	pack(&packed, "[1,", 3);
	pack(&packed, "", 0);
	pack(&packed, " 2]", 3);
	ck_assert(gzip_is(packed.data, packed.len));
	ck_assert(!gzip_is("[1, 2]", 6));
	ck_assert(!gzip_is("", 0));
	ck_assert_int_eq(gzip_expand(packed.data, packed.len, &out, &err), 0);
	ck_assert_str_eq(buf_str(&out), "[1, 2]");
	buf_finish(&packed);
	buf_finish(&out);
}
END_TEST

START_TEST(a_file_that_is_cut_anywhere_is_refused) {
	struct buf packed = BUF_INIT(1 << 20);
	pack(&packed, "some text, some text, some text", 31);
	for (size_t length = 0; length < packed.len; length++) {
		check_refused(buf_str(&packed), length, 1000, "gzip file is ");
	}
	check_refused(buf_str(&packed), packed.len - 1, 1000, "cut short");
	buf_finish(&packed);
}
END_TEST

START_TEST(damage_and_bytes_behind_the_end_are_refused) {
	struct buf packed = BUF_INIT(1 << 20);
	pack(&packed, "some text, some text, some text", 31);
	buf_append_str(&packed, "tail");
	check_refused(packed.data, packed.len, 1000, "damaged");
	buf_truncate(&packed, packed.len - 4);
	packed.data[packed.len - 6] ^= 1; // of the checksum
	check_refused(packed.data, packed.len, 1000, "damaged");
	buf_finish(&packed);
}
END_TEST

START_TEST(what_just_fits_is_taken_and_a_byte_more_is_refused) {
	enum { SIZE = 3000000 };
	char *zeros = calloc(SIZE, 1);
	struct buf packed = BUF_INIT(8 << 20), out = BUF_INIT(SIZE);
	pack(&packed, zeros, SIZE);
	ck_assert_int_eq(gzip_expand(packed.data, packed.len, &out, &err), 0);
	ck_assert_uint_eq(out.len, SIZE);
	check_refused(packed.data, packed.len, SIZE - 1, "holds more than 2 MB");
	buf_finish(&packed);
	buf_finish(&out);
	free(zeros);
}
END_TEST

/* ---- Arrays. */

/* The elements with '|' behind each, or the message. */
static void check_split(const char *text, size_t element_max, const char *expected) {
	struct json_split split;
	struct str element;
	bool found = true;
	struct buf out = BUF_INIT(1000);
	int rc = json_split_begin(text, strlen(text), element_max, &split, &err);
	while (rc == 0 && found) {
		rc = json_split_next(&split, &element, &found, &err);
		if (rc == 0 && found) {
			buf_appendf(&out, "%.*s|", STR_ARG(element));
		}
	}
	if (rc < 0) {
		buf_appendf(&out, "%s", err.message);
	}
	ck_assert_str_eq(buf_str(&out), expected);
	buf_finish(&out);
}

START_TEST(an_array_is_its_elements) {
	check_split("[]", 100, "");
	check_split(" [ 1 , \"a,]\\\"}\" ,\n[2, {\"b\": [3]}], {} ] \n", 100,
		"1|\"a,]\\\"}\"|[2, {\"b\": [3]}]|{}|");
}
END_TEST

START_TEST(text_that_is_no_array_is_refused) {
	check_split("", 100, "not an array");
	check_split("{\"a\": 1}", 100, "not an array");
	check_split("[", 100, "the array ends too soon");
	check_split("[1", 100, "the array ends too soon");
	check_split("[1,", 100, "1|the array ends too soon");
	check_split("[\"a", 100, "the array ends too soon");
	check_split("[\"a\\", 100, "the array ends too soon");
	check_split("[1,]", 100, "1|an element is missing");
	check_split("[,1]", 100, "an element is missing");
	check_split("[1}", 100, "1|the array ends too soon");
	check_split("[1] 2", 100, "1|more text after the array");
	check_split("[[[[[1]]", 100, "the array ends too soon");
	check_split("[1, 12345]", 4, "1|element 2 has more than 4 bytes");
}
END_TEST

int main(void) {
	Suite *suite = suite_create("gzip");
	TCase *tests = tcase_create("gzip");
	tcase_add_test(tests, members_one_after_the_other_are_one_text);
	tcase_add_test(tests, a_file_that_is_cut_anywhere_is_refused);
	tcase_add_test(tests, damage_and_bytes_behind_the_end_are_refused);
	tcase_add_test(tests, what_just_fits_is_taken_and_a_byte_more_is_refused);
	tcase_add_test(tests, an_array_is_its_elements);
	tcase_add_test(tests, text_that_is_no_array_is_refused);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
