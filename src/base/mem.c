#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *pointer) {
	if (pointer == NULL) {
		fputs("f2f: out of memory; everything that had finished is stored\n", stderr);
		abort();
	}
	return pointer;
}

void *xmalloc(size_t size) {
	return checked(malloc(size > 0 ? size : 1));
}

void *xcalloc(size_t count, size_t size) {
	return checked(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *xrealloc(void *old, size_t size) {
	return checked(realloc(old, size > 0 ? size : 1));
}

void *xreallocarray(void *old, size_t count, size_t size) {
	if (size > 0 && count > SIZE_MAX / size) {
		return checked(NULL);
	}
	return xrealloc(old, count * size);
}

char *xstrdup(const char *text) {
	return text != NULL ? xmemdup0(text, strlen(text)) : NULL;
}

char *xmemdup0(const void *bytes, size_t length) {
	char *copy = xmalloc(length + 1);
	if (length > 0) {
		memcpy(copy, bytes, length);
	}
	copy[length] = '\0';
	return copy;
}

char *xasprintf(const char *format, ...) {
	char *text = NULL;
	va_list args;
	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	return checked(length < 0 ? NULL : text);
}
