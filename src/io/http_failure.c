#include <string.h>

#include "io/http_internal.h"

static const struct {
	const char *name;
	enum error_code code;
} failures[] = {
	[HTTP_FAILURE_NONE] = {"", ERROR_PROTOCOL},
	[HTTP_FAILURE_URL] = {"url", ERROR_USAGE},
	[HTTP_FAILURE_LOOKUP] = {"lookup", ERROR_NETWORK},
	[HTTP_FAILURE_CONNECT] = {"connect", ERROR_NETWORK},
	[HTTP_FAILURE_CONNECT_TIMEOUT] = {"connect-timeout", ERROR_TIMEOUT},
	[HTTP_FAILURE_PROXY] = {"proxy", ERROR_NETWORK},
	[HTTP_FAILURE_TLS_VERIFY] = {"tls-verify", ERROR_USAGE},
	[HTTP_FAILURE_TLS] = {"tls", ERROR_NETWORK},
	[HTTP_FAILURE_LOST] = {"lost", ERROR_NETWORK},
	[HTTP_FAILURE_CUT] = {"cut", ERROR_NETWORK},
	[HTTP_FAILURE_IDLE_TIMEOUT] = {"idle-timeout", ERROR_TIMEOUT},
	[HTTP_FAILURE_TIMEOUT] = {"timeout", ERROR_TIMEOUT},
	[HTTP_FAILURE_PROTOCOL] = {"protocol", ERROR_PROTOCOL},
	[HTTP_FAILURE_ENCODING] = {"encoding", ERROR_PROTOCOL},
	[HTTP_FAILURE_TOO_LARGE] = {"too-large", ERROR_PROTOCOL},
	[HTTP_FAILURE_HEAD_TOO_LARGE] = {"head-too-large", ERROR_PROTOCOL},
};

const char *http_failure_name(enum http_failure failure) {
	return failures[failure].name;
}

/* Before a request is sent the only response can be a proxy's. */
static bool is_proxys(const struct http_transfer *transfer) {
	long status = 0;
	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	return transfer->sent_ns == 0 && status >= 300;
}

static enum http_failure of_lost(const struct http_transfer *transfer) {
	if (is_proxys(transfer)) {
		return HTTP_FAILURE_PROXY;
	}
	if (strstr(transfer->message, "chunked-encoding") != NULL) {
		return HTTP_FAILURE_PROTOCOL;
	}
	return transfer->head_ended ? HTTP_FAILURE_CUT : HTTP_FAILURE_LOST;
}

static enum http_failure of_code(const struct http_transfer *transfer) {
	switch (transfer->code) {
	case CURLE_OPERATION_TIMEDOUT: // its own, for one address of several
		return transfer->sent_ns != 0 ? HTTP_FAILURE_TIMEOUT : HTTP_FAILURE_CONNECT_TIMEOUT;
	case CURLE_URL_MALFORMAT:
		return HTTP_FAILURE_URL;
	case CURLE_UNSUPPORTED_PROTOCOL: // of our URL, or what came is not HTTP
		return strncasecmp(transfer->request->url, "http", 4) == 0 ? HTTP_FAILURE_PROTOCOL
									   : HTTP_FAILURE_URL;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_FAILURE_LOOKUP;
	case CURLE_COULDNT_CONNECT:
		return HTTP_FAILURE_CONNECT;
	case CURLE_PROXY:
		return HTTP_FAILURE_PROXY;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return HTTP_FAILURE_TLS_VERIFY;
	case CURLE_SSL_CONNECT_ERROR:
		return HTTP_FAILURE_TLS;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_HTTP2:
		return HTTP_FAILURE_PROTOCOL;
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_WRITE_ERROR: // of its unpacking: ours leave a reason
		return HTTP_FAILURE_ENCODING;
	case CURLE_FILESIZE_EXCEEDED:
		return HTTP_FAILURE_TOO_LARGE;
	case CURLE_OUT_OF_MEMORY: // of the line that it reads into, which has a limit
		return transfer->head_ended ? HTTP_FAILURE_PROTOCOL : HTTP_FAILURE_HEAD_TOO_LARGE;
	case CURLE_PARTIAL_FILE:
		return HTTP_FAILURE_CUT;
	default:
		return of_lost(transfer);
	}
}

static int tell_size(const struct http_transfer *transfer, struct error *err) {
	size_t max = transfer->options.body_max;
	bool whole = max >= 1 << 20 && max % (1 << 20) == 0;
	return error_set(err, ERROR_PROTOCOL, "the reply is larger than %zu %s",
		whole ? max >> 20 : max, whole ? "MiB" : "bytes");
}

static const char *curls_text(const struct http_transfer *transfer) {
	if (transfer->code == CURLE_OK) {
		return "the connection ended within the headers";
	}
	if (transfer->code == CURLE_ABORTED_BY_CALLBACK) {
		return "the connection was lost twice before a reply began";
	}
	return transfer->message[0] != '\0' ? transfer->message
					    : curl_easy_strerror(transfer->code);
}

void http_failure_tell(struct http_transfer *transfer, struct error *err) {
	const struct http_endpoint_options *own = &transfer->endpoint->options;
	const struct http_start_options *options = &transfer->options;
	if (transfer->error.message[0] != '\0') {
		*err = transfer->error;
		return;
	}
	if (transfer->failure == HTTP_FAILURE_NONE) {
		transfer->failure = of_code(transfer);
	}
	enum error_code code = failures[transfer->failure].code;
	const char *text = curls_text(transfer);
	switch (transfer->failure) {
	case HTTP_FAILURE_CONNECT_TIMEOUT:
		error_set(err, code, "no connection within %g s (the limit for connecting)",
			(double)own->connect_timeout_ms / 1e3);
		break;
	case HTTP_FAILURE_IDLE_TIMEOUT:
		error_set(err, code, "not a byte for %g s (the limit for silence)",
			(double)options->idle_timeout_ms / 1e3);
		break;
	case HTTP_FAILURE_TIMEOUT:
		error_set(err, code, "no whole reply within %g s (the limit for a request)",
			(double)options->request_timeout_ms / 1e3);
		break;
	case HTTP_FAILURE_TOO_LARGE:
		tell_size(transfer, err);
		break;
	case HTTP_FAILURE_HEAD_TOO_LARGE:
		error_set(err, code, "the reply's headers are over %d KiB or %d lines",
			HTTP_HEAD_BYTES_MAX >> 10, HTTP_HEADERS_MAX);
		break;
	case HTTP_FAILURE_ENCODING:
		error_set(err, code, "the reply cannot be unpacked: %s", text);
		break;
	case HTTP_FAILURE_PROXY:
		error_set(err, code, "the proxy does not connect us: %s", text);
		break;
	case HTTP_FAILURE_TLS:
		if (strstr(text, "wrong version number") != NULL) {
			error_set(err, ERROR_USAGE,
				"no TLS is spoken there (an http:// address?): %s", text);
			break;
		}
		error_set(err, code, "%s", text);
		break;
	default:
		error_set(err, code, "%s", text);
		break;
	}
}
