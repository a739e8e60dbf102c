#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/str.h"
#include "base/trace.h"
#include "lean/final_text.h"
#include "verifier/final_internal.h"
#include "verifier/verifier.h"

enum { SAID_MAX = 300, CHALLENGE_NAME = 16 };

static const int64_t output_bytes = INT64_C(4) << 20;
static const int64_t compiled_bytes = INT64_C(512) << 20;
static const int64_t build_bytes = INT64_C(2) << 30;

#define SOURCE FINAL_MODULE ".lean"
#define COMPILED FINAL_MODULE ".olean"

static void on_run(struct final_run *run, void *data);

/* ---- Ends. */

static void end_job(struct final_job *job, enum final_outcome outcome, enum reject_reason reason,
	const char *text) {
	const struct final_check *final = job->final;
	const struct final_checker *checker = final->tool.checker;
	bool accepted = outcome == FINAL_ACCEPTED;
	bool replays = (checker->sees & FINAL_SEES_KERNEL) != 0 || final->tool.kernel != NULL;
	bool blind = accepted && (!replays || (checker->sees & FINAL_SEES_STATEMENT) == 0);
	bool noted = accepted && final->note != NULL;
	struct final_result result = {
		.outcome = outcome,
		.reason = reason,
		.messages = xasprintf("%s%s%s%s%s", text, blind ? "\nnot looked at: " : "",
			blind ? checker->blind : "", noted ? "\n" : "", noted ? final->note : ""),
	};
	final_job_end(job, &result);
}

void final_job_fault(struct final_job *job, enum reject_reason reason, const char *what) {
	trace_event("final fault", job->faults, "%s", what);
	char *said = xstrdup(what); // it may be the run's, which goes
	final_job_reset(job);
	if (job->faults++ == 0) {
		job->state = FINAL_ALONE;
		final_wake(job->final);
	} else {
		struct final_result result = {
			.outcome = FINAL_FAILED,
			.reason = reason,
			.caused = reason != REASON_NONE,
			.messages = xasprintf("twice, the second time alone: %s", said),
		};
		final_job_end(job, &result);
	}
	free(said);
}

static void fault_of_ours(struct final_job *job, const struct error *err) {
	final_job_fault(job, REASON_NONE, err->message);
}

/* ---- Running. */

static void run_command(struct final_job *job, const struct final_command *command) {
	const struct final_check *final = job->final;
	bool builds = job->stage == FINAL_STAGE_CHECKER;
	struct final_limits limits = {
		.cpu_s = final->options.cpu_limit_s,
		.wall_s = final->options.wall_limit_s,
		.output_bytes = output_bytes,
		.folder_bytes = builds ? build_bytes : compiled_bytes,
		.file_bytes = compiled_bytes,
	};
	struct final_reader reader = {0};
	if (job->session != NULL) {
		reader = (struct final_reader){final->tool.checker->take, job->session};
	}
	job->run = final_run_start(
		final->loop, final->sandbox, command, &limits, &reader, on_run, job);
}

static char *inside(const struct final_job *job, const char *name) {
	return path_join(job->folder, name);
}

static int write_text(const char *folder, const char *name, char *text, struct error *err) {
	char *path = path_join(folder, name);
	int rc = text != NULL ? file_write(path, text, strlen(text), err)
			      : error_set(err, ERROR_INPUT, "no challenge to compare with");
	free(path);
	free(text);
	return rc;
}

/* ---- Compiling: each file in a folder and a child of its own. */

static int start_compile(struct final_job *job, struct error *err) {
	bool challenge = job->stage == FINAL_STAGE_CHALLENGE;
	char *folder = inside(job, challenge ? "compile-challenge" : "compile-solution");
	int rc = final_make_folder(folder, err);
	rc = rc < 0 ? rc
		    : write_text(folder, SOURCE,
			      challenge ? lean_final_challenge_file(job->check)
					: lean_final_solution_file(job->check),
			      err);
	if (rc == 0) {
		struct final_command command = {
			.writable = xstrdup(folder), .cwd = xstrdup(folder)};
		final_command_word(&command, job->final->place.lean->path);
		final_command_word(&command, "-o");
		final_command_take(&command, path_join(folder, COMPILED));
		final_command_take(&command, xasprintf("--root=%s", folder));
		final_command_take(&command, path_join(folder, SOURCE));
		run_command(job, &command);
		final_command_finish(&command);
	}
	free(folder);
	return rc;
}

/* Where the challenge of this text lies once it is compiled: the same for all of its proofs. */
static char *challenge_folder(const struct final_job *job) {
	char *text = lean_final_challenge_file(job->check);
	struct sha256 hash = sha256_of(text != NULL ? text : "", text != NULL ? strlen(text) : 0);
	free(text);
	return xasprintf("%s/challenge-%.*s", job->final->folder.path, CHALLENGE_NAME * 2, hash.hex);
}

