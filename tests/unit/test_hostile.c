#include "unit.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <uv.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "checks.h"
#include "stuck.h"

/* Real processes that misbehave, on a clock that runs ten times as fast and past the wall limit of
 * what is stuck. */

#ifdef __SANITIZE_ADDRESS__
#define LEAK_MIB 400 // it keeps what was freed
#else
#define LEAK_MIB 8
#endif

enum {
	CLOCK_TIMES = 10,
	WALL_S = CLOCK_TIMES * STUCK_LIMIT_S,
	START_S = 100 * WALL_S, // there are several jumps during one
	MEMORY_MIB = 96,
	WAIT_S = 60, // real ones, for what is meant to come at once
};

#define TRUE_TEXT "theorem t : True := True.intro\n"

/* The fake Lean by a name that is this run's alone: what gets away is looked for by name, and another
 * run of this program may be under way. */
static char fake_path[64];

static int fake_copy(const char *folder) {
	struct buf bytes = {.max = 64 << 20};
	struct error err = {0};
	snprintf(fake_path, sizeof(fake_path), "%s/fake-lean", folder);
	int failed = file_read(TEST_FAKE_LEAN, &bytes, &err);
	if (failed == 0) {
		failed = file_write(fake_path, bytes.data, bytes.len, &err);
	}
	buf_finish(&bytes);
	if (failed != 0) {
		fprintf(stderr, "%s\n", err.message);
		return -1;
	}
	return chmod(fake_path, 0755);
}

struct bench {
	struct lean_info lean;
	struct stuck_clock clock;
	struct loop *loop;
	struct verifier *verifier;
};

static void bench_open(struct bench *bench) {
	*bench = (struct bench){0};
	struct error err = {0};
	ck_assert_msg(lean_find(fake_path, NULL, NULL, &bench->lean, &err) == 0, "%s", err.message);
	bench->loop = stuck_loop(&bench->clock, fake_path, CLOCK_TIMES);
	struct verifier_options options = {.lean = &bench->lean,
		.jobs = 2,
		.cpu_limit_s = 5,
		.wall_limit_s = WALL_S,
		.start_limit_s = START_S,
		.memory_limit_bytes = (int64_t)MEMORY_MIB << 20,
		.memory_total_bytes = INT64_C(2) << 30,
		.output_limit_bytes = 1 << 20};
	ck_assert_msg(verifier_open(bench->loop, &options, &bench->verifier, &err) == 0, "%s",
		err.message);
}

/* A turn of the loop, after its next event or a real millisecond. */
static void turn(struct loop *loop) {
	struct pollfd wait = {.fd = uv_backend_fd(loop_uv(loop)), .events = POLLIN};
	poll(&wait, 1, 1);
	loop_step(loop);
}

/* ---- What is left behind. */

static int count_entries(const char *path) {
	DIR *folder = opendir(path);
	int count = 0;
	ck_assert_ptr_nonnull(folder);
	while (readdir(folder) != NULL) {
		count++;
	}
	closedir(folder);
	return count;
}

/* Processes below this one, by state: all of them, or the dead ones that nobody has reaped. */
static int count_processes(char state) {
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;
	while ((entry = readdir(proc)) != NULL) {
		char text[512], line[512];
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' ||
			stuck_read(entry->d_name, "stat", text, sizeof(text)) == 0) {
			continue;
		}
		const char *rest = strrchr(text, ')');
		char now = '?';
		int parent = 0;
		// By what it was started as, too: what got away from us has another parent.
		// Who leaves its own dead unburied is not our affair.
		bool named = state == '\0' &&
			     stuck_read(entry->d_name, "cmdline", line, sizeof(line)) > 0 &&
			     strcmp(line, fake_path) == 0;
		if (rest != NULL && sscanf(rest + 1, " %c %d", &now, &parent) == 2 &&
			(named || parent == getpid()) && (state == '\0' || now == state)) {
			count++;
		}
	}
	closedir(proc);
	return count;
}

static int64_t own_kib(void) {
	FILE *in = fopen("/proc/self/statm", "re");
	long long size = 0, resident = 0;
	ck_assert_int_eq(fscanf(in, "%lld %lld", &size, &resident), 2);
	fclose(in);
	return resident * sysconf(_SC_PAGESIZE) / 1024;
}

static int wait_for_processes(struct loop *loop, int most) {
	int64_t deadline_ns = clock_now() + WAIT_S * CLOCK_SECOND;
	while (count_processes('\0') > most && clock_now() < deadline_ns) {
		turn(loop);
	}
	return count_processes('\0');
}

/* A process that has just ended is dead and unburied until the loop hears of it: only what stays so is
 * a zombie. Workers end and start at any moment, so one look says nothing. */
static int zombies_left(struct loop *loop) {
	int64_t deadline_ns = clock_now() + WAIT_S * CLOCK_SECOND;
	int zombies;
	while ((zombies = count_processes('Z')) > 0 && clock_now() < deadline_ns) {
		turn(loop);
	}
	return zombies;
}

