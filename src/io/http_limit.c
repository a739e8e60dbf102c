#include <inttypes.h>
#include <sys/resource.h>

#include "base/error.h"
#include "io/http_internal.h"

// What is open besides connections: the store, Lean's pipes, logs, what libraries keep.
enum { DESCRIPTORS_BESIDES = 256 };

int http_raise_descriptors(int64_t connections, struct error *err) {
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0) {
		return error_set_errno(err, "the limit of open files");
	}
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) < 0) {
			return error_set_errno(err, "raising the limit of open files");
		}
	}
	int64_t most = limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
	int64_t room = most > DESCRIPTORS_BESIDES ? most - DESCRIPTORS_BESIDES : 0;
	int64_t handle = HTTP_CHANNEL_PLAIN + HTTP_CHANNEL_DESCRIPTORS;
	room -= (room + handle - 1) / handle * HTTP_CHANNEL_DESCRIPTORS;
	if (connections > room) {
		return error_set(err, ERROR_USAGE,
			"%" PRId64 " connections at once are more than the limit of %" PRId64
			" open files allows, which is %" PRId64
			"; raise it (ulimit -Hn, LimitNOFILE=) or take fewer",
			connections, most, room);
	}
	return 0;
}