static bool has_challenge(const struct final_job *job) {
	char *path = path_join(job->challenge, COMPILED);
	bool there = file_exists(path);
	free(path);
	return there;
}

static int start_checker(struct final_job *job, struct error *err);

static int start_solution(struct final_job *job, struct error *err) {
	job->stage = FINAL_STAGE_SOLUTION;
	return start_compile(job, err);
}

/* What Lean says of a file that has an error, in old versions and new. */
static struct str error_line(const char *out) {
	struct str rest = str_of(out);
	struct str line;
	while (str_next_line(&rest, &line)) {
		if (memmem(line.data, line.len, "/" SOURCE ":", strlen("/" SOURCE ":")) != NULL &&
			memmem(line.data, line.len, ": error", 7) != NULL) {
			return line;
		}
	}
	return str_of("");
}

static void solution_refused(struct final_job *job, const struct final_run *run) {
	struct str line = error_line(buf_str(&run->out));
	const char *name = memmem(line.data, line.len, SOURCE, strlen(SOURCE));
	if (name == NULL) {
		char what[SAID_MAX];
		snprintf(what, sizeof(what), "compiling the proof ended with status %d: %.200s",
			run->status, buf_str(&run->err));
		final_job_fault(job, REASON_NONE, what);
		return;
	}
	size_t length = (size_t)(line.data + line.len - name);
	char *text = xasprintf("compiling: %.*s", (int)(length > SAID_MAX ? SAID_MAX : length), name);
	end_job(job, FINAL_REJECTED, REASON_ERROR, text);
	free(text);
}

static void challenge_refused(struct final_job *job, const struct final_run *run) {
	char what[SAID_MAX];
	struct str line = error_line(buf_str(&run->out));
	snprintf(what, sizeof(what), "the challenge does not compile (status %d): %.*s%.120s",
		run->status, (int)(line.len > 160 ? 160 : line.len), line.data, buf_str(&run->err));
	final_job_fault(job, REASON_NONE, what);
}

/* Lean ended well, so there has to be a plain file. */
static void take_compiled(struct final_job *job) {
	bool challenge = job->stage == FINAL_STAGE_CHALLENGE;
	char *from = inside(job, challenge ? "compile-challenge" : "compile-solution");
	char *to = challenge ? xstrdup(job->challenge) : inside(job, "solution");
	struct error err = {0};
	int rc = file_is_directory(to) ? 0 : final_make_folder(to, &err);
	enum final_take taken =
		rc < 0 ? FINAL_TAKE_FAILED : final_take(from, COMPILED, to, compiled_bytes, &err);
	free(from);
	free(to);
	if (taken == FINAL_TAKEN) {
		rc = challenge ? start_solution(job, &err) : start_checker(job, &err);
		if (rc < 0) {
			fault_of_ours(job, &err);
		}
	} else if (taken == FINAL_TAKE_FAILED) {
		fault_of_ours(job, &err);
	} else if (challenge) {
		final_job_fault(job, REASON_NONE, "Lean left no compiled challenge");
	} else if (taken == FINAL_TAKE_NONE) {
		end_job(job, FINAL_REJECTED, REASON_ABSENT,
			"compiling: Lean ended well and there is no compiled file");
	} else {
		end_job(job, FINAL_REJECTED, REASON_FORBIDDEN,
			"compiling: what stands for the compiled file is no plain file");
	}
}

static void on_compiled(struct final_job *job, const struct final_run *run) {
	bool challenge = job->stage == FINAL_STAGE_CHALLENGE;
	char what[SAID_MAX];
	snprintf(what, sizeof(what), "compiling the %s: %s", challenge ? "challenge" : "proof",
		run->what);
	switch (run->end) {
	case FINAL_END_EXIT:
		if (run->status == 0) {
			take_compiled(job);
		} else if (challenge) {
			challenge_refused(job, run);
		} else {
			solution_refused(job, run);
		}
		return;
	case FINAL_END_TIME:
		final_job_fault(job, challenge ? REASON_NONE : REASON_TIMEOUT, what);
		return;
	case FINAL_END_RESOURCES:
	case FINAL_END_SIGNAL:
		final_job_fault(job, challenge ? REASON_NONE : REASON_RESOURCES, what);
		return;
	case FINAL_END_START:
	case FINAL_END_UNREADABLE:
	default:
		final_job_fault(job, REASON_NONE, what);
		return;
	}
}

/* ---- The checker. */

static struct final_case case_of(
	const struct final_job *job, const char *solution, const char *project) {
	return (struct final_case){
		.place = &job->final->place,
		.tool = &job->final->tool,
		.check = job->check,
		.challenge = job->challenge,
		.solution = solution,
		.project = project,
		.session = job->session,
		.step = job->step,
	};
}

static int prepare_project(const struct final_case *subject, struct error *err) {
	int rc = final_make_folder(subject->project, err);
	rc = rc < 0 ? rc
		    : write_text(subject->project, "Challenge.lean",
			      lean_final_challenge_file(subject->check), err);
	rc = rc < 0 ? rc
		    : write_text(subject->project, "Solution.lean",
			      lean_final_solution_file(subject->check), err);
	return rc < 0 ? rc : subject->tool->checker->prepare(subject, err);
}

