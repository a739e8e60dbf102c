/* f2f-probe: run inside the sandbox by f2f doctor and by tests, to see what can be got at from there.
 *
 *   f2f-probe look NAME=VALUE…   a line a property: "network ok", or "network bad REASON"
 *   f2f-probe hold MIB           takes so much memory, and waits
 *   f2f-probe fork N             N processes that wait, or as many as can be had
 *   f2f-probe linger WORD        leaves a child in a session of its own, and waits; both hold WORD
 *                                in their command line
 */

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

extern char **environ;

/* What the host has planted; NULL: nothing of that kind. */
struct planted {
	const char *port; // of a listening socket on its loopback
	const char *abstract; // name of an abstract socket
	const char *key; // a file that must not be seen
	const char *home; // a folder, as "DEVICE:INODE:PATH"
	const char *secret; // text of a variable
};

static void say(const char *property, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* NULL: as it should be. */
static void say(const char *property, const char *format, ...) {
	printf("%s %s", property, format == NULL ? "ok" : "bad ");
	if (format != NULL) {
		va_list args;
		va_start(args, format);
		vprintf(format, args);
		va_end(args);
	}
	putchar('\n');
}

static bool connects(int family, const struct sockaddr *address, socklen_t length) {
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes = fd >= 0 && connect(fd, address, length) == 0;
	if (fd >= 0) {
		close(fd);
	}
	return yes;
}

static void look_at_network(const struct planted *planted) {
	struct ifaddrs *all = NULL;
	if (getifaddrs(&all) == 0) {
		for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
			if ((one->ifa_flags & IFF_LOOPBACK) == 0) {
				say("network", "there is an interface %s", one->ifa_name);
				freeifaddrs(all);
				return;
			}
		}
		freeifaddrs(all);
	}
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(
			(uint16_t)strtoul(planted->port != NULL ? planted->port : "0", NULL, 10))};
	if (planted->port != NULL &&
		connects(AF_INET, (struct sockaddr *)&address, sizeof(address))) {
		say("network", "port %s of the host answers", planted->port);
		return;
	}
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	if (planted->abstract != NULL) {
		size_t length = strlen(planted->abstract);
		length = length < sizeof(name.sun_path) - 1 ? length : sizeof(name.sun_path) - 1;
		memcpy(name.sun_path + 1, planted->abstract, length);
		if (connects(AF_UNIX, (struct sockaddr *)&name,
			    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length))) {
			say("network", "an abstract socket of the host answers");
			return;
		}
	}
	say("network", NULL);
}

static bool creates(const char *path) {
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		return false;
	}
	close(fd);
	unlink(path);
	return true;
}

static void look_at_writes(const struct planted *planted) {
	static const char *const folders[] = {"", "/usr", "/usr/bin", "/usr/lib", "/lib", "/etc",
		"/dev", "/dev/shm", "/proc", "/run", "/var/tmp", "/var", "/home", "/opt"};
	// Opening is not writing yet: nothing happens to a host where this is not closed.
	static const char *const files[] = {"/proc/sys/kernel/core_pattern",
		"/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory",
		"/proc/sysrq-trigger"};
	const char *home = planted->home != NULL ? strchr(planted->home, '/') : NULL;
	char path[4200];
	for (size_t i = 0; i <= sizeof(folders) / sizeof(folders[0]); i++) {
		bool last = i == sizeof(folders) / sizeof(folders[0]);
		snprintf(path, sizeof(path), "%s/f2f-probe-%d",
			!last	       ? folders[i]
			: home != NULL ? home
				       : "",
			(int)getpid());
		if (creates(path)) {
			say("write", "a file could be made: %s", path);
			return;
		}
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int fd = open(files[i], O_WRONLY | O_CLOEXEC);
		if (fd >= 0) {
			close(fd);
			say("write", "%s can be written", files[i]);
			return;
		}
	}
	say("write", creates("/tmp/f2f-probe") ? NULL : "its own /tmp cannot be written");
}

static void look_at_environment(const struct planted *planted) {
	for (char **one = environ; *one != NULL; one++) {
		if (planted->secret != NULL && strstr(*one, planted->secret) != NULL) {
			say("environment", "a variable of the host is there: %.60s", *one);
			return;
		}
	}
	// The first process of the namespace may be one that was started with more.
	char text[65536];
	int fd = open("/proc/1/environ", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text)) : 0;
	if (n > 0 && planted->secret != NULL &&
		memmem(text, (size_t)n, planted->secret, strlen(planted->secret)) != NULL) {
		say("environment", "a variable of the host is in /proc/1/environ");
		return;
	}
	say("environment", NULL);
}