static void bench_close(struct bench *bench) {
	verifier_close(bench->verifier);
	int left = wait_for_processes(bench->loop, 0);
	stuck_end(&bench->clock);
	loop_destroy(bench->loop);
	lean_info_finish(&bench->lean);
	ck_assert_int_eq(left, 0);
}

/* ---- Asking. */

struct answer {
	struct lean_check check;
	struct verdict verdict;
	int told;
};

static void on_answer(const struct verdict *verdict, void *data) {
	struct answer *answer = data;
	answer->told++;
	verdict_copy(verdict, &answer->verdict);
}

static void ask(struct bench *bench, struct answer *answer, const char *header, const char *text) {
	*answer = (struct answer){.check = check_of(header, "True", text)};
	verifier_submit(bench->verifier, &answer->check, on_answer, answer);
}

static void answer_finish(struct answer *answer) {
	verdict_finish(&answer->verdict);
	lean_check_finish(&answer->check);
}

/* The faults: a row each. */
static const struct trick {
	const char *word;
	const char *more; // besides a true theorem
	enum reject_reason reason; // REASON_NONE: accepted
	bool slow; // meets the wall clock, twice
} tricks[] = {
	{"fake_flood", "", REASON_RESOURCES, false},
	{"fake_close", "", REASON_RESOURCES, false},
	{"fake_half", "", REASON_RESOURCES, false},
	{"fake_crash", "", REASON_RESOURCES, false},
	{"fake_twice", "", REASON_RESOURCES, false},
	{"fake_other", "", REASON_RESOURCES, false},
	{"fake_increment", "", REASON_RESOURCES, false},
	{"fake_forge", "-- sorry\n", REASON_SORRY, false},
	{"fake_child", "", REASON_NONE, false},
	{"fake_stderr", "", REASON_RESOURCES, false},
	{"fake_eat", "", REASON_RESOURCES, false},
	{"fake_cpu", "", REASON_TIMEOUT, true},
	{"fake_hang", "", REASON_TIMEOUT, true},
	{"fake_deaf", "", REASON_TIMEOUT, true},
	{"fake_drip", "", REASON_TIMEOUT, true},
	// it answers; the next one, whoever it is, waits in vain, and has its second try
	{"fake_full", "", REASON_NONE, true},
};

/* Each text its own, or it would be answered from memory. */
static char *trick_text(const struct trick *trick, int number) {
	return xasprintf(TRUE_TEXT "-- %s %d\n%s", trick->word, number, trick->more);
}

static void check_answer(const struct answer *answer, enum reject_reason reason) {
	const struct verdict *verdict = &answer->verdict;
	ck_assert_int_eq(answer->told, 1);
	ck_assert_msg(verdict->missing == MISSING_NONE && verdict->reason == reason &&
			      verdict->outcome ==
				      (reason == REASON_NONE ? OUTCOME_ACCEPTED : OUTCOME_REJECTED),
		"%.60s is %s %s, not %s: %s", strstr(answer->check.body, "theorem t"),
		missing_name(verdict->missing), reject_reason_name(verdict->reason),
		reject_reason_name(reason), verdict->messages);
}

static void expect(struct bench *bench, const char *text, enum reject_reason reason) {
	struct answer answer;
	ask(bench, &answer, "", text);
	while (answer.told == 0) {
		turn(bench->loop);
	}
	check_answer(&answer, reason);
	answer_finish(&answer);
}

/* Two processes a worker: the sandbox's and Lean's. How many workers there are is the pool's own
 * affair: where starts are slow it keeps a spare. `children`: left behind, they live as long as the
 * worker that left them does. */
static int processes_above(struct bench *bench, int children) {
	int64_t deadline_ns = clock_now() + WAIT_S * CLOCK_SECOND;
	int above;
	do {
		struct verifier_stats stats;
		turn(bench->loop);
		verifier_stats(bench->verifier, &stats);
		above = count_processes('\0') - 2 * (stats.idle + stats.busy + stats.starting) -
			children;
	} while (above > 0 && clock_now() < deadline_ns);
	return above;
}

START_TEST(after_each_fault_nothing_is_left_and_the_next_check_works) {
	const struct trick *trick = &tricks[_i];
	struct bench bench;
	// What libraries open once and keep.
	bench_open(&bench);
	expect(&bench, TRUE_TEXT "-- 0\n", REASON_NONE);
	bench_close(&bench);
	int files = count_entries("/proc/self/fd");
	bench_open(&bench);
	char *text = trick_text(trick, 1);
	expect(&bench, text, trick->reason);
	expect(&bench, TRUE_TEXT "-- 1\n", REASON_NONE);
	expect(&bench, "theorem t : True := fake_error\n", REASON_ERROR);
	ck_assert_int_le(processes_above(&bench, strcmp(trick->word, "fake_child") == 0), 0);
	ck_assert_int_eq(zombies_left(bench.loop), 0);
	free(text);
	bench_close(&bench); // looks for what is left, children that got away among it
	ck_assert_int_eq(count_entries("/proc/self/fd"), files);
}
END_TEST

/* ---- Many. */