static int start_checker(struct final_job *job, struct error *err) {
	const struct final_checker *checker = job->final->tool.checker;
	char *solution = inside(job, "solution");
	char *project = inside(job, "project");
	struct final_case subject = case_of(job, solution, project);
	struct final_command command = {0};
	job->stage = FINAL_STAGE_CHECKER;
	int rc = checker->builds && job->step == 0 ? prepare_project(&subject, err) : 0;
	if (rc == 0 && checker->open != NULL && job->session == NULL) {
		subject.session = job->session = checker->open(&subject);
	}
	if (rc == 0) {
		checker->command(&subject, &command);
		run_command(job, &command);
		final_command_finish(&command);
	}
	free(solution);
	free(project);
	return rc;
}

/* False when the checker has another run, which is under way. */
static bool get_word(struct final_job *job, const struct checker_output *output,
	struct checker_word *word_out) {
	const struct final_checker *checker = job->final->tool.checker;
	if (checker->ended == NULL) {
		checker->read(output, word_out);
		return true;
	}
	char *solution = inside(job, "solution");
	struct final_case subject = case_of(job, solution, NULL);
	struct error err = {0};
	bool more = checker->ended(&subject, output, word_out);
	free(solution);
	if (!more) {
		return true;
	}
	job->step++;
	if (start_checker(job, &err) < 0) {
		fault_of_ours(job, &err);
	}
	return false;
}

static void read_words(struct final_job *job, const struct final_run *run) {
	const struct final_checker *checker = job->final->tool.checker;
	struct checker_output output = {
		.status = run->status,
		.out = buf_str(&run->out),
		.err = buf_str(&run->err),
		.module = checker->builds ? "Solution" : FINAL_MODULE,
		.theorem = job->check->theorem,
	};
	struct checker_word word = {0};
	if (!get_word(job, &output, &word)) {
		return;
	}
	if (word.outcome == FINAL_ACCEPTED || word.outcome == FINAL_REJECTED) {
		end_job(job, word.outcome, word.reason, word.text);
		return;
	}
	char what[SAID_MAX + 100];
	snprintf(what, sizeof(what), "%s ended with status %d and no answer that is known: %.300s",
		checker->name, run->status, word.text);
	final_job_fault(job, REASON_NONE, what);
}

static void on_checked(struct final_job *job, const struct final_run *run) {
	char what[SAID_MAX];
	snprintf(what, sizeof(what), "%s: %s", job->final->tool.checker->name, run->what);
	switch (run->end) {
	case FINAL_END_EXIT:
		read_words(job, run);
		return;
	case FINAL_END_TIME:
		final_job_fault(job, REASON_TIMEOUT, what);
		return;
	case FINAL_END_RESOURCES:
	case FINAL_END_SIGNAL:
		final_job_fault(job, REASON_RESOURCES, what);
		return;
	case FINAL_END_UNREADABLE:
		// The first run is about the solution, which the candidate made what it is.
		final_job_fault(job, job->step == 0 ? REASON_RESOURCES : REASON_NONE, what);
		return;
	case FINAL_END_START:
	default:
		final_job_fault(job, REASON_NONE, what);
		return;
	}
}

/* ---- The steps. */

static void on_run(struct final_run *run, void *data) {
	struct final_job *job = data;
	job->result.cpu_ns += run->cpu_ns;
	job->run = NULL; // the next step may start one
	if (job->stage == FINAL_STAGE_CHECKER) {
		on_checked(job, run);
	} else {
		on_compiled(job, run);
	}
	final_run_destroy(run);
}

void final_job_start(struct final_job *job) {
	struct final_check *final = job->final;
	struct error err = {0};
	job->state = FINAL_RUNNING;
	job->folder = xasprintf("%s/job-%u", final->folder.path, final->count++);
	job->challenge = challenge_folder(job);
	job->stage = FINAL_STAGE_CHALLENGE;
	int rc = final_make_folder(job->folder, &err);
	if (rc == 0 && final->tool.checker->builds) {
		rc = start_checker(job, &err);
	} else if (rc == 0 && has_challenge(job)) {
		rc = start_solution(job, &err);
	} else if (rc == 0) {
		rc = start_compile(job, &err);
	}
	if (rc < 0) {
		fault_of_ours(job, &err);
	}
}

void final_job_reset(struct final_job *job) {
	final_run_destroy(job->run);
	job->run = NULL;
	if (job->folder != NULL) {
		final_remove_tree(job->folder);
	}
	if (job->session != NULL) {
		job->final->tool.checker->close(job->session);
	}
	job->session = NULL;
	job->step = 0;
	free(job->folder);
	free(job->challenge);
	job->folder = job->challenge = NULL;
	job->alone = false;
}