/* bubblewrap's own first process, and us. */
static void look_at_processes(void) {
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int others = 0;
	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		long pid = isdigit((unsigned char)entry->d_name[0])
				   ? strtol(entry->d_name, NULL, 10)
				   : 0;
		others += pid > 1 && pid != getpid();
	}
	if (proc != NULL) {
		closedir(proc);
	}
	if (others > 0) {
		say("processes", "%d others are seen", others);
	} else {
		say("processes", NULL);
	}
}

static void look_at_files(const struct planted *planted) {
	struct stat info;
	if (planted->key != NULL && stat(planted->key, &info) == 0) {
		say("files", "%s is seen", planted->key);
		return;
	}
	unsigned long long device, inode;
	char path[4096];
	if (planted->home != NULL &&
		sscanf(planted->home, "%llu:%llu:%4095[^\n]", &device, &inode, path) == 3 &&
		stat(path, &info) == 0 && info.st_dev == device && info.st_ino == inode) {
		say("files", "%s is seen", path);
		return;
	}
	say("files", NULL);
}

static void look_at_privileges(void) {
	FILE *in = fopen("/proc/self/status", "re");
	char line[256];
	unsigned long long value, held = 0;
	bool told = in != NULL;
	while (in != NULL && fgets(line, sizeof(line), in) != NULL) {
		if (sscanf(line, "Cap%*3c: %llx", &value) == 1) {
			held |= value;
		}
	}
	if (in != NULL) {
		fclose(in);
	}
	if (!told || held != 0) {
		say("privileges", "capabilities %llx are held", held);
	} else if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) {
		say("privileges", "new ones could be had");
	} else if (getuid() == 0 || geteuid() == 0) {
		say("privileges", "it runs as root");
	} else if (unshare(CLONE_NEWUSER) == 0) {
		say("privileges", "a user namespace could be made");
	} else if (mount("none", "/tmp", "tmpfs", 0, NULL) == 0) {
		say("privileges", "something could be mounted");
	} else {
		say("privileges", NULL);
	}
}

static const char *value_of(int argc, char **argv, const char *name) {
	size_t length = strlen(name);
	for (int i = 2; i < argc; i++) {
		if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=') {
			return argv[i] + length + 1;
		}
	}
	return NULL;
}

static void look(int argc, char **argv) {
	struct planted planted = {
		.port = value_of(argc, argv, "port"),
		.abstract = value_of(argc, argv, "abstract"),
		.key = value_of(argc, argv, "key"),
		.home = value_of(argc, argv, "home"),
		.secret = value_of(argc, argv, "secret"),
	};
	look_at_network(&planted);
	look_at_writes(&planted);
	look_at_environment(&planted);
	look_at_processes();
	look_at_files(&planted);
	look_at_privileges();
}

static void hold(const char *mib) {
	size_t bytes = (size_t)strtoul(mib, NULL, 10) << 20;
	char *memory = malloc(bytes + 1);
	for (size_t i = 0; memory != NULL && i < bytes; i += 4096) {
		((volatile char *)memory)[i] = 1;
	}
	for (;;) {
		pause();
	}
}

static void fork_many(const char *text) {
	long wanted = strtol(text, NULL, 10);
	long count = 0;
	for (; count < wanted; count++) {
		pid_t pid = fork();
		if (pid == 0) {
			for (;;) {
				pause();
			}
		}
		if (pid < 0) {
			break;
		}
	}
	printf("%ld\n", count);
	fflush(stdout);
	for (;;) {
		pause();
	}
}

static void linger(void) {
	if (fork() == 0) {
		setsid();
		signal(SIGTERM, SIG_IGN);
		if (fork() != 0) {
			_exit(0);
		}
		puts("there");
		fflush(stdout);
	}
	for (;;) {
		pause();
	}
}

int main(int argc, char **argv) {
	const char *verb = argc > 1 ? argv[1] : "";
	if (strcmp(verb, "look") == 0) {
		look(argc, argv);
	} else if (strcmp(verb, "hold") == 0 && argc == 3) {
		hold(argv[2]);
	} else if (strcmp(verb, "fork") == 0 && argc == 3) {
		fork_many(argv[2]);
	} else if (strcmp(verb, "linger") == 0) {
		linger();
	} else {
		fputs("f2f-probe is started by f2f doctor\n", stderr);
		return 2;
	}
	fflush(stdout);
	_exit(0); // no one's exit handlers: a checker of leaks would want to trace us
}
