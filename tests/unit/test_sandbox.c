#include "unit.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "boxed.h"
#include "scratch.h"
#include "verifier/sandbox_check.h"

#define SECRET "correct-horse-battery-staple"

/* ---- Every property, tried. */

struct findings {
	int count;
	int bad;
	char text[2048];
};

static void on_found(const char *property, bool good, const char *text, void *data) {
	struct findings *findings = data;
	findings->count++;
	findings->bad += !good;
	size_t length = strlen(findings->text);
	if (!good) {
		snprintf(findings->text + length, sizeof(findings->text) - length, "%s: %s; ",
			property, text);
	}
}

static int check_all(struct sandbox_options options, struct findings *findings) {
	setenv("F2F_TEST_API_KEY", SECRET, 1);
	struct sandbox *sandbox = NULL;
	struct error err = {0};
	*findings = (struct findings){0};
	options.lean = "/bin/sh";
	int rc = sandbox_open(&options, &sandbox, &err);
	rc = rc < 0 ? rc : sandbox_check(sandbox, SECRET, on_found, findings, &err);
	if (rc < 0) {
		snprintf(findings->text, sizeof(findings->text), "%s", err.message);
	}
	sandbox_close(sandbox);
	unsetenv("F2F_TEST_API_KEY");
	return rc;
}

START_TEST(every_property_holds_under_bwrap) {
	for (int no_groups = 0; no_groups < 2; no_groups++) {
		struct findings findings;
		int rc = check_all((struct sandbox_options){.no_groups = no_groups}, &findings);
		ck_assert_msg(rc == 0 && findings.bad == 0, "%s", findings.text);
		ck_assert_int_eq(findings.count, 9);
	}
}
END_TEST

/* The tries would see it if there were no sandbox: else the test above says nothing. */
START_TEST(without_a_sandbox_the_same_tries_get_through) {
	struct findings findings;
	int rc = check_all((struct sandbox_options){.mode = "none", .no_groups = true}, &findings);
	ck_assert_msg(rc == 0, "%s", findings.text);
	ck_assert_ptr_nonnull(strstr(findings.text, "no network: "));
	ck_assert_ptr_nonnull(strstr(findings.text, "no write outside its /tmp: "));
	ck_assert_ptr_nonnull(strstr(findings.text, "no other process seen: "));
	ck_assert_ptr_nonnull(strstr(findings.text, "no home, no key seen: "));
	ck_assert_ptr_nonnull(strstr(findings.text, "no privileges, nor new ones: "));
	// What it does promise, without control groups and namespaces.
	ck_assert_ptr_null(strstr(findings.text, "no variable of yours"));
	ck_assert_ptr_null(strstr(findings.text, "limited"));
	ck_assert_ptr_null(strstr(findings.text, "nothing outlives"));
}
END_TEST

static void copy_program(const char *from, const char *to) {
	struct buf bytes = BUF_INIT(1 << 28);
	struct error err;
	ck_assert_int_eq(file_read(from, &bytes, &err), 0);
	ck_assert_int_eq(file_write(to, buf_str(&bytes), bytes.len, &err), 0);
	ck_assert_int_eq(chmod(to, 0755), 0);
	buf_finish(&bytes);
}

