#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"

static void masks(const struct secrets *secrets, const char *before, const char *after) {
	char *text = xstrdup(before);
	ck_assert(secrets_mask(secrets, text) == (strcmp(before, after) != 0));
	ck_assert_str_eq(text, after);
	free(text);
}

START_TEST(known_texts_go_wherever_they_stand_the_longest_first) {
	struct secrets secrets = {0};
	secrets_add(&secrets, "secret");
	secrets_add(&secrets, "secret-and-more");
	secrets_add(&secrets, "secret");
	secrets_add(&secrets, "none");
	secrets_add(&secrets, NULL);
	ck_assert_uint_eq(secrets.count, 2);
	masks(&secrets, "a secret-and-more b", "a [key] b");
	masks(&secrets, "secretsecretsecret", "[key][key][key]");
	masks(&secrets, "none of it", "none of it");
	masks(&secrets, "", "");
	secrets_finish(&secrets);
}
END_TEST

static const char key[] = "Planted7Key/with+odd=signs-0123";

START_TEST(a_key_goes_however_it_is_written) {
	static const char *const written[] = {
		"Planted7Key/with+odd=signs-0123",
		"Planted7Key%2Fwith%2Bodd%3Dsigns-0123",
		"%50lanted7Key%2fwith%2bodd%3dsigns%2D0123",
		"Planted7Key\\/with+odd=signs-0123",
		"\\u0050lanted7Key\\u002fwith\\u002Bodd=signs-012\\u0033",
		"\\x50lanted7Key/with+odd=signs-0123",
		"Planted7Key&#x2F;with&#43;odd&equals;signs-0123",
		"506c616e746564374b65792f776974682b6f64643d7369676e732d30313233",
		"506C616E746564374B65792F776974682B6F64643D7369676E732D30313233",
	};
	struct secrets secrets = {0};
	secrets_add(&secrets, key);
	for (size_t i = 0; i < F2F_COUNT(written); i++) {
		char *text = xasprintf("\"a %s\", <%s>b", written[i], written[i]);
		ck_assert(secrets_mask_reply(&secrets, text));
		ck_assert_str_eq(text, "\"a [key]\", <[key]>b");
		free(text);
	}
	secrets_finish(&secrets);
}
END_TEST

START_TEST(a_key_within_base64_is_found_at_each_place) {
	static const char *const before[] = {"", "u", "us", "api:", "user:name:"};
	static const char *const behind[] = {"", ":", "\n\n", "xyz"};
	struct secrets secrets = {0};
	secrets_add(&secrets, key);
	for (size_t i = 0; i < F2F_COUNT(before) * F2F_COUNT(behind) * 2; i++) {
		char *bytes = xasprintf("%s%s%s", before[i / 2 % F2F_COUNT(before)], key,
			behind[i / 2 / F2F_COUNT(before)]);
		char *text = secret_base64(bytes, strlen(bytes));
		for (char *c = text; i % 2 == 1 && *c != '\0'; c++) {
			*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
		}
		size_t length = strlen(text);
		ck_assert_msg(secrets_mask_reply(&secrets, text), "%s", bytes);
		// All but what stands for something else, and a letter or two where they meet.
		ck_assert_msg(strlen(text) + 34 <= length && strstr(text, "[key]") != NULL,
			"%s: %s", bytes, text);
		free(text);
		free(bytes);
	}
	secrets_finish(&secrets);
}
END_TEST

START_TEST(in_a_short_text_half_a_key_is_one) {
	struct secrets secrets = {0};
	secrets_add(&secrets, key);
	masks(&secrets, "id=Planted7Key/with+odd", "id=[key]");
	masks(&secrets, "h+odd=signs-0123!", "[key]!");
	masks(&secrets, "Planted7Key/wi", "Planted7Key/wi");
	char text[] = "Planted7Key/with+odd";
	ck_assert(!secrets_mask_reply(&secrets, text));
	ck_assert(secrets_mask_pieces(&secrets, text));
	ck_assert(!secrets_mask_pieces(&secrets, NULL));
	secrets_finish(&secrets);
}
END_TEST

START_TEST(what_only_resembles_a_key_stays) {
	static const char *const texts[] = {"%", "\\", "&", "&#", "&#x", "%5", "\\u00", "\\u",
		"Planted7Key%2", "Planted7Key&#", "Planted7Key\\", "%50lanted7Key", "&amp;&lt;&;",
		"UGxhbnRlZDdLZXk=", "506c616e74"};
	struct secrets secrets = {0};
	secrets_add(&secrets, key);
	for (size_t i = 0; i < F2F_COUNT(texts); i++) {
		masks(&secrets, texts[i], texts[i]);
	}
	secrets_finish(&secrets);
}
END_TEST