enum { WINDOW = 64, SHORT = 600, LONG = 10000, FAULT_EVERY = 20, SLOW_EVERY = 10 };

struct slot {
	struct answer answer;
	enum reject_reason reason;
	bool used;
};

struct campaign {
	struct bench bench;
	struct slot slots[WINDOW];
	int asked;
	int answered;
	int faults;
	int children;
};

static enum reject_reason campaign_text(struct campaign *campaign, char **text_out) {
	int number = campaign->asked++;
	if (number % FAULT_EVERY == 7) {
		int fault = campaign->faults++;
		// the quick ones in turn, and now and then a slow one
		size_t quick = 10, slow = F2F_COUNT(tricks) - quick;
		const struct trick *trick =
			fault % SLOW_EVERY == SLOW_EVERY - 1
				? &tricks[quick + (size_t)(fault / SLOW_EVERY) % slow]
				: &tricks[(size_t)fault % quick];
		*text_out = trick_text(trick, number);
		campaign->children += strcmp(trick->word, "fake_child") == 0;
		return trick->reason;
	}
	bool wrong = number % 3 == 0;
	*text_out = xasprintf(
		"theorem t : True := %s -- %d\n", wrong ? "fake_error" : "True.intro", number);
	return wrong ? REASON_ERROR : REASON_NONE;
}

static void campaign_turn(struct campaign *campaign, int count) {
	for (int i = 0; i < WINDOW; i++) {
		struct slot *slot = &campaign->slots[i];
		if (slot->used && slot->answer.told > 0) {
			check_answer(&slot->answer, slot->reason);
			answer_finish(&slot->answer);
			slot->used = false;
			campaign->answered++;
		}
		if (!slot->used && campaign->asked < count) {
			char *text;
			const char *header = campaign->asked % 5 == 0 ? "open Nat\n" : "";
			slot->reason = campaign_text(campaign, &text);
			ask(&campaign->bench, &slot->answer, header, text);
			slot->used = true;
			free(text);
		}
	}
	turn(campaign->bench.loop);
}

START_TEST(thousands_of_checks_with_faults_leak_nothing) {
	struct campaign *campaign = xcalloc(1, sizeof(*campaign));
	bool is_long = getenv("F2F_TEST_LONG") != NULL;
	int count = is_long ? LONG : SHORT;
	// What libraries open once and keep.
	bench_open(&campaign->bench);
	expect(&campaign->bench, TRUE_TEXT, REASON_NONE);
	bench_close(&campaign->bench);
	int base_files = count_entries("/proc/self/fd");
	bench_open(&campaign->bench);
	int64_t start_ns = clock_now(), base_kib = 0;
	while (campaign->answered < count) {
		campaign_turn(campaign, count);
		if (base_kib == 0 && campaign->answered >= count / 4) {
			base_kib = own_kib(); // by now it has its size
		}
	}
	int64_t took_ms = (clock_now() - start_ns) / CLOCK_MS;
	int zombies = zombies_left(campaign->bench.loop);
	int64_t grown_kib = own_kib() - base_kib;
	struct verifier_stats stats;
	verifier_stats(campaign->bench.verifier, &stats);
	int above = processes_above(&campaign->bench, campaign->children);
	verifier_close(campaign->bench.verifier);
	ck_assert_int_eq(wait_for_processes(campaign->bench.loop, 0), 0);
	stuck_end(&campaign->bench.clock);
	loop_destroy(campaign->bench.loop);
	lean_info_finish(&campaign->bench.lean);
	int files = count_entries("/proc/self/fd");
	fprintf(stderr,
		"# %d checks, %d faults in %lld ms: workers started %lld, second tries %lld\n",
		count, campaign->faults, (long long)took_ms, (long long)stats.starts,
		(long long)stats.second_tries);
	fprintf(stderr, "# zombies %d, descriptors %+d, processes %+d, memory %+lld KiB\n", zombies,
		files - base_files, above, (long long)grown_kib);
	ck_assert_int_eq(zombies, 0);
	ck_assert_int_eq(files, base_files);
	ck_assert_int_le(above, 0);
	ck_assert_int_lt(grown_kib, LEAK_MIB * 1024);
	free(campaign);
}
END_TEST

int main(void) {
	signal(SIGPIPE, SIG_IGN); // as main does
	Suite *suite = suite_create("hostile");
	TCase *tc = tcase_create("hostile");
	bool is_long = getenv("F2F_TEST_LONG") != NULL;
	tcase_set_timeout(tc, is_long ? 1800 : 120);
	tcase_add_loop_test(tc, after_each_fault_nothing_is_left_and_the_next_check_works, 0,
		(int)F2F_COUNT(tricks));
	tcase_add_test(tc, thousands_of_checks_with_faults_leak_nothing);
	suite_add_tcase(suite, tc);
	char folder[] = "/tmp/f2f-hostile-XXXXXX";
	if (mkdtemp(folder) == NULL || fake_copy(folder) != 0) {
		return 1;
	}
	int status = unit_run(suite);
	unlink(fake_path);
	rmdir(folder);
	return status;
}