/* This program again, as somebody else: see main. */
START_TEST(every_property_holds_for_an_ordinary_user) {
	scratch_enter();
	char folder[64];
	ck_assert_ptr_nonnull(getcwd(folder, sizeof(folder)));
	chmod(folder, 0755);
	static const char *const helpers[] = {"f2f-launch", "f2f-probe"};
	for (size_t i = 0; i < F2F_COUNT(helpers); i++) {
		char *path = path_find_helper(helpers[i]);
		copy_program(path, helpers[i]);
		free(path);
	}
	copy_program("/proc/self/exe", "test");
	pid_t pid = fork();
	if (pid == 0) {
		char *path = path_join(folder, "test");
		const char *const environment[] = {"KEY=" SECRET, "PATH=/usr/bin:/bin", NULL};
		bool root = getuid() == 0; // else it is an ordinary user already
		if (root && (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)) {
			_exit(2);
		}
		execle(path, path, "as-user", NULL, (char *const *)environment);
		_exit(3);
	}
	int status = -1;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(
		WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d: see above", status);
	scratch_leave();
}
END_TEST

/* ---- As that user, where Check's macros do not work. */

/* Whether a child can read what lies at /proc/PID of ours. */
static bool reads_our_environment(struct sandbox *sandbox) {
	char *script = xasprintf("cat /proc/%d/environ | grep -c " SECRET, (int)getpid());
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	struct child child = {
		.sandbox = sandbox, .loop = loop_create(NULL), .out = BUF_INIT(1 << 16)};
	struct proc_options options = {
		.argv = argv, .on_output = on_output, .on_exit = on_exit_of, .data = &child};
	child.err = (struct buf)BUF_INIT(1 << 16);
	bool started = sandbox_spawn(sandbox, child.loop, NULL, &options, &child.proc, NULL) == 0;
	if (started) {
		loop_run(child.loop);
	}
	bool reads = !started || strcmp(buf_str(&child.out), "0\n") != 0;
	finish(&child);
	free(script);
	return reads;
}

/* The key was there when this program began, so it stands in /proc/PID/environ. */
static bool keeps_its_environment(void) {
	struct sandbox_options options = {.mode = "none", .lean = "/bin/sh"};
	struct sandbox *first = NULL, *second = NULL;
	bool kept = sandbox_open(&options, &first, NULL) == 0 &&
		    sandbox_open(&options, &second, NULL) == 0 && !reads_our_environment(first);
	sandbox_close(second);
	kept = kept && !reads_our_environment(first);
	// The try is worth something: it sees it where nothing is closed.
	proc_open_to_view(true);
	kept = kept && reads_our_environment(first);
	proc_open_to_view(false);
	sandbox_close(first);
	return kept && proc_open_to_view(true); // open again, for debuggers
}

static int run_as_user(void) {
	struct findings findings;
	if (!keeps_its_environment()) {
		fprintf(stderr, "as uid %d: a child reads our environment\n", (int)getuid());
		return 1;
	}
	int rc = check_all((struct sandbox_options){0}, &findings);
	if (rc < 0 || findings.bad > 0 || findings.count != 9) {
		fprintf(stderr, "as uid %d: %s\n", (int)getuid(), findings.text);
		return 1;
	}
	return 0;
}

/* ---- What is visible. */

START_TEST(imports_are_seen_through_links_and_keys_are_not) {
	scratch_enter();
	char here[64];
	ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
	write_text("store/mathlib/Mathlib.olean", "olean");
	write_text("cache/Extra.olean", "extra");
	write_text("store/key", "secret");
	write_text("project/key", "secret");
	write_text("cache/key", "secret");
	ck_assert_int_eq(symlink("../store", "project/packages"), 0);
	ck_assert_int_eq(symlink("../../cache/Extra.olean", "store/mathlib/Extra.olean"), 0);
	char *lean_path = xasprintf("LEAN_PATH=%s/project/packages/mathlib:%s/gone", here, here);
	const char *const environment[] = {lean_path, NULL};
	struct sandbox *sandbox = open_with((struct sandbox_options){.environment = environment});
	char *script =
		xasprintf("cd %s; cat project/packages/mathlib/Mathlib.olean "
			  "${LEAN_PATH%%%%:*}/Extra.olean cache/Extra.olean; "
			  "cat store/key project/key cache/key project/packages/key 2>/dev/null; "
			  "find . -name key",
			here);
	expect_shell(sandbox, NULL, script, "oleanextraextra");
	free(script);
	free(lean_path);
	sandbox_close(sandbox);
	scratch_leave();
}
END_TEST

START_TEST(a_toolchain_in_a_home_shows_no_more_of_it) {
	scratch_enter();
	char here[64];
	ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
	char *before = xstrdup(getenv("HOME") != NULL ? getenv("HOME") : "/");
	setenv("HOME", here, 1);
	write_text(".elan/toolchains/t/lib/lean/Init.olean", "init");
	write_text(".elan/toolchains/t/bin/lean", "#!/bin/sh\necho lean\n");
	chmod(".elan/toolchains/t/bin/lean", 0755);
	write_text(".ssh/id", "secret");
	write_text(".elan/env", "secret");
	ck_assert_int_eq(symlink(".elan/toolchains/t", "lean"), 0);
	char *lean = path_join(here, "lean/bin/lean");
	struct sandbox *sandbox = open_with((struct sandbox_options){.lean = lean});
	char *script = xasprintf("%s; cat %s/lean/lib/lean/Init.olean; cat %s/.ssh/id %s/.elan/env "
				 "2>/dev/null; ls -A %s | tr '\\n' ' '",
		lean, here, here, here, here);
	expect_shell(sandbox, NULL, script, "lean\ninit.elan lean");
	sandbox_close(sandbox);
	setenv("HOME", before, 1);
	free(before);
	free(lean);
	free(script);
	scratch_leave();
}
END_TEST

START_TEST(a_path_that_shows_a_home_is_refused) {
	scratch_enter();
	char here[64];
	ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
	char *before = xstrdup(getenv("HOME") != NULL ? getenv("HOME") : "/");
	write_text("u/home/project/x", "x");
	char *home = path_join(here, "u/home");
	char *above = path_join(here, "u");
	setenv("HOME", home, 1);
	const char *const bad[] = {"/", "/tmp", home, above, "/proc/self", "/etc"};
	for (size_t i = 0; i < F2F_COUNT(bad); i++) {
		struct sandbox *sandbox = NULL;
		struct error err = {0};
		struct sandbox_options options = {.lean = "/bin/sh", .project = bad[i]};
		ck_assert_msg(sandbox_open(&options, &sandbox, &err) == ERROR_ENVIRONMENT,
			"%s is shown", bad[i]);
		ck_assert_msg(strstr(err.message, "would be visible") != NULL, "%s", err.message);
	}
	char *project = path_join(home, "project");
	sandbox_close(open_with((struct sandbox_options){.project = project}));
	setenv("HOME", before, 1);
	free(project);
	free(home);
	free(above);
	free(before);
	scratch_leave();
}
END_TEST

START_TEST(one_folder_can_be_made_writable_and_no_more) {
	scratch_enter();
	char here[64];
	ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
	write_text("in/source", "text");
	write_text("out/old", "old");
	write_text("beside/key", "secret");
	char *in = path_join(here, "in"), *out = path_join(here, "out");
	const char *const ins[] = {in, NULL};
	const char *const outs[] = {out, NULL};
	struct sandbox_extra extra = {
		.read_only = ins, .writable = outs, .file_limit_bytes = 1 << 20};
	struct sandbox *sandbox = open_with((struct sandbox_options){0});
	char *script =
		xasprintf("cd %s; cat in/source > out/new; cat out/new out/old; ls beside 2>&1 "
			  "| grep -c o; echo x 2>/dev/null > in/source || echo no; "
			  "head -c 2000000 /dev/zero > out/big; wc -c < out/big",
			here);
	expect_shell(sandbox, &extra, script, "textold1\nno\n1048576");
	struct buf text = BUF_INIT(100);
	struct error err;
	ck_assert_int_eq(file_read("out/new", &text, &err), 0);
	ck_assert_str_eq(buf_str(&text), "text");
	buf_finish(&text);
	sandbox_close(sandbox);
	free(in);
	free(out);
	free(script);
	scratch_leave();
}
END_TEST

START_TEST(the_environment_is_made_anew) {
	setenv("OPENAI_API_KEY", SECRET, 1);
	setenv("LANG", "C.UTF-8", 1);
	for (size_t i = 0; i < F2F_COUNT(modes); i++) {
		struct sandbox *sandbox = open_with((struct sandbox_options){.mode = modes[i]});
		expect_shell(sandbox, NULL, "env | grep -c " SECRET "; echo $LANG", "0\nC.UTF-8");
		sandbox_close(sandbox);
	}
	struct sandbox *sandbox = open_with((struct sandbox_options){0});
	expect_shell(sandbox, NULL,
		"echo $HOME $TMPDIR; hostname; ls -A /tmp; ls /proc/self/fd | tr '\\n' ' '",
		"/tmp /tmp\nlean\n0 1 2 3");
	sandbox_close(sandbox);
	unsetenv("OPENAI_API_KEY");
}
END_TEST

START_TEST(system_calls_that_no_lean_needs_are_not_there) {
	struct sandbox *sandbox = open_with((struct sandbox_options){0});
	expect_shell(sandbox, NULL,
		"python3 -S -c '\n"
		"import os, socket, ctypes\n"
		"def attempt(f, *a):\n"
		"  try: f(*a); return 1\n"
		"  except OSError: return 0\n"
		"libc = ctypes.CDLL(None)\n"
		"print(attempt(socket.socket, 40, 1), attempt(socket.socket, 38, 5),\n"
		"  attempt(os.memfd_create, \"x\"), libc.ptrace(0, 0, 0, 0), libc.shmget(0, 4096, "
		"0o600),\n"
		"  attempt(socket.socket), attempt(socket.socketpair), attempt(socket.socket, 10, "
		"2),\n"
		"  attempt(os.pipe), attempt(os.fork))'",
		"0 0 0 -1 -1 1 1 1 1 1\n0 0 0 -1 -1 1 1 1 1 1");
	sandbox_close(sandbox);
}
END_TEST

START_TEST(its_tmp_and_its_files_are_limited) {
	struct sandbox *sandbox = open_with(
		(struct sandbox_options){.tmp_limit_bytes = 4 << 20, .file_limit_bytes = 1 << 20});
	expect_shell(sandbox, NULL,
		"head -c 3000000 /dev/zero 2>/dev/null > /tmp/a; wc -c < /tmp/a; "
		"for i in 1 2 3 4 5 6 7 8; do head -c 1000000 /dev/zero > /tmp/b$i; done "
		"2>/dev/null; "
		"du -s -b /tmp | awk '{print ($1 <= 4300000)}'; ulimit -c; ulimit -n",
		"1048576\n1\n0\n1024");
	sandbox_close(sandbox);
}
END_TEST

/* ---- Where it cannot be had. */

START_TEST(no_bubblewrap_is_refused_with_what_to_type) {
	scratch_enter();
	char *before = xstrdup(getenv("PATH"));
	struct sandbox *sandbox = NULL;
	struct error err = {0};
	struct sandbox_options options = {.lean = "/bin/sh"};
	setenv("PATH", "/nowhere", 1);
	ck_assert_int_eq(sandbox_open(&options, &sandbox, &err), ERROR_ENVIRONMENT);
	ck_assert_ptr_nonnull(strstr(err.message, "apt-get install bubblewrap"));
	ck_assert_ptr_nonnull(strstr(err.message, "--sandbox none"));
	// One that says it is bubblewrap and cannot do its work, as where user namespaces are off.
	char here[64];
	ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
	write_text("bwrap", "#!/bin/sh\n[ \"$1\" = --version ] && echo bubblewrap 0.8.0 && exit\n"
			    "echo 'bwrap: No permissions to create new namespace' >&2; exit 1\n");
	chmod("bwrap", 0755);
	setenv("PATH", here, 1);
	ck_assert_int_eq(sandbox_open(&options, &sandbox, &err), ERROR_ENVIRONMENT);
	ck_assert_ptr_nonnull(strstr(err.message, "No permissions to create new namespace"));
	ck_assert_ptr_nonnull(strstr(err.message, "--sandbox none"));
	setenv("PATH", before, 1);
	options.mode = "docker";
	ck_assert_int_eq(sandbox_open(&options, &sandbox, &err), ERROR_USAGE);
	free(before);
	scratch_leave();
}
END_TEST

int main(int argc, char **argv) {
	if (argc == 2 && strcmp(argv[1], "as-user") == 0) {
		return run_as_user();
	}
	Suite *suite = suite_create("sandbox");
	TCase *tcase = tcase_create("sandbox");
	tcase_set_timeout(tcase, 100);
	tcase_add_test(tcase, every_property_holds_under_bwrap);
	tcase_add_test(tcase, without_a_sandbox_the_same_tries_get_through);
	tcase_add_test(tcase, every_property_holds_for_an_ordinary_user);
	tcase_add_test(tcase, imports_are_seen_through_links_and_keys_are_not);
	tcase_add_test(tcase, a_toolchain_in_a_home_shows_no_more_of_it);
	tcase_add_test(tcase, a_path_that_shows_a_home_is_refused);
	tcase_add_test(tcase, one_folder_can_be_made_writable_and_no_more);
	tcase_add_test(tcase, the_environment_is_made_anew);
	tcase_add_test(tcase, system_calls_that_no_lean_needs_are_not_there);
	tcase_add_test(tcase, its_tmp_and_its_files_are_limited);
	tcase_add_test(tcase, no_bubblewrap_is_refused_with_what_to_type);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
