#ifndef F2F_IO_HTTP_SOCKET_H
#define F2F_IO_HTTP_SOCKET_H

#include <curl/curl.h>

struct http_sockets;
struct loop;

/* curl's sockets and its timer on the loop, for one multi handle. */

/** Called after curl has been given something to do: transfers may have ended. */
typedef void (*http_active_fn)(void *data);

/** Hooks itself into `multi`. */
struct http_sockets *http_sockets_create(
	struct loop *loop, CURLM *multi, http_active_fn active, void *data);

/** After curl_multi_cleanup. NULL is fine. */
void http_sockets_destroy(struct http_sockets *sockets);

/** Every easy handle closes its sockets through us. */
void http_sockets_attach(struct http_sockets *sockets, CURL *easy);

#endif
