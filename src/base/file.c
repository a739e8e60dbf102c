#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"

enum { READ_STEP = 65536 };

int file_read_fd(int fd, const char *name, struct buf *out, struct error *err) {
	for (;;) {
		size_t room = out->max - out->len;
		size_t want = room < READ_STEP ? room : READ_STEP;
		char extra = 0;
		// With the buf full, one more byte tells a file that just fits from one that does
		// not.
		char *target = want > 0 ? buf_reserve(out, want) : &extra;
		ssize_t n = read(fd, target, want > 0 ? want : 1);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return error_set_errno(err, "%s", name);
		}
		if (n == 0) {
			return 0;
		}
		if (want == 0) {
			return error_set(
				err, ERROR_INPUT, "%s: larger than %zu bytes", name, out->max);
		}
		buf_added(out, (size_t)n);
	}
}

int file_read(const char *path, struct buf *out, struct error *err) {
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return error_set_errno(err, "%s", path);
	}
	int rc = file_read_fd(fd, path, out, err);
	close(fd);
	return rc;
}

static int write_all(int fd, const char *bytes, size_t length) {
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return -1;
		}
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

int file_write(const char *path, const void *bytes, size_t length, struct error *err) {
	char temporary[4096];
	int n = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	if (n < 0 || (size_t)n >= sizeof(temporary)) {
		return error_set(err, ERROR_SYSTEM, "%s: name too long", path);
	}
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		return error_set_errno(err, "%s", temporary);
	}
	mode_t mask = umask(0);
	umask(mask);
	int rc = 0;
	if (fchmod(fd, 0666 & ~mask) < 0 || write_all(fd, bytes, length) < 0 || fsync(fd) < 0) {
		rc = error_set_errno(err, "%s", path);
	}
	if (close(fd) < 0 && rc == 0) {
		rc = error_set_errno(err, "%s", path);
	}
	if (rc == 0 && rename(temporary, path) < 0) {
		rc = error_set_errno(err, "%s", path);
	}
	if (rc < 0) {
		unlink(temporary);
	}
	return rc;
}

bool file_exists(const char *path) {
	return access(path, F_OK) == 0;
}

bool file_is_directory(const char *path) {
	struct stat info;
	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int file_make_directories(const char *path, struct error *err) {
	char partial[4096];
	size_t length = strlen(path);
	if (length >= sizeof(partial)) {
		return error_set(err, ERROR_SYSTEM, "%s: name too long", path);
	}
	for (size_t i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0') {
			continue;
		}
		memcpy(partial, path, i);
		partial[i] = '\0';
		if (mkdir(partial, 0777) < 0 && !file_is_directory(partial)) {
			return error_set_errno(err, "%s", partial);
		}
	}
	return 0;
}