START_TEST(a_reply_keeps_words_that_happen_to_be_somebodys_key) {
	struct secrets secrets = {0};
	secrets_add(&secrets, "password");
	secrets_add(&secrets, "passw0rd");
	char text[] = "password passw0rd";
	ck_assert(secrets_mask_reply(&secrets, text));
	ck_assert_str_eq(text, "password [key]");
	secrets_finish(&secrets);
}
END_TEST

START_TEST(what_begins_like_a_key_at_a_cut_is_one) {
	struct secrets secrets = {0};
	secrets_add(&secrets, "sk-abcdefghijk");
	for (size_t length = 4; length < 14; length++) {
		char text[64];
		snprintf(text, sizeof(text), "the key %.*s", (int)length, "sk-abcdefghijk");
		secrets_mask_end(&secrets, text);
		ck_assert_str_eq(text, "the key ");
	}
	secrets_finish(&secrets);
}
END_TEST

START_TEST(a_url_gives_its_password_in_every_spelling) {
	struct secrets secrets = {0};
	secrets_add_url(&secrets, "https://user:p%40ss%20word@host/v1?v=2&api_key=abcdefgh&x=y#f");
	masks(&secrets, "p%40ss%20word", "[key]");
	masks(&secrets, "p@ss word", "[key]");
	masks(&secrets, "dXNlcjpwQHNzIHdvcmQ=", "[key]");
	masks(&secrets, "api_key=abcdefgh", "api_key=[key]");
	masks(&secrets, "user at host", "user at host");
	secrets_finish(&secrets);
	secrets_add_url(&secrets, "https://host/v1@x?y=z@w");
	secrets_add_url(&secrets, "");
	secrets_add_url(&secrets, "https://host/?key");
	ck_assert_uint_eq(secrets.count, 0);
}
END_TEST

static void forms(const char *before, const char *after) {
	char *text = xstrdup(before);
	secret_mask_forms(text);
	ck_assert_str_eq(text, after);
	free(text);
}

START_TEST(what_looks_like_a_key_by_its_surroundings_goes_too) {
	forms("Authorization: Bearer abcdefgh123", "Authorization: Bearer ***********");
	forms("sent Bearer abcdefgh123 to it", "sent Bearer *********** to it");
	forms("\"x-api-key\": \"abcdefgh\",", "\"x-api-key\": \"********\",");
	forms("{'Cookie': 'abcdefgh'}", "{'Cookie': '********'}");
	forms("http://u:p@h/v1?access_token=abcdefgh&n=1",
		"http://***@h/v1?access_token=********&n=1");
	forms("vllm serve --api-key abcdefgh --port 1", "vllm serve --api-key ******** --port 1");
	forms("openaiApiKey=abcdefgh", "openaiApiKey=********");
}
END_TEST

START_TEST(what_is_no_key_stays) {
	static const char *const texts[] = {"unknown option --api-key; did you mean --api-key-env?",
		"--api-key-env NAME", "no --api-key: everybody", "monkey=abcdefghij", "key: set",
		"max_tokens=4096000000", "the key file /home/somebody/keys is empty",
		"Incorrect API key provided", "not run by systemd with LoadCredential=mykey:FILE",
		"a@b.org", "://", "", "key=", "--token", "bearer "};
	for (size_t i = 0; i < F2F_COUNT(texts); i++) {
		forms(texts[i], texts[i]);
	}
}
END_TEST

int main(void) {
	Suite *suite = suite_create("secret");
	TCase *tests = tcase_create("secret");
	tcase_add_test(tests, known_texts_go_wherever_they_stand_the_longest_first);
	tcase_add_test(tests, a_key_goes_however_it_is_written);
	tcase_add_test(tests, a_key_within_base64_is_found_at_each_place);
	tcase_add_test(tests, in_a_short_text_half_a_key_is_one);
	tcase_add_test(tests, what_only_resembles_a_key_stays);
	tcase_add_test(tests, a_reply_keeps_words_that_happen_to_be_somebodys_key);
	tcase_add_test(tests, what_begins_like_a_key_at_a_cut_is_one);
	tcase_add_test(tests, a_url_gives_its_password_in_every_spelling);
	tcase_add_test(tests, what_looks_like_a_key_by_its_surroundings_goes_too);
	tcase_add_test(tests, what_is_no_key_stays);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
