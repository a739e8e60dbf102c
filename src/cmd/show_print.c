#include "cmd/show_print.h"

#include <stdio.h>
#include <string.h>

void show_text(const char *text, int indent) {
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		if (*c == '\n' && c[1] == '\0') {
			break; // the caller ends the line
		}
		if (*c == '\n') {
			printf("\n%*s", indent, "");
		} else if (*c == '\t' || (*c >= 0x20 && *c != 0x7f && *c != 0xc2)) {
			putchar(*c);
		} else if (*c == 0xc2 && c[1] >= 0xa0) {
			putchar(*c);
		} else if (*c == 0xc2) {
			printf("\\x%02x", *++c);
		} else {
			printf("\\x%02x", *c);
		}
	}
}

static void print_member(const char *key, const json_t *value, int indent) {
	size_t i = 0;
	const json_t *item = NULL;
	if (json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0) ||
		 (json_is_array(value) && json_array_size(value) == 0)) {
		return;
	}
	printf("%*s%s:", indent, "", key);
	if (json_is_object(value)) {
		const char *name = NULL;
		json_t *member = NULL;
		putchar('\n');
		json_object_foreach ((json_t *)value, name, member) {
			print_member(name, member, indent + 2);
		}
	} else if (json_is_array(value) && json_is_object(json_array_get(value, 0))) {
		putchar('\n');
		json_array_foreach (value, i, item) {
			char number[24];
			snprintf(number, sizeof(number), "%zu", i + 1);
			print_member(number, item, indent + 2);
		}
	} else if (json_is_string(value)) {
		const char *text = json_string_value(value);
		bool block = strchr(text, '\n') != NULL;
		if (block) {
			printf("\n%*s", indent + 2, "");
		} else {
			putchar(' ');
		}
		show_text(text, indent + 2);
		putchar('\n');
	} else {
		putchar(' ');
		json_dumpf(value, stdout,
			JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
		putchar('\n');
	}
}

void show_print(const json_t *object, bool json) {
	if (json) {
		json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
		putchar('\n');
		return;
	}
	const char *name = NULL;
	json_t *member = NULL;
	json_object_foreach ((json_t *)object, name, member) {
		if (strcmp(name, "schema_version") != 0) {
			print_member(name, member, 0);
		}
	}
}
