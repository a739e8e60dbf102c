#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "io/http.h"

int http_url_check(const char *url, struct error *err) {
	if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0) {
		return error_set(err, ERROR_USAGE, "neither http:// nor https://");
	}
	// curl takes what stands behind a third slash for the host.
	const char *authority = strstr(url, "://") + 3;
	size_t length = strcspn(authority, "/?#");
	const char *at = memrchr(authority, '@', length);
	const char *host = at != NULL ? at + 1 : authority;
	if (host == authority + length || *host == ':') {
		return error_set(err, ERROR_USAGE, "no host is named");
	}
	CURLU *parts = curl_url();
	CURLUcode code = curl_url_set(parts, CURLUPART_URL, url, 0);
	curl_url_cleanup(parts);
	return code == CURLUE_OK
		       ? 0
		       : error_set(err, ERROR_USAGE, "no address: %s", curl_url_strerror(code));
}

void http_request_init(struct http_request *request) {
	*request = (struct http_request){0};
	buf_init(&request->body, HTTP_BODY_MAX);
}

static void free_headers(struct http_header *headers, size_t count) {
	for (size_t i = 0; i < count; i++) {
		free(headers[i].name);
		// A key does not stay behind in freed memory.
		explicit_bzero(headers[i].value, strlen(headers[i].value));
		free(headers[i].value);
	}
	free(headers);
}

void http_request_finish(struct http_request *request) {
	free(request->method);
	free(request->url);
	free_headers(request->headers, request->header_count);
	buf_finish(&request->body);
	*request = (struct http_request){0};
}

void http_request_header(struct http_request *request, const char *name, const char *value) {
	request->headers = xreallocarray(
		request->headers, request->header_count + 1, sizeof(*request->headers));
	request->headers[request->header_count++] =
		(struct http_header){xstrdup(name), xstrdup(value)};
}

void http_response_finish(struct http_response *response) {
	free_headers(response->headers, response->header_count);
	buf_finish(&response->body);
	*response = (struct http_response){0};
}

const char *http_response_header_at(
	const struct http_response *response, const char *name, size_t index) {
	for (size_t i = 0; i < response->header_count; i++) {
		if (str_equal_nocase(response->headers[i].name, name) && index-- == 0) {
			return response->headers[i].value;
		}
	}
	return NULL;
}

const char *http_response_header(const struct http_response *response, const char *name) {
	return http_response_header_at(response, name, 0);
}

char *http_redact_url(const char *url) {
	struct buf out = BUF_INIT(strlen(url) * 4 + 16);
	const char *scheme = strstr(url, "://");
	// Without one, what was forgotten may be the scheme.
	const char *authority = scheme != NULL ? scheme + 3 : url;
	const char *at = memrchr(authority, '@', strcspn(authority, "/?#"));
	const char *rest = at != NULL ? at + 1 : authority;
	buf_append(&out, url, (size_t)(authority - url));
	size_t path = strcspn(rest, "?#");
	buf_append(&out, rest, path);
	// A fragment is never sent: it ends what people need.
	for (rest += path; *rest == '?' || *rest == '&';) {
		buf_append(&out, rest, 1);
		rest++;
		size_t pair = strcspn(rest, "&#");
		size_t name = strcspn(rest, "=&");
		if (name < pair && secret_name(rest, name)) {
			buf_append(&out, rest, name + 1);
			buf_append_str(&out, "***");
		} else {
			buf_append(&out, rest, pair);
		}
		rest += pair;
	}
	return buf_detach(&out);
}
