#include "cmd/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* All of it, or -1. */
static ssize_t read_all(int fd, char *text, size_t size) {
	size_t length = 0;
	while (length < size) {
		ssize_t got = read(fd, text + length, size - length);
		if (got < 0) {
			return -1;
		}
		if (got == 0) {
			break;
		}
		length += (size_t)got;
	}
	return (ssize_t)length;
}

int private_file_read(const char *path, const char *what, char *text, size_t size,
	size_t *length_out, struct error *err) {
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &status) < 0) {
		int number = errno;
		if (fd >= 0) {
			close(fd);
		}
		return error_set(err, ERROR_USAGE, "%s %s: %s", what, path, strerror(number));
	}
	int rc = 0;
	ssize_t length = -1;
	if (!S_ISREG(status.st_mode)) {
		rc = error_set(err, ERROR_USAGE, "%s %s is not a file", what, path);
	} else if ((status.st_mode & 077) != 0) {
		rc = error_set(err, ERROR_USAGE,
			"%s %s can be read by others (mode %03o); type: chmod 600 %s", what, path,
			(unsigned)(status.st_mode & 0777), path);
	} else if ((length = read_all(fd, text, size)) < 0) {
		rc = error_set(err, ERROR_USAGE, "%s %s: %s", what, path, strerror(errno));
	} else if ((size_t)length == size) {
		rc = error_set(err, ERROR_USAGE, "%s %s is too long", what, path);
	}
	close(fd);
	if (rc == 0) {
		*length_out = (size_t)length;
	} else {
		explicit_bzero(text, size);
	}
	return rc;
}
